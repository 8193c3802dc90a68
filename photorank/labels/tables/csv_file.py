"""CSV files, plain or gzipped, with detected encoding and with line numbers."""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from photorank.errors import LabelsError, PhotorankError
from photorank.labels.tables.table import Table, is_comment
from photorank.workspace import regular_file

_PART = 1 << 20  # bytes read together
_UTF8 = "utf-8-sig"
_GUESSED = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}  # display names of encodings
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"  # bytes that Windows-1252 lacks
_DELIMITERS = ",;\t"
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?', re.IGNORECASE)
_MAX_LINES_BEFORE = 1000  # comments and blank lines before the table


@dataclass(frozen=True)
class Dialect:
    """CSV format of a file: column names, delimiter, number of lines before the table."""

    columns: tuple[str, ...] = ()  # where no first row names them
    delimiter: str = ","  # " " is any run of blanks
    skipped: int = 0  # lines before the table

    def reader(self, file: Iterable[str]) -> Any:
        """CSV reader (:func:`csv.reader`) that parses a file in this format."""
        if self.delimiter == " ":
            words = (" ".join(line.split()) for line in file)
            return csv.reader(words, delimiter=" ", quoting=csv.QUOTE_NONE)
        return csv.reader(file, delimiter=self.delimiter)


@contextmanager
def open_csv(path: Path, dialect: Dialect | None = None) -> Iterator[Table]:
    """Open a CSV table in UTF-8 (with or without byte order mark), UTF-16 or Windows-1252.

    Without a dialect the delimiter is that of the first row: comma, semicolon or tab. Raises
    MissingPathError, and LabelsError if it cannot be read or is no text.
    """
    reader, before = None, 0
    try:
        encoding = text_encoding(path)
        with _opened(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as file:
            lines: Iterator[str] = file
            found = dialect or Dialect()
            if dialect is None:
                before, found, lines = _detected(file)
            reader = found.reader(lines)
            rows = ((before + reader.line_num, cells) for cells in reader)
            table = Table(path, islice(rows, found.skipped, None), found.columns)
            table.decimal_comma = found.delimiter == ";"
            if encoding in _GUESSED:
                table.notes.append(f"it is not UTF-8 and was read as {_GUESSED[encoding]}")
            yield table
    except PhotorankError:
        raise  # with its own message
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise LabelsError(f"{path} is damaged: it cannot be unpacked.") from error
    except OSError as error:
        raise LabelsError(f"{path} cannot be read: {error.strerror}.") from error
    except csv.Error as error:
        where = f" (line {before + reader.line_num})" if reader else ""
        raise LabelsError(f"{path} is not a CSV file: {error}{where}.") from error


def _detected(file: Iterator[str]) -> tuple[int, Dialect, Iterator[str]]:
    """Tuple of the number of lines to skip, the detected CSV format, and the lines of the table.

    Before the table may be comments, and Excel's line ``sep=;``.
    """
    for before, line in enumerate(islice(file, _MAX_LINES_BEFORE)):
        line = line.lstrip("\ufeff")
        if told := _SEPARATOR.fullmatch(line.strip("\r\n ")):
            return before + 1, Dialect(delimiter=told[1]), file
        if line.strip() and not is_comment(line):
            return before, Dialect(delimiter=_delimiter(line)), chain([line], file)
    return 0, Dialect(), file


def _delimiter(line: str) -> str:
    """Delimiter that splits the row of column names into the most columns."""
    return max(_DELIMITERS, key=lambda mark: len(next(csv.reader([line], delimiter=mark))))


def _opened(path: Path) -> BinaryIO:
    """Binary file opened for reading, and decompressed if its suffix is ``.gz``."""
    regular_file(path)
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def text_encoding(path: Path, *, part: int = _PART) -> str:
    """Name of a text file's encoding, detected by decoding the whole file.

    The file is read in chunks of `part` bytes.
    """
    with _opened(path) as file:
        encoding = _encoding_of_start(file.read(len(codecs.BOM_UTF32_LE)))
    decoder = codecs.getincrementaldecoder(encoding)()
    with _opened(path) as file:
        while data := file.read(part):
            if encoding == _UTF8 and b"\0" in data:
                raise LabelsError(f"{path} is not text in UTF-8. Save it as CSV in UTF-8.")
            try:
                decoder.decode(data)
            except UnicodeDecodeError:
                return _other_encoding(path, encoding, part)
    cut = decoder.getstate()[0]  # within a letter
    return _other_encoding(path, encoding, part) if cut else encoding


def _other_encoding(path: Path, encoding: str, part: int) -> str:
    """Encoding of text that is not UTF-8: Windows-1252, or Latin-1 where Windows-1252 fails."""
    if encoding != _UTF8:
        raise LabelsError(f"{path} is damaged: it is not text in {encoding.upper()}.")
    with _opened(path) as file:
        while data := file.read(part):
            if len(data.translate(None, _UNDEFINED)) < len(data):
                return "latin-1"
    return "cp1252"


def _encoding_of_start(start: bytes) -> str:
    """Name of the encoding, UTF-32, UTF-16 or UTF-8, guessed from a file's first four bytes."""
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):  # it begins like UTF-16's
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = [byte == 0 for byte in start[:2]]
    if any(zeros) and not all(zeros):
        return "utf-16-be" if zeros[0] else "utf-16-le"
    return _UTF8
