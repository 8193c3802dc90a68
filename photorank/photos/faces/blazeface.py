"""Face detection by MediaPipe's full-range BlazeFace."""

from typing import NamedTuple

import numpy as np
from PIL import Image

from photorank.photos.faces.networks import Network
from photorank.photos.faces.square_crops import Square
from photorank.typing import Codes, Floats

PIXELS = 192  # side of the network's input
_ANCHORS_PER_SIDE = 48
_MOST_SCORE = 80.0  # logit limit, beyond which the exponential overflows
_SAME_PLACE = 0.3  # intersection over union from which two boxes are of one face
_FACE_SCALE = 1.5  # side of the mesh's input, in sides of the box

_MIDDLES = (np.arange(_ANCHORS_PER_SIDE) + 0.5) / _ANCHORS_PER_SIDE
_ANCHORS = np.stack(np.meshgrid(_MIDDLES, _MIDDLES), axis=-1).reshape(-1, 1, 2)  # (a, 1, 2)


class Window(NamedTuple):
    """Square region, in pixels, searched for faces; it may extend beyond the photo's edges."""

    left: float
    top: float
    side: float


class Candidates(NamedTuple):
    """Candidate faces that the detector found: boxes, eye positions and scores."""

    boxes: Floats  # (n, 4) left, top, right, bottom in pixels
    eyes: Floats  # (n, 2, 2) pixels
    scores: Floats  # (n,) 0 to 1

    def take(self, rows: Codes) -> "Candidates":
        """Candidate faces at the indices `rows`."""
        return Candidates(self.boxes[rows], self.eyes[rows], self.scores[rows])

    def scaled(self, factor: float) -> "Candidates":
        """Candidate faces with all pixel coordinates multiplied by `factor`."""
        return Candidates(self.boxes * factor, self.eyes * factor, self.scores)

    def squares(self) -> list[Square]:
        """Square crop regions around the candidate faces, rotated so that the eyes are level."""
        low, high = self.boxes[:, :2], self.boxes[:, 2:]
        x, y = ((low + high) / 2).T
        sides = _FACE_SCALE * (high - low).max(axis=1, initial=0)
        across = self.eyes[:, 1] - self.eyes[:, 0]
        angles = np.arctan2(across[:, 1], across[:, 0])
        return [Square(*one) for one in np.stack([x, y, sides, angles], axis=1).tolist()]


def find_candidates(
    network: Network, photo: Image.Image, windows: list[Window], least: float
) -> Candidates:
    """Candidate faces that the detector finds in windows of a photo, highest score first.

    Candidates with a score below `least` and duplicates of better ones are left out.
    """
    found = [_in_window(network, photo, window, least) for window in windows]
    joined = Candidates(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
    return joined.take(distinct(joined.boxes, joined.scores, _SAME_PLACE))


def distinct(boxes: Floats, scores: Floats, overlap: float) -> Codes:
    """Indices of the boxes (n, 4) that non-maximum suppression keeps, highest score first."""
    kept: list[int] = []
    for row in np.argsort(-scores, kind="stable").tolist():
        if not kept or overlaps(boxes[row], boxes[kept]).max() <= overlap:
            kept.append(row)
    return np.array(kept, dtype=np.intp)


def overlaps(box: Floats, boxes: Floats) -> Floats:
    """Intersection over union (n,) of one box (4,) with each of `boxes` (n, 4)."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    common = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    union = areas + np.prod(box[2:] - box[:2]) - common
    return common / np.maximum(union, np.finfo(float).tiny)


def whole_window(photo: Image.Image, padding: float = 0.0) -> Window:
    """Square window around a whole photo, with margins of `padding` times the photo's long side."""
    side = max(photo.size) * (1 + 2 * padding)
    return Window((photo.width - side) / 2, (photo.height - side) / 2, side)


def _in_window(network: Network, photo: Image.Image, window: Window, least: float) -> Candidates:
    frame = np.asarray(_window_image(photo, window), dtype=np.float32) / np.float32(127.5) - 1
    raw_boxes, raw_scores = network(frame[None])
    scores = 1 / (1 + np.exp(-np.clip(raw_scores.ravel(), -_MOST_SCORE, _MOST_SCORE)))
    good = np.flatnonzero(scores >= least)
    points = raw_boxes.reshape(-1, 8, 2)[good].astype(np.float64) / PIXELS
    points[:, [0, *range(2, 8)]] += _ANCHORS[good]
    points[:, 2:] = points[:, 2:] * window.side + (window.left, window.top)
    middle = points[:, 0] * window.side + (window.left, window.top)
    half = points[:, 1] * window.side / 2
    boxes = np.concatenate([middle - half, middle + half], axis=1)
    sound = np.flatnonzero((half > 0).all(axis=1) & np.isfinite(points).all(axis=(1, 2)))
    return _merged(Candidates(boxes, points[:, 2:4], scores[good].astype(np.float64)).take(sound))


def _window_image(photo: Image.Image, window: Window) -> Image.Image:
    """Square crop of a photo at the network's input size; black outside the photo."""
    scale = PIXELS / window.side
    left, top = max(window.left, 0.0), max(window.top, 0.0)
    right = min(window.left + window.side, photo.width)
    bottom = min(window.top + window.side, photo.height)
    size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
    part = photo.resize(size, Image.Resampling.BILINEAR, (left, top, right, bottom), 2.0)
    frame = Image.new("RGB", (PIXELS, PIXELS))
    frame.paste(part, (round((left - window.left) * scale), round((top - window.top) * scale)))
    return frame


def _merged(places: Candidates) -> Candidates:
    """Candidate faces, with overlapping ones merged into their score-weighted mean."""
    left = np.argsort(-places.scores, kind="stable")
    merged: list[tuple[Floats, Floats, float]] = []
    while len(left):
        same = overlaps(places.boxes[left[0]], places.boxes[left]) > _SAME_PLACE
        same[0] = True
        rows = left[same]
        weights = places.scores[rows]
        shares = weights / weights.sum()
        box, eyes = shares @ places.boxes[rows], np.tensordot(shares, places.eyes[rows], 1)
        merged.append((box, eyes, float(weights[0])))
        left = left[~same]
    return Candidates(
        np.array([one[0] for one in merged]).reshape(-1, 4),
        np.array([one[1] for one in merged]).reshape(-1, 2, 2),
        np.array([one[2] for one in merged]),
    )
