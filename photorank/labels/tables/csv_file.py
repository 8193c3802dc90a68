"""CSV files, plain or gzipped, with detected encoding and line numbers."""

import codecs
import csv
import gzip
import io
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

from photorank.errors import LabelsError, MissingPathError
from photorank.labels.tables.cells import Cells
from photorank.labels.tables.table import Table

_PART = 1 << 20  # bytes that are looked at together

Row = TypeVar("Row")


@dataclass(frozen=True)
class Dialect:
    """CSV format of a file: column names, delimiter and skipped lines."""

    columns: tuple[str, ...] = ()  # where no first row names them
    delimiter: str = ","  # " " is any run of blanks
    skipped: int = 0  # lines before the table

    def reader(self, file: Iterable[str]) -> Any:
        """CSV reader of a file's rows in this format."""
        if self.delimiter == " ":
            words = (" ".join(line.split()) for line in file)
            return csv.reader(words, delimiter=" ", quoting=csv.QUOTE_NONE)
        return csv.reader(file, delimiter=self.delimiter)


@contextmanager
def open_csv(path: Path, dialect: Dialect | None = None) -> Iterator[Table]:
    """Open a CSV table in UTF-8, with or without a byte order mark, or in Latin-1.

    Raises MissingPathError, and LabelsError if it cannot be read or is no text.
    """
    dialect = dialect or Dialect()
    reader = None
    try:
        encoding = text_encoding(path)
        with _opened(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as file:
            reader = dialect.reader(file)
            rows = ((reader.line_num, cells) for cells in reader)
            table = Table(path, islice(rows, dialect.skipped, None), dialect.columns)
            if encoding == "latin-1":
                table.notes.append("it is not UTF-8 and was read as Latin-1")
            yield table
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingPathError(path) from error
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise LabelsError(f"{path} is damaged: it cannot be unpacked.") from error
    except OSError as error:
        raise LabelsError(f"{path} cannot be read: {error.strerror}.") from error
    except csv.Error as error:
        where = f" (line {reader.line_num})" if reader else ""
        raise LabelsError(f"{path} is not a CSV file: {error}{where}.") from error


def _opened(path: Path) -> BinaryIO:
    """Open a file for binary reading, decompressed if its suffix is ``.gz``."""
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe can be read only once, if it ever ends
        raise LabelsError(f"{path} cannot be read: it is not a regular file.")
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def text_encoding(path: Path, *, part: int = _PART) -> str:
    """Text encoding of a file, detected by reading it in chunks of `part` bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with _opened(path) as file:
        while data := file.read(part):
            if b"\0" in data:  # in UTF-16 every other byte
                raise LabelsError(f"{path} is not text in UTF-8. Save it as CSV in UTF-8.")
            try:
                decoder.decode(data)
            except UnicodeDecodeError:
                return "latin-1"
    return "latin-1" if decoder.getstate()[0] else "utf-8-sig"  # else it ends within a letter


class CsvRows(Generic[Row]):
    """Usable rows of a CSV file, read again on each iteration instead of kept in memory.

    `understood` takes the open table, requires its columns, and returns what understands a row;
    with `partial` rows that cannot be used are left out, with a note.
    """

    def __init__(
        self,
        path: Path,
        understood: Callable[[Table], Callable[[int, Cells], Row | None]],
        *,
        partial: bool,
    ) -> None:
        self._path = path
        self._understood = understood
        self._partial = partial

    def __iter__(self) -> Iterator[Row]:
        with open_csv(self._path) as table:
            yield from table.usable_rows(self._understood(table), partial=self._partial)

    def checked(self) -> list[str]:
        """Notes on the table, after a first pass over all rows that raises any error early."""
        with open_csv(self._path) as table:
            for _ in table.usable_rows(self._understood(table), partial=self._partial):
                pass
            return table.notes
