"""Script that learns the built-in vectors from the OASIS photographs and people's ratings.

    python scripts/builtin_vectors.py --oasis DIR --work DIR

`beauty` is learned from people's mean beauty ratings of 808 photographs; `technical` from no
ratings at all, by ranking each photograph above its own finely degraded copies (Liu, van de Weijer
& Bagdanov 2017, RankIQA, https://doi.org/10.1109/ICCV.2017.118), in closed form; `worth` from the
ratings with a tenth of their weight on degraded copies; `framing` from copies that cut or tilt the
scene. DIR holds `ratings.csv` and `images/`. Embedding takes about ten minutes a framing on one
core and is kept in `--work`, so that a change of learner does not need it again.

The cards of the first version of `embedded` (`beauty.whole.1.json` …) stay as they are.
"""

import argparse
import csv
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.comparisons.known_differences import KnownDifferences
from photorank.encoders import load_encoder
from photorank.encoders.base import Fingerprint, encode_photos
from photorank.encoders.embedded import EmbeddedEncoder
from photorank.learning.degradations import degradations_learner, folds_of_degraded, with_degraded
from photorank.learning.embed_degraded import DegradedCopies
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.learn_vector import Learned, fit_and_test, judgements_digest
from photorank.learning.protocol import Protocol
from photorank.photos.degraded.degrade import (
    BESIDE_SCORES,
    FINE,
    FRAMED,
    LEVEL,
    Degradation,
    degraded_copies,
)
from photorank.photos.grey_fingerprint import grey_fingerprint
from photorank.photos.open_photo import decode_photo, photo_digest, read_photo
from photorank.vectors import shipped
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.master import Card, MasterVector, shortened
from photorank.vectors.quality_prompts import SOURCES, unit_direction
from photorank.vectors.seen_pictures import SeenPictures

BUILTIN = Path(__file__).parents[1] / "photorank" / "vectors" / "builtin"
FRAMINGS = ("whole", "crop")
WORTH_COPIES = 0.1  # weight of all copies beside the ratings
COPIES = {one.name: one for one in (*FINE, *BESIDE_SCORES, *FRAMED, LEVEL)}
LICENCE = (
    "Apache-2.0. Derived from OASIS (Kurdi, Lozano & Banaji 2017, "
    "https://doi.org/10.3758/s13428-016-0715-3)"
)
RATINGS = "; ratings by Brielmann & Pelli 2019 (https://doi.org/10.3758/s13423-019-01599-1)"


class Photos:
    """Embeddings of photographs and their degraded copies, all in one framing (crop or whole)."""

    def __init__(self, data: dict[str, np.ndarray], fingerprint: Fingerprint) -> None:
        self.X = data["X"]  # (n, 1 + copies, d)
        self.scores, self.themes = data["score"], data["theme"].astype(np.intp)
        self.digests = tuple(data["digest"].tolist())
        self.greys = data["grey"]
        self.fingerprint = fingerprint
        self.head = fingerprint.blocks.head if fingerprint.blocks else self.X.shape[2]

    def versions(self, copies: tuple[Degradation, ...]) -> np.ndarray:
        """Embeddings (n, 1 + k, d) of n photographs and of k degraded copies of each."""
        names = list(COPIES)
        return self.X[:, [0, *(1 + names.index(one.name) for one in copies)]]

    def of(self, copy: Degradation) -> np.ndarray:
        """Embeddings (n, 1, d) of one degraded copy of each photograph."""
        return self.X[:, [1 + list(COPIES).index(copy.name)]]


def main() -> None:
    """Learn and write all built-in rating vectors, for cropped and for whole photos.

    Photographs are embedded first, if they were not before.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--oasis", type=Path, required=True, help="folder of images/, ratings.csv")
    parser.add_argument("--work", type=Path, required=True, help="keeps embeddings between runs")
    parser.add_argument("--framing", action="append", choices=FRAMINGS, help="default: all")
    arguments = parser.parse_args()
    kept_spreads = BUILTIN / "quality_spreads.json"
    spreads = json.loads(kept_spreads.read_bytes()) if kept_spreads.exists() else {}
    for framing in arguments.framing or FRAMINGS:
        fingerprint = load_encoder("embedded", framing=framing).fingerprint
        kept = arguments.work / f"oasis-copies.{framing}.{fingerprint.weights[:8]}.npz"
        if not kept.exists():
            np.savez(kept, **embed(arguments.oasis, framing))
        with np.load(kept, allow_pickle=False) as data:
            photos = Photos({name: data[name] for name in data.files}, fingerprint)
        for vector in (beauty(photos), worth(photos), technical(photos), framed(photos)):
            vector.save(BUILTIN / f"{vector.name}.{framing}.json")
        spreads[framing] = spreads_of(photos, framing)
    kept_spreads.write_text(json.dumps(spreads, indent=1) + "\n", encoding="utf-8")
    for path in sorted(BUILTIN.glob("*.*.json")):
        print(path.stem, hashlib.sha256(path.read_bytes()).hexdigest(), "(for shipped.py)")


def embed(oasis: Path, framing: str) -> dict[str, np.ndarray]:
    """Embeddings of every photograph and its degraded copies, with digests, scores and themes."""
    with (oasis / "ratings.csv").open(newline="", encoding="utf-8") as file:
        ratings = sorted(csv.DictReader(file), key=lambda row: row["file"])
    encoder = load_encoder("embedded", framing=framing, device="cpu")
    rows, digests, greys = [], [], []
    for number, row in enumerate(ratings):
        data = read_photo(oasis / "images" / row["file"])
        photo = decode_photo(data)
        versions = degraded_copies(photo, tuple(COPIES.values()), seed=number)
        rows.append(encode_photos(encoder, [encoder.prepare(one) for one in versions]))
        digests.append(photo_digest(data))
        greys.append(np.frombuffer(grey_fingerprint(photo), dtype=np.uint8))
        print(f"{number + 1} of {len(ratings)} photos, {framing}", end="\r", flush=True)
    themes = np.unique([row["group"] for row in ratings], return_inverse=True)[1]
    scores = np.array([float(row["score"]) for row in ratings])
    return {
        "X": np.stack(rows),
        "digest": np.array(digests),
        "grey": np.array(greys),
        "score": scores,
        "theme": themes,
    }


def spreads_of(photos: Photos, framing: str) -> dict[str, float]:
    """Standard deviation of ratings by each quality vector and by a typical ImageNet class vector.

    The last is the median over the vectors of all ImageNet classes.
    """
    X, blocks = photos.X[:, 0].astype(np.float64), photos.fingerprint.blocks
    builtin = {
        name: MasterVector.load(BUILTIN / f"{name}.{framing}.json") for name in shipped.BUILTIN
    }
    found = {source: (X @ unit_direction(source, builtin, blocks)).std() for source in SOURCES}
    classes = EmbeddedEncoder(framing=framing).class_directions()
    found["class"] = np.median((X[:, : blocks.head] @ classes.T).std(axis=0))
    return {source: float(f"{spread:.6g}") for source, spread in found.items()}


def rated(photos: Photos) -> JudgedPhotos:
    """Photographs with people's ratings of them, as a `JudgedPhotos` object."""
    n = len(photos.scores)
    return JudgedPhotos(
        X=photos.X[:, 0],
        comparisons=Comparisons.from_scores(photos.scores),
        groups=photos.themes,
        series=np.full(n, -1),
        digests=photos.digests,
        greys=photos.greys,
        head=photos.head,
    )


def beauty(photos: Photos) -> MasterVector:
    """Rating vector learned from people's beauty ratings, tested on held-out themes."""
    judged = rated(photos)
    learned = fit_and_test(AllPairs(), judged, Protocol(fold_by="group"))
    n = len(judged.X)
    source = f"mean beauty ratings of {n} OASIS photographs, all pairs; tested on unseen themes"
    return card("beauty", learned, judged, photos, source, LICENCE + RATINGS)


def worth(photos: Photos) -> MasterVector:
    """Vector that is learned from beauty ratings and from degraded copies of the rated photos."""
    n = len(photos.scores)
    X, margins = photos.versions(BESIDE_SCORES), [copy.margin for copy in BESIDE_SCORES]
    differences = X[:, :1] - X[:, 1:]
    beside = KnownDifferences.of_copies(differences, np.arange(n), margins, WORTH_COPIES, n=n)
    judged = replace(rated(photos), beside=beside)
    learned = fit_and_test(AllPairs(), judged, Protocol(fold_by="group"))
    source = (
        f"mean beauty ratings of {n} OASIS photographs, all pairs, with a tenth of their weight on "
        f"{len(BESIDE_SCORES)} degraded copies of each; tested on the ratings of unseen themes"
    )
    return card("worth", learned, judged, photos, source, LICENCE + RATINGS)


def technical(photos: Photos) -> MasterVector:
    """Rating vector that ranks photographs above slightly degraded copies."""
    source = "each ranked above its copies with slight blur, shake, noise and compression"
    return of_copies("technical", photos, photos.versions(FINE), source)


def framed(photos: Photos) -> MasterVector:
    """Rating vector that ranks photographs above copies cropped to a corner or tilted."""
    source = "each ranked above a corner of it and two tilted copies: for versions of one scene"
    versions = np.hstack([photos.of(LEVEL), photos.versions(FRAMED)[:, 1:]])
    return of_copies("framing", photos, versions, source)


def of_copies(name: str, photos: Photos, versions: np.ndarray, source: str) -> MasterVector:
    """Rating vector that is learned from degraded copies of photos, without people's ratings."""
    n = len(photos.digests)
    copies = DegradedCopies(np.arange(n), photos.digests, photos.greys, versions)
    judged = with_degraded(copies, photos.head)
    protocol = Protocol(fold_by="group", repeats=1)
    folds = folds_of_degraded(judged, protocol)
    learned = fit_and_test(degradations_learner(judged), judged, protocol, folds=folds)
    told = f"{n} OASIS photographs, {source}; no ratings; tested on unseen photographs"
    return card(name, learned, judged, photos, told, LICENCE)


def card(
    name: str,
    learned: Learned,
    judged: JudgedPhotos,
    photos: Photos,
    source: str,
    licence: str,
) -> MasterVector:
    """Rating vector with a card that describes its origin and accuracy."""
    print(name, photos.fingerprint.framing, learned.metrics["pairwise_accuracy"])
    return MasterVector(
        name,
        "all-pairs",
        learned.direction,
        photos.fingerprint,
        slope=learned.slope,
        card=Card(
            parameters={"learner": {}},
            photos=frozenset(map(shortened, photos.digests)),
            pictures=SeenPictures.of(photos.X[:, 0, : photos.head], photos.greys),
            labels=judgements_digest(judged),
            n_photos=len(photos.digests),
            n_pairs=judged.comparisons.n_pairs,
            seed=0,
            metrics=learned.metrics,
            licence=licence,
            source=source,
        ),
    )


if __name__ == "__main__":
    main()
