"""Removal of all judgements that came from one source."""

import os
from dataclasses import replace

from photorank.errors import LabelsError
from photorank.index.catalogue.connection import writing
from photorank.index.catalogue.kept_manifest import keep_manifest, own_manifest
from photorank.index.catalogue.sources import has_scores
from photorank.index.catalogue.transactions import transaction
from photorank.index.manifest import Judgements
from photorank.photos.path_text import unicode_text
from photorank.workspace import IndexPaths


def remove_source(paths: IndexPaths, name: str) -> str:
    """Remove all judgements of a source, and return the source's full name.

    `name` is a table's path or a library's kind, as import notes call it. Raises LabelsError if
    there is no such source or it is a person's clicks, which are kept nowhere else, and
    LockedIndexError or StorageError if the index cannot be written.
    """
    with writing(paths) as connection:
        known = {
            name: (number, kind)
            for name, number, kind in connection.execute("SELECT name, id, kind FROM sources")
        }
        if name not in known:
            name = unicode_text(os.path.abspath(name))
        if name not in known:
            has = ", ".join(sorted(known)) or "none"
            raise LabelsError(
                f"index {paths.name!r} has no labels by that name. It has labels by: {has}."
            )
        number, kind = known[name]
        if kind == "clicks":
            raise LabelsError(
                f"the {name} are kept nowhere else, so they are not removed. Undo them where "
                "they were made: photorank dashboard."
            )
        with transaction(connection):
            for table in ("ratings", "memberships", "choices"):
                connection.execute(f"DELETE FROM {table} WHERE source = ?", [number])  # noqa: S608
            connection.execute("DELETE FROM sources WHERE id = ?", [number])
            chosen = connection.execute("SELECT 1 FROM choices LIMIT 1").fetchone() is not None
            scored = has_scores(connection)
        if scored != chosen:  # only one kind is left to make comparisons of
            left: Judgements = "scores" if scored else "choices"
            manifest = own_manifest(connection, paths)
            keep_manifest(connection, paths, replace(manifest, judgements=left))
    return name
