"""Search for the faces in a photo: detection in a small image, measurement in a larger one."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from PIL import Image

from photorank.photos.faces.blazeface import (
    PIXELS,
    Candidates,
    Window,
    distinct,
    find_candidates,
    overlaps,
    whole_window,
)
from photorank.photos.faces.cut_faces import is_cut
from photorank.photos.faces.eyes import eye_state, measure_eyes
from photorank.photos.faces.face import Face
from photorank.photos.faces.face_sharpness import face_sharpness
from photorank.photos.faces.mesh import Mesh, mesh_in_larger_image, mesh_in_two_passes
from photorank.photos.faces.networks import Networks
from photorank.photos.thumbnails import small_picture
from photorank.typing import Flags

_LEAST_PIXELS = 64  # long side of a photo, below which no face is sought
# Chosen on 808 photographs and 372 of objects and rooms.
_PADDING = 0.35  # of the long side: it shrinks faces that fill the photo
_MIN_DETECTION = 0.2
_CERTAIN_DETECTION = 0.6  # detection score from which the mesh's score is not needed
_LIKELY_DETECTION = 0.4  # detection score below which the first mesh score decides
_MIN_MESH, _LIKELY_MESH, _HOPELESS_MESH = 0.5, 0.98, 0.01
# Of the whole photo's look, for a face that is not too large for it: what the padded look alone
# sees is a knob or a hollow more often than a face.
_MIN_IN_WHOLE = 0.1
_LARGE = 0.45  # face width, as a share of the long side, from which this rule is off
_SAME_FACE = 0.3  # intersection over union of two meshes

# Faces that are small make it worth while to look for more of them, nearer.
_SMALL = 0.15  # of the long side, a face's width
_TILE = 0.34  # side of a tile, as a share of the long side; the step is half
_MIN_TILE_DETECTION = 0.4

LARGER = 1.5  # scale of a larger image that is worth the time


class _Found(NamedTuple):
    mesh: Mesh
    detection: float


def find_faces(
    networks: Networks, photo: Image.Image, larger: Callable[[], Image.Image] | None = None
) -> list[Face]:
    """Faces found in a photo, with their measurements, largest first.

    `larger` gives the same photo with more pixels; it is asked for where there is a face.
    """
    if max(photo.size) < _LEAST_PIXELS:
        return []
    found = _faces_in_whole(networks, photo)
    if not found:
        return []
    picture = photo if larger is None else larger()
    if picture is not photo:
        found = [
            _with_finer_mesh(networks, one, picture, picture.width / photo.width) for one in found
        ]
    widths = [(one.mesh.box[2] - one.mesh.box[0]) / max(picture.size) for one in found]
    if min(widths) < _SMALL:
        found = _distinct([*found, *_faces_in_tiles(networks, picture)])
    faces = [_face(networks, one, picture) for one in found]
    return sorted(faces, key=lambda face: -face.area)


def _faces_in_whole(networks: Networks, photo: Image.Image) -> list[_Found]:
    """Faces detected in an image of the whole photo."""
    small = small_picture(photo, PIXELS)
    scale = max(photo.size) / max(small.size)
    plain, padded = (
        find_candidates(networks.detector, small, [whole_window(small, padding)], least).scaled(
            scale
        )
        for padding, least in ((0, _MIN_IN_WHOLE), (_PADDING, _MIN_DETECTION))
    )
    joined = Candidates(*(np.concatenate(parts) for parts in zip(plain, padded, strict=True)))
    joined = joined.take(np.flatnonzero(joined.scores >= _MIN_DETECTION))
    places = joined.take(distinct(joined.boxes, joined.scores, _SAME_FACE))
    large = (places.boxes[:, 2] - places.boxes[:, 0]) > _LARGE * max(photo.size)
    likely = _overlapping(plain, places) | large | (places.scores > _CERTAIN_DETECTION)
    return _confirmed(networks, photo, places.take(np.flatnonzero(likely)))


def _faces_in_tiles(networks: Networks, photo: Image.Image) -> list[_Found]:
    """Faces detected in overlapping tiles of the photo, so that small faces are found too."""
    places = find_candidates(networks.detector, photo, _tiles(photo), _MIN_TILE_DETECTION)
    return _confirmed(networks, photo, places)


def _tiles(photo: Image.Image) -> list[Window]:
    side = _TILE * max(photo.size)
    across, down = (
        np.linspace(0, max(length - side, 0), max(round(2 * length / side) - 1, 1)).tolist()
        for length in photo.size
    )
    return [Window(left, top, side) for top in down for left in across]


def _overlapping(others: Candidates, candidates: Candidates) -> Flags:
    """Mask (n,) of the `candidates`: True for those that overlap any face in `others`."""
    found = [
        len(others.boxes) > 0 and overlaps(box, others.boxes).max() > _SAME_FACE
        for box in candidates.boxes
    ]
    return np.array(found, dtype=bool)


def _confirmed(networks: Networks, photo: Image.Image, places: Candidates) -> list[_Found]:
    """Candidate faces that the face-mesh network confirms as faces, each with its mesh."""
    squares = places.squares()
    found = []
    for square, score in zip(squares, places.scores.tolist(), strict=True):
        hopeless = _HOPELESS_MESH if score < _LIKELY_DETECTION else 0.0
        mesh = mesh_in_two_passes(networks.mesh, photo, square, hopeless)
        least = _MIN_MESH if score >= _CERTAIN_DETECTION else _LIKELY_MESH
        if mesh.score >= least and np.isfinite(mesh.points).all():
            found.append(_Found(mesh, score))
    return _distinct(found)


def _distinct(found: list[_Found]) -> list[_Found]:
    """Detected faces without duplicates (several detections of the same face)."""
    if not found:
        return []
    boxes = np.array([one.mesh.box for one in found])
    scores = np.array([one.mesh.score + one.detection for one in found])
    return [found[row] for row in distinct(boxes, scores, _SAME_FACE).tolist()]


def _with_finer_mesh(
    networks: Networks, found: _Found, picture: Image.Image, scale: float
) -> _Found:
    """Detected face with its mesh computed again from a larger image of the photo.

    `scale` is the larger image's size, divided by that of the image used before.
    """
    mesh = mesh_in_larger_image(networks.mesh, picture, found.mesh, scale)
    return found._replace(mesh=replace(mesh, score=max(mesh.score, found.mesh.score)))


def _face(networks: Networks, found: _Found, picture: Image.Image) -> Face:
    """Measurements (eyes, pose, sharpness, …) of a detected face in an image of the photo."""
    mesh = found.mesh
    eyes = measure_eyes(networks.iris, picture, mesh)
    box = mesh.box / (*picture.size, *picture.size)
    left, top, right, bottom = box.tolist()
    yaw, pitch, roll = mesh.pose
    return Face(
        left,
        top,
        right,
        bottom,
        detection=found.detection,
        mesh=mesh.score,
        eye_distance=mesh.eye_distance,
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        openness=eyes.opening,
        eyes=eye_state(eyes, mesh),
        sharpness=face_sharpness(picture, mesh.box),
        cut=is_cut(box, yaw),
    )
