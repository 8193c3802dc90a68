"""Connections to the catalogue: the SQLite file of an index's photos, files and judgements.

Readers see the state of one moment, whatever a writer does meanwhile. Only one process
writes at a time; its transactions follow the files that they refer to. Clicks alone come
in between, one short transaction each.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote_from_bytes

import filelock

from photorank.errors import BrokenIndexError, LockedIndexError, NewerSchemaError
from photorank.index.catalogue.migrations import back_up, migrate
from photorank.index.catalogue.row_checksums import keep_sums, watch
from photorank.index.catalogue.schema import SCHEMA
from photorank.index.catalogue.sqlite_errors import catalogue_errors
from photorank.index.manifest import SCHEMA_VERSION
from photorank.workspace import IndexPaths, make_folder, require_locks, storage_errors

_LOCK_TIMEOUT_SECONDS = 10.0  # SQLite waits so long for another process


@contextmanager
def reading(paths: IndexPaths) -> Iterator[sqlite3.Connection]:
    """Read-only connection to a consistent snapshot of the catalogue.

    Raises BrokenIndexError or NewerSchemaError if the catalogue cannot be read.
    """
    with catalogue_errors(paths):
        if not paths.catalogue.exists():
            raise BrokenIndexError(paths.root, "its catalogue is missing")
        connection = _connected_to_read(paths)
        try:
            if (found := _version(connection)) < SCHEMA_VERSION:
                connection = _up_to_date(connection, paths, found)
            connection.execute("BEGIN")  # all that is read below is of one moment
            yield connection
        finally:
            connection.close()


@contextmanager
def writing(paths: IndexPaths) -> Iterator[sqlite3.Connection]:
    """The only writing connection to an index; the catalogue is created if missing.

    An index that has no manifest at the end is removed again. Raises LockedIndexError if
    another process is writing, StorageError if the disk is full, read-only or gone, and
    BrokenIndexError or NewerSchemaError if the catalogue cannot be read.
    """
    lock = filelock.FileLock(paths.lock)
    with storage_errors(paths.root):
        make_folder(paths.root)
        require_locks(paths.root)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout as error:
            raise LockedIndexError(paths.name) from error
    try:
        with catalogue_errors(paths):
            connection = _connected(paths, "mode=rwc")
            try:
                _make_ready(connection, paths)
                yield connection
            finally:
                connection.close()
    finally:
        if not paths.manifest.exists():
            _discard(paths)
        lock.release()


@contextmanager
def adding(paths: IndexPaths) -> Iterator[sqlite3.Connection]:
    """Connection for one short transaction, such as a click, allowed beside another writer.

    `writing` keeps apart processes that change shards, files and the manifest. Judgements touch
    none of these and name photos by digest, so SQLite's own lock is enough: an hour of indexing
    keeps nobody from labelling. After the block all is on the disk. Raises LockedIndexError if
    another transaction lasts longer than 10 s, and the errors of :func:`writing`.
    """
    with reading(paths):  # which brings an older catalogue up to date
        pass
    with catalogue_errors(paths):
        connection = _connected(paths, "mode=rw")
        try:
            _make_careful(connection)
            with transaction(connection):
                yield connection
        finally:
            connection.close()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Transaction around a block: all its changes become durable together, or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        watch(connection)  # each time: a change of `temp_store` drops what is temporary
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has rolled back by itself when the disk is full
            connection.execute("ROLLBACK")
        raise


def _connected(paths: IndexPaths, how: str) -> sqlite3.Connection:
    """Connection to a catalogue; NewerSchemaError if this photorank is too old for its schema."""
    uri = f"file:{quote_from_bytes(os.fsencode(paths.catalogue.absolute()))}?{how}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_LOCK_TIMEOUT_SECONDS)
    try:
        if (found := _version(connection)) > SCHEMA_VERSION:
            raise NewerSchemaError(paths.catalogue, found, SCHEMA_VERSION)
    except BaseException:
        connection.close()
        raise
    return connection


def _connected_to_read(paths: IndexPaths) -> sqlite3.Connection:
    try:
        return _connected(paths, "mode=ro")
    except sqlite3.OperationalError:
        if os.access(paths.root, os.W_OK):
            raise
        # WAL needs to write beside the file. On a read-only disk nobody else can either.
        return _connected(paths, "mode=ro&immutable=1")


def _up_to_date(older: sqlite3.Connection, paths: IndexPaths, found: int) -> sqlite3.Connection:
    """Connection to an older catalogue after migration, in memory if the disk is read-only."""
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
    connection.execute("PRAGMA journal_mode = WAL")
    _make_careful(connection)
    connection.execute("PRAGMA temp_store = MEMORY")
    if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        with transaction(connection):
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    elif (found := _version(connection)) < SCHEMA_VERSION:
        back_up(connection, paths, found)
        migrate(connection, found)  # before any trigger is made of the old columns
    with transaction(connection):
        keep_sums(connection)


def _make_careful(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = FULL")  # what was reported is on the disk
    connection.execute("PRAGMA foreign_keys = ON")


def _discard(paths: IndexPaths) -> None:
    """Remove an incomplete index, but no other files in its folder."""
    for folder in (paths.shards, paths.thumbnails):
        shutil.rmtree(folder, ignore_errors=True)
    for suffix in ("", "-wal", "-shm"):
        paths.catalogue.with_name(paths.catalogue.name + suffix).unlink(missing_ok=True)
    paths.lock.unlink(missing_ok=True)
    try:
        paths.root.rmdir()
    except OSError:
        return  # it holds something else, such as the sample's pictures
