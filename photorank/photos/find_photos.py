"""Search for photo files in folders.

Photo files are known by their suffix; files without a suffix by their first bytes.
"""

import fnmatch
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from photorank.errors import MissingPathError, UnreadablePhotoError
from photorank.photos.damage_reasons import format_of
from photorank.photos.open_photo import missing_decoder, open_file, os_reason
from photorank.photos.suffixes import (
    COMPANION_SUFFIXES,
    HEIC_SUFFIXES,
    JPEG_SUFFIXES,
    PHOTO_SUFFIXES,
    RAW_SUFFIXES,
    shot_stem,
)

# Folders that programs and network drives fill with copies.
_PROGRAM_FOLDERS = frozenset({
    "@eadir", "@recycle", "@recently-snapshot", "#recycle", "#snapshot", "$recycle.bin",
    "__macosx", "lost+found", "system volume information", "thumbnails",
})  # fmt: skip

# Reasons why a file is passed over: it is no photo, and nothing is wrong with it.
COMPANION = "goes along with the photo of its name"
OTHER_KIND = "another kind of file"
HIDDEN_FOLDER = "a hidden folder, or one of a program's own files"
_PASSED_OVER = frozenset({COMPANION, OTHER_KIND, HIDDEN_FOLDER})

# What a camera writes as a pair with its RAW: one shot, rated by the file that shows it finished.
_RATED_BEFORE_RAW = JPEG_SUFFIXES | HEIC_SUFFIXES
_START_BYTES = 64  # first bytes of a file without suffix, which show a photo
_PLAIN_FORMATS = frozenset({"JPEG", "PNG", "GIF", "TIFF", "WebP", "HEIC", "AVIF"})
_MAX_NUMBER = (1 << 63) - 1  # largest integer in SQLite; times and inodes may be greater


class Stamp(NamedTuple):
    """Size, times and inode of a file; if they change, the file's content may have changed.

    A program can set the modification time back, but not the change time. Two files may have both
    times in common, but not the inode.
    """

    size: int  # bytes
    mtime_ns: int  # nanoseconds since 1970
    ctime_ns: int | None = None  # likewise, of the latest change of content, name or rights
    inode: int | None = None  # None, as the change time, where an older photorank kept none

    @classmethod
    def of(cls, status: os.stat_result) -> "Stamp":
        """Size, times and inode of a file, from the result of `os.stat`."""
        numbers = (status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        return cls(status.st_size, *(number & _MAX_NUMBER for number in numbers))

    def agrees(self, later: "Stamp") -> bool:
        """True if all known values of this file stamp (size, times, inode) equal those of `later`.

        `later` is a newer stamp of the file. A value is unknown if it is None in this stamp.
        """
        return all(own in (None, other) for own, other in zip(self, later, strict=True))


@dataclass(frozen=True)
class PhotoFile:
    """File recognised as a photo by its suffix or first bytes, but not decoded yet."""

    path: Path  # absolute, links not resolved
    size: int  # bytes
    mtime_ns: int  # nanoseconds since 1970
    ctime_ns: int | None = None  # as in `Stamp`
    inode: int | None = None

    @property
    def stamp(self) -> Stamp:
        """Size, times and inode of the file when it was found."""
        return Stamp(self.size, self.mtime_ns, self.ctime_ns, self.inode)


@dataclass(frozen=True)
class SkippedFile:
    """File or folder that is not used as a photo, with the reason."""

    path: Path  # absolute, links not resolved
    size: int  # bytes, 0 where it is not known
    mtime_ns: int  # nanoseconds since 1970, 0 where it is not known
    reason: str
    ctime_ns: int | None = None  # as in `Stamp`
    inode: int | None = None

    @property
    def stamp(self) -> Stamp:
        """Size, times and inode of the file when it was found."""
        return Stamp(self.size, self.mtime_ns, self.ctime_ns, self.inode)

    @property
    def passed_over(self) -> bool:
        """True if the file was skipped because it is hidden, is no photo or is a sidecar."""
        return self.reason in _PASSED_OVER

    @property
    def kind(self) -> str:
        """Kind of the skipped file as text: its suffix, or words such as "without a suffix"."""
        name = self.path.name
        if self.reason == HIDDEN_FOLDER:
            return f"{name}/"
        if name.startswith("."):
            return "._*" if name.startswith("._") else "hidden"
        return self.path.suffix or "without a suffix"


def find_photos(
    paths: Sequence[Path], exclude: Sequence[str] = ()
) -> Iterator[PhotoFile | SkippedFile]:
    """Yield photo files and skipped files under the given paths, each once, in a stable order.

    Named files come first, then a folder's files by name before its subfolders, then folders that
    only links lead to. Other files are told as passed over: those of other kinds, what goes along
    with a photo (its RAW, its video, its sidecar), hidden names and folders of thumbnails, unless
    they are in `paths`. Nothing is told of names, or paths relative to a folder of `paths`, that
    match a shell pattern of `exclude`, in which ``*`` also matches slashes. Raises
    MissingPathError at the call.
    """
    roots = sorted({Path(os.path.abspath(path)) for path in paths})
    for root in roots:
        try:
            os.stat(root)
        except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a NUL
            raise MissingPathError(root) from error
        except OSError:
            continue  # it exists but cannot be used: the walk yields the reason
    return _FolderSearch([re.compile(fnmatch.translate(glob.rstrip("/"))) for glob in exclude]).run(
        roots
    )


class _FolderSearch:
    """Recursive search of folders for photo files, visiting each folder once."""

    def __init__(self, exclude: Sequence[re.Pattern[str]]) -> None:
        self.exclude = exclude
        self.visited: set[tuple[int, int]] = set()  # (device, inode) of folders
        self.named: set[str] = set()  # files among the paths of the call
        self.links: list[tuple[str, str]] = []  # links to folders, each with its root

    def run(self, roots: Sequence[Path]) -> Iterator[PhotoFile | SkippedFile]:
        """Yield the photo files and skipped files at or under the paths in `roots`.

        Single files come first, folders that are symbolic links last.
        """
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
        """Yield the photo files and skipped files in a folder and its subfolders.

        Symbolic links to folders are not followed here, but queued in `links`.
        """
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
            beside = _FileNames(entry.name for entry in entries)
            for entry in entries:
                is_folder = _is_folder(entry)
                if _is_hidden(entry.name):
                    reason = HIDDEN_FOLDER if is_folder else OTHER_KIND
                    yield SkippedFile(Path(entry.path), 0, 0, reason)
                    continue
                if is_folder:
                    inside.append(entry.path)
                elif _is_folder(entry, linked=True):
                    self.links.append((entry.path, root))
                    is_folder = True
                if entry.path not in self.named and (
                    found := _file_of_entry(entry, beside, is_folder)
                ):
                    yield found
            stack.append(iter(inside))

    def entries(self, folder: str, root: str) -> list[os.DirEntry[str]]:
        """Directory entries of a folder, sorted by name, without the excluded ones.

        Empty if the folder was visited before.
        """
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in self.visited:
            return []
        self.visited.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            kept = [entry for entry in entries if not self.is_excluded(entry, root)]
        return sorted(kept, key=lambda entry: entry.name)

    def is_excluded(self, entry: os.DirEntry[str], root: str) -> bool:
        """True if a directory entry's name or relative path matches an exclusion pattern."""
        if not self.exclude:
            return False
        relative = os.path.relpath(entry.path, root).replace(os.sep, "/")
        return any(glob.match(entry.name) or glob.match(relative) for glob in self.exclude)


def _is_folder(entry: os.DirEntry[str], *, linked: bool = False) -> bool:
    try:
        return entry.is_dir(follow_symlinks=linked)
    except OSError:
        return False  # a circular link or one into a closed folder: its name decides


def _is_hidden(name: str) -> bool:
    """True if a name starts with a dot, or belongs to a system folder such as a recycle bin."""
    return name.startswith(".") or name.lower() in _PROGRAM_FOLDERS


class _FileNames:
    """Names of the photos in a folder, for recognising their companion files such as sidecars."""

    def __init__(self, names: Iterable[str]) -> None:
        self.finished: set[str] = set()  # stems of photos that are rated before their RAW
        self.photos: set[str] = set()  # stems and whole names of photos
        for name in map(str.lower, names):
            stem, suffix = os.path.splitext(name)
            if suffix in PHOTO_SUFFIXES:
                self.photos |= {stem, name}
            if suffix in _RATED_BEFORE_RAW:
                self.finished.add(shot_stem(name))

    def is_companion(self, name: str) -> bool:
        """True if a file name belongs to a photo's companion, such as a RAW, video or sidecar."""
        stem, suffix = os.path.splitext(name.lower())
        if suffix in RAW_SUFFIXES:
            return shot_stem(name) in self.finished
        # Google writes IMG_1.jpg.supplemental-metadata.json, and the video of IMG.MP.jpg as IMG.MP.
        names = {stem, *(os.path.splitext(stem)[:1] if suffix == ".json" else ())}
        if suffix == ".mp":
            names.add(name.lower())
        return suffix in COMPANION_SUFFIXES and not self.photos.isdisjoint(names)


def _file_of_entry(
    entry: os.DirEntry[str], beside: _FileNames, is_folder: bool
) -> PhotoFile | SkippedFile | None:
    """PhotoFile or SkippedFile for a folder entry; None if the entry is a subfolder."""
    suffix = _suffix(entry.name)
    if is_folder:
        return _checked_file(entry.path) if suffix in PHOTO_SUFFIXES else None
    if beside.is_companion(entry.name):
        return SkippedFile(Path(entry.path), 0, 0, COMPANION)
    if suffix in PHOTO_SUFFIXES or (not suffix and _looks_like_photo(entry.path)):
        return _checked_file(entry.path)
    return SkippedFile(Path(entry.path), 0, 0, OTHER_KIND)


def _looks_like_photo(path: str) -> bool:
    """True if the first bytes of a file without suffix are those of a photo format."""
    try:
        with open_file(Path(path)) as file:
            return format_of(file.read(_START_BYTES)) in _PLAIN_FORMATS
    except UnreadablePhotoError:
        return False


def _suffix(name: str) -> str:
    """Suffix of a file name in lower case; empty if the suffix is a number or has a space."""
    suffix = os.path.splitext(name)[1].lower()
    return "" if suffix[1:].isdigit() or " " in suffix else suffix


def _checked_file(path: str) -> PhotoFile | SkippedFile:
    """PhotoFile for a path; SkippedFile, with the reason, if the file cannot be used as a photo."""
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
    elif suffix not in PHOTO_SUFFIXES and (suffix or not _looks_like_photo(path)):
        reason = f"not the name of a photo ({suffix or 'no suffix'})"
    else:
        reason = missing_decoder(suffix)
    size, mtime_ns, *others = Stamp.of(status)
    if reason:
        return SkippedFile(Path(path), size, mtime_ns, reason, *others)
    return PhotoFile(Path(path), size, mtime_ns, *others)
