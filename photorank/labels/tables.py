"""Tables of judgements: CSV files of scores, tiers, stars or choices, read with care."""

import codecs
import csv
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TextIO, TypeVar

from photorank.errors import LabelsError, MissingPathError

LABEL_COLUMNS = ("score", "tier", "stars")  # the first one that is there counts

_SHOWN = 5  # problems that a message spells out
_CHUNK = 1 << 20  # bytes

Cells = dict[str, str]  # by column
Row = TypeVar("Row")


class Problem(NamedTuple):
    """Something wrong with a table."""

    line: int  # of the file, from 1
    what: str


@dataclass(frozen=True)
class LabelRow:
    """One photo's label by one rater, or by several."""

    line: int  # of the file, from 1
    file: str  # absolute, or relative to the folder of the photos
    score: float  # higher is better
    rater: str  # "" where the table does not tell
    group: str | None
    series: str | None
    n_raters: int | None  # people whose mean the score is


@dataclass(frozen=True)
class LabelTable:
    """Labels of one source."""

    source: str  # importing it again replaces what it said before
    rows: list[LabelRow]
    notes: list[str] = field(default_factory=list)  # one line each


@dataclass(frozen=True)
class ChoiceRow:
    """One choice between two photos."""

    line: int  # of the file, from 1
    winner: str
    loser: str
    tie: bool  # the person could not decide; who is called winner is then moot
    rater: str  # "" where the table does not tell


@dataclass(frozen=True)
class ChoiceTable:
    """Choices of one source."""

    source: str  # importing it again replaces what it said before
    rows: list[ChoiceRow]
    notes: list[str] = field(default_factory=list)  # one line each


def read_labels(
    path: Path, *, group_column: str | None = None, partial: bool = False
) -> LabelTable:
    """Read a CSV file of labels.

    Columns are told by their names in any order: `file`, one of `score`, `tier` and
    `stars`, and perhaps `rater`, `group`, `series` and `n_raters`. Scores and tiers
    are any finite numbers, stars 1 to 5, where 0 means not rated. Higher is better.

    Parameters
    ----------
    path : Path
        In UTF-8, with or without a byte order mark, or in Latin-1.
    group_column : str, optional
        The column that tells the group. Default: ``group``.
    partial : bool, default=False
        Leave rows out that cannot be used, with a note, instead of refusing them all.

    Raises
    ------
    MissingPathError
        If there is no such file.
    LabelsError
        If it is no such table, or one of its rows cannot be used.
    """
    with _opened(path) as table:
        table.require("file")
        label = table.first_of(LABEL_COLUMNS)
        group = group_column.strip().lower() if group_column else "group"
        if group_column:
            table.require(group)
        table.ignore_all_but("file", label, "rater", group, "series", "n_raters")

        def understood(line: int, cells: Cells) -> LabelRow | None:
            score = _number(cells, label)
            if label == "stars" and score == 0:
                return None
            if label == "stars" and not 1 <= score <= 5:
                raise ValueError(f"stars are 1 to 5, not {cells[label]!r}")
            return LabelRow(
                line=line,
                file=_filled(cells, "file"),
                score=score,
                rater=cells.get("rater", ""),
                group=cells.get(group) or None,
                series=cells.get("series") or None,
                n_raters=_count(cells, "n_raters"),
            )

        rows = table.rows(understood, partial=partial)
        return LabelTable(str(path.absolute()), rows, table.notes)


def read_choices(path: Path, *, partial: bool = False) -> ChoiceTable:
    """Read a CSV file of choices: `winner`, `loser`, and perhaps `tie` and `rater`.

    A tie is told by ``1``, ``true`` or ``yes``; ``0``, ``false``, ``no`` or nothing is none.

    Parameters
    ----------
    path : Path
        In UTF-8, with or without a byte order mark, or in Latin-1.
    partial : bool, default=False
        Leave rows out that cannot be used, with a note, instead of refusing them all.

    Raises
    ------
    MissingPathError
        If there is no such file.
    LabelsError
        If it is no such table, or one of its rows cannot be used.
    """
    with _opened(path) as table:
        table.require("winner", "loser")
        table.ignore_all_but("winner", "loser", "tie", "rater")

        def understood(line: int, cells: Cells) -> ChoiceRow:
            return ChoiceRow(
                line=line,
                winner=_filled(cells, "winner"),
                loser=_filled(cells, "loser"),
                tie=_truth(cells, "tie"),
                rater=cells.get("rater", ""),
            )

        rows = table.rows(understood, partial=partial)
        return ChoiceTable(str(path.absolute()), rows, table.notes)


def first_problems(problems: Sequence[Problem]) -> str:
    """Return the first few problems and their number, in one line.

    Examples
    --------
    >>> first_problems([Problem(2, "no score"), Problem(9, "no score")])
    'line 2: no score; line 9: no score'
    """
    told = [f"line {problem.line}: {problem.what}" for problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        told.append(f"and {len(problems) - _SHOWN} more ({len(problems)} in all)")
    return "; ".join(told)


class _Table:
    """An open CSV file whose first row was read: the names of its columns."""

    def __init__(self, path: Path, file: TextIO) -> None:
        self.path = path
        self.notes: list[str] = []
        self._reader = csv.reader(file)
        self.columns = [name.strip().lower() for name in next(self._reader, [])]

    def require(self, *names: str) -> None:
        """Raise unless the columns are there, each once."""
        for name in names:
            if name not in self.columns:
                raise self._lacks(f"no column {name!r}")
        count = Counter(self.columns)
        if twice := [name for name in names if count[name] > 1]:
            raise LabelsError(f"{self.path} has the column {twice[0]!r} more than once.")

    def first_of(self, names: Sequence[str]) -> str:
        """Return the first of the columns that is there."""
        found = [name for name in names if name in self.columns]
        if not found:
            raise self._lacks(f"no label column ({', '.join(names)})")
        self.require(found[0])
        if len(found) > 1:
            self.notes.append(f"{found[0]} is used as the label, not {' or '.join(found[1:])}")
        return found[0]

    def ignore_all_but(self, *known: str) -> None:
        """Note which columns are not understood."""
        others = [name for name in self.columns if name and name not in (*known, *LABEL_COLUMNS)]
        if others:
            self.notes.append(f"columns left out: {', '.join(others)}")

    def rows(self, understood: Callable[[int, Cells], Row | None], *, partial: bool) -> list[Row]:
        """Return what is understood of each row; None is a photo that nobody rated."""
        rows: list[Row] = []
        problems: list[Problem] = []
        unrated = 0
        for line, cells in self._cells(problems):
            try:
                row = understood(line, cells)
            except ValueError as error:
                problems.append(Problem(line, str(error)))
            else:
                if row is None:
                    unrated += 1
                else:
                    rows.append(row)
        if unrated:
            self.notes.append(f"{unrated} rows with 0 stars are not rated, and left out")
        if problems and not partial:
            raise LabelsError(
                f"{self.path} was not imported: {first_problems(problems)}. Correct these "
                "rows, or import the others with --partial."
            )
        if problems:
            self.notes.append(f"left out: {first_problems(problems)}")
        if not rows:
            raise LabelsError(f"{self.path} has no row that can be used.")
        return rows

    def _cells(self, problems: list[Problem]) -> Iterator[tuple[int, Cells]]:
        """Yield each row that is not blank by column, with its line."""
        width = len(self.columns)
        for cells in self._reader:
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if any(cells[width:]):  # an unquoted comma moves all cells after it
                what = f"{len(cells)} cells where the first row has {width}"
                problems.append(Problem(self._reader.line_num, what))
                continue
            cells += [""] * (width - len(cells))
            yield self._reader.line_num, dict(zip(self.columns, cells, strict=False))

    def _lacks(self, what: str) -> LabelsError:
        has = f"Its columns are: {', '.join(self.columns)}." if self.columns else "It is empty."
        if len(self.columns) == 1 and any(mark in self.columns[0] for mark in ";\t"):
            has = "Its cells must be parted by commas."
        return LabelsError(
            f"{self.path} has {what}. {has} A table of labels has file and score, tier or stars; "
            "one of choices has winner and loser."
        )


@contextmanager
def _opened(path: Path) -> Iterator[_Table]:
    try:
        encoding = _encoding(path)
        with path.open(encoding=encoding, newline="") as file:
            table = _Table(path, file)
            if encoding == "latin-1":
                table.notes.append("it is not UTF-8 and was read as Latin-1")
            yield table
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingPathError(path) from error
    except OSError as error:
        raise LabelsError(f"{path} cannot be read: {error.strerror}.") from error
    except csv.Error as error:
        raise LabelsError(f"{path} is not a CSV file: {error}.") from error


def _encoding(path: Path) -> str:
    """Return what the file is written in; it is read once for that, a part at a time."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            if b"\0" in part:  # in UTF-16 every other byte
                raise LabelsError(f"{path} is not text in UTF-8. Save it as CSV in UTF-8.")
            try:
                decoder.decode(part)
            except UnicodeDecodeError:
                return "latin-1"
    return "latin-1" if decoder.getstate()[0] else "utf-8-sig"  # else it ends within a letter


def _filled(cells: Cells, name: str) -> str:
    if not cells[name]:
        raise ValueError(f"no {name}")
    return cells[name]


def _number(cells: Cells, name: str) -> float:
    text = _filled(cells, name)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{name} {text!r} is not a number")
    return number


def _count(cells: Cells, name: str) -> int | None:
    if not cells.get(name):
        return None
    number = _number(cells, name)
    if number < 1 or number != int(number):
        raise ValueError(f"{name} {cells[name]!r} is not a number of people")
    return int(number)


def _truth(cells: Cells, name: str) -> bool:
    text = cells.get(name, "").lower()
    if text in ("1", "true", "yes"):
        return True
    if text in ("", "0", "false", "no"):
        return False
    raise ValueError(f"{name} {cells[name]!r} is neither yes nor no")
