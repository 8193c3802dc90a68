"""Gather the rows of a table of judgements in the catalogue, some thousands at a time."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from photorank.index.catalogue.sources import source_number
from photorank.index.judging.match_files import NameBook, Sorting
from photorank.labels.tables.csv_table import Problem
from photorank.labels.tables.judgement_tables import ChoiceTable, LabelRow, LabelTable

_TOGETHER = 20_000  # rows that are in memory at a time
_LINES = 5  # that a note spells out

_Row = TypeVar("_Row")
_Membership = tuple[str | None, ...]  # group, series, split
_KINDS = ("group", "series", "split")


def take_labels(
    connection: sqlite3.Connection,
    table: LabelTable,
    base: Sequence[Path | str],
    *,
    partial: bool,
) -> list[str]:
    """Replace a source's scores and memberships; return notes. Call it in a transaction."""
    connection.execute("DROP TABLE IF EXISTS temp.gathered")
    connection.execute("DROP TABLE IF EXISTS temp.belongs")
    connection.execute(
        "CREATE TEMP TABLE gathered"
        " (rater INTEGER, photo INTEGER, score REAL, n_raters INTEGER, line INTEGER)"
    )
    connection.execute(
        'CREATE TEMP TABLE belongs (photo INTEGER PRIMARY KEY, "group" TEXT, series TEXT,'
        " split TEXT)"
    )
    source = source_number(connection, source_name(table.source), table.kind)
    connection.execute("DELETE FROM ratings WHERE source = ?", [source])
    connection.execute("DELETE FROM memberships WHERE source = ?", [source])
    names, sorting, raters = NameBook(connection, base), Sorting(), _Raters(connection)
    for rows in _batches(table.rows):
        _take_batch(connection, rows, names, sorting, raters)
    notes = sorting.settled(table.source, partial=partial)
    connection.execute(
        "INSERT INTO ratings (source, rater, photo, score, n_raters)"
        " SELECT ?, rater, photo, avg(score), max(n_raters) FROM temp.gathered"
        " GROUP BY rater, photo",
        [source],
    )
    connection.execute(
        'INSERT INTO memberships (source, photo, "group", series, split)'
        ' SELECT ?, photo, "group", series, split FROM temp.belongs',
        [source],
    )
    return notes + _several(connection)


def take_choices(
    connection: sqlite3.Connection,
    table: ChoiceTable,
    base: Sequence[Path | str],
    *,
    partial: bool,
) -> list[str]:
    """Replace a source's choices; return notes. Call it in a transaction."""
    source = source_number(connection, source_name(table.source), "table")
    connection.execute("DELETE FROM choices WHERE source = ?", [source])
    names, sorting, raters = NameBook(connection, base), Sorting(), _Raters(connection)
    for rows in _batches(table.rows):
        known = names.look_up(file for row in rows for file in (row.winner, row.loser))
        chosen = []
        for row in rows:
            winner = sorting.photo(known, row.winner, row.line, row.table)
            loser = sorting.photo(known, row.loser, row.line, row.table)
            if winner is None or loser is None:
                continue
            if winner == loser:
                what = f"{row.winner!r} and {row.loser!r} are the same picture"
                sorting.problems.add(Problem(row.line, what, row.table))
            else:
                chosen.append((source, raters[row.rater], winner, loser, row.tie, row.weight))
        sorting.usable += len(chosen)
        connection.executemany(
            "INSERT INTO choices (source, rater, winner, loser, tie, weight)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            chosen,
        )
    return sorting.settled(table.source, partial=partial)


def _take_batch(
    connection: sqlite3.Connection,
    rows: list[LabelRow],
    names: NameBook,
    sorting: Sorting,
    raters: "_Raters",
) -> None:
    """Gather some rows of labels."""
    known = names.look_up(row.file for row in rows)
    photos = {photo for found in known.photos.values() for photo in found}
    others, own = _belonging(connection, photos)
    scores = []
    for row in rows:
        photo = sorting.photo(known, row.file, row.line, row.table)
        if photo is None:
            continue
        new = (row.group, row.series, row.split)
        clash = _clash(row.file, new, own.get(photo))
        if elsewhere := _clash(row.file, new, others.get(photo)):
            clash = f"{elsewhere} (by another source, which `labels remove` takes away)"
        if clash:
            sorting.problems.add(Problem(row.line, clash, row.table))
            continue
        sorting.usable += 1
        if row.score is not None:
            scores.append((raters[row.rater], photo, row.score, row.n_raters or 1, row.line))
        if any(new):
            old = own.get(photo, (None,) * len(new))
            own[photo] = tuple(now or before for now, before in zip(new, old, strict=True))
    connection.executemany("INSERT INTO temp.gathered VALUES (?, ?, ?, ?, ?)", scores)
    connection.executemany(
        "INSERT OR REPLACE INTO temp.belongs VALUES (?, ?, ?, ?)",
        [(photo, *belongs) for photo, belongs in own.items()],
    )


def _belonging(
    connection: sqlite3.Connection, photos: set[int]
) -> tuple[dict[int, _Membership], dict[int, _Membership]]:
    """Return where some photos belong by other sources, and by the rows gathered so far."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS asked (photo INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM temp.asked")
    connection.executemany("INSERT INTO temp.asked VALUES (?)", [(photo,) for photo in photos])
    others = connection.execute(
        'SELECT photo, max("group"), max(series), max(split)'
        " FROM temp.asked CROSS JOIN memberships USING (photo) GROUP BY photo"
    )
    found: dict[int, _Membership] = {photo: tuple(rest) for photo, *rest in others}
    own = connection.execute("SELECT belongs.* FROM temp.asked JOIN temp.belongs USING (photo)")
    return found, {photo: tuple(rest) for photo, *rest in own}


def _clash(file: str, new: _Membership, known: _Membership | None) -> str | None:
    """Return how a row contradicts what is known of where its photo belongs."""
    for kind, now, before in zip(_KINDS, new, known or (None,) * len(new), strict=True):
        if now and before and now != before:
            return f"{file!r} is in {kind} {before!r} already, not {now!r}"
    return None


def _several(connection: sqlite3.Connection) -> list[str]:
    """Return a note if a rater has several labels for one picture."""
    several = connection.execute(
        "SELECT max(line), count(*) OVER () FROM temp.gathered GROUP BY rater, photo"
        " HAVING count(*) > 1 ORDER BY 1 LIMIT ?",
        [_LINES],
    ).fetchall()
    if not several:
        return []
    count = several[0][1]
    lines = ", ".join(str(line) for line, _ in several) + (", …" if count > len(several) else "")
    return [f"{count} pictures have several labels by one rater: their mean is kept (line {lines})"]


class _Raters(dict[str, int]):
    """Raters' numbers by their names; one that is new gets a number."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection.execute("SELECT name, id FROM raters"))
        self._connection = connection

    def __missing__(self, name: str) -> int:
        made = self._connection.execute("INSERT INTO raters (name) VALUES (?)", [name])
        self[name] = int(made.lastrowid or 0)
        return self[name]


def source_name(name: str) -> str:
    """Return what a catalogue calls a source."""
    # The bytes of a file's name need not be Unicode, which SQLite's text must be.
    return name.encode("utf-8", "backslashreplace").decode()


def _batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    """Yield some thousand rows at a time."""
    left = iter(rows)
    while batch := list(islice(left, _TOGETHER)):
        yield batch
