"""Transactions on the catalogue that keep table checksums up to date."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from photorank.index.catalogue.row_checksums import Changes

_PART_ROWS = 1_000  # written in about a tenth of a second
_PAUSE_SECONDS = 0.02  # between two parts, in which a waiting click is written

Row = TypeVar("Row")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Context manager for a transaction: either all changes are saved durably, or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        changes = Changes(connection)  # each time: a change of `temp_store` drops its triggers
        yield
        changes.record()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has rolled back by itself when the disk is full
            connection.execute("ROLLBACK")
        raise


def in_parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Yield rows in parts, and pause between the parts so that other processes can write."""
    for start in range(0, len(rows), _PART_ROWS):
        if start:
            time.sleep(_PAUSE_SECONDS)
        yield rows[start : start + _PART_ROWS]
