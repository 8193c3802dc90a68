"""Opening of tables in either supported format: CSV file or Excel workbook."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Generic, TypeVar

from photorank.labels.tables.cells import Cells
from photorank.labels.tables.csv_file import open_csv
from photorank.labels.tables.table import Table
from photorank.labels.tables.workbook import is_workbook, workbook_rows
from photorank.row_problems import Problems

Row = TypeVar("Row")


def open_table(path: Path) -> AbstractContextManager[Table]:
    """Open a table: a CSV file, plain or gzipped, or the first sheet of a workbook.

    A workbook is recognised by its first bytes or its suffix.

    Raises MissingPathError, and LabelsError if it cannot be read.
    """
    if is_workbook(path):
        return nullcontext(Table(path, workbook_rows(path)))
    return open_csv(path)


class TableRows(Generic[Row]):
    """Iterable over the usable rows of a table; each iteration reads the table anew.

    `make_parser` takes the open table, requires its columns, and returns a parser of its rows.
    After an iteration `problems` has the rows that cannot be used, and `notes` what else is to be
    told.
    """

    def __init__(
        self, path: Path, make_parser: Callable[[Table], Callable[[int, Cells], Row | None]]
    ) -> None:
        self._path = path
        self._make_parser = make_parser
        self.problems = Problems()
        self.notes: list[str] = []

    def __iter__(self) -> Iterator[Row]:
        self.problems.clear()
        self.notes.clear()
        with open_table(self._path) as table:
            parse = self._row_parser(table)
            yield from table.usable_rows(parse, self.problems)

    def check_columns(self) -> None:
        """Raise LabelsError if the table cannot be opened or lacks a required column."""
        with open_table(self._path) as table:
            self._row_parser(table)

    def _row_parser(self, table: Table) -> Callable[[int, Cells], Row | None]:
        """Function that parses one row of `table`.

        The table's notes, also those added later, go to `self.notes`.
        """
        self.notes += table.notes
        table.notes = self.notes
        return self._make_parser(table)
