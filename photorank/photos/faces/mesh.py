"""Face mesh: 468 landmarks, and the probability that they belong to a face."""

from dataclasses import dataclass
from math import atan2, degrees

import numpy as np
from PIL import Image

from photorank.photos.faces.networks import Network
from photorank.photos.faces.square_crops import Square, square_around, square_crop
from photorank.typing import Floats

_PIXELS = 192  # side of the network's input
_SCALE = 1.5  # side of the network's input, in sides of the face
# Points of the mesh: the eyes' outer and inner corners as seen, left first; forehead and chin.
EYES = ((33, 133), (362, 263))
_FOREHEAD, _CHIN = 10, 152


@dataclass(frozen=True)
class Mesh:
    """468 landmarks (x, y, depth) of a face, in pixels of the photo."""

    points: Floats  # (468, 3)
    score: float  # 0 to 1 that it is a face

    @property
    def box(self) -> Floats:
        """Bounding box (left, top, right, bottom) of all landmarks."""
        flat = self.points[:, :2]
        return np.concatenate([flat.min(axis=0), flat.max(axis=0)])

    @property
    def square(self) -> Square:
        """Square crop region around the face's landmarks, rotated so that the eyes are level."""
        return square_around(self.points[:, :2], self.roll, _SCALE)

    @property
    def roll(self) -> float:
        """Clockwise rotation of the line between the eyes, in radians."""
        across = self.points[EYES[1][1]] - self.points[EYES[0][0]]
        return atan2(across[1], across[0])

    @property
    def eye_distance(self) -> float:
        """Distance between the eyes' centres in pixels."""
        left, right = (self.points[list(corners), :2].mean(axis=0) for corners in EYES)
        return float(np.hypot(*(right - left)))

    @property
    def pose(self) -> tuple[float, float, float]:
        """Yaw, pitch and roll of the head in degrees, all 0 if upright and facing the camera."""
        across = self.points[EYES[1][1]] - self.points[EYES[0][0]]
        down = self.points[_CHIN] - self.points[_FOREHEAD]
        yaw = atan2(across[2], np.hypot(across[0], across[1]))
        pitch = atan2(down[2], np.hypot(down[0], down[1]))
        return degrees(yaw), degrees(pitch), degrees(self.roll)


def mesh_in_two_passes(
    network: Network, photo: Image.Image, square: Square, hopeless: float = 0.0
) -> Mesh:
    """Face mesh from a square crop, computed a second time from a crop around the first mesh.

    Below a score of `hopeless` there is no second pass.
    """
    first = _mesh(network, photo, square)
    return first if first.score < hopeless else _mesh(network, photo, first.square)


def mesh_in_larger_image(network: Network, picture: Image.Image, mesh: Mesh, scale: float) -> Mesh:
    """Mesh of a detected face, computed again in a larger image of the same photo."""
    x, y, side, angle = mesh.square
    return _mesh(network, picture, Square(x * scale, y * scale, side * scale, angle))


def _mesh(network: Network, photo: Image.Image, square: Square) -> Mesh:
    pixels = square_crop(photo, square, _PIXELS).astype(np.float32) / np.float32(255)
    raw, raw_score = network(pixels[None])
    inside = raw.reshape(-1, 3).astype(np.float64) / _PIXELS
    points = np.column_stack([square.points(inside[:, :2]), inside[:, 2] * square.side])
    return Mesh(points, float(1 / (1 + np.exp(-np.clip(raw_score.ravel()[-1], -80.0, 80.0)))))
