"""Tests of the table of faces, one row for each face, in both file formats."""

import csv

import pyarrow.parquet as pq
import pytest

from photorank.export.faces_table import write_faces
from photorank.export.ratings_table import write_csv
from photorank.index.catalogue.connection import adding
from photorank.index.catalogue.face_rows import record_faces
from photorank.photos.faces.face import Face, summary
from tests.photos.faces.test_face import LARGE, SMALL


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_each_face_has_a_row_and_each_photo_its_columns(suffix, collection, tmp_path):
    """The faces table has a row per face; the ratings table counts them; unknowns are empty."""
    first, second = collection.index.photos()[:2]
    with adding(collection.paths) as connection:
        connection.execute("DELETE FROM photo_faces")
        record_faces(connection, {first.digest: [LARGE, SMALL], second.digest: []})
    index, file = collection.index, tmp_path / f"faces.{suffix}"
    assert write_faces(file, index) == 2
    with file.open(newline="") if suffix == "csv" else file.open("rb") as opened:
        rows = list(csv.DictReader(opened)) if suffix == "csv" else pq.read_table(file).to_pylist()
    assert [*rows[0]] == ["path", "digest", *Face._fields]
    assert [row["digest"] for row in rows] == [first.digest] * 2
    assert [row["eyes"] for row in rows] == ["open", "unknown"]
    assert [float(row["left"]) for row in rows] == [LARGE.left, SMALL.left]
    assert rows[1]["sharpness"] in ("", None)
    assert write_faces(file, index, [0]) == 0

    write_csv(tmp_path / "ratings.csv", index, collection.vector)
    with (tmp_path / "ratings.csv").open(newline="") as opened:
        told = list(csv.DictReader(opened))[:3]
    assert [one["faces"] for one in told] == ["2", "0", ""]
    assert [one["eyes_open"] for one in told] == ["1", "0", ""]
    assert float(told[0]["largest_face"]) == pytest.approx(summary([LARGE]).largest_face)
    assert told[1]["face_sharpness"] == ""
