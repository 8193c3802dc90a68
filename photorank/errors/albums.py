"""Errors about albums."""

from photorank.errors.base import PhotorankError


class AlbumError(PhotorankError, ValueError):
    """An album request contradicts itself or the index."""
