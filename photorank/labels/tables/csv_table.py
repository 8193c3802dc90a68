"""One table of text: its columns by their names, its rows with their lines, and what is wrong."""

import codecs
import csv
import gzip
import io
import math
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO, TypeVar

from photorank.errors import LabelsError, MissingPathError

_SHOWN = 5  # problems that a message spells out
_LETTERS = 300  # of each; a cell may have a hundred thousand
_CHUNK = 1 << 20  # bytes

Cells = dict[str, str]  # by column
Row = TypeVar("Row")


class Problem(NamedTuple):
    """Something wrong with a table."""

    line: int  # of the file, from 1
    what: str
    table: str = ""  # the file, where a source has several


@dataclass
class Problems:
    """What is wrong with a table: all counted, the first few kept.

    Examples
    --------
    >>> problems = Problems()
    >>> problems.add(Problem(2, "no score"))
    >>> problems.add(Problem(9, "no score", "test.csv"))
    >>> str(problems)
    'line 2: no score; test.csv, line 9: no score'
    """

    count: int = 0
    first: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Take one down."""
        self.count += 1
        if len(self.first) < _SHOWN:
            self.first.append(problem)

    def __bool__(self) -> bool:
        return self.count > 0

    def __str__(self) -> str:
        told = [
            f"{table + ', ' if table else ''}line {line}: {shorten(what)}"
            for line, what, table in self.first
        ]
        if self.count > len(told):
            told.append(f"and {self.count - len(told)} more ({self.count} in all)")
        return "; ".join(told)


def shorten(what: str) -> str:
    """Return a problem in so few letters that it can be read."""
    return what if len(what) <= _LETTERS else f"{what[: _LETTERS // 2]} … {what[-_LETTERS // 2 :]}"


@dataclass(frozen=True)
class Dialect:
    """How a table is written."""

    columns: tuple[str, ...] = ()  # where no first row names them
    delimiter: str = ","  # " " is any run of blanks
    skipped: int = 0  # lines before the table

    def reader(self, file: Iterable[str]) -> Any:
        """Return the reader of a table's rows."""
        if self.delimiter == " ":
            words = (" ".join(line.split()) for line in file)
            return csv.reader(words, delimiter=" ", quoting=csv.QUOTE_NONE)
        return csv.reader(file, delimiter=self.delimiter)


class CsvTable:
    """An open table of text, read up to its first row: by default the names of its columns."""

    def __init__(self, path: Path, file: TextIO, dialect: Dialect | None = None) -> None:
        self.path = path
        self.notes: list[str] = []
        dialect = dialect or Dialect()
        self._reader = dialect.reader(file)
        for _ in range(dialect.skipped):
            next(self._reader, None)
        named = list(dialect.columns) or next(self._reader, [])
        self.columns = [name.strip().lower() for name in named]

    @property
    def line(self) -> int:
        """The line of the file, from 1, up to which it has been read."""
        return int(self._reader.line_num)

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
        others = [name for name in self.columns if name and name not in known]
        if others:
            self.notes.append(f"columns left out: {', '.join(others)}")

    def rows(
        self, understood: Callable[[int, Cells], Row | None], *, partial: bool
    ) -> Iterator[Row]:
        """Yield what is understood of each row; None is a photo that nobody rated.

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
        if problems and not partial:
            raise LabelsError(
                f"{self.path} was not imported: {problems}. Correct these "
                "rows, or import the others with --partial."
            )
        if problems:
            self.notes.append(f"left out: {problems}")
        if not usable:
            raise LabelsError(f"{self.path} has no row that can be used.")

    def cells(self, problems: Problems, *, table: str = "") -> Iterator[tuple[int, Cells]]:
        """Yield each row that is not blank by column, with its line; a problem names the table."""
        width = len(self.columns)
        for cells in self._reader:
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if any(cells[width:]):  # an unquoted comma moves all cells after it
                what = f"{len(cells)} cells where the first row has {width}"
                problems.add(Problem(self._reader.line_num, what, table))
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
def open_table(path: Path, dialect: Dialect | None = None) -> Iterator[CsvTable]:
    """Open a table in UTF-8, with or without a byte order mark, or in Latin-1.

    Raises
    ------
    MissingPathError
        If there is no such file.
    LabelsError
        If it cannot be read, or is no text.
    """
    table = None
    try:
        encoding = _encoding(path)
        with _opened(path) as raw:
            file = io.TextIOWrapper(raw, encoding=encoding, newline="")
            table = CsvTable(path, file, dialect)
            if encoding == "latin-1":
                table.notes.append("it is not UTF-8 and was read as Latin-1")
            yield table
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingPathError(path) from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise LabelsError(f"{path} is damaged: it cannot be unpacked.") from error
    except OSError as error:
        raise LabelsError(f"{path} cannot be read: {error.strerror}.") from error
    except csv.Error as error:
        where = f" (line {table.line})" if table else ""
        raise LabelsError(f"{path} is not a CSV file: {error}{where}.") from error


def _opened(path: Path) -> BinaryIO:
    """Open a file, unpacking it if its name says that it is packed."""
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe can be read only once, if it ever ends
        raise LabelsError(f"{path} cannot be read: it is not a regular file.")
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _encoding(path: Path) -> str:
    """Return what the file is written in; it is read once for that, a part at a time."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with _opened(path) as file:
        while part := file.read(_CHUNK):
            if b"\0" in part:  # in UTF-16 every other byte
                raise LabelsError(f"{path} is not text in UTF-8. Save it as CSV in UTF-8.")
            try:
                decoder.decode(part)
            except UnicodeDecodeError:
                return "latin-1"
    return "latin-1" if decoder.getstate()[0] else "utf-8-sig"  # else it ends within a letter


def filled(cells: Cells, name: str) -> str:
    """Return a cell that must not be empty."""
    if not cells[name]:
        raise ValueError(f"no {name}")
    return cells[name]


def number(cells: Cells, name: str) -> float:
    """Return a cell's finite number."""
    text = filled(cells, name)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{name} {text!r} is not a number")
    return value


def people(cells: Cells, name: str) -> int | None:
    """Return a cell's number of people, None if it is empty."""
    if not cells.get(name):
        return None
    value = number(cells, name)
    if not 1 <= value <= 1e9 or value != int(value):
        raise ValueError(f"{name} {cells[name]!r} is not a number of people")
    return int(value)


def votes(cells: Cells, name: str) -> float:
    """Return a cell's positive number of votes, 1 if it is empty."""
    if not cells.get(name):
        return 1.0
    value = number(cells, name)
    if value <= 0:
        raise ValueError(f"{name} {cells[name]!r} is not a positive number")
    return value


def truth(cells: Cells, name: str) -> bool:
    """Return whether a cell says yes; an empty one does not."""
    text = cells.get(name, "").lower()
    if text in ("1", "true", "yes"):
        return True
    if text in ("", "0", "false", "no"):
        return False
    raise ValueError(f"{name} {cells[name]!r} is neither yes nor no")
