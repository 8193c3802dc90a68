"""Errors about paths, photo files, photo metadata, exports, disk space and memory."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from photorank.errors.base import PhotorankError, counted

_TOLD_FAULTS = 20  # of the photos of one command


class MissingPathError(PhotorankError, FileNotFoundError):
    """A path does not exist, or names a folder instead of a file, or a file instead of a folder."""

    def __init__(self, path: Path | str, *, hint: str = "Check the spelling of the path.") -> None:
        if os.path.isdir(path):
            super().__init__(f"{path} is a folder, not a file. Name a file.")
        elif os.path.isfile(path):
            super().__init__(f"{path} is a file, not a folder. Name a folder.")
        elif os.path.exists(path):
            super().__init__(f"{path} is no regular file. Name another one.")
        else:
            super().__init__(f"{path} does not exist. {hint}")


class NoPhotosError(PhotorankError, ValueError):
    """No photo was found in the given paths."""

    def __init__(self, paths: Sequence[Path], reasons: Sequence[str]) -> None:
        where = ", ".join(str(path) for path in paths)
        others = f", and {len(reasons) - 1} more" if len(reasons) > 1 else ""
        seen = f" (not usable: {reasons[0]}{others})" if reasons else ""
        super().__init__(
            f"no photo was found in {where}{seen}. Name a folder of photos: "
            "`photorank index FOLDER --name NAME`."
        )


class UnreadablePhotoError(PhotorankError, ValueError):
    """A file cannot be used as a photo; the index records the reason."""

    def __init__(
        self, reason: str, path: Path | str | None = None, *, passing: bool = False
    ) -> None:
        self.reason = reason
        self.passing = passing  # the trouble may be over next time
        where = f"{path} is not a usable photo: " if path else ""
        super().__init__(f"{where}{reason}")


class UnusablePhotosError(PhotorankError, ValueError):
    """Several of the given photos cannot be used; the message lists them."""

    def __init__(self, faults: Sequence[PhotorankError], asked: int) -> None:
        told = " ".join(f"{str(fault).rstrip('.')}." for fault in faults[:_TOLD_FAULTS])
        others = f" And {len(faults) - _TOLD_FAULTS} more." if len(faults) > _TOLD_FAULTS else ""
        super().__init__(
            f"{len(faults)} of {counted(asked, 'photo')} cannot be used: {told}{others}"
        )


class MetadataError(PhotorankError, ValueError):
    """A photo's metadata cannot be parsed; the attribute `reason` explains why to the user."""

    def __init__(self, reason: str, path: Path | None = None) -> None:
        self.reason = reason
        self.path = path  # of the file that says so, where it is known
        where = f"{path} cannot be used: " if path else ""
        super().__init__(f"{where}{reason}")


class DecoderError(PhotorankError, RuntimeError):
    """The process that decodes photos cannot be started."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"the process that decodes photos cannot be started: {why}. Look at what "
            "`photorank doctor` says; installing photorank anew helps if its files are damaged."
        )


class ExportError(PhotorankError, OSError):
    """An export cannot be written as requested, for example because a file already exists."""


class StorageError(PhotorankError, OSError):
    """A file or folder cannot be written, for example because the disk is full or read-only."""

    def __init__(self, path: Path | str, why: str, kept: str | None = None) -> None:
        kept = kept or (
            "Nothing half written was kept; make room or choose another place (for indexes with "
            "PHOTORANK_HOME), then run the same command again."
        )
        super().__init__(f"{path} could not be written: {why}. {kept}")
        self.on_page = (
            f"{Path(path).name} could not be written: {why}. What was kept before is safe. Make "
            "room, or look after that disk, then try again."
        )


class UnreadableFileError(PhotorankError, OSError):
    """The operating system refuses to read a file, although the file may be undamaged."""

    def __init__(self, path: Path | str, why: str) -> None:
        super().__init__(
            f"{path} could not be read: {why}. Nothing was changed. Look after its disk and its "
            "rights, then run the same command again."
        )
        self.on_page = (
            f"{Path(path).name} could not be read: {why}. Nothing was changed. Look after its disk "
            "and its rights, then reload the page."
        )


class OutOfMemoryError(PhotorankError, MemoryError):
    """The system has no memory left."""

    on_page = (
        "this computer has not enough memory for that. Close other programs, then reload the page; "
        "what was finished before is kept."
    )

    def __init__(self) -> None:
        super().__init__(
            "there is not enough memory. Close other programs or raise the limit (`ulimit -v`), "
            "then run the same command again; what was finished before is kept."
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), ()  # Python refuses `__new__` of a MemoryError's subclass


class NoLocksError(PhotorankError, RuntimeError):
    """The file system does not support file locks."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"the disk of {folder} has no file locks, without which two runs could write at once. "
            "Keep indexes on another disk: set PHOTORANK_HOME to a folder there."
        )


def in_words(error: Exception) -> "PhotorankError | None":
    """PhotorankError that explains a file, disk or memory error; None for other exceptions.

    A PhotorankError is returned unchanged.
    """
    if isinstance(error, PhotorankError):
        return error
    number = error.errno if isinstance(error, OSError) else None
    if (
        isinstance(error, MemoryError)
        or number == errno.ENOMEM
        or (isinstance(error, ImportError) and "map segment" in str(error))
    ):
        return OutOfMemoryError()
    if isinstance(error, OSError) and number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        again = "Make room, then run the same command again."
        return StorageError(error.filename or "the output", "the disk is full", again)
    if isinstance(error, FileNotFoundError) and error.filename is None:  # of `os.getcwd`
        hint = "Change to another folder, then run the same command again."
        return MissingPathError("the current folder", hint=hint)
    if isinstance(error, OSError) and number not in (None, errno.EPIPE):
        return UnreadableFileError(error.filename or "a file", (error.strerror or "").lower())
    return None


def changed_since(paths: Sequence[Path]) -> str:
    """Message that photos are left out because their files were changed after indexing.

    >>> changed_since([Path("a.jpg")])
    '1 photo changed since it was indexed: a.jpg. It is left out; run `photorank index` again.'
    """
    they = ("it was", "It is") if len(paths) == 1 else ("they were", "They are")
    first = paths[0] if len(paths) == 1 else f"{paths[0]} and others"
    return (
        f"{counted(len(paths), 'photo')} changed since {they[0]} indexed: {first}. {they[1]} left "
        "out; run `photorank index` again."
    )
