"""Errors about the servers of the dashboard and of the HTTP service."""

from photorank.errors.base import PhotorankError


class ServerError(PhotorankError, RuntimeError):
    """The server of the dashboard, or of the HTTP service, cannot run."""


class FolderAccessError(PhotorankError, PermissionError):
    """A browser on another machine requests a folder of the machine that runs the dashboard."""

    def __init__(self) -> None:
        super().__init__(
            "folders of this computer are chosen by whoever sits at it: open the dashboard there "
            "by http://localhost, or upload the photos."
        )
