"""Migrations of an older catalogue to the current schema, after a backup copy."""

import os
import sqlite3

from photorank.index.catalogue.row_checksums import intact_tables, recompute_sums
from photorank.index.manifest import SCHEMA_VERSION
from photorank.workspace import IndexPaths, storage_errors

CLICKS = ("choices", "skips", "star_clicks")  # tables of what people click

# Clicks of all tables get numbers in one order, behind those of imported choices. Each table was
# in its own order, and between tables the latest time so far tells most.
_LAST = " UNION ALL ".join(f"SELECT max(id) AS id FROM {table}" for table in CLICKS)  # noqa: S608
_SEEN = " UNION ALL ".join(
    f"SELECT '{table}' AS kind, id, max(made) OVER (ORDER BY id) AS seen FROM {table}"  # noqa: S608
    " WHERE made IS NOT NULL"
    for table in CLICKS
)
_CLICKS_IN_ONE_ORDER = (
    "CREATE TEMP TABLE clicks AS SELECT kind, id,"  # noqa: S608
    f" row_number() OVER (ORDER BY seen, kind, id) + (SELECT max(id) FROM ({_LAST})) AS number"
    f" FROM ({_SEEN})",
    *(
        f"UPDATE {table} SET id = (SELECT number FROM temp.clicks WHERE kind = '{table}'"  # noqa: S608
        f" AND clicks.id = {table}.id) WHERE made IS NOT NULL"
        for table in CLICKS
    ),
    "DROP TABLE temp.clicks",
)

# Migration from each version to the next.
MIGRATIONS = {
    1: (
        "DROP INDEX IF EXISTS photos_of_shard",
        "CREATE INDEX photos_of_shard ON photos (shard, row)",
        "CREATE INDEX vanished_files ON files (photo) WHERE vanished",
        "ALTER TABLE photos ADD COLUMN camera TEXT",
        "ALTER TABLE choices ADD COLUMN weight REAL NOT NULL DEFAULT 1",
        "ALTER TABLE choices ADD COLUMN asked TEXT",
        "ALTER TABLE choices ADD COLUMN made TEXT",
        "CREATE TABLE skips (id INTEGER PRIMARY KEY, rater INTEGER NOT NULL REFERENCES raters,"
        " first INTEGER NOT NULL REFERENCES photos, second INTEGER NOT NULL REFERENCES photos,"
        " made TEXT NOT NULL)",
        "CREATE INDEX skips_of_rater ON skips (rater)",
        "CREATE TABLE star_clicks (id INTEGER PRIMARY KEY, rater INTEGER NOT NULL"
        " REFERENCES raters, digest TEXT NOT NULL, before INTEGER NOT NULL, made TEXT NOT NULL)",
        "CREATE INDEX star_clicks_of_rater ON star_clicks (rater)",
        "ALTER TABLE memberships ADD COLUMN split TEXT",
        "CREATE TABLE signals (photo INTEGER PRIMARY KEY REFERENCES photos, width REAL, "
        "height REAL, sharpness REAL, best_tile_sharpness REAL, subject_sharpness REAL, "
        "high_frequencies REAL, singular_share REAL, noise REAL, brightness REAL, "
        "clipped_shadows REAL, clipped_highlights REAL, contrast REAL, colourfulness REAL, "
        "colour_cast REAL, jpeg_quality REAL, blockiness REAL)",
    ),
    2: (
        "ALTER TABLE sources ADD COLUMN kind TEXT NOT NULL DEFAULT 'table'",
        "UPDATE sources SET kind = 'clicks' WHERE name LIKE 'clicks of %'",
        *(
            f"UPDATE sources SET kind = '{kind}'"  # noqa: S608 - names of our own
            f" WHERE name LIKE 'the library''s {kind}%'"
            for kind in ("stars", "colours", "favourites", "folders", "album", "edited", "groups")
        ),
    ),
    3: (
        "CREATE TABLE manifest (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL)",
        *(
            f"ALTER TABLE {table} ADD COLUMN {column} INTEGER"
            for table in ("files", "skipped")
            for column in ("ctime_ns", "inode")
        ),
        "ALTER TABLE photos ADD COLUMN taken_from TEXT",
        *_CLICKS_IN_ONE_ORDER,
    ),
    4: (
        "CREATE TABLE switches (name TEXT PRIMARY KEY, is_on INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE photo_faces (photo INTEGER PRIMARY KEY REFERENCES photos,"
        " version TEXT NOT NULL, faces INTEGER NOT NULL, largest_face REAL,"
        " largest_face_cut INTEGER NOT NULL, eyes_open INTEGER NOT NULL,"
        " eyes_hardly_open INTEGER NOT NULL, eyes_unknown INTEGER NOT NULL, face_sharpness REAL)",
        "CREATE TABLE faces (photo INTEGER NOT NULL REFERENCES photos, number INTEGER NOT NULL,"
        ' "left" REAL NOT NULL, top REAL NOT NULL, "right" REAL NOT NULL, bottom REAL NOT NULL,'
        " detection REAL NOT NULL, mesh REAL NOT NULL, eye_distance REAL NOT NULL,"
        " yaw REAL NOT NULL, pitch REAL NOT NULL, roll REAL NOT NULL, openness REAL NOT NULL,"
        " eyes TEXT NOT NULL, sharpness REAL, cut INTEGER NOT NULL, PRIMARY KEY (photo, number))"
        " WITHOUT ROWID",
    ),
    5: (
        "CREATE TABLE flags (rater INTEGER NOT NULL REFERENCES raters, digest TEXT NOT NULL,"
        " flag INTEGER NOT NULL, made TEXT NOT NULL, PRIMARY KEY (rater, digest)) WITHOUT ROWID",
    ),
}


def migrate(connection: sqlite3.Connection, found: int) -> None:
    """Migrate the tables from schema version `found` to the current one, in one transaction."""
    if found not in MIGRATIONS:
        raise sqlite3.DatabaseError(f"there was no schema version {found}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        whole = intact_tables(connection)
        for version in range(found, SCHEMA_VERSION):
            for statement in MIGRATIONS[version]:
                connection.execute(statement)
        recompute_sums(connection, whole)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def back_up(connection: sqlite3.Connection, paths: IndexPaths, found: int) -> None:
    """Copy the catalogue atomically to a backup file.

    Raises StorageError if the copy cannot be written.
    """
    backup = paths.catalogue_backup(found)
    temporary = backup.with_name(f".{backup.name}.part")
    with storage_errors(backup):
        temporary.unlink(missing_ok=True)
        copy = sqlite3.connect(temporary)
        try:
            connection.backup(copy)
        finally:
            copy.close()
        os.replace(temporary, backup)
