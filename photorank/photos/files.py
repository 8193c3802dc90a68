"""Search for photo files under folders, by file name and size; no file is opened."""

import fnmatch
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from photorank.errors import MissingPathError
from photorank.photos.open_photo import missing_decoder, os_reason

# fmt: off
PHOTO_SUFFIXES = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".mpo",
    ".heic", ".heif", ".avif",
})
RAW_SUFFIXES = frozenset({
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".gpr", ".iiq", ".kdc", ".mef",
    ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf",
    ".srw", ".x3f",
})

# Folders that programs and network drives fill with copies. Names with a leading dot, such as ._*
# and .thumbnails, are excluded anyway.
_MACHINE_FOLDERS = frozenset({
    "@eadir", "@recycle", "@recently-snapshot", "#recycle", "#snapshot", "$recycle.bin",
    "__macosx", "lost+found", "system volume information", "thumbnails",
})
# fmt: on
RAW_REASON = "camera RAW is not read; export it as JPEG or TIFF"

_SUFFIXES = PHOTO_SUFFIXES | RAW_SUFFIXES


@dataclass(frozen=True)
class PhotoFile:
    """Candidate photo file, found by its suffix and not opened yet."""

    path: Path  # absolute, links not resolved
    size: int  # bytes
    mtime_ns: int  # nanoseconds since 1970


@dataclass(frozen=True)
class SkippedFile:
    """A file or folder that cannot be used, with the reason."""

    path: Path  # absolute, links not resolved
    size: int  # bytes, 0 where it is not known
    mtime_ns: int  # nanoseconds since 1970, 0 where it is not known
    reason: str


def find_photos(
    paths: Sequence[Path], exclude: Sequence[str] = ()
) -> Iterator[PhotoFile | SkippedFile]:
    """Photo files under folders and at single paths, each once, in a stable order.

    Named files come first, then a folder's files by name before its subfolders, then folders that
    only links lead to. Hidden names and folders of thumbnails are excluded unless they are in
    `paths`, and so are names, or paths relative to a folder of `paths`, that match a shell pattern
    of `exclude`, in which ``*`` also matches slashes. Raises MissingPathError at the call.
    """
    roots = sorted({Path(os.path.abspath(path)) for path in paths})
    for root in roots:
        try:
            os.stat(root)
        except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a NUL
            raise MissingPathError(root) from error
        except OSError:
            continue  # it exists but cannot be used: the walk yields the reason
    return _Walk([re.compile(fnmatch.translate(glob.rstrip("/"))) for glob in exclude]).run(roots)


class _Walk:
    """State of one search: patterns to exclude, folders visited, links to follow."""

    def __init__(self, exclude: Sequence[re.Pattern[str]]) -> None:
        self.exclude = exclude
        self.visited: set[tuple[int, int]] = set()  # (device, inode) of folders
        self.named: set[str] = set()  # files among the paths of the call
        self.links: list[tuple[str, str]] = []  # links to folders, each with its root

    def run(self, roots: Sequence[Path]) -> Iterator[PhotoFile | SkippedFile]:
        """Photo files under the roots: named files, then folders, then linked folders."""
        self.named = {str(root) for root in roots if not os.path.isdir(root)}
        for name in sorted(self.named):
            yield _checked_file(name)
        for root in sorted(roots, key=os.path.islink):
            if str(root) not in self.named:
                yield from self.search(str(root), str(root))
        while self.links:  # last, so that photos have a path without links where there is one
            links, self.links = sorted(self.links), []
            for link, start in links:
                yield from self.search(link, start)

    def search(self, top: str, root: str) -> Iterator[PhotoFile | SkippedFile]:
        """Photo files in a folder and its subfolders; symlinks to folders are queued for later."""
        stack: list[Iterator[str]] = [iter([top])]  # folders nest deeper than Python recurses
        while stack:
            folder = next(stack[-1], None)
            if folder is None:
                stack.pop()
                continue
            inside: list[str] = []
            try:
                entries = self.entries(folder, root)
            except OSError as error:
                reason = f"this folder cannot be read: {os_reason(error)}"
                yield SkippedFile(Path(folder), 0, 0, reason)
                continue
            for entry in entries:
                if _is_folder(entry):
                    inside.append(entry.path)
                elif _is_folder(entry, linked=True):
                    self.links.append((entry.path, root))
                if _suffix(entry.name) in _SUFFIXES and entry.path not in self.named:
                    yield _checked_file(entry.path)
            stack.append(iter(inside))

    def entries(self, folder: str, root: str) -> list[os.DirEntry[str]]:
        """Entries of a folder sorted by name, without excluded ones; empty if already visited."""
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in self.visited:
            return []
        self.visited.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            kept = [entry for entry in entries if not self.is_excluded(entry, root)]
        return sorted(kept, key=lambda entry: entry.name)

    def is_excluded(self, entry: os.DirEntry[str], root: str) -> bool:
        """Whether an entry is hidden, a folder of generated files, or matches a pattern."""
        if entry.name.startswith(".") or entry.name.lower() in _MACHINE_FOLDERS:
            return True
        if not self.exclude:
            return False
        relative = os.path.relpath(entry.path, root).replace(os.sep, "/")
        return any(glob.match(entry.name) or glob.match(relative) for glob in self.exclude)


def _is_folder(entry: os.DirEntry[str], *, linked: bool = False) -> bool:
    try:
        return entry.is_dir(follow_symlinks=linked)
    except OSError:
        return False  # a circular link or one into a closed folder: its name decides


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _checked_file(path: str) -> PhotoFile | SkippedFile:
    """PhotoFile with size and time, or SkippedFile with the reason for skipping."""
    suffix = _suffix(path)
    try:
        status = os.stat(path)
    except OSError as error:
        lost = os.path.islink(path) and isinstance(error, FileNotFoundError)
        return SkippedFile(Path(path), 0, 0, "a link to nothing" if lost else os_reason(error))
    if stat.S_ISDIR(status.st_mode):
        reason: str | None = "a folder with a photo's name"
    elif not stat.S_ISREG(status.st_mode):
        reason = "not a regular file"  # opening a pipe would block
    elif suffix in RAW_SUFFIXES:
        reason = RAW_REASON
    elif suffix not in PHOTO_SUFFIXES:
        reason = f"not the name of a photo ({suffix or 'no suffix'})"
    else:
        reason = missing_decoder(suffix)
    if reason:
        return SkippedFile(Path(path), status.st_size, status.st_mtime_ns, reason)
    return PhotoFile(Path(path), status.st_size, status.st_mtime_ns)
