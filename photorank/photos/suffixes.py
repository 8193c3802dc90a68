"""Suffixes of photo and companion files, and the common name of all files of one shot."""

import os
import re

# What Pixel phones add to the names of a RAW and its JPEG, and of a portrait and its original.
_PART_OF_SHOT = re.compile(r"\.[a-z]+-\d\d(\.mp)?\.(cover|original)$")

# fmt: off
HEIC_SUFFIXES = frozenset({".heic", ".heif", ".hif", ".heics", ".heifs"})
AVIF_SUFFIXES = frozenset({".avif", ".avifs"})
JXL_SUFFIXES = frozenset({".jxl"})
RAW_SUFFIXES = frozenset({
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".gpr", ".iiq", ".kdc",
    ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".ori", ".pef", ".raf", ".raw", ".rw2", ".rwl",
    ".sr2", ".srf", ".srw", ".x3f",
})
JPEG_SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".pjp"})
PHOTO_SUFFIXES = JPEG_SUFFIXES | HEIC_SUFFIXES | AVIF_SUFFIXES | JXL_SUFFIXES | RAW_SUFFIXES | {
    ".png", ".apng", ".webp", ".tif", ".tiff", ".bmp", ".dib", ".gif", ".mpo", ".insp",
}

# What cameras and programs put beside a photo under its name: videos of Live Photos and motion
# photos, sounds, thumbnails, and sidecars with a person's edits and ratings.
COMPANION_SUFFIXES = RAW_SUFFIXES | {
    ".mov", ".mp4", ".m4v", ".mp", ".3gp", ".avi", ".mts", ".wav", ".m4a", ".mp3", ".amr", ".thm",
    ".xmp", ".aae", ".pp3", ".dop", ".json", ".acr", ".on1", ".cos", ".nks", ".nksc", ".arp",
}
# fmt: on


def shot_stem(name: str) -> str:
    """Lower-case name without suffix, the same for all files of one shot, such as RAW and JPEG.

    >>> shot_stem("PXL_1.RAW-01.COVER.jpg"), shot_stem("PXL_1.RAW-02.ORIGINAL.dng")
    ('pxl_1', 'pxl_1')
    """
    return _PART_OF_SHOT.sub("", os.path.splitext(name.lower())[0])
