"""Table of text cells from any file format, with column names and line numbers."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from photorank.errors import LabelsError
from photorank.labels.tables.cells import Cells
from photorank.labels.tables.usable_rows import Problem, Problems

Row = TypeVar("Row")


class Table:
    """Open table of text cells; the first row holds the column names unless given.

    Rows come with their lines in the file, from 1; the path is for messages.
    """

    def __init__(
        self, path: Path, rows: Iterator[tuple[int, list[str]]], columns: Sequence[str] = ()
    ) -> None:
        self.path = path
        self.notes: list[str] = []
        self._rows = rows
        named = columns or next(rows, (0, []))[1]
        self.columns = [name.strip().lower() for name in named]

    def require(self, *names: str) -> None:
        """Raise LabelsError unless each named column occurs exactly once."""
        for name in names:
            if name not in self.columns:
                raise self._lacks(f"no column {name!r}")
        count = Counter(self.columns)
        if twice := [name for name in names if count[name] > 1]:
            raise LabelsError(f"{self.path} has the column {twice[0]!r} more than once.")

    def first_of(self, names: Sequence[str]) -> str:
        """First of `names` that is a column of the table; LabelsError if none is."""
        found = [name for name in names if name in self.columns]
        if not found:
            raise self._lacks(f"no label column ({', '.join(names)})")
        self.require(found[0])
        if len(found) > 1:
            self.notes.append(f"{found[0]} is used as the label, not {' or '.join(found[1:])}")
        return found[0]

    def ignore_all_but(self, *known: str) -> None:
        """Add a note that lists the unknown columns, which are ignored."""
        others = [name for name in self.columns if name and name not in known]
        if others:
            self.notes.append(f"columns left out: {', '.join(others)}")

    def usable_rows(
        self, understood: Callable[[int, Cells], Row | None], *, partial: bool
    ) -> Iterator[Row]:
        """Yield each row parsed by `understood`; rows parsed as None are unrated and left out.

        What is wrong is told at the end, after the last row.
        """
        problems = Problems()
        unrated = usable = 0
        for line, cells in self.cells(problems):
            try:
                row = understood(line, cells)
            except ValueError as error:
                problems.add(Problem(line, str(error)))
            else:
                if row is None:
                    unrated += 1
                else:
                    usable += 1
                    yield row
        if unrated:
            self.notes.append(f"{unrated} rows with 0 stars are not rated, and left out")
        self.notes += problems.settle(str(self.path), usable, partial=partial)

    def cells(self, problems: Problems, *, table: str = "") -> Iterator[tuple[int, Cells]]:
        """Yield (line, cells by column) of each non-blank row; add bad rows to `problems`."""
        width = len(self.columns)
        for line, row in self._rows:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if any(cells[width:]):  # an unquoted comma moves all cells after it
                what = f"{len(cells)} cells where there are {width} columns"
                problems.add(Problem(line, what, table))
                continue
            cells += [""] * (width - len(cells))
            yield line, dict(zip(self.columns, cells, strict=False))

    def _lacks(self, what: str) -> LabelsError:
        has = f"Its columns are: {', '.join(self.columns)}." if self.columns else "It is empty."
        if len(self.columns) == 1 and any(mark in self.columns[0] for mark in ";\t"):
            has = "Its cells must be parted by commas."
        return LabelsError(
            f"{self.path} has {what}. {has} A table of labels has file and score, tier or stars; "
            "one of choices has winner and loser."
        )
