"""Find photo files under folders: by name and size alone, no file is opened here."""

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
# fmt: on
RAW_REASON = "camera RAW is not read; export it as JPEG or TIFF"

_SUFFIXES = PHOTO_SUFFIXES | RAW_SUFFIXES

# Folders of copies that programs and network drives make on their own. Names with a leading
# dot, among them ._* and .thumbnails, are hidden anyway.
_MACHINE_FOLDERS = frozenset(
    {
        "@eadir",
        "@recycle",
        "@recently-snapshot",
        "#recycle",
        "#snapshot",
        "$recycle.bin",
        "__macosx",
        "lost+found",
        "system volume information",
        "thumbnails",
    }
)


@dataclass(frozen=True)
class PhotoFile:
    """A file that has a photo's name; whether it holds one is seen when it is decoded."""

    path: Path  # absolute, links not resolved
    size: int  # bytes
    mtime_ns: int  # nanoseconds since 1970


@dataclass(frozen=True)
class SkippedFile:
    """A file or folder that was meant to be used and cannot be."""

    path: Path  # absolute, links not resolved
    size: int  # bytes, 0 where it is not known
    mtime_ns: int  # nanoseconds since 1970, 0 where it is not known
    reason: str


def find_photos(
    paths: Sequence[Path], exclude: Sequence[str] = ()
) -> Iterator[PhotoFile | SkippedFile]:
    """Yield each photo file under the paths once, in an order that does not change.

    Hidden files and folders and the folders that programs fill with thumbnails are passed
    over, unless they are named in `paths` themselves. Links are followed; a folder that is
    reached in two ways is read once, and where it really is rather than through a link.

    Parameters
    ----------
    paths : sequence of Path
        Folders, searched with all their subfolders, and single files.
    exclude : sequence of str
        Shell patterns; what matches one by its name or by its path relative to the folder
        in `paths` is passed over, a folder with all it holds. A ``*`` also matches slashes.

    Returns
    -------
    iterator of PhotoFile or SkippedFile
        Named files, then a folder's files by name before its subfolders; folders that only
        links lead to come last.

    Raises
    ------
    MissingPathError
        If one of the paths does not exist; at the call, not at the first photo.

    Examples
    --------
    >>> list(find_photos([]))
    []
    """
    roots = sorted({Path(os.path.abspath(path)) for path in paths})
    for root in roots:
        try:
            os.stat(root)
        except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a NUL
            raise MissingPathError(root) from error
        except OSError:
            continue  # it is there and cannot be used: the walk says why
    return _Walk([re.compile(fnmatch.translate(glob.rstrip("/"))) for glob in exclude]).run(roots)


class _Walk:
    """One search: what is excluded, and the folders and files seen so far."""

    def __init__(self, exclude: Sequence[re.Pattern[str]]) -> None:
        self.exclude = exclude
        self.seen: set[tuple[int, int]] = set()  # (device, inode) of folders
        self.named: set[str] = set()  # files in `paths` themselves
        self.links: list[tuple[str, str]] = []  # links to folders, each with its root

    def run(self, roots: Sequence[Path]) -> Iterator[PhotoFile | SkippedFile]:
        """Yield what is under the roots: named files, then folders, then linked folders."""
        self.named = {str(root) for root in roots if not os.path.isdir(root)}
        for name in sorted(self.named):
            yield _examined(name)
        for root in sorted(roots, key=os.path.islink):
            if str(root) not in self.named:
                yield from self.search(str(root), str(root))
        while self.links:  # last, so that a folder's photos bear its own path where it has one
            links, self.links = sorted(self.links), []
            for link, start in links:
                yield from self.search(link, start)

    def search(self, top: str, root: str) -> Iterator[PhotoFile | SkippedFile]:
        """Yield what a folder and its subfolders hold; links to folders are put off."""
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
                    yield _examined(entry.path)
            stack.append(iter(inside))

    def entries(self, folder: str, root: str) -> list[os.DirEntry[str]]:
        """Return what matters in a folder, sorted by name; nothing if it was read before."""
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in self.seen:
            return []
        self.seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            kept = [entry for entry in entries if not self.passes_over(entry, root)]
        return sorted(kept, key=lambda entry: entry.name)

    def passes_over(self, entry: os.DirEntry[str], root: str) -> bool:
        """Tell whether a name is hidden, made by a machine or excluded."""
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
        return False  # a link in a circle, or into a closed folder: examined by its name


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _examined(path: str) -> PhotoFile | SkippedFile:
    """Return the file with its size and time, or why it cannot be a photo."""
    suffix = _suffix(path)
    try:
        status = os.stat(path)
    except OSError as error:
        lost = os.path.islink(path) and isinstance(error, FileNotFoundError)
        return SkippedFile(Path(path), 0, 0, "a link to nothing" if lost else os_reason(error))
    if stat.S_ISDIR(status.st_mode):
        reason: str | None = "a folder with a photo's name"
    elif not stat.S_ISREG(status.st_mode):
        reason = "not a regular file"  # opening a pipe would wait for ever
    elif suffix in RAW_SUFFIXES:
        reason = RAW_REASON
    elif suffix not in PHOTO_SUFFIXES:
        reason = f"not the name of a photo ({suffix or 'no suffix'})"
    else:
        reason = missing_decoder(suffix)
    if reason:
        return SkippedFile(Path(path), status.st_size, status.st_mtime_ns, reason)
    return PhotoFile(Path(path), status.st_size, status.st_mtime_ns)
