"""Catalogue's own copy of the manifest, for use if the manifest file is lost."""

import json
import sqlite3

from photorank.errors import (
    BrokenIndexError,
    LostManifestError,
    MissingIndexError,
    PhotorankError,
)
from photorank.index.catalogue.transactions import transaction
from photorank.index.manifest import Manifest, read_manifest, write_manifest
from photorank.json_values import from_json, to_json
from photorank.workspace import IndexPaths


def own_manifest(connection: sqlite3.Connection, paths: IndexPaths) -> Manifest:
    """Manifest of an index, read from its file, or from the catalogue if the file is missing.

    Raises LostManifestError if there is neither, MissingIndexError if there are no photos either,
    BrokenIndexError if the file is damaged or tells of other embeddings than the copy does.
    """
    kept = kept_manifest(connection, paths)
    if not paths.manifest.exists():
        if kept is None:
            raise _lost(connection, paths)
        return kept
    found = read_manifest(paths)
    if kept is not None and found.fingerprint != kept.fingerprint:
        why = (
            f"it tells of {found.fingerprint}, and the catalogue beside it of {kept.fingerprint}, "
            "so it is another index's"
        )
        remedy = "Take that file away, or put the right one back: the catalogue keeps a copy."
        raise BrokenIndexError(paths.manifest, why, remedy)
    return found


def keep_manifest(connection: sqlite3.Connection, paths: IndexPaths, manifest: Manifest) -> None:
    """Store a manifest in the index's catalogue, and then in the manifest file."""
    with transaction(connection):
        put_manifest(connection, manifest)
    write_manifest(paths, manifest)


def put_manifest(connection: sqlite3.Connection, manifest: Manifest) -> None:
    """Replace the catalogue's copy of the manifest, within the caller's transaction."""
    text = json.dumps(to_json(manifest))
    connection.execute("INSERT OR REPLACE INTO manifest (id, json) VALUES (1, ?)", [text])


def kept_manifest(connection: sqlite3.Connection, paths: IndexPaths) -> Manifest | None:
    """Catalogue's copy of the manifest; None if the catalogue has no copy."""
    row = connection.execute("SELECT json FROM manifest").fetchone()
    try:
        return None if row is None else from_json(Manifest, json.loads(row[0]))
    except (ValueError, TypeError, KeyError) as error:
        raise BrokenIndexError(paths.catalogue, "its copy of the manifest is damaged") from error


def has_photos(connection: sqlite3.Connection) -> bool:
    """True if the catalogue has any photo, even one whose files are all gone."""
    return connection.execute("SELECT 1 FROM photos LIMIT 1").fetchone() is not None


def _lost(connection: sqlite3.Connection, paths: IndexPaths) -> PhotorankError:
    if has_photos(connection):
        return LostManifestError(paths.root)
    return MissingIndexError(paths.name, [])  # a run began one and was ended
