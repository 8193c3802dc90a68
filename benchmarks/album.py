"""Benchmark of how good automatically chosen albums are, and of how long the choice takes.

    python benchmarks/album.py small
    python benchmarks/album.py --index oasis judged
    python benchmarks/album.py large
    python benchmarks/album.py command

`small` compares with the best album of all there are. `judged` learns ratings from half of an
index's judged photos and chooses from the other half, many times. `large` and `command` need no
photos: one is of the two steps, the other of a new process from its start to its end.
"""

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from synthetic import VECTOR, write_synthetic

from photorank.album.candidates import Candidates, value_of_albums
from photorank.album.coverage import KeptSimilarities
from photorank.album.greedy_choice import Rules, choose
from photorank.album.make_album import make_album
from photorank.album.request import AlbumRequest
from photorank.comparisons.comparisons import Comparisons
from photorank.index.building.picture_hashes import keep_codes
from photorank.index.opened import open_index
from photorank.metrics.top_of_list import album_regret_at_k
from photorank.photos.grey_fingerprint import BYTES
from photorank.photos.hash_and_shape import PictureCodes
from photorank.similarity.series import find_series
from photorank.similarity.series_cache import series_of
from photorank.typing import Codes, Embeddings, Floats
from photorank.vectors.learners_by_name import LEARNERS
from photorank.vectors.store import load_vector
from photorank.workspace import Workspace

BALANCES = (0.0, 0.2, 0.3, 0.5, 0.7, 1.0)
DRAWS = 20


def main() -> None:
    """Run the experiment named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["small", "judged", "large", "command"])
    parser.add_argument("--index")
    parser.add_argument("--places", type=int, default=20)
    arguments = parser.parse_args()
    if arguments.what == "small":
        small()
    elif arguments.what == "judged":
        judged(arguments.index, arguments.places)
    elif arguments.what == "large":
        large()
    else:
        command()


def small() -> None:
    """Compare greedily chosen albums with optimal albums, on small random photo collections."""
    rng = np.random.default_rng(0)
    print("| albums of | without quotas: least, mean | bound | with quotas: least, mean | bound |")
    print("|---|---|---|---|---|")
    for n, k in ((8, 3), (12, 4), (12, 6)):
        cells = []
        for quotas in (False, True):
            shares, tightness = np.array(list(_shares(n, k, quotas, rng))).T
            promised = 0.5 if quotas else 1 - 1 / np.e
            assert (shares >= promised).all()
            cells += [f"{shares.min():.3f}, {shares.mean():.4f}", f"{tightness.mean():.3f}"]
        print(f"| {k} of {n} |", " | ".join(cells), "|")


def _shares(
    n: int, k: int, quotas: bool, rng: np.random.Generator
) -> Iterator[tuple[float, float]]:
    """Yield two ratios of album values: the chosen to the best, and the best to its upper bound."""
    for _ in range(100):
        X = rng.normal(size=(n, 4)).astype(np.float32)
        X /= np.linalg.norm(X, axis=1, keepdims=True)
        parts = rng.integers(0, 3, n) if quotas else None
        everything = np.ones(n, dtype=bool)
        rules = Rules(k, np.empty(0, dtype=np.intp), everything, parts, (k + 1) // 2)
        rows, ratings = np.arange(n), rng.normal(size=n)
        candidates = Candidates(rows, ratings, rules.pinned, rules.held, rows, everything)
        value = value_of_albums(
            KeptSimilarities(X), candidates, rules, AlbumRequest(k, rng.random())
        )
        choice = choose(value, rules)
        best = max(
            value(np.array(rows))
            for size in range(1, k + 1)
            for rows in itertools.combinations(range(n), size)
            if parts is None or np.bincount(parts[list(rows)]).max() <= rules.limit
        )
        yield choice.value / best, best / choice.bound


def judged(name: str | None, k: int) -> None:
    """Print the mean human score and the mutual similarity of the photos in chosen albums."""
    index = open_index(name)
    X, scores = index.embeddings(), index.labels().scores
    known = np.flatnonzero(np.isfinite(scores))
    series = find_series(index)
    ratings = np.full(len(index), np.nan)
    found: dict[str, list[tuple[float, float]]] = {}
    rng = np.random.default_rng(0)
    for _ in range(DRAWS):
        shuffled = rng.permutation(known)
        learned, chosen_from = np.array_split(shuffled, 2)
        learner = LEARNERS["all-pairs"]
        learner.fit(X[learned], Comparisons.from_scores(scores[learned]))
        ratings[:] = X @ learner.direction_
        banned = frozenset(set(range(len(index))) - set(chosen_from.tolist()))
        albums = {"random": rng.choice(chosen_from, k, replace=False)}
        albums["best rated"] = chosen_from[np.argsort(-ratings[chosen_from])][:k]
        for balance in BALANCES:
            request = AlbumRequest(k, balance, banned=banned)
            made = make_album(index, ratings, series, request, vector="learned")
            albums[f"balance {balance:g}"] = np.array([one.row for one in made.chosen])
        for how, rows in albums.items():
            worth = _worth(rows, chosen_from, scores, k)
            found.setdefault(how, []).append((worth, redundancy(index.heads(), rows)))
    print(f"| {k} of {len(chosen_from)} photos | worth to people | nearest other, cosine |")
    print("|---|---|---|")
    for how, values in found.items():
        means = np.mean(values, axis=0)
        errors = 2 * np.std(values, axis=0, ddof=1) / np.sqrt(DRAWS)
        cells = [f"{mean:.3f} ± {error:.3f}" for mean, error in zip(means, errors, strict=True)]
        print(f"| {how} |", " | ".join(cells), "|")


def _worth(rows: Codes, among: Codes, scores: Floats, k: int) -> float:
    """Mean score of an album's photos, scaled: 0 for a random album, 1 for the best possible."""
    in_album = np.isin(among, rows).astype(np.float64)
    return album_regret_at_k(in_album, Comparisons.from_scores(scores[among]), k)


def redundancy(heads: Embeddings, rows: Codes) -> float:
    """Mean cosine similarity between each photo of an album and its most similar other photo."""
    cosines = heads[rows] @ heads[rows].T
    np.fill_diagonal(cosines, -1)
    return float(cosines.max(axis=1).mean())


def large(n: int = 20_000, d: int = 1280, k: int = 100) -> None:
    """Print the run times of finding photo series and choosing an album, on synthetic photos."""
    with tempfile.TemporaryDirectory() as home:
        paths = Workspace(Path(home)).index("large")
        index = write_synthetic(paths, n, d)
        vector = load_vector(index, VECTOR)
        index.embeddings()
        begun, worked = time.perf_counter(), time.process_time()
        series = find_series(index)
        between = time.perf_counter()
        made = make_album(index, index.rate(vector), series, AlbumRequest(k), vector=VECTOR)
        ended, worked = time.perf_counter(), time.process_time() - worked
    print(
        f"{k} of {n:,} photos of {d} dimensions: series {between - begun:.1f} s, choice "
        f"{ended - between:.1f} s ({worked:.1f} s of one core's work); "
        f"at least {made.value / made.bound:.1%} of the best value"
    )


def command(n: int = 20_000, d: int = 1280, k: int = 100, scene: int = 4) -> None:
    """Print the run time and the peak memory of three runs of the command `photorank album`.

    The photos have the perceptual hashes and the series that indexing leaves, and no technical
    signals.
    """
    with tempfile.TemporaryDirectory() as home:
        paths = Workspace(Path(home)).index("large")
        index = write_synthetic(paths, n, d, scene=scene)
        bits = np.random.default_rng(0).integers(0, 2**63, n).tolist()
        codes = [PictureCodes(one, bytes(BYTES)) for one in bits]
        keep_codes(paths, dict(zip(index.digests(), codes, strict=True)))
        series_of(index)
        asked = ["album", "--places", str(k), "--vector", VECTOR, "--json"]
        for _ in range(3):
            before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-m", "photorank", *asked],
                env=os.environ | {"PHOTORANK_HOME": home},
                capture_output=True,
                check=True,
            )
            took = time.perf_counter() - begun
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            worked = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
            said = json.loads(done.stdout)
            print(
                f"{len(said['chosen'])} of {n:,} photos in {said['series']['count']:,} series: "
                f"{took:.1f} s ({worked:.1f} s of cores' work), "
                f"peak {used.ru_maxrss / 1024:.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
