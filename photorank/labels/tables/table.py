"""Table of text cells from a file of any supported format, with line numbers."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from photorank.errors import LabelsError, counted
from photorank.labels.tables.cells import Cells
from photorank.row_problems import Problem, Problems

Row = TypeVar("Row")

_MARKS = re.compile(r"[,;\t]")
_NAMES = {"file", "score", "tier", "stars", "winner", "loser", "likes", "favourites", "favorites"}


class Table:
    """Table of text cells, read row by row.

    Without `columns`, the first row that is neither blank nor a comment has the column names.

    Rows come with their lines in the file, from 1; the path is for messages.
    """

    def __init__(
        self, path: Path, rows: Iterator[tuple[int, list[str]]], columns: Sequence[str] = ()
    ) -> None:
        self.path = path
        self.notes: list[str] = []
        self.decimal_comma = False  # numbers are surely like 1,5
        self.spaced: set[str] = set()  # columns whose cells keep the white space around them
        self._rows = rows
        named = columns or next((row for _, row in rows if not _is_skipped(row)), [])
        self.columns = [name.strip().lstrip("#\ufeff").strip().lower() for name in named]

    def require(self, *names: str) -> None:
        """Raise LabelsError unless each named column occurs exactly once."""
        for name in names:
            if name not in self.columns:
                raise self._lacks(f"no column {name!r}")
        self._refuse_twice(names)

    def first_of(self, names: Sequence[str]) -> str:
        """First of `names` that is a column of the table; raises LabelsError if there is none."""
        found = [name for name in names if name in self.columns]
        if not found:
            raise self._lacks(f"no label column ({', '.join(names)})")
        self.require(found[0])
        if len(found) > 1:
            self.notes.append(f"{found[0]} is used as the label, not {' or '.join(found[1:])}")
        return found[0]

    def ignore_all_but(self, *known: str) -> None:
        """Add a note that lists the ignored columns of the table: all that are not in `known`.

        Raises LabelsError if a column of `known` occurs twice.
        """
        self._refuse_twice(known)
        others = [name for name in self.columns if name and name not in known]
        if others:
            self.notes.append(f"columns left out: {', '.join(others)}")

    def usable_rows(
        self, parse: Callable[[int, Cells], Row | None], problems: Problems
    ) -> Iterator[Row]:
        """Yield the parsed rows of the table; rows for which `parse` returns None are left out.

        Rows that cannot be used are added to `problems`.
        """
        unrated = 0
        for line, cells in self.cells(problems):
            try:
                row = parse(line, cells)
            except ValueError as error:
                problems.add(Problem(line, str(error)))
            else:
                if row is None:
                    unrated += 1
                else:
                    yield row
        if unrated:
            self.notes.append(f"left out as not rated: {counted(unrated, 'row')} with 0 stars")

    def cells(self, problems: Problems, *, table: str = "") -> Iterator[tuple[int, Cells]]:
        """Yield (line number, dictionary from column to cell) for each row of the table.

        Rows with too many cells are added to `problems`.
        """
        columns, width = self.columns, len(self.columns)
        spaced = [(at, name) for at, name in enumerate(columns) if name in self.spaced]
        for line, row in self._rows:
            cells = [cell.strip() for cell in row]
            if not any(cells) or (cells[0][:1] == "#" and width > 1 and _is_skipped(cells)):
                continue
            if len(cells) != width:
                if any(cells[width:]):  # an unquoted comma moves all cells after it
                    what = f"{counted(len(cells), 'cell')} for {counted(width, 'column')}"
                    problems.add(Problem(line, what, table))
                    continue
                cells += [""] * (width - len(cells))
            found = dict(zip(columns, cells, strict=False))
            for at, name in spaced:
                if found[name] and found[name] != row[at]:
                    found[name] = row[at]
            yield line, found

    def _refuse_twice(self, names: Sequence[str]) -> None:
        count = Counter(self.columns)
        if twice := [name for name in names if count[name] > 1]:
            raise LabelsError(
                f"{self.path} has the column {twice[0]!r} more than once. "
                "Remove or rename all but one of them."
            )

    def _lacks(self, what: str) -> LabelsError:
        has = f"Its columns are: {', '.join(self.columns)}." if self.columns else "It is empty."
        return LabelsError(
            f"{self.path} has {what}. {has} A table of labels has file and score, tier or stars, "
            "or what --file-column and --score-column name; one of choices has winner and loser, "
            "or --winner-column and --loser-column."
        )


def is_comment(line: str) -> bool:
    """True if a line is a comment above a table, False if it is the row of column names.

    A row of column names may start with ``#`` as well.

    >>> is_comment("# made by us"), is_comment("#file,score")
    (True, False)
    """
    words = {word.strip(' "#').lower() for word in _MARKS.split(line)}
    return line.startswith("#") and words.isdisjoint(_NAMES)


def _is_skipped(row: Sequence[str]) -> bool:
    """True if a table row is skipped because it is blank or a comment."""
    first, *others = row or [""]
    return not any(others) and (not first or (first.startswith("#") and is_comment(first)))
