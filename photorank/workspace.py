"""Paths of all files that photorank stores, and atomic replacement of files."""

import contextlib
import errno
import glob
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from photorank.errors import (
    InvalidNameError,
    MissingIndexError,
    MissingPathError,
    NoLocksError,
    PhotorankError,
    StorageError,
    UnreadableFileError,
)
from photorank.outside_text import TypedPathError, typed_path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # Windows' device names
_FULL_DISK_BYTES = 1 << 20  # free space below which a disk counts as full


class _Below:
    """Python descriptor that returns the path of a named file or folder in an index's folder."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, paths: "IndexPaths", _: type) -> Path:
        return paths.root / self._name


@dataclass(frozen=True)
class IndexPaths:
    """Paths of the files and folders of one index."""

    root: Path

    manifest = _Below("manifest.json")  # schema version, encoder, framing, photo roots, counts
    catalogue = _Below("catalogue.sqlite")
    lock = _Below("writer.lock")  # held by the one process that writes
    queue = _Below("writer.queue")  # held by the one that is to write next
    begun = _Below(".begun")  # there until a new index has its first photos
    shards = _Below("shards")  # FAISS shards
    vectors = _Below("vectors")  # cards
    evaluations = _Below("evaluations")  # saved ones
    thumbnails = _Below("thumbnails")  # small pictures for browsing
    photos = _Below("photos")  # that photorank made itself: the sample's
    hashes = _Below("hashes.npz")  # kept: perceptual hashes of thumbnails
    concepts = _Below("concepts.npz")  # kept: embeddings of the concepts' words
    looks = _Below("looks.npz")  # kept: shapes and mean colours of thumbnails
    positions = _Below("positions.npz")  # kept: the photo of each row of the shards
    degraded = _Below("degraded.npz")  # kept: how copies of judged photos differ from them
    series = _Below("series")  # kept: which photos are one series

    @property
    def name(self) -> str:
        """Name of the index."""
        return self.root.name

    @property
    def exists(self) -> bool:
        """True if the index exists on disk.

        A first run creates the index when the first photos are saved.
        """
        return self.manifest.exists() or (self.catalogue.exists() and not self.begun.exists())

    def catalogue_backup(self, version: int) -> Path:
        """Path of the database backup made before migration from schema version `version`."""
        return self.root / f"catalogue.v{version}.sqlite"

    def atlas(self, method: str) -> Path:
        """Path of the file with photos' 2-D map coordinates, computed by one projection method."""
        return self.root / "maps" / f"{method}.npz"

    def shard(self, name: str) -> Path:
        """Path of one FAISS shard (a file with part of the embeddings)."""
        return self.shards / f"{name}.faiss"

    def lists(self, content: str) -> Path:
        """Path of the file with FAISS inverted lists, which approximate search reads."""
        return self.root / "lists" / f"{content}.faiss"

    def vector(self, name: str) -> Path:
        """Path of the JSON file of a saved rating vector."""
        return self.vectors / f"{checked_name('a vector', name)}.json"

    def evaluation(self, name: str) -> Path:
        """Path of the JSON file of a saved evaluation."""
        return self.evaluations / f"{name}.json"

    def thumbnail(self, digest: str) -> Path:
        """Path of the thumbnail of the photo with the given digest.

        The subfolder is named by the first two digits of the digest.
        """
        return self.thumbnails / digest[:2] / f"{digest}.webp"


@dataclass(frozen=True)
class Workspace:
    """Folder with all indexes, dataset manifests and albums."""

    root: Path

    @classmethod
    def current(cls) -> "Workspace":
        """Workspace that this process uses by default.

        It is $PHOTORANK_HOME if that is set; otherwise the current folder or its nearest ancestor
        that is a workspace; otherwise the user's data folder.

        Raises TypedPathError if the variable holds no usable path.
        """
        if home := os.environ.get("PHOTORANK_HOME"):
            root = typed_path(os.path.expanduser(home))
            if root.parts[0].startswith("~"):
                raise TypedPathError(home, "PHOTORANK_HOME names a user who is not here")
            root = root.absolute()
            there = [one for one in (root, *root.parents) if os.path.lexists(one)]
            if not (there and there[0].is_dir()):
                named = "`export PHOTORANK_HOME=FOLDER` names one"
                raise TypedPathError(home, f"PHOTORANK_HOME is not a folder ({named})")
            return cls(root)
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / "index").is_dir() and (folder / "datasets").is_dir():
                return cls(folder)
        return cls(Path(platformdirs.user_data_dir("photorank", appauthor=False)))

    @property
    def datasets(self) -> Path:
        """Path of the folder with the dataset manifests that the user added."""
        return self.root / "datasets"

    @property
    def previews(self) -> Path:
        """Path of the folder of the dashboard's cached previews, which may be deleted."""
        return self.root / "previews"

    @property
    def leaderboard(self) -> Path:
        """Path, without suffix, of the dashboard's latest leaderboard report."""
        return self.root / "leaderboard" / "latest"

    def manifests(self) -> dict[str, Path]:
        """Paths of dataset manifests by name; the user's manifests override built-in ones."""
        shipped = Path(__file__).parent / "datasets"  # as a wheel has it
        if not shipped.is_dir():
            shipped = Path(__file__).parents[1] / "datasets"  # as a checkout does
        files = [*shipped.glob("*.toml"), *self.datasets.glob("*.toml")]
        return {path.stem: path for path in sorted(files, key=lambda path: path.parent != shipped)}

    def index(self, name: str) -> IndexPaths:
        """Paths of the files of an index, whether or not the index exists yet."""
        return IndexPaths(self.root / "index" / checked_name("an index", name))

    def index_names(self) -> list[str]:
        """Sorted names of the existing indexes.

        Indexes without a manifest are included.
        """
        here = (self.root / "index").glob("*/")
        found = (IndexPaths(folder) for folder in here if _NAME.fullmatch(folder.name))
        return sorted(one.name for one in found if one.exists)

    def existing_index(self, name: str | None) -> IndexPaths:
        """Paths of an existing index's files; the workspace's only index is used if `name` is None.

        Raises :class:`MissingIndexError` or :class:`InvalidNameError`.
        """
        known = self.index_names()
        if name is None and len(known) == 1:
            name = known[0]
        paths = None if name is None else self.index(name)
        if paths is None or name not in known:
            raise MissingIndexError(name, known)
        return paths


def checked_name(what: str, name: str) -> str:
    """The given name; raises InvalidNameError unless it is a safe file name on every system."""
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name) or name.endswith("."):
        raise InvalidNameError(what, name)
    return name


@contextmanager
def storage_errors(path: Path, kept: str | None = None) -> Iterator[None]:
    """Context manager that turns errors of writing files (full disk ...) into StorageError.

    Where something stays on the disk all the same, `kept` says what, and how to go on.
    """
    try:
        yield
    except PhotorankError:
        raise  # with its own message
    except OSError as error:
        reasons = {
            errno.ENOSPC: "the disk is full",
            errno.EDQUOT: "the disk quota is used up",
            errno.EFBIG: "the file would be too large for this disk",
            errno.EROFS: "the disk is read-only",
            errno.EACCES: "permission denied",
            errno.EIO: "the disk does not answer",
            errno.ENOTDIR: "a file is in the way",
            errno.EEXIST: "a file is in the way",
        }
        if error.errno in (errno.ENAMETOOLONG, errno.EILSEQ):
            raise  # it is the name, and another file may well be written
        number = error.errno or 0
        if not number and is_full(path):  # NumPy says how many bytes were not written, and no why
            number = errno.ENOSPC
        reason = reasons.get(number) or (error.strerror or str(error)).lower()
        raise StorageError(path, reason, kept) from error


def is_full(path: Path) -> bool:
    """True if the disk that holds a path has less than 1 MiB free; the path need not exist."""
    there = next(one for one in (path, *path.absolute().parents) if os.path.exists(one))
    return shutil.disk_usage(there).free < _FULL_DISK_BYTES


def regular_file(path: Path) -> Path:
    """The given path; raises MissingPathError unless it is a regular file.

    Opening a pipe would wait for its other end, and a device has no end.
    """
    with reading_errors(path):
        if not path.is_file():
            raise MissingPathError(path)
    return path


def read_bytes(path: Path) -> bytes:
    """Bytes of a regular file; raises UnreadableFileError if the system refuses to read it.

    Raises MissingPathError if there is no such file.
    """
    with reading_errors(path):
        return regular_file(path).read_bytes()


@contextmanager
def reading_errors(path: Path) -> Iterator[None]:
    """Context manager that turns read errors, except a missing file, into UnreadableFileError."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        broken = "the disk does not answer" if error.errno == errno.EIO else ""
        raise UnreadableFileError(path, broken or (error.strerror or "").lower()) from error


def require_locks(folder: Path) -> None:
    """Raise NoLocksError if a folder's file system lacks `flock` or POSIX file locks."""
    try:
        import fcntl
    except ImportError:
        return  # Windows has locks everywhere
    with contextlib.suppress(OSError), tempfile.TemporaryFile(dir=folder) as file:
        for lock in (fcntl.flock, fcntl.lockf):
            try:
                lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise NoLocksError(folder) from error


def make_folder(folder: Path) -> None:
    """Create a folder and its missing ancestors.

    The path may be too deep for the recursion of `Path.mkdir`.
    """
    with folder_for(folder):
        pass


@contextmanager
def folder_for(folder: Path) -> Iterator[None]:
    """Context manager that creates a folder, and removes it again if the block fails.

    Missing ancestors are created, too.
    Where they cannot be made or the block fails, those that were made for it and are still empty
    are removed.
    """
    missing: list[Path] = []
    while not folder.is_dir():
        missing.append(folder)
        if folder == folder.parent:
            break
        folder = folder.parent
    made: list[Path] = []
    try:
        for one in reversed(missing):
            one.mkdir(exist_ok=True)
            made.append(one)
        yield
    except BaseException:
        with contextlib.suppress(OSError):  # the first that holds something ends it
            for one in reversed(made):
                one.rmdir()
        raise


@contextmanager
def replacing(path: Path, *, alone: bool = False, kept: str | None = None) -> Iterator[Path]:
    """Context manager that yields a temporary file, which atomically replaces `path` on success.

    A crash at any moment leaves the old file or the new one, never a part of one under its name.
    Where nobody else writes the file (`alone`), what a killed run left of it is removed first.
    `kept` is as in :func:`storage_errors`.
    """
    with storage_errors(path, kept), folder_for(path.parent):
        if alone:
            for left_over in path.parent.glob(f".{glob.escape(path.name)}.{'[0-9a-f]' * 16}.part"):
                left_over.unlink(missing_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
        temporary.touch(exist_ok=False)  # with the rights any new file gets; tempfile's are private
        try:
            yield temporary
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def link_target(path: Path) -> Path:
    """Target of a symbolic link; the given path if it is not a symbolic link.

    Writing to the target keeps the link.
    """
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def write_bytes(path: Path, data: bytes | memoryview) -> None:
    """Write a whole file atomically and durably."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def sync_folder(folder: Path) -> None:
    """Flush a rename in a folder to disk (fsync), if the system supports it."""
    if os.name == "nt":
        return  # Windows has no handle to a folder to sync
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
