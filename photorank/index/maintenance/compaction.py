"""Compaction of an index: deletes records of photos gone from disk, and merges small shards."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from photorank.errors import BrokenIndexError
from photorank.index.catalogue.file_records import Shard
from photorank.index.catalogue.rooted_paths import Place, lies_under
from photorank.index.catalogue.transactions import in_parts, transaction
from photorank.index.embeddings.half_precision import concatenated
from photorank.index.embeddings.shards import file_sha256, read_shard, write_shard
from photorank.workspace import IndexPaths

_SMALL_SHARD_ROWS = 4_096  # below which shards are merged

_JUDGED = """(
    id IN (SELECT photo FROM ratings) OR id IN (SELECT photo FROM memberships)
    OR id IN (SELECT winner FROM choices) OR id IN (SELECT loser FROM choices)
    OR id IN (SELECT first FROM skips) OR id IN (SELECT second FROM skips)
)"""


class EmbeddingLocation(NamedTuple):
    """Shard number and row of an embedding, and its photo's catalogue number."""

    shard: int
    row: int
    id: int


def drop_vanished(
    connection: sqlite3.Connection, paths: IndexPaths, scope: Iterable[Place]
) -> None:
    """Delete records of files gone from the given folders, and of photos left without a file.

    Judgements stay with the content's digest, and count again should it come back. What is to be
    dropped is found out without a lock; each photo goes with its files in one transaction.
    """
    folders = set(scope)
    vanished: dict[int, list[Place]] = defaultdict(list)
    for root, path, photo in connection.execute(
        "SELECT root, path, photo FROM files WHERE vanished"
    ):
        if lies_under((root, path), folders):
            vanished[photo].append((root, path))
    files = dict(
        connection.execute(
            "SELECT photo, count(*) FROM files WHERE photo IN"
            " (SELECT photo FROM files WHERE vanished) GROUP BY photo"
        )
    )
    without_files = connection.execute(
        "SELECT id FROM photos WHERE id NOT IN (SELECT photo FROM files)"  # noqa: S608
        f" AND NOT (shard IS NULL AND {_JUDGED})"
    ).fetchall()
    lost = [photo for photo, places in vanished.items() if files[photo] == len(places)]
    copies = [place for photo in vanished.keys() - set(lost) for place in vanished[photo]]
    for photos in in_parts([*lost, *(photo for (photo,) in without_files)]):
        with transaction(connection):
            gone = (place for photo in photos for place in vanished.get(photo, ()))
            _delete_files(connection, gone)
            digests = _drop_photos(connection, photos)
        for digest in digests:
            paths.thumbnail(digest).unlink(missing_ok=True)
    for places in in_parts(copies):
        with transaction(connection):
            _delete_files(connection, places)


def _delete_files(connection: sqlite3.Connection, places: Iterable[Place]) -> None:
    connection.executemany("DELETE FROM files WHERE root = ? AND path = ?", places)


def _drop_photos(connection: sqlite3.Connection, photos: Sequence[int]) -> list[str]:
    """Delete photos from the catalogue, and return their digests.

    Of a judged photo the digest stays, for its judgements.
    """
    these = [json.dumps(photos)]
    among = "IN (SELECT value FROM json_each(?))"
    digests = connection.execute(f"SELECT digest FROM photos WHERE id {among}", these).fetchall()  # noqa: S608
    for table in ("signals", "faces", "photo_faces"):
        connection.execute(f"DELETE FROM {table} WHERE photo {among}", these)  # noqa: S608
    connection.execute(f"UPDATE photos SET shard = NULL, row = NULL WHERE id {among}", these)  # noqa: S608
    connection.execute(f"DELETE FROM photos WHERE id {among} AND NOT {_JUDGED}", these)  # noqa: S608
    return [digest for (digest,) in digests]


def compact(
    connection: sqlite3.Connection,
    paths: IndexPaths,
    dimensions: int,
    *,
    full: int = 16_384,
    many: int = 16,
) -> None:
    """Merge small shards if there are many, and rewrite shards that have unused rows.

    Each new shard is on the disk before the transaction that lets photos refer to it;
    the old files stay until leftover files are removed. A new shard has `full` rows at most,
    50 MB at 768 dimensions; `many` small ones are tolerated.
    """
    rows = connection.execute(
        "SELECT shards.id, name, rows, sha256, count(DISTINCT row)"
        " FROM shards LEFT JOIN photos ON photos.shard = shards.id GROUP BY shards.id"
    ).fetchall()
    with_gaps = {number for number, _, total, _, used in rows if used < total}
    small = {number for number, _, total, _, _ in rows if total < _SMALL_SHARD_ROWS}
    chosen = with_gaps | (small if len(small) > many else set())
    shards = {number: Shard(*shard) for number, *shard, _ in rows if number in chosen}

    photos = _locations(connection, shards)
    for start in range(0, len(photos), full):
        _merge(connection, paths, shards, photos[start : start + full], dimensions)
    with transaction(connection):
        connection.execute(
            "DELETE FROM shards WHERE id NOT IN (SELECT shard FROM photos WHERE shard IS NOT NULL)"
        )


def _locations(connection: sqlite3.Connection, shards: Iterable[int]) -> list[EmbeddingLocation]:
    """Locations of all embeddings in the given shards, sorted by shard and row."""
    photos: list[EmbeddingLocation] = []
    for shard in sorted(shards):
        rows = connection.execute(
            "SELECT shard, row, id FROM photos WHERE shard = ? ORDER BY row", [shard]
        )
        photos.extend(EmbeddingLocation(*row) for row in rows)
    return photos


def _merge(
    connection: sqlite3.Connection,
    paths: IndexPaths,
    shards: dict[int, Shard],
    photos: list[EmbeddingLocation],
    dimensions: int,
) -> None:
    rows_of = defaultdict(list)
    for photo in photos:
        rows_of[photo.shard].append(photo.row)
    for shard in rows_of:  # a new checksum would call what is damaged whole
        if shards[shard].sha256 != file_sha256(paths.shard(shards[shard].name)):
            raise BrokenIndexError(paths.shard(shards[shard].name), "it is damaged")
    rows = [read_shard(paths, shards[shard], dimensions)[rows] for shard, rows in rows_of.items()]
    merged = write_shard(paths, concatenated(rows))
    with transaction(connection):
        number = connection.execute(
            "INSERT INTO shards (name, rows, sha256) VALUES (?, ?, ?)", merged
        ).lastrowid
        connection.executemany(
            "UPDATE photos SET shard = ?, row = ? WHERE id = ?",
            [(number, row, photo.id) for row, photo in enumerate(photos)],
        )
