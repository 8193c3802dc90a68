"""First sheet of an Excel workbook, as rows of text."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from photorank.errors import LabelsError, PhotorankError, first_line
from photorank.workspace import regular_file

MAX_UNPACKED_BYTES = 1 << 29
_MAX_ROWS = 1 << 20  # of a sheet, as Excel has them
_MAX_COLUMNS = 1024  # since gaps in a row are filled with empty cells
_ROWS_TOGETHER = 1000
_PART_BYTES = 1 << 20  # of a sheet read together
_MERGE_BYTES = 100  # length of the longest XML element of merged cells
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"'](?P<cells>[A-Z]+(?P<first>\d+):[A-Z]+(?P<last>\d+))"
)
_ZIP = b"PK\x03\x04"  # first bytes of workbooks
_SUFFIXES = (".xlsx", ".xlsm", ".xls")
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"  # first bytes of Excel 97 files, and of encrypted ones


def is_workbook(path: Path) -> bool:
    """True if an existing file has the first bytes, or the suffix, of an Excel workbook."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            start = file.read(len(_OLD_OR_LOCKED))
    except OSError:
        return False  # whoever opens it says why
    return start in (_ZIP, _OLD_OR_LOCKED) or path.suffix.lower() in _SUFFIXES


def workbook_rows(
    path: Path, *, max_unpacked: int = MAX_UNPACKED_BYTES
) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number from 1, cells as text) for each row of a workbook's first sheet.

    Of a formula the value counts that was saved with it. Days are ISO 8601, whole numbers have
    no decimals, truths are TRUE and FALSE, as when Excel saves a CSV file. Raises
    MissingPathError if there is no such file; LabelsError if it is no workbook, encrypted,
    damaged, unreasonably big or wide, or has no sheet, or its XML declares entities.
    """
    try:
        file = regular_file(path).open("rb")
    except PhotorankError:
        raise  # with its own message
    except OSError as error:
        raise LabelsError(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        _check_container(path, file, max_unpacked)
        for line, row in enumerate(_first_sheet(path, file), start=1):
            if len(row) > _MAX_COLUMNS:
                raise LabelsError(f"{path} has more than {_MAX_COLUMNS} columns (line {line}).")
            yield line, [_text(value) for value in row]


def _check_container(path: Path, file: BinaryIO, max_unpacked: int) -> None:
    """Raise LabelsError unless a file is a ZIP archive whose unpacked size is within the limit.

    The limit is `max_unpacked` bytes.
    """
    if file.read(len(_OLD_OR_LOCKED)) == _OLD_OR_LOCKED:
        raise LabelsError(
            f"{path} is encrypted, or of an Excel before 2007. Save it as .xlsx without a password."
        )
    with _library_errors(path), zipfile.ZipFile(file) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > max_unpacked:
        raise LabelsError(f"{path} is bigger than {max_unpacked >> 20} MB when unpacked.")


def _first_sheet(path: Path, file: BinaryIO) -> Iterator[tuple[Any, ...]]:
    """Yield the cell values of each row of the first sheet, blank rows included."""
    from openpyxl import load_workbook

    with _library_errors(path):
        sheets = load_workbook(file, read_only=True, data_only=True).worksheets
    if not sheets:
        raise LabelsError(f"{path} has no sheet.")
    _check_merged(path, file, sheets[0]._worksheet_path)
    sheets[0].reset_dimensions()  # which need not be true, and would cut cells off
    rows = iter(sheets[0].iter_rows(max_row=_MAX_ROWS, values_only=True))
    while True:
        with _library_errors(path):
            part = list(islice(rows, _ROWS_TOGETHER))
        if not part:
            return
        yield from part


def _check_merged(path: Path, file: BinaryIO, sheet: str) -> None:
    """Raise LabelsError if a sheet has vertically merged cells.

    All merged cells but the first would be read as empty.
    """
    with _library_errors(path), zipfile.ZipFile(file) as archive, archive.open(sheet) as part:
        end, merged = b"", None
        while merged is None and (data := part.read(_PART_BYTES)):
            found = _MERGED.finditer(end + data)
            merged = next((one for one in found if one["first"] != one["last"]), None)
            end = data[-_MERGE_BYTES:]
    if merged:
        raise LabelsError(
            f"{path} has merged cells ({merged['cells'].decode()}), of which all but the first "
            "look empty. Unmerge them, and fill in each row."
        )


@contextmanager
def _library_errors(path: Path) -> Iterator[None]:
    """Context manager that turns any error of the workbook parser into a LabelsError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles that are missing, dates that are none
        try:
            yield
        except Exception as error:
            raise LabelsError(
                f"{path} is not an Excel workbook that can be read: {first_line(error)}."
            ) from error


def _text(value: Any) -> str:
    """Text of a cell value, as Excel writes it to CSV.

    Examples
    --------
    >>> [_text(value) for value in (None, 1.0, 0.1, True, datetime(2024, 7, 31), "a")]
    ['', '1', '0.1', 'TRUE', '2024-07-31', 'a']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    return str(value)
