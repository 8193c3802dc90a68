"""Accuracy of several rules for choosing the best shot of a series (burst) of photos.

    python benchmarks/best_shot.py --photos DIR --work DIR

DIR of photos holds `ratings.csv` (`file`, `score`, `series`) and the files. Pairs of one series
count whose scores, 0 to 1, differ by more than 0.1; intervals of 95 % leave out series. Then each
photo is compared with its copies two stops too light and too dark. Without a column `series` that
is all.
"""

import csv
from argparse import ArgumentParser
from pathlib import Path

import numpy as np
from PIL import Image

from photorank.comparisons.comparisons import Comparisons
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.opened import Index
from photorank.metrics.estimates import Estimate
from photorank.metrics.hit_rate_intervals import wilson
from photorank.metrics.jackknife_intervals import jackknife
from photorank.metrics.ranking import accuracy_sums
from photorank.photos.open_photo import decode_photo
from photorank.rating.best_shot import merit_terms, technical_vector
from photorank.vectors.store import load_vector
from photorank.workspace import Workspace

_LEAST_GAP = 0.1  # of scores from 0 to 1: less is noise of single ratings
_CLEARLY_BLOWN = 0.05  # share of the picture that a copy blows out beyond its photo


def main() -> None:
    """Print the accuracy of each rule for choosing the best shot of a series of photos.

    Then print how often photos are rated above badly exposed copies of them.
    """
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, required=True, help="folder with ratings.csv")
    parser.add_argument("--work", type=Path, required=True, help="keeps the index between runs")
    arguments = parser.parse_args()
    with (arguments.photos / "ratings.csv").open(newline="", encoding="utf-8") as file:
        rated = {Path(row["file"]).name: row for row in csv.DictReader(file)}
    workspace = Workspace(arguments.work)
    index = indexed(workspace, "series", arguments.photos)
    if all("series" in row for row in rated.values()):
        print_rules(index, rated)
    print("\n| copies | photo wins | where more than 5 % more is blown out |\n|---|---|---|")
    for name, stops in (("two stops too light", 2), ("two stops too dark", -2)):
        folder = exposed_copies(index, arguments.work / name, stops)
        wins, blown = wins_over_copies(index, indexed(workspace, name.replace(" ", "-"), folder))
        shares = [f"{told(wilson(one, n_photos=len(one)))}, n = {len(one)}" for one in (
            wins, wins[blown]) if len(one)]  # fmt: skip
        print(f"| {name} | {' | '.join(shares)} |")


def indexed(workspace: Workspace, name: str, folder: Path) -> Index:
    """Index of a folder's photos, built on the first run."""
    paths = workspace.index(name)
    build_index(paths, BuildRequest([folder], encoder_spec="embedded"))
    return Index.open(paths)


def exposed_copies(index: Index, folder: Path, stops: int) -> Path:
    """Folder with a copy of each photo, made brighter by `stops` exposure stops."""
    folder.mkdir(parents=True, exist_ok=True)
    for photo in index.photos():
        target = folder / f"{photo.path.stem}.jpg"
        if not target.exists():
            values = np.asarray(decode_photo(photo.path.read_bytes()), float) / 255
            light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
            light = np.minimum(light * 2.0**stops, 1)
            values = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
            Image.fromarray((values * 255).round().astype(np.uint8)).save(target, quality=95)
    return folder


def wins_over_copies(index: Index, copies: Index) -> tuple[np.ndarray, np.ndarray]:
    """Two masks (n,): photos that outscore their copies, and photos whose copies are too bright."""
    at = {photo.path.stem: row for row, photo in enumerate(copies.photos())}
    own = np.array([at[photo.path.stem] for photo in index.photos()])
    n, both = len(own), []
    for one, rows in ((index, np.arange(n)), (copies, own)):
        worth, technical = (
            one.rate(v)[rows] for v in (load_vector(one, "worth"), technical_vector(one))
        )
        both.append((worth, technical, one.signals().values[rows]))
    worth, technical, values = (np.concatenate(parts) for parts in zip(*both, strict=True))
    signals = index.signals()._replace(values=values)
    merit = merit_terms(worth, signals, np.tile(np.arange(n), 2), technical).merit
    clipped = signals.column("clipped_highlights")
    return merit[:n] > merit[n:], clipped[n:] - clipped[:n] > _CLEARLY_BLOWN


def print_rules(index: Index, rated: dict[str, dict[str, str]]) -> None:
    """Print each rule's accuracy in ordering two shots of a series and in finding the best."""
    rows = [rated.get(photo.path.name) for photo in index.photos()]
    known = np.flatnonzero([row is not None for row in rows])
    scores = np.array([float(rows[at]["score"]) for at in known])
    series = np.unique([rows[at]["series"] for at in known], return_inverse=True)[1]
    graph = clear_pairs(scores, series)

    worth = index.rate(load_vector(index, "worth"))
    technical, signals = index.rate(technical_vector(index)), index.signals()
    signals = signals._replace(values=signals.values[known])
    rules = {
        "sharpness of the subject": signals.column("subject_sharpness"),
        "`technical`": technical[known],
        "`worth`": worth[known],
        "all together": merit_terms(worth[known], signals, series, technical[known]).merit,
    }
    print("| rule | pairs in the right order | the best shot first |\n|---|---|---|")
    for name, merit in rules.items():
        sums = accuracy_sums(merit, graph, clusters=series)
        found = jackknife(sums.leave_one_out(), n_photos=len(graph.active), n_pairs=graph.n_pairs)
        first = np.mean([is_best(scores[own], merit[own]) for own in members(series)])
        print(f"| {name} | {told(found)} | {first:.2f} |")
    print(f"\n{graph.n_pairs} pairs of {len(members(series))} series")


def told(estimate: Estimate) -> str:
    """Estimate with its 95 % confidence interval, as text."""
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def clear_pairs(scores: np.ndarray, series: np.ndarray) -> Comparisons:
    """Pairs of photos of the same series with clearly different scores."""
    first, second = np.triu_indices(len(scores), 1)
    gap = scores[first] - scores[second]
    kept = (series[first] == series[second]) & (np.abs(gap) > _LEAST_GAP)
    first, second, gap = first[kept], second[kept], gap[kept]
    winners = np.where(gap > 0, first, second)
    return Comparisons.from_choices(winners, first + second - winners, n=len(scores))


def members(series: np.ndarray) -> list[np.ndarray]:
    """Row numbers of the photos of each series that has two photos or more."""
    every = [np.flatnonzero(series == code) for code in np.unique(series)]
    return [rows for rows in every if len(rows) > 1]


def is_best(scores: np.ndarray, merit: np.ndarray) -> bool:
    """True if the shot with the highest `merit` also has the highest score from people."""
    return bool(scores[merit.argmax()] == scores.max())


if __name__ == "__main__":
    main()
