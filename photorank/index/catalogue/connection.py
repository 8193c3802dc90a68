"""SQLite connections to the catalogue, for reading and for long or short writes.

Readers see the state of one moment, whatever a writer does meanwhile. Only one process
writes at a time; its transactions follow the files that they refer to. Clicks alone come
in between, one short transaction each.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote_from_bytes

import filelock

from photorank.errors import (
    BrokenIndexError,
    LockedIndexError,
    MissingIndexError,
    NewerSchemaError,
    RemovedIndexError,
)
from photorank.index.catalogue.kept_manifest import has_photos, kept_manifest, put_manifest
from photorank.index.catalogue.migrations import back_up, migrate
from photorank.index.catalogue.row_checksums import add_missing_sums
from photorank.index.catalogue.schema import SCHEMA
from photorank.index.catalogue.sqlite_errors import catalogue_errors
from photorank.index.catalogue.transactions import transaction
from photorank.index.manifest import SCHEMA_VERSION, read_manifest
from photorank.workspace import IndexPaths, make_folder, require_locks, storage_errors

_LOCK_TIMEOUT_SECONDS = 10.0  # wait for another process
# Of a writer, in KiB: the index of digests is written in random order, and 2 MB, SQLite's own,
# would put the same pages on disk again and again.
_WRITER_CACHE_KIB = 65_536


@contextmanager
def reading(paths: IndexPaths) -> Iterator[sqlite3.Connection]:
    """Context manager that yields a read-only connection to a consistent catalogue snapshot.

    Raises BrokenIndexError or NewerSchemaError if the catalogue cannot be read.
    """
    with catalogue_errors(paths):
        if not paths.catalogue.exists():
            _new_paths(paths)
            raise MissingIndexError(paths.name, [])
        connection = _connected_to_read(paths)
        try:
            if (found := _version(connection)) < SCHEMA_VERSION:
                connection = _migrated(connection, paths, found)
            connection.execute("BEGIN")  # all that is read below is of one moment
            yield connection
        finally:
            connection.close()


@contextmanager
def writing(paths: IndexPaths, *, wait: bool = True) -> Iterator[sqlite3.Connection]:
    """Context manager that yields the catalogue's write connection, for one process at a time.

    A missing catalogue is created. A new index that has neither photo nor manifest at the end
    is removed again, but nothing that was there before. Another process is waited for, for ten
    seconds or not at all; of those who wait, the first is next. Raises LockedIndexError if it is
    still writing then, StorageError if the disk is full, read-only or gone, RemovedIndexError if
    the index was removed meanwhile, and BrokenIndexError or NewerSchemaError if the catalogue is
    missing or cannot be read.
    """
    lock = filelock.FileLock(paths.lock)
    seconds = _LOCK_TIMEOUT_SECONDS if wait else 0.0
    with storage_errors(paths.root):
        make_folder(paths.root)
        require_locks(paths.root)
        try:
            # Who comes back at once, as a run after a run does, queues behind who waits already.
            with filelock.FileLock(paths.queue, timeout=seconds):
                lock.acquire(timeout=seconds)
        except filelock.Timeout as error:
            raise LockedIndexError(paths.name) from error
    try:
        new = _new_paths(paths)
        try:
            with catalogue_errors(paths):
                if new:
                    with storage_errors(paths.begun):
                        paths.begun.touch()
                connection = _connected(paths.catalogue, "mode=rwc")
                try:
                    _make_ready(connection, paths)
                    yield connection
                finally:
                    if paths.manifest.exists() or _has_photos(connection):
                        new = []
                        paths.begun.unlink(missing_ok=True)
                    connection.close()
        finally:
            _discard(paths, new)
        if not new:
            refuse_removed(paths)
    finally:
        lock.release()


@contextmanager
def adding(paths: IndexPaths) -> Iterator[sqlite3.Connection]:
    """Context manager for one short write transaction, usable while another process indexes photos.

    `writing` keeps apart processes that change shards, files and the manifest. Judgements touch
    none of these and name photos by digest, so SQLite's own lock is enough: an hour of indexing
    keeps nobody from labelling. After the block all is on the disk. Raises LockedIndexError if
    another transaction lasts longer than 10 s, and the errors of :func:`writing`.
    """
    with reading(paths):  # which brings an older catalogue up to date
        pass
    with catalogue_errors(paths):
        connection = _connected(paths.catalogue, "mode=rw")
        try:
            _make_careful(connection)
            with transaction(connection):
                yield connection
        finally:
            connection.close()


def _connected(catalogue: Path, how: str) -> sqlite3.Connection:
    """Connection to a catalogue; raises NewerSchemaError if a newer photorank wrote it."""
    uri = f"file:{quote_from_bytes(os.fsencode(catalogue.absolute()))}?{how}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_LOCK_TIMEOUT_SECONDS)
    try:
        if (found := _version(connection)) > SCHEMA_VERSION:
            raise NewerSchemaError(catalogue, found, SCHEMA_VERSION)
    except BaseException:
        connection.close()
        raise
    return connection


def _connected_to_read(paths: IndexPaths) -> sqlite3.Connection:
    try:
        return _connected(paths.catalogue, "mode=ro")
    except sqlite3.OperationalError:
        if os.access(paths.root, os.W_OK):
            raise
        # WAL needs to write beside the file. On a read-only disk nobody else can either.
        if any(log.exists() for log in _log_files(paths)):
            return _copied(paths)
        return _connected(paths.catalogue, "mode=ro&immutable=1")


def _copied(paths: IndexPaths) -> sqlite3.Connection:
    """Connection to an in-memory copy of the catalogue, including its write-ahead log."""
    with tempfile.TemporaryDirectory(prefix="photorank-") as folder:
        for file in (paths.catalogue, *_log_files(paths)):
            if file.exists():
                shutil.copyfile(file, Path(folder, file.name))
        copied = _connected(Path(folder, paths.catalogue.name), "mode=rw")
        try:
            memory = sqlite3.connect(":memory:", isolation_level=None)
            copied.backup(memory)
        finally:
            copied.close()
    return memory


def _log_files(paths: IndexPaths) -> tuple[Path, Path]:
    """Paths of the log files that a killed process may leave beside SQLite's database file."""
    name = paths.catalogue.name
    return paths.root / f"{name}-wal", paths.root / f"{name}-journal"


def _migrated(older: sqlite3.Connection, paths: IndexPaths, found: int) -> sqlite3.Connection:
    """Connection to an older catalogue, after its migration to the current schema.

    If the disk is read-only, a copy in memory is migrated instead.
    """
    if os.access(paths.root, os.W_OK):
        older.close()
        with writing(paths):
            return _connected_to_read(paths)
    copy = sqlite3.connect(":memory:", isolation_level=None)
    older.backup(copy)
    older.close()
    migrate(copy, found)
    return copy


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _make_ready(connection: sqlite3.Connection, paths: IndexPaths) -> None:
    """Configure a writer's connection, and create the tables of a new catalogue."""
    without_tables = not connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    if without_tables:
        _refuse_without_catalogue(paths)
    connection.execute("PRAGMA journal_mode = WAL")
    _make_careful(connection)
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")
    if without_tables:
        with transaction(connection):
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    elif (found := _version(connection)) < SCHEMA_VERSION:
        back_up(connection, paths, found)
        migrate(connection, found)  # before any trigger is made of the old columns
    with transaction(connection):
        add_missing_sums(connection)
    if paths.manifest.exists() and kept_manifest(connection, paths) is None:
        with transaction(connection):
            put_manifest(connection, read_manifest(paths))  # of an index that kept no copy


def _make_careful(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = FULL")  # what was reported is on the disk
    connection.execute("PRAGMA foreign_keys = ON")


def _new_paths(paths: IndexPaths) -> list[Path]:
    """Paths of the files and folders to create for a new index; empty for an existing one.

    Raises BrokenIndexError if an index is there, but not its catalogue.
    """
    if paths.catalogue.exists() and paths.catalogue.stat().st_size:
        return []
    _refuse_without_catalogue(paths)
    return [path for path in (paths.catalogue, paths.shards, paths.thumbnails) if not path.exists()]


def _has_photos(connection: sqlite3.Connection) -> bool:
    try:
        return has_photos(connection)
    except sqlite3.Error:  # there was not even room for the tables
        return False


def _discard(paths: IndexPaths, new: Sequence[Path]) -> None:
    """Remove the new files and folders of an index that got no photo."""
    if not new:
        return
    for path in new:
        shutil.rmtree(path, ignore_errors=True)
    for suffix in ("", "-wal", "-shm"):
        paths.catalogue.with_name(paths.catalogue.name + suffix).unlink(missing_ok=True)
    paths.begun.unlink(missing_ok=True)
    paths.queue.unlink(missing_ok=True)
    paths.lock.unlink(missing_ok=True)
    try:
        paths.root.rmdir()
    except OSError:
        return  # it holds something else, such as the sample's pictures


def refuse_removed(paths: IndexPaths) -> None:
    """Raise RemovedIndexError if an index's folder was deleted during a write."""
    for path in (paths.catalogue, paths.lock):
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:  # a disk that does not answer is not an index that is gone
            return
        return
    raise RemovedIndexError(paths.root)


def _refuse_without_catalogue(paths: IndexPaths) -> None:
    """Raise BrokenIndexError if an index has other files but no usable catalogue."""
    if paths.manifest.exists() or paths.shards.exists():
        raise BrokenIndexError(
            paths.root,
            f"its {paths.catalogue.name} is missing, which holds all judgements",
            "Put that file back from your backup. If there is none, move the folder away and "
            "index the photos anew.",
        )
