import csv
import os
import re
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from photorank.errors import BrokenIndexError, StorageError
from photorank.export import table_files
from photorank.export.ratings_table import COLUMNS, write_csv, write_parquet
from photorank.index.judging.import_rows import import_labels
from photorank.labels.tables.judgement_tables import read_labels
from photorank.photos.path_text import path_text, text_path
from photorank.rating.percentiles import percentiles
from tests.fixtures.collection import HOSTILE


def read_csv(path):
    """Rows of a CSV file, read as any RFC 4180 reader does."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_a_table_has_one_row_a_photo_with_all_that_is_known(write, collection, tmp_path):
    """CSV and Parquet tables have one row per photo with the ratings and labels of the index."""
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "file,score,group,n_raters\nday 0/0.png,4.5,=SUM(1),3\nday 1/1.png,1,beach,\n"
    )
    import_labels(collection.paths, read_labels(labels))
    index, vector = collection.index, collection.vector
    write(tmp_path / "table", index, vector)

    if write is write_csv:
        rows = read_csv(tmp_path / "table")
        missing, group, number = "", "'=SUM(1)", float
    else:
        rows = pq.read_table(tmp_path / "table").to_pylist()
        missing, group, number = None, "=SUM(1)", lambda value: value
    assert [*rows[0]] == [*COLUMNS]
    assert [row["path"] for row in rows] == [str(photo.path) for photo in index.photos()]
    ratings = index.rate(vector)
    assert [number(row["rating"]) for row in rows] == ratings.tolist()
    assert [number(row["percentile"]) for row in rows] == percentiles(ratings).tolist()
    by_name = {Path(row["path"]).name: row for row in rows}
    assert (number(by_name["0.png"]["score"]), number(by_name["0.png"]["n_raters"])) == (4.5, 3)
    assert by_name["0.png"]["group"] == group
    assert [by_name["2.png"][name] for name in ("score", "n_raters", "group")] == [missing] * 3


@pytest.mark.parametrize("batch_rows", [1, 4, 5, 10, 11])
def test_a_parquet_table_of_several_batches_has_every_row(tmp_path, batch_rows):
    """A Parquet table written in several batches loses no row between two batches."""
    rows = ({"n": number} for number in range(10))
    table = table_files.Table({"n": "whole number"}, rows)
    table_files.write_parquet_table(tmp_path / "table", table, batch_rows=batch_rows)
    assert pq.read_table(tmp_path / "table")["n"].to_pylist() == [*range(10)]


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_every_name_comes_back(write, hostile, tmp_path):
    """Paths with quotes, newlines, commas, blanks or invalid UTF-8 are read back unchanged."""
    write(tmp_path / "table", hostile.index, hostile.vector)

    if write is write_csv:
        found = [row["path"] for row in read_csv(tmp_path / "table")]
    else:
        found = pq.read_table(tmp_path / "table")["path"].to_pylist()

    assert {text_path(path) for path in found} == {str(hostile.folder / name) for name in HOSTILE}


def test_no_cell_of_text_begins_a_formula(tmp_path, collection):
    """Group and series names that look like formulas are escaped in the CSV."""
    evil = ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "＝1+1", "'=1"]
    labels = tmp_path / "labels.csv"
    photos = [str(photo.path) for photo in collection.index.photos()]
    with labels.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "score", "group", "series"])
        writer.writerows([photo, 1, name, name] for photo, name in zip(photos, evil, strict=False))
    import_labels(collection.paths, read_labels(labels))

    write_csv(tmp_path / "table.csv", collection.index, collection.vector)

    rows = read_csv(tmp_path / "table.csv")
    for row in rows:
        for name in ("path", "group", "series"):
            assert not re.match("[=+\\-@\t\r\n＝＋－＠]", row[name])
    assert [row["group"].removeprefix("'") for row in rows[: len(evil)]] == [
        name.strip() for name in evil
    ]
    assert any(row["rating"].startswith("-") for row in rows)  # numbers stay numbers


def test_paths_as_text_are_unicode_and_come_back():
    """A path with any bytes is written as valid UTF-8 text and is read back unchanged."""
    rng = np.random.default_rng(0)
    for _ in range(300):
        raw = bytes(rng.integers(1, 256, 8).tolist())
        path = Path(os.fsdecode(b"/photos/" + raw.replace(b"/", b"x")))
        text = path_text(path)
        assert text.encode() == text.strip().encode()
        assert text_path(text) == str(path)


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_a_table_that_cannot_be_written_leaves_the_old_one(write, collection, tmp_path, full):
    """On a full disk the old table stays as it is, and no part of a new one is left."""
    full.filled()
    with pytest.raises(StorageError, match="full"):
        write(full.folder / "new", collection.index, collection.vector)
    assert (full.folder / "table").read_text() == "old"
    assert not (full.folder / "new").exists()
    assert {path.name for path in full.folder.iterdir()} == {"table", "filler"}


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_a_read_only_disk_is_told(write, collection, full):
    """Writing a table to a read-only disk raises an error that says that it is read-only."""
    full.closed()
    with pytest.raises(StorageError, match="read-only"):
        write(full.folder / "new", collection.index, collection.vector)


def test_replaced_photos_are_not_in_tables(collection, tmp_path):
    """Photos with a replaced file are left out of tables; photos with a deleted file are listed."""
    index = collection.index
    replaced, gone, *others = index.photos()
    replaced.path.write_bytes(others[0].path.read_bytes())
    gone.path.unlink()
    write_csv(tmp_path / "table.csv", index, collection.vector)
    names = [row["path"] for row in read_csv(tmp_path / "table.csv")]
    assert names == [path_text(photo.path) for photo in [gone, *others]]


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_tables_are_not_written_by_damaged_embeddings(write, collection, tmp_path):
    """A flipped bit in an embeddings file is reported as damage, and no table is written."""
    [shard] = collection.paths.shards.iterdir()
    data = bytearray(shard.read_bytes())
    data[-5] ^= 1
    shard.write_bytes(data)
    with pytest.raises(BrokenIndexError, match="damaged"):
        write(tmp_path / "table", collection.index, collection.vector)
    assert not (tmp_path / "table").exists()
