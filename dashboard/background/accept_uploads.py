"""Limits on uploads from visitors' devices, and the paths where uploaded files are saved.

What a sender may do is bounded: the number and bytes of files, the room left on the disk, names.
A name is made safe, nothing that is there is replaced, and a file is there as a whole or not at
all. Whoever begins to send gets a token, which alone lets files in, for a while.
"""

import filecmp
import re
import secrets
import shutil
import time
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import Lock

from photorank.errors import PhotorankError, counted
from photorank.photos.suffixes import PHOTO_SUFFIXES
from photorank.workspace import Workspace, make_folder, storage_errors

MOST_FILES = 5_000  # of one sender
MOST_BYTES = 20 << 30  # of all files of one sender
MOST_FILE_BYTES = 300 << 20  # of one file: above any camera's RAW
KEPT_FREE_BYTES = 1 << 30  # of the disk
IDLE_SECONDS = 3600.0  # without a file, after which a token is none
TAKEN_SUFFIXES = PHOTO_SUFFIXES | {".xmp"}  # a sidecar tells dates and stars

_MAX_DEPTH = 8  # folders in a name
_MAX_LETTERS = 80  # of a folder's or a file's name
_UNSAFE = re.compile(r'[<>:"|?*\\/\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


class RefusedFileError(PhotorankError, ValueError):
    """Error for an uploaded file that is refused; the message gives the reason."""


@dataclass
class Receiver:
    """Receiver of one visitor's uploads: target folder, and counts of files and bytes received."""

    folder: Path
    files: int = 0
    size: int = 0  # bytes
    used: float = field(default_factory=time.monotonic)
    lock: Lock = field(default_factory=Lock)
    most_files: int = MOST_FILES

    def admit(self, name: str, length: int) -> PurePosixPath:
        """Check an upload's name and size against the limits; return its relative path for saving.

        Raises RefusedFileError.
        """
        path = safe_path(name)
        with self.lock:
            self.used = time.monotonic()
            if self.files >= self.most_files:
                raise RefusedFileError(
                    f"no more than {counted(self.most_files, 'file')} can be taken at once"
                )
            if length > MOST_FILE_BYTES or self.size + length > MOST_BYTES:
                raise RefusedFileError("it is too large")
            if shutil.disk_usage(self.folder).free - length < KEPT_FREE_BYTES:
                raise RefusedFileError("the disk is full")
            self.files += 1
            self.size += length
        return path

    def keep(self, part: Path, path: PurePosixPath) -> None:
        """Give a completely received file its final name, without replacing another file.

        If a different file has that name, a number is added.
        """
        with self.lock, storage_errors(self.folder):
            target = self.folder / path
            make_folder(target.parent)
            stem, number = target.stem, 2
            while target.exists():
                if filecmp.cmp(part, target, shallow=False):
                    part.unlink()
                    return
                target = target.with_name(f"{stem}-{number}{target.suffix}")
                number += 1
            part.replace(target)


_RECEIVERS: dict[str, Receiver] = {}
_LOCK = Lock()


def begin_upload(workspace: Workspace, name: str) -> str:
    """Make the folder for an index's uploads, and return the token that permits uploading."""
    folder = folder_of(workspace, name)
    with storage_errors(folder):
        make_folder(folder)
    token = secrets.token_urlsafe(16)
    with _LOCK:
        old = time.monotonic() - IDLE_SECONDS
        for one in [one for one, receiver in _RECEIVERS.items() if receiver.used < old]:
            del _RECEIVERS[one]
        _RECEIVERS[token] = Receiver(folder)
    return token


def receiver(token: str) -> Receiver | None:
    """Receiver of the uploads made with a token; None if the token is unknown or expired."""
    with _LOCK:
        found = _RECEIVERS.get(token)
    return None if found is None or time.monotonic() - found.used > IDLE_SECONDS else found


def folder_of(workspace: Workspace, name: str) -> Path:
    """Folder path for an index's uploads; raises InvalidNameError if the index name is invalid."""
    return workspace.root / "photos" / workspace.index(name).name


def safe_path(name: str) -> PurePosixPath:
    r"""Safe relative path made from the name of a visitor's photo or sidecar file.

    Raises RefusedFileError for other files.

    Examples
    --------
    >>> str(safe_path("Rome/../../etc/a b.JPG")), str(safe_path("C:\\x\\nul.jpg"))
    ('Rome/etc/a b.JPG', 'C_/x/_nul.jpg')
    """
    text = unicodedata.normalize("NFC", name.encode(errors="replace").decode(errors="replace"))
    parts = [_safe_name(part) for part in re.split(r"[/\\]", text)]
    parts = [part for part in parts if part]
    if not parts or Path(parts[-1]).suffix.lower() not in TAKEN_SUFFIXES:
        raise RefusedFileError("it is no photo")
    return PurePosixPath(*parts[-_MAX_DEPTH:])


def _safe_name(name: str) -> str:
    """File name made valid on every operating system; empty if no valid character is left."""
    shown = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    text = _UNSAFE.sub("_", shown).strip(" .")
    stem, dot, suffix = text.rpartition(".")
    if dot and len(suffix) < 10:
        text = f"{stem[:_MAX_LETTERS].rstrip(' .')}.{suffix}"
    text = text[: _MAX_LETTERS + 10]
    while len(text.encode()) > 200:
        stem, dot, suffix = text.rpartition(".")
        text = f"{stem[:-1]}{dot}{suffix}" if dot and stem else text[:-1]
    return f"_{text}" if _RESERVED.fullmatch(text) else text
