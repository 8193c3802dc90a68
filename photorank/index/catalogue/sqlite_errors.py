"""Translation of SQLite errors into photorank errors that name a remedy."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from photorank.errors import (
    BrokenIndexError,
    LockedIndexError,
    StorageError,
    UnreadableFileError,
)
from photorank.workspace import IndexPaths, is_full, require_locks

_WRITE_FAILURES = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the disk is read-only",
    sqlite3.SQLITE_IOERR: "the disk does not take what is written",
    sqlite3.SQLITE_CANTOPEN: "the disk takes no new file",
    sqlite3.SQLITE_PERM: "permission denied",
}
_READ_FAILURES = {  # details of SQLITE_IOERR
    sqlite3.SQLITE_IOERR_READ,
    sqlite3.SQLITE_IOERR_SHORT_READ,
    sqlite3.SQLITE_IOERR_FSTAT,
    sqlite3.SQLITE_IOERR_ACCESS,
    sqlite3.SQLITE_IOERR_CORRUPTFS,
}


@contextmanager
def catalogue_errors(paths: IndexPaths) -> Iterator[None]:
    """Context manager that translates SQLite exceptions into photorank errors."""
    try:
        yield
    except UnicodeDecodeError as error:  # a name in the tables' definitions
        raise BrokenIndexError(paths.catalogue, "it is damaged") from error
    except sqlite3.Error as error:
        detail = getattr(error, "sqlite_errorcode", 0)
        code = detail & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL):
            require_locks(paths.root)
            raise LockedIndexError(paths.name) from error
        # Python itself says of a text that it cannot be decoded, and gives no code.
        if code in (sqlite3.SQLITE_OK, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise BrokenIndexError(paths.catalogue, "it is damaged") from error
        if code == sqlite3.SQLITE_ERROR:  # a table or a column is missing, or there already
            why = f"its tables are not those of its version ({error})"
            raise BrokenIndexError(paths.catalogue, why) from error
        if detail in _READ_FAILURES:
            raise UnreadableFileError(paths.catalogue, "the disk does not answer") from error
        if code == sqlite3.SQLITE_CANTOPEN and os.access(paths.root, os.W_OK):
            raise UnreadableFileError(paths.catalogue, "it cannot be opened") from error
        if code == sqlite3.SQLITE_IOERR and is_full(paths.root):
            code = sqlite3.SQLITE_FULL  # it says so of some of its files and not of others
        if code in _WRITE_FAILURES:
            raise StorageError(paths.catalogue, _WRITE_FAILURES[code]) from error
        raise
