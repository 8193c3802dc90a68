"""Time zones that photos get from the others of their index, after each run."""

import sqlite3

from photorank.index.catalogue.transactions import transaction
from photorank.photos.metadata.settle_zones import DatedPhoto, is_unsettled, settled


def settle_dates(connection: sqlite3.Connection) -> None:
    """Give photos that do not tell their zone that of the photos around them."""
    sources = connection.execute(
        "SELECT DISTINCT taken_from FROM photos WHERE taken_from IS NOT NULL"
    ).fetchall()  # none may stay open: the next transaction could not install its triggers
    if not any(is_unsettled(source) for (source,) in sources):
        return
    rows = connection.execute(
        "SELECT id, taken, coalesce(taken_from, ''), camera FROM photos WHERE taken IS NOT NULL"
    ).fetchall()
    changed = settled([DatedPhoto(*photo) for _, *photo in rows])
    with transaction(connection):
        connection.executemany(
            "UPDATE photos SET taken = ?, taken_from = ? WHERE id = ?",
            [(*dated, rows[at][0]) for at, dated in changed],
        )
