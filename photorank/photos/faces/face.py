"""Measurements of each face in a photo, and a summary of all the photo's faces."""

from collections.abc import Sequence
from math import isfinite, nan
from typing import Literal, NamedTuple, TypeAlias

from photorank.typing import Json

EyeState: TypeAlias = Literal["open", "hardly open", "unknown"]


class Face(NamedTuple):
    """Measurements of one face in a photo; nobody is identified."""

    left: float  # of the box of the mesh, in widths and heights of the photo; it may reach out
    top: float
    right: float
    bottom: float
    detection: float  # 0 to 1 by the detector
    mesh: float  # 0 to 1 by the mesh
    eye_distance: float  # pixels of the picture in which the eyes were looked at
    yaw: float  # degrees, as of pitch and roll; 0 looks into the camera
    pitch: float
    roll: float
    openness: float  # of the eyes, between the lids, in widths of an eye
    eyes: EyeState
    sharpness: float  # of `face_sharpness`; nan where it is too small
    cut: bool  # by the photo's edge

    @property
    def area(self) -> float:
        """Area of the face's box, as a fraction of the photo's area."""
        return (self.right - self.left) * (self.bottom - self.top)


class FacesSummary(NamedTuple):
    """Counts and measurements of a photo's faces, as stored in columns of the photo database."""

    faces: int
    largest_face: float  # the area of its box, as a share of the photo; nan without a face
    largest_face_cut: bool
    eyes_open: int  # faces
    eyes_hardly_open: int
    eyes_unknown: int
    face_sharpness: float  # of the largest face; nan without


def summary(faces: Sequence[Face]) -> FacesSummary:
    """Summary of a photo's faces: counts by eye state, and measurements of the largest face.

    >>> summary([]).faces
    0
    """
    states = [face.eyes for face in faces]
    largest = max(faces, key=lambda face: face.area, default=None)
    return FacesSummary(
        len(faces),
        largest.area if largest else nan,
        bool(largest and largest.cut),
        states.count("open"),
        states.count("hardly open"),
        states.count("unknown"),
        largest.sharpness if largest else nan,
    )


def faces_to_json(faces: Sequence[Face]) -> list[Json]:
    """Faces as a list of JSON objects, with null in place of nan."""
    return [
        {
            name: None if isinstance(value, float) and not isfinite(value) else value
            for name, value in face._asdict().items()
        }
        for face in faces
    ]


def faces_from_json(objects: Sequence[Json]) -> list[Face]:
    """Faces read from the JSON objects of :func:`faces_to_json`."""
    return [
        Face._make(nan if one[name] is None else one[name] for name in Face._fields)
        for one in objects
    ]
