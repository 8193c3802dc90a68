"""Table of all detected faces, one row per face, in CSV or Parquet."""

from collections.abc import Collection, Iterator
from math import isfinite
from pathlib import Path

from photorank.export.table_files import Kind, Row, Table, write_csv_table, write_parquet_table
from photorank.index.opened import Index
from photorank.photos.faces.face import Face
from photorank.photos.path_text import path_text

_KINDS: dict[str, Kind] = {
    "path": "text",
    "digest": "text",
    **dict.fromkeys(Face._fields, "number"),
    "eyes": "text",
    "cut": "whole number",
}


def write_faces(path: Path, index: Index, without: Collection[int] = ()) -> int:
    """Write a table with one row for each detected face, and return the number of rows.

    Photos with row numbers in `without` are left out. The file's suffix tells the format, .csv or
    .parquet. Raises StorageError if it cannot be written.
    """
    rows = list(_rows(index, set(without)))
    write = write_csv_table if path.suffix == ".csv" else write_parquet_table
    write(path, Table(_KINDS, iter(rows)))
    return len(rows)


def _rows(index: Index, without: set[int]) -> Iterator[Row]:
    for row, faces in sorted(index.faces().by_row.items()):
        if row in without:
            continue
        photo = index.photo(row)
        names = {"path": path_text(photo.path), "digest": photo.digest}
        for face in faces:
            measured = face._asdict() | {"cut": int(face.cut)}
            sharpness = face.sharpness if isfinite(face.sharpness) else None
            yield names | measured | {"sharpness": sharpness}
