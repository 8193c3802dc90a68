"""Variants of a photo (reduced, cropped, compressed) for testing how stable its rating is."""

import io

from PIL import Image

_SIDE_SCALES = (0.75, 0.5)  # of each side; the photo itself is the third size
_CROPPED_SIDE = 0.95  # share of each side left by a crop
_JPEG_QUALITIES = (85, 50)

# Positions in `stability_copies` of those that differ from the photo by one kind of change.
CHANGES = {"size": (1, 2), "crop": (3, 4), "JPEG": (5, 6)}


def stability_copies(photo: Image.Image) -> list[Image.Image]:
    """List of a photo and six changed copies (resized, cropped, JPEG), in the order of `CHANGES`.

    The photo itself, at 75 and 50 % of its size, without 5 % at the right and lower edges, without
    5 % at the left and upper edges, and as JPEG of quality 85 and 50.

    >>> [one.size for one in stability_copies(Image.new("RGB", (80, 60)))]
    [(80, 60), (60, 45), (40, 30), (76, 57), (76, 57), (80, 60), (80, 60)]
    """
    smaller = [photo.resize(_sides(photo, part), Image.Resampling.LANCZOS) for part in _SIDE_SCALES]
    width, height = _sides(photo, _CROPPED_SIDE)
    cut = [
        photo.crop((0, 0, width, height)),
        photo.crop((photo.width - width, photo.height - height, photo.width, photo.height)),
    ]
    for one in (*smaller, *cut):
        one.info = {}  # `full_size` of the photo would decide the shape of their frames
    return [photo, *smaller, *cut, *(_compressed(photo, quality) for quality in _JPEG_QUALITIES)]


def _sides(photo: Image.Image, part: float) -> tuple[int, int]:
    return max(round(photo.width * part), 1), max(round(photo.height * part), 1)


def _compressed(photo: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=quality)
    with Image.open(file) as saved:
        compressed = saved.convert("RGB")
    compressed.info = photo.info
    return compressed
