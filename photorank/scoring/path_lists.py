"""Lists of paths and URLs, read from lines of text or from a column of a table."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from photorank.errors import LabelsError, PhotorankError, first_line
from photorank.labels.tables.open_table import open_table
from photorank.outside_text import printable
from photorank.row_problems import Problems
from photorank.workspace import regular_file

COLUMNS = ("path", "file", "image_path", "url", "uri", "filename", "key", "image")
TABLES = frozenset({".csv", ".tsv", ".xlsx", ".gz", ".parquet", ".pq"})
_PARQUET = frozenset({".parquet", ".pq"})
_PART_BYTES = 1 << 16
_PART_ROWS = 10_000
_MAX_ENTRY_BYTES = 1 << 16  # a longer one is no path, and no address that anything answers


class Entry(NamedTuple):
    """Item of a list: a path or URL, or an error message if the item is neither."""

    text: str
    fault: str | None = None


class ListError(PhotorankError, ValueError):
    """A list of paths cannot be read."""


def lines(stream: BinaryIO, name: str) -> Iterator[Entry]:
    """Yield a stream's paths and URLs, separated by line ends or zero bytes (``find -print0``)."""
    part = _read(stream)
    mark = b"\0" if b"\0" in part else b"\n"
    left, number = b"", 0
    while part:
        *whole, left = (left + part).split(mark)
        for entry in whole:
            number += 1
            yield from _entry(entry, mark, f"{name}, line {number}")
        if len(left) > _MAX_ENTRY_BYTES:
            yield Entry(f"{name}, line {number + 1}", "too long for a path")
            return
        part = _read(stream)
    yield from _entry(left, mark, f"{name}, line {number + 1}")


def check_list(path: Path, column: str | None) -> None:
    """Raise ListError or MissingPathError if a list cannot be read or lacks the named column."""
    if path.suffix.lower() in TABLES:
        _column_of(path, column)
    else:
        regular_file(path)


def entries(path: Path, column: str | None) -> Iterator[Entry]:
    """Yield the paths and URLs in a list file: its lines, or the cells of a table's column."""
    suffix = path.suffix.lower()
    if suffix not in TABLES:
        with path.open("rb") as file:
            yield from lines(file, path.name)
        return
    name = _column_of(path, column)
    try:
        yield from (_of_parquet if suffix in _PARQUET else _of_table)(path, name)
    except (PhotorankError, OSError, ValueError) as error:  # damaged further on
        yield Entry(str(path), first_line(error))


def _read(stream: BinaryIO) -> bytes:
    """Wait for the next bytes of a stream and return them; empty bytes at the stream's end."""
    read1 = getattr(stream, "read1", stream.read)
    data: bytes = read1(_PART_BYTES)
    return data


def _entry(data: bytes, mark: bytes, where: str) -> Iterator[Entry]:
    text = data.decode(errors="surrogateescape")
    if mark == b"\n":
        text = text.removesuffix("\r")
    if not text.strip():
        return
    yield Entry(text if "\0" not in text else where, "it holds a zero" if "\0" in text else None)


def _column_of(path: Path, column: str | None) -> str:
    """Name of the column of paths, spelled as in the file; raises ListError if it is missing."""
    if path.suffix.lower() in _PARQUET:
        names = _parquet(path).schema_arrow.names
    else:
        try:
            with open_table(path) as table:
                names = table.columns
        except LabelsError as error:
            raise ListError(str(error)) from error
    wanted = [column.lower()] if column else COLUMNS
    by_name = {name.lower(): name for name in names}
    for one in wanted:
        if one in by_name:
            return by_name[one]
    has = ", ".join(printable(name) for name in names) or "nothing"
    raise ListError(
        f"{path} has no column {' or '.join(map(repr, wanted))}. Its columns are: {has}. Name the "
        "one with the paths: `--column NAME`."
    )


def _of_table(path: Path, column: str) -> Iterator[Entry]:
    problems = Problems()
    with open_table(path) as table:
        table.spaced.add(column)
        for line, cells in table.cells(problems):
            yield from _told(path, problems)
            text = cells[column]
            yield Entry(text) if text else Entry(f"{path}, line {line}", "no path stands there")
        yield from _told(path, problems)


def _told(path: Path, problems: Problems) -> Iterator[Entry]:
    for problem in problems.first:
        yield Entry(f"{path}, line {problem.line}", problem.what)
    problems.clear()


def _of_parquet(path: Path, column: str) -> Iterator[Entry]:
    row = 0
    for batch in _parquet(path).iter_batches(batch_size=_PART_ROWS, columns=[column]):
        for value in batch.column(0).to_pylist():
            row += 1
            if isinstance(value, str) and value.strip() and "\0" not in value:
                yield Entry(value)
            else:
                yield Entry(f"{path}, row {row}", "no path stands there")


def _parquet(path: Path) -> Any:
    import pyarrow.parquet as pq

    regular_file(path)
    try:
        return pq.ParquetFile(path)
    except (OSError, ValueError) as error:  # pyarrow's own errors are among them
        raise ListError(f"{path} is no Parquet file: {first_line(error)}.") from error
