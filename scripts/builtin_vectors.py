"""Make the vectors that ship with photorank, from the OASIS photographs and their ratings.

    python scripts/builtin_vectors.py --oasis DIR --work DIR

`beauty` is learned from people's mean beauty ratings of 808 photographs;
`technical` from no ratings at all, by ranking each photograph above its own
spoilt copies (Liu, van de Weijer & Bagdanov 2017, RankIQA,
https://doi.org/10.1109/ICCV.2017.118), in closed form. DIR holds `ratings.csv`
and `images/`. Embedding takes about half an hour on two cores and is kept in
`--work`, so that a change of learner does not need it again.
"""

import argparse
import csv
import hashlib
from pathlib import Path

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.encoders import load_encoder
from photorank.encoders.base import Encoder, Fingerprint, encode_photos
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.learn_vector import Learned, fit_and_test, judgements_digest
from photorank.learning.protocol import Protocol
from photorank.photos.grey_code import grey_code
from photorank.photos.open_photo import decode_photo, photo_digest, read_photo
from photorank.sample import DEFECTS, SEVERITIES, degraded
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.master import Card, MasterVector, shortened
from photorank.vectors.seen_pictures import SeenPictures

BUILTIN = Path(__file__).parents[1] / "photorank" / "vectors" / "builtin"
FRAMINGS = ("whole", "crop")
DEFECTS_A_PHOTO = 4  # of the eight, drawn for each photo: more scenes teach more than more copies
LICENCE = (
    "Apache-2.0. Derived from OASIS (Kurdi, Lozano & Banaji 2017, "
    "https://doi.org/10.3758/s13428-016-0715-3)"
)
RATINGS = "; ratings by Brielmann & Pelli 2019 (https://doi.org/10.3758/s13423-019-01599-1)"


def main() -> None:
    """Embed what is not embedded yet, learn both vectors in both framings, write the cards."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--oasis", type=Path, required=True, help="folder of images/, ratings.csv")
    parser.add_argument("--work", type=Path, required=True, help="keeps embeddings between runs")
    arguments = parser.parse_args()

    kept = arguments.work / "oasis-degraded.npz"
    if not kept.exists():
        np.savez(kept, **embed(arguments.oasis))
    with np.load(kept, allow_pickle=False) as data:
        photos = {name: data[name] for name in data.files}

    for framing in FRAMINGS:
        fingerprint = load_encoder("embedded", framing=framing).fingerprint
        beauty(photos, framing, fingerprint).save(BUILTIN / f"beauty.{framing}.json")
        technical(photos, framing, fingerprint).save(BUILTIN / f"technical.{framing}.json")
    for path in sorted(BUILTIN.glob("*.json")):
        print(path.stem, hashlib.sha256(path.read_bytes()).hexdigest(), "(for shipped.py)")


def embed(oasis: Path) -> dict[str, np.ndarray]:
    """Embed every photograph and its spoilt copies in both framings."""
    with (oasis / "ratings.csv").open(newline="", encoding="utf-8") as file:
        ratings = sorted(csv.DictReader(file), key=lambda row: row["file"])
    encoders: dict[str, Encoder] = {
        framing: load_encoder("embedded", framing=framing) for framing in FRAMINGS
    }
    columns: dict[str, list] = {"scene": [], "defect": [], "severity": [], "digest": [], "grey": []}
    columns |= {framing: [] for framing in FRAMINGS}
    for scene, row in enumerate(ratings):
        data = read_photo(oasis / "images" / row["file"])
        photo = decode_photo(data)
        drawn = np.random.default_rng(scene).choice(list(DEFECTS), DEFECTS_A_PHOTO, replace=False)
        versions = [("none", 0, photo)]
        for defect in sorted(drawn):
            for severity in SEVERITIES:
                copy = degraded(photo, defect, severity, seed=scene)
                versions.append((defect, severity, copy))
        for defect, severity, _ in versions:
            columns["scene"].append(scene)
            columns["defect"].append(defect)
            columns["severity"].append(severity)
            columns["digest"].append(photo_digest(data))
            columns["grey"].append(np.frombuffer(grey_code(photo), dtype=np.uint8))
        for framing, encoder in encoders.items():
            frames = [encoder.prepare(version) for _, _, version in versions]
            columns[framing].append(encode_photos(encoder, frames))
        print(f"{scene + 1} of {len(ratings)} photos", end="\r", flush=True)
    embedded = {framing: np.concatenate(columns.pop(framing)) for framing in FRAMINGS}
    scores = np.array([float(row["score"]) for row in ratings])
    themes = np.unique([row["group"] for row in ratings], return_inverse=True)[1]
    return (
        {name: np.array(values) for name, values in columns.items()}
        | embedded
        | {"score": scores, "theme": themes}
    )


def beauty(data: dict[str, np.ndarray], framing: str, fingerprint: Fingerprint) -> MasterVector:
    """Learn what people call beautiful, tested on themes that were not learned from."""
    originals = data["severity"] == 0
    n = int(originals.sum())
    photos = JudgedPhotos(
        X=data[framing][originals],
        comparisons=Comparisons.from_scores(data["score"]),
        groups=data["theme"].astype(np.intp),
        series=np.full(n, -1),
        digests=tuple(data["digest"][originals].tolist()),
        greys=data["grey"][originals],
    )
    learned = fit_and_test(AllPairs(), photos, Protocol(fold_by="group"))
    source = f"mean beauty ratings of {n} OASIS photographs, all pairs; tested on unseen themes"
    return card("beauty", learned, photos, fingerprint, source, LICENCE + RATINGS)


def technical(data: dict[str, np.ndarray], framing: str, fingerprint: Fingerprint) -> MasterVector:
    """Learn to rank each photograph above its spoilt copies, tested on unseen photographs."""
    winners, losers = [], []
    for scene in np.unique(data["scene"]):
        of_scene = data["scene"] == scene
        original = np.flatnonzero(of_scene & (data["severity"] == 0))
        for defect in np.unique(data["defect"][of_scene & (data["severity"] > 0)]):
            copies = np.flatnonzero(of_scene & (data["defect"] == defect))
            order = np.append(original, copies[np.argsort(data["severity"][copies])])
            better, worse = np.triu_indices(len(order), 1)
            winners.append(order[better])
            losers.append(order[worse])
    n = len(data["scene"])
    photos = JudgedPhotos(
        X=data[framing],
        comparisons=Comparisons.from_choices(np.concatenate(winners), np.concatenate(losers), n=n),
        groups=data["scene"].astype(np.intp),
        series=np.full(n, -1),
        digests=tuple(data["digest"].tolist()),
        greys=data["grey"],
    )
    learned = fit_and_test(AllPairs(), photos, Protocol(fold_by="group", repeats=1))
    source = (
        f"{data['scene'].max() + 1} OASIS photographs, each ranked above its copies with known "
        "defects, no ratings; tested on unseen photographs"
    )
    return card("technical", learned, photos, fingerprint, source, LICENCE)


def card(
    name: str,
    learned: Learned,
    photos: JudgedPhotos,
    fingerprint: Fingerprint,
    source: str,
    licence: str,
) -> MasterVector:
    """Put a vector together with where it is from."""
    print(name, fingerprint.framing, learned.metrics["pairwise_accuracy"])
    originals = np.unique(photos.digests, return_index=True)[1]  # each before its spoilt copies
    greys = None if photos.greys is None else photos.greys[originals]
    return MasterVector(
        name,
        "all-pairs",
        learned.direction,
        fingerprint,
        slope=learned.slope,
        card=Card(
            parameters={"learner": {}},
            photos=frozenset(map(shortened, photos.digests)),
            pictures=SeenPictures.of(photos.X[originals], greys),
            labels=judgements_digest(photos),
            n_photos=len(photos.X),
            n_pairs=photos.comparisons.n_pairs,
            seed=0,
            metrics=learned.metrics,
            licence=licence,
            source=source,
        ),
    )


if __name__ == "__main__":
    main()
