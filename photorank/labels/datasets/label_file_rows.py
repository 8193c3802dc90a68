"""Rows of a dataset's label file: CSV, Excel workbook, JSON or folder names."""

import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from photorank.errors import LabelsError, counted
from photorank.labels.datasets.dataset_manifest import TableSpec
from photorank.labels.tables.cells import Cells
from photorank.labels.tables.csv_file import open_csv
from photorank.labels.tables.table import Table
from photorank.labels.tables.workbook import workbook_rows
from photorank.row_problems import Problems
from photorank.workspace import read_bytes

BESIDE = "beside"  # the column that comes from a file of its own


def label_file_rows(root: Path, spec: TableSpec, problems: Problems) -> Iterator[tuple[int, Cells]]:
    """Yield (line number, dictionary from column to cell) for each row of a label file.

    Malformed rows are added to `problems`.

    Raises MissingPathError, and LabelsError if it is written in something else or lacks a column.
    """
    with _opened(root / spec.file, spec) as table:
        if spec.beside is None:
            table.require(*spec.needed)
            yield from table.cells(problems, table=spec.file)
            return
        table.require(*(name for name in spec.needed if name != BESIDE))
        lines = _lines(root / spec.beside)
        for line, cells in table.cells(problems, table=spec.file):
            if line > len(lines):
                has = f"{counted(len(lines), 'line')}, and {spec.file} has more"
                raise LabelsError(f"{root / spec.beside} has {has}: each belongs to one.")
            yield line, cells | {BESIDE: lines[line - 1]}


def _lines(path: Path) -> list[str]:
    """Lines of a text file, without white space at either end of a line."""
    try:
        return [line.strip() for line in read_bytes(path).decode().splitlines()]
    except (OSError, ValueError) as error:
        raise LabelsError(f"{path} is no text that can be read.") from error


def _opened(path: Path, spec: TableSpec) -> AbstractContextManager[Table]:
    if spec.format == "csv":
        return open_csv(path, spec.dialect)
    rows = {"json": _json_rows, "folders": _folder_rows, "xlsx": workbook_rows}[spec.format]
    return nullcontext(Table(path, rows(path), spec.dialect.columns))


def _json_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) of each row in a JSON object that maps keys to lists of rows.

    The first cell is the key; row numbers start at 1.
    """
    try:
        data: Any = json.loads(read_bytes(path))
    except (OSError, ValueError, RecursionError) as error:
        raise LabelsError(f"{path} is not JSON that can be read.") from error
    if not isinstance(data, dict):
        raise LabelsError(f"{path} is no JSON object of lists.")
    number = 0
    for key, rows in data.items():
        for row in rows if isinstance(rows, list) else [rows]:
            number += 1  # JSON has no lines: entries are counted
            cells = row if isinstance(row, list) else [row]
            yield number, [str(key), *(str(cell) for cell in cells)]


def _folder_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (file number, path parts) of each file under a folder, sorted by name."""
    number = 0
    for folder, folders, files in os.walk(path):
        folders.sort()
        below = Path(folder).relative_to(path).parts
        for name in sorted(files):
            number += 1
            yield number, [*below, name]
