"""Table of all photos' ratings and people's judgements, in CSV or Parquet."""

from collections.abc import Collection, Iterator, Sequence
from math import isfinite
from pathlib import Path

import numpy as np

from photorank.export.table_files import Kind, Row, Table, write_csv_table, write_parquet_table
from photorank.index.opened import Index
from photorank.photos.faces.face import FacesSummary
from photorank.photos.path_text import path_text, unicode_text
from photorank.rating.percentiles import percentiles
from photorank.vectors.master import MasterVector

_KINDS: dict[str, Kind] = {
    "path": "text",
    "rating": "number",
    "percentile": "number",
    "group": "text",
    "series": "text",
    "taken": "text",
    "camera": "text",
    "score": "number",
    "n_raters": "whole number",
    "taken_from": "text",
    "faces": "whole number",
    "largest_face": "number",
    "largest_face_cut": "whole number",
    "eyes_open": "whole number",
    "eyes_hardly_open": "whole number",
    "eyes_unknown": "whole number",
    "face_sharpness": "number",
}
COLUMNS = tuple(_KINDS)


def rows(
    index: Index, vector: MasterVector, without: Collection[int] | None = None
) -> Iterator[Row]:
    """Yield a table row for each photo in index order: its rating, metadata and judgements.

    Left out are the photos `without`: by default those whose files have changed since they were
    indexed. ``percentile`` is that of the rating in the index, 0 to 100, and ``score`` the mean of
    people's scores. Raises BrokenIndexError if an embedding is not as it was written.
    """
    index.verify()
    left_out = set(index.changed(range(len(index))) if without is None else without)
    ratings = index.rate(vector)
    index_percentiles = percentiles(ratings)
    labels = index.labels()
    faces = index.faces().values.tolist()
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
            **_faces(faces[row]),
        }


def _faces(values: Sequence[float]) -> Row:
    """Dictionary of a photo's face measurements by column name, None where one is missing."""
    named = zip(FacesSummary._fields, values, strict=True)
    return {
        name: None
        if not isfinite(value)
        else int(value)
        if _KINDS[name] == "whole number"
        else value
        for name, value in named
    }


def write_csv(
    path: Path, index: Index, vector: MasterVector, without: Collection[int] | None = None
) -> None:
    """Write the table of ratings and judgements as CSV."""
    write_csv_table(path, Table(_KINDS, rows(index, vector, without)))


def write_parquet(
    path: Path, index: Index, vector: MasterVector, without: Collection[int] | None = None
) -> None:
    """Write the table of ratings and judgements as Parquet."""
    write_parquet_table(path, Table(_KINDS, rows(index, vector, without)))
