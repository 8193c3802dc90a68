"""Repair of an index's recomputable data; people's judgements stay untouched."""

import os
import sqlite3
from dataclasses import replace

from photorank.errors import BrokenIndexError, UnreadablePhotoError, counted
from photorank.index.catalogue.connection import reading, writing
from photorank.index.catalogue.face_rows import forget_faces
from photorank.index.catalogue.file_records import count_photos, load_roots
from photorank.index.catalogue.kept_manifest import keep_manifest, kept_manifest, own_manifest
from photorank.index.catalogue.rooted_paths import as_path
from photorank.index.catalogue.row_checksums import recompute_sums
from photorank.index.catalogue.transactions import transaction
from photorank.index.imported_digests import is_imported
from photorank.index.maintenance.checks import (
    catalogue_faults,
    corrupted_tables,
    damaged_shards,
    damaged_thumbnails,
    hashes_are_damaged,
    misplaced_shards,
)
from photorank.index.maintenance.leftover_files import leftover_files, remove_leftovers
from photorank.index.manifest import Manifest, write_manifest
from photorank.photos.decode_pool import decode_isolated
from photorank.photos.open_photo import photo_digest, read_photo
from photorank.photos.thumbnails import thumbnail
from photorank.workspace import IndexPaths, write_bytes

# Tables that indexing can rebuild from the files.
_TABLES_OF_FILES = {"roots", "shards", "photos", "files", "skipped"}
_TABLES_OF_FACES = {"faces", "photo_faces"}

_SHORT_SIDE_PIXELS = 384  # of the photo decoded for a thumbnail


def repair_index(paths: IndexPaths) -> list[str]:
    """Repair an index, and return one line of text per repair.

    A damaged shard is forgotten with its files, so that the next run of `photorank index` embeds
    those photos anew; judgements stay with their digests. Raises LockedIndexError, StorageError,
    and BrokenIndexError or NewerSchemaError if catalogue or manifest cannot be repaired.
    """
    done: list[str] = []
    with writing(paths) as connection:
        manifest, told = _mended_manifest(connection, paths)
        done.extend(told)
        if catalogue_faults(paths):
            connection.execute("REINDEX")
            done.append("the catalogue's indexes were rebuilt")
        if lost := sorted({*damaged_shards(paths), *misplaced_shards(paths)}):
            photos = _forget_shards(connection, lost)
            done.append(f"forgotten: {counted(len(lost), 'shard')} with {counted(photos, 'photo')}")
        if changed := corrupted_tables(paths):
            done.extend(_salvage_tables(connection, changed))
        remove_leftovers(connection, paths)
        for path in leftover_files(paths):
            path.unlink(missing_ok=True)
            done.append(f"{path} was removed")
        if hashes_are_damaged(paths):
            paths.hashes.unlink()
            done.append("the kept perceptual hashes were removed")
        done.extend(_mend_thumbnails(paths))
        if manifest.photos != (photos := count_photos(connection)):
            keep_manifest(connection, paths, replace(manifest, photos=photos))
            done.append(f"the manifest says {counted(photos, 'photo')} again")
    return done


def _mended_manifest(
    connection: sqlite3.Connection, paths: IndexPaths
) -> tuple[Manifest, list[str]]:
    """Manifest of the index, and notes for the user; rewrites a missing or damaged manifest file.

    A file of another index counts as damaged.
    """
    kept = kept_manifest(connection, paths)
    try:
        manifest = own_manifest(connection, paths)
        if paths.manifest.exists():
            return manifest, []
    except BrokenIndexError:
        if kept is None:
            raise
        manifest = kept
        aside = paths.manifest.with_name(f"{paths.manifest.name}.damaged")
        os.replace(paths.manifest, aside)
    write_manifest(paths, manifest)
    return manifest, ["the manifest was written again from the catalogue's copy"]


def _forget_shards(connection: sqlite3.Connection, names: list[str]) -> int:
    """Delete the records of damaged shards and of their photos' files.

    Returns the number of these photos.
    """
    photos = 0
    with transaction(connection):
        for name in names:
            (shard,) = connection.execute("SELECT id FROM shards WHERE name = ?", [name]).fetchone()
            connection.execute(
                "DELETE FROM files WHERE photo IN (SELECT id FROM photos WHERE shard = ?)", [shard]
            )
            photos += connection.execute(
                "UPDATE photos SET shard = NULL, row = NULL WHERE shard = ?", [shard]
            ).rowcount
            connection.execute("DELETE FROM shards WHERE id = ?", [shard])
    return photos


def _salvage_tables(connection: sqlite3.Connection, changed: list[str]) -> list[str]:
    """Delete corrupted data that can be recomputed, and keep the rest with new checksums.

    Returns notes for the user.
    """
    done = []
    with transaction(connection):
        if _TABLES_OF_FILES.intersection(changed):
            connection.execute("DELETE FROM files")
            connection.execute("DELETE FROM skipped")
            done.append("all files were forgotten: `photorank index` reads them again")
        if "signals" in changed:
            connection.execute("DELETE FROM signals")
            done.append("the signals were forgotten: `photorank signals` measures them again")
        if _TABLES_OF_FACES.intersection(changed):
            forget_faces(connection)
            done.append("the faces were forgotten: `photorank faces` looks for them again")
    with transaction(connection):
        recompute_sums(connection, changed)
    if kept := sorted(set(changed) - _TABLES_OF_FILES - _TABLES_OF_FACES - {"signals"}):
        done.append(f"changed values in {', '.join(kept)} were kept: compare with your backup")
    return done


def _mend_thumbnails(paths: IndexPaths) -> list[str]:
    made, lost = 0, 0
    for digest in damaged_thumbnails(paths):
        if data := _new_thumbnail(paths, digest):
            write_bytes(paths.thumbnail(digest), data)
            made += 1
        else:
            lost += 1
    told = [f"made again: {counted(made, 'thumbnail')}"] if made else []
    if lost:
        told.append(f"not made: {counted(lost, 'thumbnail')}, whose photos cannot be read now")
    return told


def _new_thumbnail(paths: IndexPaths, digest: str) -> bytes | None:
    """Thumbnail of a photo, made anew from an unchanged file; None if no such file is readable."""
    with reading(paths) as connection:
        roots = load_roots(connection)
        places = connection.execute(
            "SELECT root, files.path FROM files JOIN photos ON photos.id = photo"
            " WHERE digest = ? AND NOT vanished",
            [digest],
        ).fetchall()
    for place in places:
        try:
            data = read_photo(as_path(roots.path(place)))
            if is_imported(digest) or photo_digest(data) == digest:
                return thumbnail(decode_isolated(data, short_side=_SHORT_SIDE_PIXELS).photo)
        except UnreadablePhotoError:
            continue
    return None
