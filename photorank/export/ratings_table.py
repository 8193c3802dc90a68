"""Ratings and judgements of all photos as one table, in CSV or Parquet."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from photorank.index.opened import Index
from photorank.labels.tables.formula_cells import text_cell
from photorank.photos.pathtext import path_text, unicode_text
from photorank.rating.percentiles import percentiles
from photorank.vectors.master import MasterVector
from photorank.workspace import replacing

TEXTS = ("path", "group", "series", "taken", "camera")
NUMBERS = ("rating", "percentile", "score", "n_raters")
COLUMNS = (
    "path",
    "rating",
    "percentile",
    "group",
    "series",
    "taken",
    "camera",
    "score",
    "n_raters",
)

_BATCH = 50_000  # rows that are in memory twice

Row = dict[str, Any]  # by column; None where nothing is known


def rows(index: Index, vector: MasterVector) -> Iterator[Row]:
    """Yield one row a photo, in the order of the index.

    Columns are the path (as of :func:`photorank.photos.pathtext.path_text`), the
    rating and its percentile in the index (0 to 100), the photo's group, series, time
    and camera, the mean score that people gave it, and how many they were.
    """
    ratings = index.rate(vector)
    standing = percentiles(ratings)
    labels = index.labels()
    for row, photo in enumerate(index.photos()):
        judged = bool(np.isfinite(labels.scores[row]))
        yield {
            "path": path_text(photo.path),
            "rating": float(ratings[row]),
            "percentile": float(standing[row]),
            "group": photo.group and unicode_text(photo.group),
            "series": photo.series and unicode_text(photo.series),
            "taken": photo.taken,
            "camera": photo.camera and unicode_text(photo.camera),
            "score": float(labels.scores[row]) if judged else None,
            "n_raters": int(labels.n_raters[row]) if judged else None,
        }


def write_csv(path: Path, index: Index, vector: MasterVector) -> None:
    """Write the table as CSV (RFC 4180, UTF-8); texts that may be formulas are neutralised.

    Raises
    ------
    StorageError
        If it cannot be written; what was there before is as it was.
    """
    table = rows(index, vector)
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)  # its \r\n has both marks quoted that may be in names
        writer.writerow(COLUMNS)
        for row in table:
            writer.writerow(
                text_cell(row[name]) if name in TEXTS else _number_cell(row[name])
                for name in COLUMNS
            )


def write_parquet(path: Path, index: Index, vector: MasterVector) -> None:
    """Write the table as Parquet, a part of the rows at a time.

    Raises
    ------
    StorageError
        If it cannot be written; what was there before is as it was.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = dict.fromkeys(TEXTS, pa.string()) | dict.fromkeys(NUMBERS, pa.float64())
    types["n_raters"] = pa.int64()
    schema = pa.schema([(name, types[name]) for name in COLUMNS])
    table = rows(index, vector)
    # Through a file of Python's own, the disk's errors are Python's.
    with (
        replacing(path) as temporary,
        temporary.open("wb") as file,
        pq.ParquetWriter(file, schema) as writer,
    ):
        while part := [row for row, _ in zip(table, range(_BATCH), strict=False)]:
            writer.write_table(pa.Table.from_pylist(part, schema=schema))


def _number_cell(value: float | None) -> str:
    return "" if value is None else repr(value)
