"""Benchmark of face detection against faces marked by a person, with confidence intervals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import stats

from photorank.bench.face_labels import MarkedFace
from photorank.errors import LabelsError, UnreadablePhotoError, counted
from photorank.metrics.estimates import Limits
from photorank.metrics.hit_rate_intervals import wilson
from photorank.photos.decode_pool import decode_isolated
from photorank.photos.faces.blazeface import overlaps
from photorank.photos.faces.face import Face
from photorank.photos.open_photo import full_size, read_photo
from photorank.photos.signals.signals_block import LEAST_LONG_SIDE
from photorank.typing import Floats

_SAME_FACE = 0.2  # intersection over union; people draw wider and narrower boxes than the mesh
_SHARES_UP_TO = 2.0  # largest coordinate of a box in shares of the photo; others are in pixels
_OUTSIDE = 0.1  # share of a side by which a box may leave its photo, as cut-off faces do
_LEVEL = 0.95


@dataclass(frozen=True)
class Result:
    """Benchmark result: name, value, confidence interval, and sample size such as 12 photos."""

    name: str
    limits: Limits  # nan where nothing tells
    n: int
    of: str  # what is counted


class MatchedFaces(NamedTuple):
    """Matched pairs of marked and detected faces in one photo, and the false detections.

    A marked face that was not detected is paired with None.
    """

    pairs: list[tuple[MarkedFace, Face | None]]
    others: list[Face]
    empty: bool  # whether nobody was marked


def compare_photos(
    marked: Mapping[str, Sequence[MarkedFace]],
    root: Path,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[MatchedFaces]:
    """Detect faces in photos, and match them to the faces that a person marked.

    `marked` has the marked faces by photo, whose file is named relative to the folder `root`.
    Raises LabelsError if a photo is missing or unreadable, FaceModelsError without the models.
    """
    found = []
    for done, (name, faces) in enumerate(marked.items(), start=1):
        try:
            data = read_photo(root / name)
            photo, _, _, seen = decode_isolated(
                data, short_side=1, long_side=LEAST_LONG_SIDE, faces=True
            )
        except UnreadablePhotoError as error:
            raise LabelsError(_unusable(root / name, error.reason)) from error
        size = full_size(photo)
        _refuse_outside(root / name, faces, size)
        found.append(compare(faces, seen or [], size))
        if on_progress is not None:
            on_progress(done, len(marked))
    return found


def _unusable(path: Path, reason: str) -> str:
    if not path.exists():
        return f"{path} does not exist: name the folder of the marked photos with --root."
    return f"{path} is not a usable photo: {reason}. Take its rows out of the table."


def _refuse_outside(path: Path, faces: Sequence[MarkedFace], size: tuple[int, int]) -> None:
    """Raise LabelsError if a marked box extends beyond the photo by more than 10 % of a side."""
    for face in faces:
        left, top, right, bottom = _in_shares(face.box, size).tolist()
        if min(left, top) < -_OUTSIDE or max(right, bottom) > 1 + _OUTSIDE:
            raise LabelsError(
                f"{path} is {size[0]} x {size[1]} pixels, and the box "
                f"{', '.join(f'{side:g}' for side in face.box)} leaves it. Boxes are left, top, "
                "right, bottom, in pixels of the upright photo or in shares of its sides."
            )


def compare(
    marked: Sequence[MarkedFace], seen: Sequence[Face], size: tuple[int, int]
) -> MatchedFaces:
    """Match a photo's marked faces to its detected faces, starting with the largest overlap."""
    of_marked = [_in_shares(face.box, size) for face in marked]
    of_seen = np.array([[face.left, face.top, face.right, face.bottom] for face in seen])
    partner: dict[int, int] = {}
    if marked and seen:
        table = np.array([overlaps(box, of_seen) for box in of_marked])
        while table.max() > _SAME_FACE:
            at, other = np.unravel_index(table.argmax(), table.shape)
            partner[int(at)] = int(other)
            table[at], table[:, other] = 0, 0
    pairs = [(face, seen[partner[at]] if at in partner else None) for at, face in enumerate(marked)]
    others = [face for at, face in enumerate(seen) if at not in partner.values()]
    return MatchedFaces(pairs, others, not marked)


def benchmark_results(photos: Sequence[MatchedFaces]) -> list[Result]:
    """Face benchmark results: rates of right and wrong detections, with confidence intervals.

    They concern detection, open or closed eyes, and faces cut by the photo's edge.
    """
    pairs = [pair for photo in photos for pair in photo.pairs]
    empty = [len(photo.others) for photo in photos if photo.empty]
    clear = [found is not None for face, found in pairs if face.clear]
    hard = [found is not None for face, found in pairs if not face.clear]
    told = [(face.eyes, found.eyes) for face, found in pairs if found and face.eyes]
    shut = [eyes == "closed" for eyes, state in told if state == "hardly open"]
    opened = [eyes == "open" for eyes, state in told if state == "open"]
    unknown = [state == "unknown" for _, state in told]
    edges = [(face.cut, found.cut) for face, found in pairs if found and face.cut is not None]
    whole = [called for marked, called in edges if not marked]
    cut = [called for marked, called in edges if marked]
    called_cut = [not marked for marked, called in edges if called]
    return [
        _share("clear faces found", clear, "clear faces"),
        _share("other faces found", hard, "other faces"),
        Result("false boxes per 100 photos without people", _rate(empty), len(empty), "photos"),
        _share("hardly open that are closed", shut, "faces called hardly open"),
        _share("open that are open", opened, "faces called open"),
        _share("cannot tell", unknown, "faces with marked eyes"),
        _share("whole faces called cut", whole, "whole faces"),
        _share("cut faces called cut", cut, "cut faces"),
        _share("cut that are whole", called_cut, "faces called cut"),
    ]


def _share(name: str, hits: Sequence[bool], of: str) -> Result:
    if not hits:
        return Result(name, Limits(nan, nan, nan), 0, of)
    estimate = wilson(np.array(hits, dtype=np.float64), n_photos=len(hits))
    return Result(name, estimate.limits, len(hits), of)


def _rate(counts: Sequence[int]) -> Limits:
    """False detections per 100 photos, with the exact Poisson interval (Garwood 1936).

    `counts` has their number in each photo.
    """
    if not counts:
        return Limits(nan, nan, nan)
    n, total = len(counts), sum(counts)
    tail = (1 - _LEVEL) / 2
    low = stats.chi2.ppf(tail, 2 * total) / 2 if total else 0.0
    high = stats.chi2.ppf(1 - tail, 2 * total + 2) / 2
    return Limits(100 * total / n, float(100 * low / n), float(100 * high / n))


def _in_shares(box: Floats, size: tuple[int, int]) -> Floats:
    return box if np.abs(box).max() <= _SHARES_UP_TO else box / (*size, *size)


def in_words(photos: Sequence[MatchedFaces]) -> str:
    """Text with the numbers of photos and faces, such as “2 photos, 3 marked faces”."""
    faces = sum(len(photo.pairs) for photo in photos)
    return f"{counted(len(photos), 'photo')}, {counted(faces, 'marked face')}"
