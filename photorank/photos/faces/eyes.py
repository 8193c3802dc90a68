"""Openness of a face's eyes, measured with MediaPipe's iris model."""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from photorank.photos.faces.face import EyeState
from photorank.photos.faces.mesh import EYES, Mesh
from photorank.photos.faces.networks import Network
from photorank.photos.faces.square_crops import Square, square_crop
from photorank.typing import Floats, Frames

_PIXELS = 64  # side of the network's input
_SCALES = (2.0, 2.3)  # sides of the input, in eye widths; the results are averaged
_POINTS = 71  # of the eye's contour: corners 0 and 8, the lower lid between, the upper from 9 to 15
_CORNERS, _LOWER, _UPPER = (0, 8), slice(1, 8), slice(9, 16)
_MIDDLE = slice(2, 5)  # pairs of lid points in the middle of the eye, of seven
_PUPIL = 0.8  # share of the iris's radius that is certainly inside
_WHITE = 1.1  # multiple of the iris's radius that is certainly outside

# Chosen on the faces of 266 photographs. Openings are shares of the eye's width.
_MIN_EYE_DISTANCE = 30.0  # pixels
_MAX_YAW, _MAX_PITCH = 40.0, 45.0  # degrees
_HARDLY_OPEN = 0.15
_OPEN = 0.22
_MIN_CONTRAST = 0.05  # grey difference, 0 to 1, of white and iris in the better eye


class Eyes(NamedTuple):
    """Mean opening of a face's two eyes, and the greater of their two iris contrasts."""

    opening: float  # between the lids, as a share of the eye's width
    contrast: float  # of the iris with the white, in the better eye


def measure_eyes(network: Network, photo: Image.Image, mesh: Mesh) -> Eyes:
    """Opening and iris contrast of a face's eyes, measured by MediaPipe's iris model."""
    seen = [
        [_measure_eye(network, photo, mesh, side, scale) for scale in _SCALES] for side in (0, 1)
    ]
    openings = [[look.opening for look in looks] for looks in seen]
    contrasts = [[look.contrast for look in looks] for looks in seen]
    return Eyes(float(np.mean(openings)), float(np.mean(contrasts, axis=1).max()))


def eye_state(eyes: Eyes, mesh: Mesh) -> EyeState:
    """Eye state of a face: open, hardly open or unknown; unknown for small or turned faces."""
    yaw, pitch, _ = mesh.pose
    turned = abs(yaw) > _MAX_YAW or abs(pitch) > _MAX_PITCH
    if turned or mesh.eye_distance < _MIN_EYE_DISTANCE:
        return "unknown"
    if eyes.opening < _HARDLY_OPEN:
        return "hardly open"
    seen = eyes.opening > _OPEN and eyes.contrast >= _MIN_CONTRAST
    return "open" if seen else "unknown"


def opening_of(contour: Floats) -> float:
    """Distance between an eye's lids, in eye widths, from the eye's contour points (71, 2).

    It is measured in the middle of the eye.
    """
    first, last = contour[list(_CORNERS)]
    width = float(np.hypot(*(last - first)))
    if width == 0:
        return 0.0
    down = np.array([first[1] - last[1], last[0] - first[0]]) / width
    return float(((contour[_LOWER] - contour[_UPPER]) @ down)[_MIDDLE].mean() / width)


def contrast_of(eye: Frames, contour: Floats, iris: Floats) -> float:
    """Grey-level difference (0 to 1) between an eye's white and its iris; 0 if either is hidden."""
    between = Image.new("L", (eye.shape[1], eye.shape[0]))
    outline = [*contour[_CORNERS[0] : _CORNERS[1] + 1], *contour[_UPPER][::-1]]
    ImageDraw.Draw(between).polygon([tuple(point) for point in outline], fill=1)
    visible = np.asarray(between).astype(bool)
    y, x = np.mgrid[: eye.shape[0], : eye.shape[1]] + 0.5
    radius = float(np.hypot(*(iris[1] - iris[3]))) / 2
    distance = np.hypot(x - iris[0, 0], y - iris[0, 1])
    dark, white = visible & (distance <= _PUPIL * radius), visible & (distance > _WHITE * radius)
    if not dark.any() or not white.any():
        return 0.0
    grey = eye.mean(axis=2)
    return float(grey[white].mean() - grey[dark].mean()) / 255


def _measure_eye(network: Network, photo: Image.Image, mesh: Mesh, side: int, scale: float) -> Eyes:
    """Opening and iris contrast of one eye, measured by the iris model on a crop of the photo.

    The eye with `side` 1 is mirrored first.
    """
    first, last = mesh.points[list(EYES[side]), :2]
    across = last - first
    x, y = (first + last) / 2
    width, angle = float(np.hypot(*across)), float(np.arctan2(across[1], across[0]))
    eye = square_crop(photo, Square(float(x), float(y), scale * width, angle), _PIXELS)
    if side:
        eye = eye[:, ::-1]
    frame = np.ascontiguousarray(eye, dtype=np.float32) / np.float32(255)
    raw_contour, raw_iris = network(frame[None])
    contour = raw_contour.reshape(_POINTS, 3)[:, :2].astype(np.float64)
    iris = raw_iris.reshape(-1, 3)[:, :2].astype(np.float64)
    return Eyes(opening_of(contour), contrast_of(eye, contour, iris))
