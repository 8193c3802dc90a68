"""Take tables of judgements into an index: whole, or not at all."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from photorank.index.catalogue import transaction, writing
from photorank.index.ledger import count_photos
from photorank.index.manifest import Judgements, read_manifest, write_manifest
from photorank.index.naming import Sorting, look_up
from photorank.labels.csvtable import Problem
from photorank.labels.tables import ChoiceTable, LabelRow, LabelTable
from photorank.workspace import IndexPaths


def import_labels(
    paths: IndexPaths,
    table: LabelTable,
    *,
    partial: bool = False,
    base: Sequence[Path] = (),
    judgements: Judgements = "scores",
) -> list[str]:
    """Replace what a source says of an index's photos: scores, groups and series.

    Labels belong to a photo's content, whatever the file is called later. Other
    sources' labels stay as they are.

    Parameters
    ----------
    paths : IndexPaths
        The index.
    table : LabelTable
        From :func:`photorank.labels.tables.read_labels`.
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
    with writing(paths) as connection:
        manifest = read_manifest(paths)
        files = [row.file for row in table.rows]
        sorting = Sorting(look_up(connection, base or manifest.roots, files))
        labels = _Labels(_memberships_of_others(connection, table.source))
        for row in table.rows:
            if (photo := sorting.photo(row.line, row.file)) is None:
                continue
            if clash := labels.clash(row, photo):
                sorting.problems.append(Problem(row.line, clash))
            else:
                labels.add(row, photo)
        notes = sorting.settled(table.source, usable=bool(labels.ratings), partial=partial)
        notes += labels.notes()
        with transaction(connection):
            _replace_labels(connection, table.source, labels)
        write_manifest(
            paths, replace(manifest, judgements=judgements, photos=count_photos(connection))
        )
    return notes


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
        From :func:`photorank.labels.tables.read_choices`.
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
    with writing(paths) as connection:
        manifest = read_manifest(paths)
        files = [file for row in table.rows for file in (row.winner, row.loser)]
        sorting = Sorting(look_up(connection, base or manifest.roots, files))
        choices = []
        for row in table.rows:
            winner = sorting.photo(row.line, row.winner)
            loser = sorting.photo(row.line, row.loser)
            if winner is None or loser is None:
                continue
            if winner == loser:
                what = f"{row.winner!r} and {row.loser!r} are the same picture"
                sorting.problems.append(Problem(row.line, what))
            else:
                choices.append((row.rater, winner, loser, row.tie))
        notes = sorting.settled(table.source, usable=bool(choices), partial=partial)
        with transaction(connection):
            source = _source(connection, table.source)
            raters = _raters(connection, {rater for rater, *_ in choices})
            connection.execute("DELETE FROM choices WHERE source = ?", [source])
            connection.executemany(
                "INSERT INTO choices (source, rater, winner, loser, tie) VALUES (?, ?, ?, ?, ?)",
                [(source, raters[rater], *choice) for rater, *choice in choices],
            )
        scored = connection.execute("SELECT 1 FROM ratings LIMIT 1").fetchone()
        kind = judgements or (manifest.judgements if scored else "choices")
        write_manifest(paths, replace(manifest, judgements=kind, photos=count_photos(connection)))
    return notes


class _Labels:
    """Labels gathered by photo."""

    def __init__(self, others: dict[int, tuple[str | None, str | None]]) -> None:
        self._others = others  # group and series by photo, as other sources have it
        self.ratings: dict[tuple[str, int], list[tuple[float, int]]] = defaultdict(list)
        self.memberships: dict[int, tuple[str | None, str | None]] = {}

    def clash(self, row: LabelRow, photo: int) -> str | None:
        """Return how a row contradicts what is known of the photo's group and series."""
        for known in (self.memberships.get(photo), self._others.get(photo)):
            if known is None:
                continue
            for kind, new, old in zip(
                ("group", "series"), (row.group, row.series), known, strict=True
            ):
                if new and old and new != old:
                    return f"{row.file!r} is in {kind} {old!r} already, not {new!r}"
        return None

    def add(self, row: LabelRow, photo: int) -> None:
        """Add a row that does not clash."""
        self.ratings[row.rater, photo].append((row.score, row.n_raters or 1))
        if row.group or row.series:
            group, series = self.memberships.get(photo, (None, None))
            self.memberships[photo] = (row.group or group, row.series or series)

    def notes(self) -> list[str]:
        """Return a note if a rater has several labels for one picture."""
        several = sum(len(labels) > 1 for labels in self.ratings.values())
        if not several:
            return []
        return [f"{several} pictures have several labels by one rater: their mean is kept"]


def _replace_labels(connection: sqlite3.Connection, name: str, labels: _Labels) -> None:
    source = _source(connection, name)
    raters = _raters(connection, {rater for rater, _ in labels.ratings})
    connection.execute("DELETE FROM ratings WHERE source = ?", [source])
    connection.execute("DELETE FROM memberships WHERE source = ?", [source])
    connection.executemany(
        "INSERT INTO ratings (source, rater, photo, score, n_raters) VALUES (?, ?, ?, ?, ?)",
        [
            (source, raters[rater], photo, fmean(scores), max(counts))
            for (rater, photo), given in labels.ratings.items()
            for scores, counts in [zip(*given, strict=True)]
        ],
    )
    connection.executemany(
        'INSERT INTO memberships (source, photo, "group", series) VALUES (?, ?, ?, ?)',
        [(source, photo, *names) for photo, names in labels.memberships.items()],
    )


def _memberships_of_others(
    connection: sqlite3.Connection, source: str
) -> dict[int, tuple[str | None, str | None]]:
    rows = connection.execute(
        'SELECT photo, max("group"), max(series) FROM memberships'
        " WHERE source NOT IN (SELECT id FROM sources WHERE name = ?) GROUP BY photo",
        [_text(source)],
    )
    return {photo: (group, series) for photo, group, series in rows}


def _source(connection: sqlite3.Connection, name: str) -> int:
    connection.execute("INSERT OR IGNORE INTO sources (name) VALUES (?)", [_text(name)])
    row = connection.execute("SELECT id FROM sources WHERE name = ?", [_text(name)]).fetchone()
    return int(row[0])


def _raters(connection: sqlite3.Connection, names: set[str]) -> dict[str, int]:
    connection.executemany(
        "INSERT OR IGNORE INTO raters (name) VALUES (?)", [(name,) for name in sorted(names)]
    )
    return dict(connection.execute("SELECT name, id FROM raters"))


def _text(path: str) -> str:
    """Return a path as text that SQLite takes; the bytes of a file's name need not be Unicode."""
    return path.encode("utf-8", "backslashreplace").decode()
