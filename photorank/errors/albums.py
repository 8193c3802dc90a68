"""Errors about albums."""

from photorank.errors.base import PhotorankError


class AlbumError(PhotorankError, ValueError):
    """An album or photo book cannot be made, saved or read as requested."""
