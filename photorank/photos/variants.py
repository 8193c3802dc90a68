"""The same photo as it may reach us: smaller, cut at an edge, compressed."""

import io

from PIL import Image

_SIZES = (0.75, 0.5)  # of each side; the photo itself is the third
_CUT = 0.95  # of each side is left by a crop
_QUALITIES = (85, 50)

# What is done to a photo, and the variants that differ from it by that alone.
CHANGES = {"size": (1, 2), "crop": (3, 4), "JPEG": (5, 6)}


def variants(photo: Image.Image) -> list[Image.Image]:
    """Return a photo and six pictures that people would call the same.

    The photo itself comes first, then it at three quarters and at half of its
    size, without its right and lower edges, without its left and upper ones (a
    twentieth of each side), and as JPEG of quality 85 and 50; see `CHANGES`.

    Examples
    --------
    >>> [one.size for one in variants(Image.new("RGB", (80, 60)))]
    [(80, 60), (60, 45), (40, 30), (76, 57), (76, 57), (80, 60), (80, 60)]
    """
    smaller = [photo.resize(_sides(photo, part), Image.Resampling.LANCZOS) for part in _SIZES]
    width, height = _sides(photo, _CUT)
    cut = [
        photo.crop((0, 0, width, height)),
        photo.crop((photo.width - width, photo.height - height, photo.width, photo.height)),
    ]
    for one in (*smaller, *cut):
        one.info = {}  # what the full photo's size was would decide their frame's shape
    return [photo, *smaller, *cut, *(_compressed(photo, quality) for quality in _QUALITIES)]


def _sides(photo: Image.Image, part: float) -> tuple[int, int]:
    return max(round(photo.width * part), 1), max(round(photo.height * part), 1)


def _compressed(photo: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=quality)
    with Image.open(file) as saved:
        compressed = saved.convert("RGB")
    compressed.info = photo.info
    return compressed
