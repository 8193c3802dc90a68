"""Sources of judgements: imported tables, photo libraries, and people's clicks."""

import sqlite3

from photorank.labels.tables.judgement_tables import SourceKind


def source_number(connection: sqlite3.Connection, name: str, kind: SourceKind) -> int:
    """Catalogue number of a source of judgements; a new source is added to the catalogue."""
    connection.execute("INSERT OR IGNORE INTO sources (name, kind) VALUES (?, ?)", [name, kind])
    row = connection.execute("SELECT id FROM sources WHERE name = ?", [name]).fetchone()
    return int(row[0])


def sources_in(connection: sqlite3.Connection, rows: str) -> dict[str, SourceKind]:
    """Sources of the selected judgements, as a dictionary from source name to source kind.

    `rows` is what follows FROM in an SQL query.
    """
    return dict(
        connection.execute(
            "SELECT name, kind FROM sources"  # noqa: S608 - names of our own
            f" WHERE id IN (SELECT source FROM {rows}) ORDER BY name"
        )
    )


def has_scores(connection: sqlite3.Connection) -> bool:
    """True if any photo in the catalogue has a score."""
    return connection.execute("SELECT 1 FROM ratings LIMIT 1").fetchone() is not None
