"""Catalogue rows read and written by indexing: files, photos and skipped files."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.face_rows import record_faces
from photorank.index.catalogue.rooted_paths import Place, Roots, as_path, path_bytes
from photorank.index.catalogue.transactions import in_parts, transaction
from photorank.photos.faces.face import Face
from photorank.photos.find_photos import SkippedFile, Stamp
from photorank.photos.signals.all_signals import SIGNALS
from photorank.workspace import IndexPaths

STAMP = ", ".join(Stamp._fields)  # the columns


class Shard(NamedTuple):
    """Catalogue record of a shard file: its name, number of embeddings, and checksum."""

    name: str
    rows: int
    sha256: str  # of the file


class KnownFile(NamedTuple):
    """Catalogue record of a photo file: photo number, size, times, inode, whether it is gone."""

    photo: int
    stamp: Stamp
    vanished: bool


class KnownSkip(NamedTuple):
    """Catalogue record of a skipped file: size, times, inode, and the reason for skipping it."""

    stamp: Stamp
    reason: str
    reader: str | None  # the software that could not read it; None: try again

    def file(self, path: Path) -> SkippedFile:
        """Record of a skipped file as a :class:`SkippedFile` with the given path."""
        size, mtime_ns, *others = self.stamp
        return SkippedFile(path, size, mtime_ns, self.reason, *others)


class Entry(NamedTuple):
    """Catalogue record of a usable file: its stamp (size, times, inode) and content digest."""

    stamp: Stamp
    digest: str


class NewPhoto(NamedTuple):
    """Catalogue record of a new photo: digest, capture time, camera, row number in its shard."""

    digest: str
    taken: str | None
    taken_from: str  # what told it, "" if nothing did
    camera: str | None
    row: int  # of its shard
    signals: dict[str, float] | None = None  # by name; None if they were not measured
    faces: list[Face] | None = None  # None if they were not looked for


def load_roots(connection: sqlite3.Connection) -> Roots:
    """Root folders of the index, to which the paths in the catalogue are relative."""
    return Roots(connection.execute("SELECT id, path FROM roots"))


def add_roots(connection: sqlite3.Connection, folders: Iterable[Path]) -> Roots:
    """Add new root folders, remove older roots inside them, and return all remaining roots."""
    roots = load_roots(connection)
    for folder in sorted({path_bytes(folder) for folder in folders}, key=len):
        if roots.place(folder) is not None:
            continue
        with transaction(connection):
            number = connection.execute("INSERT INTO roots (path) VALUES (?)", [folder]).lastrowid
            outer = Roots([(number or 0, folder)])
            for inner, inner_folder in roots.folders.items():
                if place := outer.place(inner_folder):
                    _take_over(connection, inner, place)
        roots = load_roots(connection)
    return roots


def _take_over(connection: sqlite3.Connection, inner: int, place: Place) -> None:
    outer, below = place
    values = {"outer": outer, "inner": inner, "below": below + b"/"}
    for table in ("files", "skipped"):
        connection.execute(
            f"UPDATE {table} SET root = :outer, path = CAST(:below || path AS BLOB)"  # noqa: S608
            " WHERE root = :inner",
            values,
        )
    connection.execute("DELETE FROM roots WHERE id = :inner", values)


def known_files(connection: sqlite3.Connection) -> dict[Place, KnownFile]:
    """Catalogue records of all photo files, keyed by (root folder's number, relative path)."""
    rows = connection.execute(f"SELECT root, path, photo, vanished, {STAMP} FROM files")  # noqa: S608
    return {
        (root, path): KnownFile(photo, Stamp(*stamp), bool(vanished))
        for root, path, photo, vanished, *stamp in rows
    }


def known_skips(connection: sqlite3.Connection) -> dict[Place, KnownSkip]:
    """Catalogue records of all skipped files, keyed by (root folder's number, relative path)."""
    rows = connection.execute(f"SELECT root, path, reason, reader, {STAMP} FROM skipped")  # noqa: S608
    return {
        (root, path): KnownSkip(Stamp(*stamp), reason, reader)
        for root, path, reason, reader, *stamp in rows
    }


def load_skipped(paths: IndexPaths) -> list[SkippedFile]:
    """Skipped files (unusable, or not photos), each with the reason, sorted by path."""
    with reading(paths) as connection:
        roots = load_roots(connection)
        files = [
            skip.file(as_path(roots.path(place))) for place, skip in known_skips(connection).items()
        ]
    return sorted(files, key=lambda file: file.path)


def load_root_folders(paths: IndexPaths) -> set[Path]:
    """Paths of the root folders that an index's photos lie under."""
    with reading(paths) as connection:
        return {as_path(folder) for folder in load_roots(connection).folders.values()}


def load_folders(paths: IndexPaths) -> set[Path]:
    """Paths of all folders that directly contain an indexed file.

    Symbolic links below the roots are not resolved.
    """
    with reading(paths) as connection:
        roots = load_roots(connection)
        files = connection.execute("SELECT root, path FROM files")
        folders = {(root, path.rpartition(b"/")[0]) for root, path in files}
    return {as_path(roots.path(place)) for place in folders}


def known_digests(connection: sqlite3.Connection) -> set[str]:
    """Content digests of all photos that have an embedding."""
    rows = connection.execute("SELECT digest FROM photos WHERE shard IS NOT NULL")
    return {digest for (digest,) in rows}


def count_photos(connection: sqlite3.Connection) -> int:
    """Number of photos (distinct contents) that have an existing file."""
    count: int = connection.execute(
        "SELECT count(DISTINCT photo) FROM files WHERE NOT vanished"
    ).fetchone()[0]
    return count


def record_batch(
    connection: sqlite3.Connection,
    shard: Shard | None,
    photos: Sequence[NewPhoto],
    entries: dict[Place, Entry],
    skips: dict[Place, KnownSkip],
) -> None:
    """Write the catalogue records of a batch of photos whose embeddings are already on disk.

    All records are written in one transaction.
    """
    with transaction(connection):
        if shard is not None:
            number = connection.execute(
                "INSERT INTO shards (name, rows, sha256) VALUES (?, ?, ?)", shard
            ).lastrowid
            _insert_together(
                connection,
                "digest, taken, taken_from, camera, row",
                (photo[:5] for photo in photos),
                "INSERT INTO photos (digest, taken, taken_from, camera, row, shard)"  # noqa: S608
                f" SELECT *, {number} FROM temp.staged WHERE TRUE"
                " ON CONFLICT (digest) DO UPDATE SET taken = excluded.taken,"
                " taken_from = excluded.taken_from, camera = excluded.camera,"
                " shard = excluded.shard, row = excluded.row",
            )
            record_signals(connection, {one.digest: one.signals for one in photos if one.signals})
            found = {one.digest: one.faces for one in photos if one.faces is not None}
            record_faces(connection, found)
        _insert_together(
            connection,
            f"root, path, {STAMP}, digest",
            ((*place, *entry.stamp, entry.digest) for place, entry in entries.items()),
            f"INSERT INTO files (root, path, {STAMP}, photo)"  # noqa: S608
            f" SELECT root, path, {STAMP}, id FROM temp.staged CROSS JOIN photos USING (digest)"
            " WHERE TRUE"
            " ON CONFLICT (root, path) DO UPDATE SET photo = excluded.photo,"
            " size = excluded.size, mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns,"
            " inode = excluded.inode, vanished = 0",
        )
        _forget_skips(connection, entries)
        _record_skips(connection, skips)
        _set_vanished(connection, skips, True)


def _insert_together(
    connection: sqlite3.Connection,
    columns: str,
    rows: Iterable[tuple[object, ...]],
    insertion: str,  # SQL that inserts the rows of the table `staged`, which has these columns
) -> None:
    """Insert many rows into a table by a single SQL statement, for speed.

    That takes half the time of one statement per row: SQLite prepares the table's
    triggers and a rollback once for each statement.
    """
    marks = ", ".join("?" for _ in columns.split(","))
    connection.execute(f"CREATE TEMP TABLE staged ({columns})")
    connection.executemany(f"INSERT INTO temp.staged VALUES ({marks})", rows)  # noqa: S608
    connection.execute(insertion)
    connection.execute("DROP TABLE temp.staged")


# SQL condition for signals by an earlier photorank, measured at another image size, which are
# comparable with each other only.
EARLIER_SIGNALS = "singular_share IS NOT NULL"


def record_signals(
    connection: sqlite3.Connection, found: Mapping[str, Mapping[str, float]]
) -> None:
    """Store technical signals (such as sharpness) by photo digest, in the caller's transaction.

    Unknown digests are ignored.
    """
    columns, marks = ", ".join(SIGNALS), ", ".join("?" for _ in SIGNALS)
    connection.executemany(
        f"INSERT OR REPLACE INTO signals (photo, {columns})"  # noqa: S608 - names of our own
        f" SELECT id, {marks} FROM photos WHERE digest = ?",
        [(*(values[name] for name in SIGNALS), digest) for digest, values in found.items()],
    )


class Findings(NamedTuple):
    """Files whose state has changed: gone, restored, newly skipped, no longer skipped.

    The change is seen without opening the files.
    """

    gone: list[Place]
    back: list[Place]
    skips: dict[Place, KnownSkip]  # new ones
    usable_again: list[Place]  # no longer skipped, or no longer there
    stamps: dict[Place, Stamp]  # of files of which an older photorank kept less


def record_findings(connection: sqlite3.Connection, findings: Findings) -> None:
    """Record which files vanished, returned, became unusable, or are no longer skipped.

    Where that is cut short, the next run finds the rest.
    """
    for places, vanished in ((findings.gone, True), (findings.back, False)):
        for part in in_parts(places):
            with transaction(connection):
                _set_vanished(connection, part, vanished)
    for stamps in in_parts(list(findings.stamps.items())):
        with transaction(connection):
            connection.executemany(
                "UPDATE files SET ctime_ns = ?, inode = ? WHERE root = ? AND path = ?",
                [(stamp.ctime_ns, stamp.inode, *place) for place, stamp in stamps],
            )
    with transaction(connection):
        _forget_skips(connection, findings.usable_again)
        _record_skips(connection, findings.skips)


def _set_vanished(connection: sqlite3.Connection, places: Iterable[Place], vanished: bool) -> None:
    connection.executemany(
        "UPDATE files SET vanished = ? WHERE root = ? AND path = ?",
        [(vanished, *place) for place in places],
    )


def _forget_skips(connection: sqlite3.Connection, places: Iterable[Place]) -> None:
    if connection.execute("SELECT 1 FROM skipped").fetchone():
        connection.executemany("DELETE FROM skipped WHERE root = ? AND path = ?", places)


def _record_skips(connection: sqlite3.Connection, skips: dict[Place, KnownSkip]) -> None:
    connection.executemany(
        f"INSERT OR REPLACE INTO skipped (root, path, {STAMP}, reason, reader)"  # noqa: S608
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(*place, *skip.stamp, skip.reason, skip.reader) for place, skip in skips.items()],
    )
