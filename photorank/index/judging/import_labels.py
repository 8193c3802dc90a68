"""Take tables of judgements into an index: whole, or not at all."""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from photorank.errors import LabelsError
from photorank.index.catalogue.connection import transaction, writing
from photorank.index.catalogue.file_records import count_photos
from photorank.index.judging.import_rows import source_name, take_choices, take_labels
from photorank.index.manifest import Judgements, read_manifest, write_manifest
from photorank.index.reading.library_files import others_with
from photorank.labels.tables.judgement_tables import ChoiceTable, LabelTable
from photorank.workspace import IndexPaths


def import_labels(
    paths: IndexPaths,
    table: LabelTable,
    *,
    partial: bool = False,
    base: Sequence[Path] = (),
    judgements: Judgements = "scores",
) -> list[str]:
    """Replace what a source says of an index's photos: scores, groups, series, official split.

    Labels belong to a photo's content, whatever the file is called later. Other
    sources' labels stay as they are.

    Parameters
    ----------
    paths : IndexPaths
        The index.
    table : LabelTable
        From :func:`photorank.labels.tables.judgement_tables.read_labels`; its rows are streamed.
    partial : bool, default=False
        Leave rows out that cannot be used, with a note, instead of refusing them all.
    base : sequence of Path
        The folders that the table's files are relative to. Default: all folders
        that were indexed.
    judgements : {"scores", "choices"}, default="scores"
        What comparisons are made of from now on; "choices" where these scores are
        only to look at.

    Returns
    -------
    list of str
        Notes for the user, one line each.

    Raises
    ------
    LabelsError
        If a row names a file that the index does not have, or contradicts another
        on a photo's group or series, or no row can be used. Nothing is changed then.
    LockedIndexError, StorageError
        If the index cannot be written.
    """
    return import_judgements(paths, table, None, partial=partial, base=base, judgements=judgements)


def import_choices(
    paths: IndexPaths,
    table: ChoiceTable,
    *,
    partial: bool = False,
    base: Sequence[Path] = (),
    judgements: Judgements | None = None,
) -> list[str]:
    """Replace what a source chose between an index's photos.

    Parameters
    ----------
    paths : IndexPaths
        The index.
    table : ChoiceTable
        From :func:`photorank.labels.tables.judgement_tables.read_choices`; its rows are streamed.
    partial : bool, default=False
        Leave rows out that cannot be used, with a note, instead of refusing them all.
    base : sequence of Path
        The folders that the table's files are relative to. Default: all folders
        that were indexed.
    judgements : {"scores", "choices"}, optional
        What comparisons are made of from now on. Default: choices, unless the index
        has scores; then it stays as it is.

    Returns
    -------
    list of str
        Notes for the user, one line each.

    Raises
    ------
    LabelsError
        If a row names a file that the index does not have, or the same picture
        twice, or no row can be used. Nothing is changed then.
    LockedIndexError, StorageError
        If the index cannot be written.
    """
    return import_judgements(paths, None, table, partial=partial, base=base, judgements=judgements)


def import_judgements(
    paths: IndexPaths,
    labels: LabelTable | None,
    choices: ChoiceTable | None,
    *,
    partial: bool = False,
    base: Sequence[Path] = (),
    judgements: Judgements | None = None,
) -> list[str]:
    """Replace what sources say of an index's photos, labels and choices together.

    See :func:`import_labels` and :func:`import_choices`, which do one of the two.
    """
    with writing(paths) as connection:
        # Whatever is gathered on the way may be bigger than the memory.
        connection.execute("PRAGMA temp_store = FILE")
        manifest = read_manifest(paths)
        folders = base or manifest.roots
        notes = []
        with transaction(connection):
            if labels is not None:
                notes += take_labels(connection, labels, folders, partial=partial)
            if choices is not None:
                notes += take_choices(connection, choices, folders, partial=partial)
        kind = judgements or (manifest.judgements if _has_scores(connection) else "choices")
        write_manifest(paths, replace(manifest, judgements=kind, photos=count_photos(connection)))
    if labels is None:
        return notes
    every = others_with(paths, "scores", source_name(labels.source))
    clicked = [name for name, kind in every.items() if kind == "clicks"]
    if clicked and labels.kind != "stars":
        notes.append(
            f"stars by {', '.join(clicked)} may be on another scale: they stay that person's, and "
            "do not count in the photos' scores beside imported ones"
        )
    if others := [name for name in every if name not in clicked]:
        notes.append(
            f"the index has labels by {', '.join(others)} too, and a photo's score is the mean of "
            "all. `labels remove` takes some away, --rater chooses one person's"
        )
    return notes


def remove_source(paths: IndexPaths, name: str) -> str:
    """Forget what a source says of an index's photos: scores, groups, splits, choices.

    Parameters
    ----------
    paths : IndexPaths
        The index.
    name : str
        The source, as the notes of imports call it: a table's path, or a library's kind.

    Returns
    -------
    str
        The source's whole name.

    Raises
    ------
    LabelsError
        If there is no such source, or it is somebody's clicks, which are kept nowhere else.
    LockedIndexError, StorageError
        If the index cannot be written.
    """
    with writing(paths) as connection:
        known = {
            name: (number, kind)
            for name, number, kind in connection.execute("SELECT name, id, kind FROM sources")
        }
        if name not in known:
            name = source_name(os.path.abspath(name))
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
            scored = _has_scores(connection)
        if scored != chosen:  # only one kind is left to make comparisons of
            left: Judgements = "scores" if scored else "choices"
            write_manifest(paths, replace(read_manifest(paths), judgements=left))
    return name


def _has_scores(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM ratings LIMIT 1").fetchone() is not None
