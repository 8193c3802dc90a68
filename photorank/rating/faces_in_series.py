"""Comparison of faces between the shots of a series: open eyes, cut-off heads, sharpness."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from photorank.comparisons.codes import rows_by_code
from photorank.index.reading.records import IndexFaces
from photorank.photos.faces.face import Face
from photorank.typing import Codes, Floats

_SAME_PLACE = 0.75  # face widths between two shots, within which it is one person
# By which eyes are further open than in another shot, in their widths, where it cannot be told of
# one of the two whether they are. Blur, noise, light and turns took less from 418 of 418 open eyes.
_FURTHER_OPEN = 0.08
_MAX_YAW = 40.0  # degrees, up to which eye opening is comparable


class FaceTerms(NamedTuple):
    """Face faults (closed eyes, cut-off face) and face sharpness of each photo."""

    closed: Floats  # (n,) faces whose eyes are not open and further open in another shot
    cut: Floats  # (n,) 1 where the largest face is cut and is whole in another shot
    sharpness: Floats  # (n,) of the largest face; nan where not every shot has it
    opened: Floats  # (n,) faces whose eyes are open


def face_terms(faces: IndexFaces, series: Codes) -> FaceTerms:
    """Face faults (closed eyes, cut-off face) and sharpness, for comparing photos of a series.

    A face is another shot's where it lies at the same place. One that is hardly open in all shots
    is not held against any of them: some eyes are narrow, and some are asleep.
    """
    n = len(series)
    terms = FaceTerms(np.zeros(n), np.zeros(n), np.full(n, np.nan), np.zeros(n))
    sharpness, largest_cut = faces.column("face_sharpness"), faces.column("largest_face_cut")
    for rows in shots_of_series(series):
        of_shots = [faces.by_row.get(row, []) for row in rows.tolist()]
        if not any(of_shots):
            continue
        terms.opened[rows] = [sum(face.eyes == "open" for face in shot) for shot in of_shots]
        terms.closed[rows] = [_n_closed(shot, of_shots) for shot in of_shots]
        if all(of_shots):
            cut = largest_cut[rows]
            terms.cut[rows] = cut - cut.min()
            if np.isfinite(sharpness[rows]).all():
                terms.sharpness[rows] = sharpness[rows]
    return terms


def shots_of_series(series: Codes) -> Iterator[Codes]:
    """Yield the row numbers of each series of at least two photos."""
    several = np.flatnonzero(series >= 0)
    several = several[np.bincount(series[several])[series[several]] > 1]
    for rows in rows_by_code(series[several]):
        yield several[rows]


def _n_closed(shot: Sequence[Face], others: Sequence[Sequence[Face]]) -> int:
    """Number of a shot's faces with eyes less open than in another shot of the series."""
    return sum(
        any(
            _further_open(other, face) and _is_same_face(face, other)
            for another in others
            for other in another
        )
        for face in shot
    )


def _further_open(face: Face, than: Face) -> bool:
    """True if the eyes of the first face are clearly wider open than those of the second."""
    if face.eyes == "hardly open" or than.eyes == "open":
        return False
    if face.eyes == "open" and than.eyes == "hardly open":
        return True
    seen = max(abs(face.yaw), abs(than.yaw)) <= _MAX_YAW
    told = face.eyes == "open" or than.eyes == "hardly open"
    return told and seen and face.openness >= than.openness + _FURTHER_OPEN


def _is_same_face(face: Face, other: Face) -> bool:
    width = max(face.right - face.left, other.right - other.left)
    height = max(face.bottom - face.top, other.bottom - other.top)
    across = abs(face.left + face.right - other.left - other.right) / 2
    down = abs(face.top + face.bottom - other.top - other.bottom) / 2
    return across <= _SAME_PLACE * width and down <= _SAME_PLACE * height
