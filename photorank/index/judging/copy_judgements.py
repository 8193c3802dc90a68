"""Copy of all judgements from one index to another of the same photos."""

import sqlite3
from dataclasses import replace
from typing import Any, NamedTuple

from photorank.errors import JudgedIndexError
from photorank.index.catalogue.connection import reading, writing
from photorank.index.catalogue.kept_manifest import keep_manifest, own_manifest
from photorank.index.catalogue.transactions import transaction
from photorank.workspace import IndexPaths

# SQL of the rows to copy, with photos by digest; tables without photos come last.
_QUERIES = {
    "sources": "SELECT id, name, kind FROM sources",
    "raters": "SELECT id, name FROM raters",
    "ratings": "SELECT source, rater, digest, score, n_raters FROM ratings"
    " JOIN photos ON photos.id = photo",
    "memberships": 'SELECT source, digest, "group", series, split FROM memberships'
    " JOIN photos ON photos.id = photo",
    "choices": "SELECT choices.id, source, rater, one.digest, other.digest, tie, weight, asked,"
    " made FROM choices JOIN photos AS one ON one.id = winner"
    " JOIN photos AS other ON other.id = loser",
    "skips": "SELECT skips.id, rater, one.digest, other.digest, made FROM skips"
    " JOIN photos AS one ON one.id = first JOIN photos AS other ON other.id = second",
    "star_clicks": "SELECT id, rater, digest, before, made FROM star_clicks",
    "flags": "SELECT rater, digest, flag, made FROM flags",
}
# {} stands for the number of the photo with a digest.
_INSERTS = {
    table: insert.replace("{}", "(SELECT id FROM photos WHERE digest = ?)")
    for table, insert in {
        "sources": "INSERT INTO sources (id, name, kind) VALUES (?, ?, ?)",
        "raters": "INSERT INTO raters (id, name) VALUES (?, ?)",
        "ratings": "INSERT INTO ratings (source, rater, photo, score, n_raters)"
        " VALUES (?, ?, {}, ?, ?)",
        "memberships": 'INSERT INTO memberships (source, photo, "group", series, split)'
        " VALUES (?, {}, ?, ?, ?)",
        "choices": "INSERT INTO choices"
        " (id, source, rater, winner, loser, tie, weight, asked, made)"
        " VALUES (?, ?, ?, {}, {}, ?, ?, ?, ?)",
        "skips": "INSERT INTO skips (id, rater, first, second, made) VALUES (?, ?, {}, {}, ?)",
        "star_clicks": "INSERT INTO star_clicks (id, rater, digest, before, made)"
        " VALUES (?, ?, ?, ?, ?)",
        "flags": "INSERT INTO flags (rater, digest, flag, made) VALUES (?, ?, ?, ?)",
    }.items()
}
_DIGESTS = {"ratings": (2,), "memberships": (1,), "choices": (3, 4), "skips": (2, 3)}


class Copied(NamedTuple):
    """Counts of the scores, choices and grouped photos copied to another index."""

    ratings: int
    choices: int
    groups: int  # photos with a group, a series or a split
    absent: int  # judged photos not embedded in the other index; their judgements wait for them


def is_copied(old: IndexPaths, connection: sqlite3.Connection, new: IndexPaths) -> bool:
    """True if the new index has the old index's judgements; False if the new index has none.

    Raises JudgedIndexError if it has any others, clicks included, or names of people who judged.
    """
    known = "SELECT id FROM sources UNION ALL SELECT id FROM raters LIMIT 1"
    if connection.execute(known).fetchone() is None:
        return False
    with reading(old) as earlier:
        if _judgements(earlier) != _judgements(connection):
            raise JudgedIndexError(new.name)
    return True


def copy_judgements(old: IndexPaths, new: IndexPaths) -> Copied:
    """Copy scores, choices, groups and clicks from one index to another.

    Photos are known by their content, so they may lie elsewhere; judgements on photos that the
    new index has not are kept for when they come. A copy that was made already is left as it is.
    Raises JudgedIndexError if the new index has other judgements: they might contradict the old
    one's.
    """
    with reading(old) as connection:
        judgements = own_manifest(connection, old).judgements
        rows = _judgements(connection)
    named = {
        row[place] for table, places in _DIGESTS.items() for row in rows[table] for place in places
    }
    with writing(new) as connection:
        if not is_copied(old, connection, new):
            # Before the rows: killed in between, the same command finishes the job.
            manifest = own_manifest(connection, new)
            keep_manifest(connection, new, replace(manifest, judgements=judgements))
            with transaction(connection):
                connection.executemany(
                    "INSERT OR IGNORE INTO photos (digest) VALUES (?)",
                    [(one,) for one in sorted(named)],
                )
                for table, insert in _INSERTS.items():
                    connection.executemany(insert, rows[table])
        embedded = connection.execute("SELECT digest FROM photos WHERE shard IS NOT NULL")
        absent = len(named.difference(digest for (digest,) in embedded))
    return Copied(len(rows["ratings"]), len(rows["choices"]), len(rows["memberships"]), absent)


def _judgements(connection: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Judgements in a catalogue: sorted rows by table name, with photos given by digest."""
    return {table: sorted(connection.execute(query), key=repr) for table, query in _QUERIES.items()}
