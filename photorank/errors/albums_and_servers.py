"""Errors about albums, and about the servers of dashboard and service."""

from photorank.errors.base import PhotorankError


class AlbumError(PhotorankError, ValueError):
    """An album request contradicts itself or the index."""


class ServerError(PhotorankError, RuntimeError):
    """The dashboard's server cannot run."""


class FolderAccessError(PhotorankError, PermissionError):
    """A visitor from another machine requests a folder of the dashboard's machine."""

    def __init__(self) -> None:
        super().__init__(
            "folders of this computer are chosen by whoever sits at it: open the dashboard there "
            "by http://localhost, or upload the photos."
        )
