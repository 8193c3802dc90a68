"""Writing and reading of scores as lines of JSON or CSV."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, TypeAlias

from photorank.export.table_files import Kind, Row
from photorank.labels.tables.formula_cells import text_cell
from photorank.photos.path_text import path_text, unicode_text
from photorank.scoring.score_photos import Scored

Format: TypeAlias = Literal["jsonl", "csv", "parquet"]

COLUMNS: dict[str, Kind] = {
    "path": "text",
    "rating": "number",
    "percentile": "number",
    "stars": "whole number",
    "error": "text",
}
IN_CONTEXT: dict[str, Kind] = {**COLUMNS, "adds": "number"}  # of scores beside an album


class Written(NamedTuple):
    """Row that is already in a file of scores: a photo's path, and whether the photo is rated."""

    path: str
    rated: bool


class JsonLines:
    """Format of scores with one JSON object per line, in ASCII."""

    head = b""

    def __init__(self, columns: Mapping[str, Kind]) -> None:
        self.columns = columns

    def path(self, path: str) -> str:
        """Path of a photo as written to JSON: the given text, unchanged."""
        return path

    def line(self, one: Scored) -> bytes:
        """JSON line (bytes) for one photo's score."""
        return (
            json.dumps(row_of(one, self.columns), ensure_ascii=True, allow_nan=False).encode()
            + b"\n"
        )

    def rows(self, file: BinaryIO) -> Iterator[Written]:
        """Yield the rows read from a file of JSON lines; raises ValueError for an invalid line."""
        for line in file:
            row = json.loads(line)
            if not isinstance(row, dict) or set(row) != set(self.columns):
                raise ValueError("not a row of scores")
            yield Written(str(row["path"]), row["rating"] is not None)


class CsvLines:
    """Format of scores as CSV (UTF-8), one line per score, with formula-like cells escaped."""

    def __init__(self, columns: Mapping[str, Kind]) -> None:
        self.columns = columns
        self.head = (",".join(columns) + "\r\n").encode()

    def path(self, path: str) -> str:
        """Path as written to CSV; a file path with a line break becomes a file URI."""
        if path.splitlines() != [path]:
            return Path(path).as_uri() if path.startswith("/") else unicode_text(repr(path))
        return text_cell(path_text(Path(path)) if path.startswith("/") else unicode_text(path))

    def line(self, one: Scored) -> bytes:
        """CSV line (bytes) for one photo's score."""
        row = row_of(one, self.columns) | {
            "path": self.path(one.path),
            "error": text_cell(one.error),
        }
        text = io.StringIO()
        csv.writer(text).writerow([row[name] for name in self.columns])
        return text.getvalue().encode()

    def rows(self, file: BinaryIO) -> Iterator[Written]:
        """Yield the rows read from a CSV file; raises ValueError for an invalid line."""
        if file.readline() != self.head:
            raise ValueError("not the columns of scores")
        for line in file:
            [cells] = csv.reader([line.decode()])
            if len(cells) != len(self.columns):
                raise ValueError("not a row of scores")
            yield Written(cells[0], cells[1] != "")


def row_of(one: Scored, columns: Iterable[str] = COLUMNS) -> Row:
    """Table row for one photo's score: a dictionary of values by column name."""
    score = one.score._asdict() if one.score else dict.fromkeys(("rating", "percentile", "stars"))
    row = {"path": one.path, **score, "error": one.error, "adds": one.adds}
    return {name: row[name] for name in columns}
