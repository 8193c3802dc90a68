"""Import of people's judgements from tables into the catalogue, all or nothing."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from photorank.errors import counted
from photorank.index.catalogue.connection import writing
from photorank.index.catalogue.file_records import count_photos
from photorank.index.catalogue.kept_manifest import keep_manifest, own_manifest
from photorank.index.catalogue.sources import has_scores, source_number
from photorank.index.catalogue.transactions import transaction
from photorank.index.judging.match_files import ROWS_TOGETHER, Matched, Row, match_files
from photorank.index.judging.source_conflicts import other_sources, refuse_raters_on_other_scales
from photorank.index.manifest import Judgements
from photorank.labels.tables.judgement_tables import ChoiceRow, ChoiceTable, LabelRow, LabelTable
from photorank.photos.path_text import unicode_text
from photorank.row_problems import Problem, Problems
from photorank.workspace import IndexPaths

_LINES_IN_A_NOTE = 5  # listed in full
_KINDS = ("group", "series", "split")

_Membership = tuple[str | None, ...]  # group, series, split


def import_labels(
    paths: IndexPaths,
    table: LabelTable,
    *,
    partial: bool = False,
    base: Sequence[Path] = (),
    judgements: Judgements = "scores",
) -> list[str]:
    """Replace a source's scores and groups with those of a table; see :func:`import_judgements`."""
    return import_judgements(paths, table, None, partial=partial, base=base, judgements=judgements)


def import_choices(
    paths: IndexPaths,
    table: ChoiceTable,
    *,
    partial: bool = False,
    base: Sequence[Path] = (),
    judgements: Judgements | None = None,
) -> list[str]:
    """Replace a source's choices with those of a table; see :func:`import_judgements`."""
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
    """Import tables of labels or choices; each replaces earlier judgements of the same source.

    Judgements belong to a photo's content, whatever its file is called later. Other sources'
    judgements stay. Returns notes for the user.

    Raises LabelsError if a row names an unknown file or a picture twice, contradicts a photo's
    group or series, or no row can be used. Nothing is changed then. Raises LockedIndexError or
    StorageError if the index cannot be written.

    Parameters
    ----------
    paths : IndexPaths
    labels : LabelTable or None
    choices : ChoiceTable or None
        Their rows are streamed.
    partial : bool, default=False
        Leave unusable rows out, with a note, instead of refusing all.
    base : sequence of Path
        Folders that file names are relative to. Default: all folders that were indexed.
    judgements : {"scores", "choices"}, optional
        What comparisons are made of from now on. Default: choices, unless the index has scores.
    """
    with writing(paths) as connection:
        # Whatever is gathered on the way may be bigger than the memory.
        connection.execute("PRAGMA temp_store = FILE")
        manifest = own_manifest(connection, paths)
        folders = base or manifest.roots
        notes = []
        with transaction(connection):
            if labels is not None:
                notes += replace_labels(connection, labels, folders, partial=partial)
            if choices is not None:
                notes += replace_choices(connection, choices, folders, partial=partial)
        kind = judgements or (manifest.judgements if has_scores(connection) else "choices")
        latest = replace(manifest, judgements=kind, photos=count_photos(connection))
        keep_manifest(connection, paths, latest)
        return notes + (_other_scores(connection, labels) if labels else [])


def replace_labels(
    connection: sqlite3.Connection,
    table: LabelTable,
    folders: Sequence[Path | str],
    *,
    partial: bool,
    together: int = ROWS_TOGETHER,
) -> list[str]:
    """Replace a source's scores and groups with those of a table, in the caller's transaction.

    Returns notes for the user.
    """
    raters, left_out = _Raters(connection), _LeftOut()
    source = source_number(connection, unicode_text(table.source), table.kind)
    for statement in (
        "DROP TABLE IF EXISTS temp.gathered",
        "CREATE TEMP TABLE gathered"
        " (rater INTEGER, photo INTEGER, score REAL, n_raters INTEGER, line INTEGER)",
        "CREATE TEMP TABLE IF NOT EXISTS asked (photo INTEGER PRIMARY KEY)",
    ):
        connection.execute(statement)
    for rows in ("ratings", "memberships"):
        connection.execute(f"DELETE FROM {rows} WHERE source = ?", [source])  # noqa: S608
    usable = 0
    for matched in match_files(connection, table.rows, folders, together=together):
        fitting = _record_memberships(connection, source, matched, left_out)
        usable += len(fitting)
        connection.executemany(
            "INSERT INTO temp.gathered VALUES (?, ?, ?, ?, ?)",
            [
                (raters[row.rater], photo, row.score, row.n_raters or 1, row.line)
                for row, photo in fitting
                if row.score is not None
            ],
        )
    notes = left_out.notes(table, usable, partial=partial)
    connection.execute(
        "INSERT INTO ratings (source, rater, photo, score, n_raters)"
        " SELECT ?, rater, photo, avg(score), max(n_raters) FROM temp.gathered"
        " GROUP BY rater, photo",
        [source],
    )
    refuse_raters_on_other_scales(connection, table.source)
    return [*table.notes, *notes, *_note_on_repeats(connection)]


def replace_choices(
    connection: sqlite3.Connection,
    table: ChoiceTable,
    folders: Sequence[Path | str],
    *,
    partial: bool,
) -> list[str]:
    """Replace a source's pairwise choices with those of a table, in the caller's transaction.

    Returns notes for the user.
    """
    raters, left_out = _Raters(connection), _LeftOut()
    source = source_number(connection, unicode_text(table.source), "table")
    connection.execute("DELETE FROM choices WHERE source = ?", [source])
    usable = 0
    for matched in match_files(connection, table.rows, folders):
        chosen = []
        for row, (winner, loser) in left_out.with_photos(matched):
            if winner == loser:
                left_out.add(row, f"{row.winner!r} and {row.loser!r} are the same picture")
            else:
                chosen.append((source, raters[row.rater], winner, loser, row.tie, row.weight))
        usable += len(chosen)
        connection.executemany(
            "INSERT INTO choices (source, rater, winner, loser, tie, weight)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            chosen,
        )
    notes = left_out.notes(table, usable, partial=partial)
    return [*table.notes, *notes]


def _record_memberships(
    connection: sqlite3.Connection,
    source: int,
    matched: Sequence[Matched[LabelRow]],
    left_out: "_LeftOut",
) -> list[tuple[LabelRow, int]]:
    """Save which group, series and dataset split each row's photo belongs to; return usable rows.

    A row that contradicts the photo's known group, series or split is left out.
    """
    connection.execute("DELETE FROM temp.asked")
    connection.executemany(
        "INSERT OR IGNORE INTO temp.asked VALUES (?)",
        [one.photos for one in matched if not one.missing],
    )
    known: dict[tuple[int, bool], _Membership] = {
        (photo, bool(own)): tuple(membership)
        for photo, own, *membership in connection.execute(
            'SELECT photo, source = ? AS own, max("group"), max(series), max(split)'
            " FROM temp.asked CROSS JOIN memberships USING (photo) GROUP BY photo, own",
            [source],
        )
    }
    nowhere: _Membership = (None,) * len(_KINDS)
    own: dict[int, _Membership] = {}
    fitting = []
    for row, (photo,) in left_out.with_photos(matched):
        new = (row.group, row.series, row.split)
        before = own.get(photo) or known.get((photo, True), nowhere)
        if any(new) and new != before:  # most rows repeat what another said
            clash = _clash(row.file, new, before)
            if elsewhere := _clash(row.file, new, known.get((photo, False), nowhere)):
                clash = f"{elsewhere} (by another source, which `labels remove` takes away)"
            if clash:
                left_out.add(row, clash)
                continue
            own[photo] = tuple(now or then for now, then in zip(new, before, strict=True))
        fitting.append((row, photo))
    connection.executemany(
        'INSERT OR REPLACE INTO memberships (source, photo, "group", series, split)'
        " VALUES (?, ?, ?, ?, ?)",
        [(source, photo, *membership) for photo, membership in own.items()],
    )
    return fitting


def _clash(file: str, new: _Membership, known: _Membership) -> str | None:
    """Reason why a row contradicts the photo's stored group, series or split; None if it agrees."""
    for kind, now, before in zip(_KINDS, new, known, strict=True):
        if now and before and now != before:
            return f"{file!r} is in {kind} {before!r} already, not {now!r}"
    return None


def _note_on_repeats(connection: sqlite3.Connection) -> list[str]:
    """Note for the user on photos that one rater labelled several times; empty if none."""
    several = connection.execute(
        "SELECT max(line), count(*) OVER () FROM temp.gathered GROUP BY rater, photo"
        " HAVING count(*) > 1 ORDER BY 1 LIMIT ?",
        [_LINES_IN_A_NOTE],
    ).fetchall()
    if not several:
        return []
    count = several[0][1]
    lines = ", ".join(str(line) for line, _ in several) + (", …" if count > len(several) else "")
    have = f"{counted(count, 'picture')} {'has' if count == 1 else 'have'}"
    return [f"{have} several labels by one rater: their mean is kept (line {lines})"]


def _other_scores(connection: sqlite3.Connection, table: LabelTable) -> list[str]:
    """Notes for the user on scores in the index that come from sources other than the table."""
    every = other_sources(connection, "scores", table.source)
    clicked = [name for name, kind in every.items() if kind == "clicks"]
    notes = []
    if clicked and table.kind != "stars":
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


class _Raters(dict[str, int]):
    """Dictionary of raters' catalogue numbers by name; a missing name is added as a new rater."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection.execute("SELECT name, id FROM raters"))
        self._connection = connection

    def __missing__(self, name: str) -> int:
        made = self._connection.execute("INSERT INTO raters (name) VALUES (?)", [name])
        self[name] = int(made.lastrowid or 0)
        return self[name]


class _LeftOut:
    """Record of table rows left out of an import, with the reasons.

    It also collects file names that match only inexactly.
    """

    def __init__(self) -> None:
        self._problems = Problems()
        self._unreadable: set[str] = set()  # files that are there and are no photos
        self._loose: dict[str, str] = {}  # names of the table, with the files that they match

    def add(self, row: LabelRow | ChoiceRow, what: str) -> None:
        """Record why a table row cannot be used."""
        self._problems.add(Problem(row.line, what, row.table))

    def with_photos(self, matched: Iterable[Matched[Row]]) -> Iterator[tuple[Row, tuple[int, ...]]]:
        """Yield table rows whose photos are all indexed; record why other rows are left out."""
        for row, photos, missing, loose in matched:
            for file, mistake in missing:
                if mistake:
                    self.add(row, mistake)
                else:  # the run that indexed said so already
                    self._unreadable.add(file)
            if loose:
                self._loose.update(loose)
            if not missing:
                yield row, photos

    def notes(self, table: LabelTable | ChoiceTable, usable: int, *, partial: bool) -> list[str]:
        """Notes for the user on left-out rows; raises LabelsError if these rows prevent the import.

        They prevent it if no row is usable, or if any row is left out without `partial`.
        """
        notes = table.problems.joined(self._problems).settle(
            table.source, usable, partial=partial, lacks="about a photo that could be read"
        )
        if self._loose:
            some = [f"{name!r} is {file!r}" for name, file in islice(self._loose.items(), 3)]
            more = ", …" if len(self._loose) > len(some) else ""
            notes.append(
                f"names matched though case, slashes or the form of letters differ: "
                f"{len(self._loose)} ({', '.join(some)}{more})"
            )
        if self._unreadable:
            files = counted(len(self._unreadable), "file")
            notes.append(f"left out: {files} that could not be read as photos")
        return notes
