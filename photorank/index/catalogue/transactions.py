"""Transactions of the catalogue, in which the tables' checksums follow every change."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from photorank.index.catalogue.row_checksums import watch


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
