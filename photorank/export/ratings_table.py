"""Table of the ratings and judgements of all photos, in CSV or Parquet."""

import csv
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from photorank.index.opened import Index
from photorank.labels.tables.formula_cells import text_cell
from photorank.photos.pathtext import path_text, unicode_text
from photorank.rating.percentiles import percentiles
from photorank.vectors.master import MasterVector
from photorank.workspace import replacing

_TEXTS = ("path", "group", "series", "taken", "camera", "taken_from")
# fmt: off
COLUMNS = (
    "path", "rating", "percentile", "group", "series", "taken", "camera", "score", "n_raters",
    "taken_from",
)
# fmt: on

_BATCH_ROWS = 50_000  # of Parquet, in memory twice

Row = dict[str, Any]  # by column, None where unknown


def rows(
    index: Index, vector: MasterVector, without: Collection[int] | None = None
) -> Iterator[Row]:
    """Rows of ratings and judgements, one per photo, in the order of the index.

    Left out are the photos `without`: by default those whose files have changed since they were
    indexed. ``percentile`` is that of the rating in the index, 0 to 100, and ``score`` the mean of
    people's scores. Raises BrokenIndexError if an embedding is not as it was written.
    """
    index.verify()
    left_out = set(index.changed(range(len(index))) if without is None else without)
    ratings = index.rate(vector)
    index_percentiles = percentiles(ratings)
    labels = index.labels()
    for row, photo in enumerate(index.photos()):
        if row in left_out:
            continue
        judged = bool(np.isfinite(labels.scores[row]))
        yield {
            "path": path_text(photo.path),
            "rating": float(ratings[row]),
            "percentile": float(index_percentiles[row]),
            "group": photo.group and unicode_text(photo.group),
            "series": photo.series and unicode_text(photo.series),
            "taken": photo.taken,
            "camera": photo.camera and unicode_text(photo.camera),
            "score": float(labels.scores[row]) if judged else None,
            "n_raters": int(labels.n_raters[row]) if judged else None,
            "taken_from": photo.taken_from,
        }


def write_csv(
    path: Path, index: Index, vector: MasterVector, without: Collection[int] | None = None
) -> None:
    """Write the ratings table as CSV (RFC 4180, UTF-8); possible formulas are neutralised.

    Raises StorageError if it cannot be written; an existing file then stays.
    """
    table = rows(index, vector, without)
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)  # with \r\n, so that names with either are quoted
        writer.writerow(COLUMNS)
        for row in table:
            writer.writerow(
                text_cell(row[name]) if name in _TEXTS else row[name] for name in COLUMNS
            )


def write_parquet(
    path: Path, index: Index, vector: MasterVector, without: Collection[int] | None = None
) -> None:
    """Write the ratings table as Parquet in batches of rows; StorageError if not writable."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = dict.fromkeys(_TEXTS, pa.string()) | {"n_raters": pa.int64()}
    schema = pa.schema([(name, types.get(name, pa.float64())) for name in COLUMNS])
    table = rows(index, vector, without)
    # Through a Python file errors of the disk are OSErrors.
    with (
        replacing(path) as temporary,
        temporary.open("wb") as file,
        pq.ParquetWriter(file, schema) as writer,
    ):
        while part := list(islice(table, _BATCH_ROWS)):
            writer.write_table(pa.Table.from_pylist(part, schema=schema))
