from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from photorank.errors import ExportError, StorageError
from photorank.export.clip_retrieval import write_folder
from photorank.photos.path_text import text_path
from tests.fixtures.colours import paint


def test_what_was_written_is_read_back(hostile, tmp_path):
    """Embeddings and paths with any characters are read back in order from several part files."""
    index = hostile.index
    files = write_folder(tmp_path / "out", index, part_rows=4)

    arrays = [np.load(file, allow_pickle=False) for file in files if file.suffix == ".npy"]
    tables = [pq.read_table(file) for file in files if file.suffix == ".parquet"]
    assert [len(array) for array in arrays] == [len(table) for table in tables] == [4, 4, 2]
    names = [name for table in tables for name in table["image_path"].to_pylist()]
    assert [Path(text_path(name)) for name in names] == [photo.path for photo in index.photos()]
    np.testing.assert_array_equal(np.concatenate(arrays), index.embeddings())
    assert len(files) == 6


def test_a_small_index_is_one_part_as_clip_retrieval_names_it(collection, tmp_path):
    """A small index is exported as img_emb/img_emb_0.npy and metadata/metadata_0.parquet alone.

    What an export left that was killed is gone then.
    """
    (tmp_path / f".{collection.index.name}.1.part" / "img_emb").mkdir(parents=True)
    write_folder(tmp_path, collection.index)

    embeddings = np.load(tmp_path / "img_emb" / "img_emb_0.npy", allow_pickle=False)
    assert embeddings.dtype == np.float32
    assert embeddings.shape == (10, 48)
    assert pq.read_table(tmp_path / "metadata" / "metadata_0.parquet").column_names == [
        "image_path"
    ]
    assert not list(tmp_path.glob(".*"))


@pytest.mark.slow
def test_clip_retrievals_own_reader_reads_it(hostile, tmp_path):
    """The `embedding_reader` package of clip-retrieval reads the same photos from the export."""
    reading = pytest.importorskip(
        "embedding_reader", reason="needs clip-retrieval's reader: pip install embedding_reader"
    )
    paint(hostile.folder / "eleventh.png", 77)
    hostile.build()
    index = hostile.index
    write_folder(tmp_path / "out", index, part_rows=1)  # eleven parts, sorted as text

    reader = reading.EmbeddingReader(
        str(tmp_path / "out" / "img_emb"),
        file_format="parquet_npy",
        metadata_folder=str(tmp_path / "out" / "metadata"),
        meta_columns=["image_path"],
    )
    batches = list(reader(batch_size=100, show_progress=False))

    assert (reader.count, reader.dimension) == (11, 48)
    found = np.concatenate([embeddings for embeddings, _ in batches])
    np.testing.assert_array_equal(found, index.embeddings())
    paths = [path for _, table in batches for path in table["image_path"]]
    assert [path for path in paths if not path.startswith("file:///")] == [
        str(photo.path) for photo in index.photos() if "latin" not in photo.path.name
    ]


def test_embeddings_are_never_mixed_with_others(collection, tmp_path):
    """An export into a folder that holds embeddings is refused, and changes nothing there."""
    write_folder(tmp_path / "out", collection.index, part_rows=3)
    before = sorted((tmp_path / "out").rglob("*"))

    with pytest.raises(ExportError, match="exists already"):
        write_folder(tmp_path / "out", collection.index)

    assert sorted((tmp_path / "out").rglob("*")) == before


def test_a_full_disk_leaves_nothing(collection, full):
    """A clip-retrieval export to a full disk fails without leaving a partial folder."""
    full.filled()
    with pytest.raises(StorageError, match="the disk is full"):
        write_folder(full.folder / "new" / "folder", collection.index)
    assert {path.name for path in full.folder.iterdir()} == {"table", "filler"}


def test_replaced_photos_are_not_in_the_metadata(collection, tmp_path):
    """Photos whose files were replaced since indexing are left out of the export."""
    index = collection.index
    replaced, *others = index.photos()
    replaced.path.write_bytes(others[0].path.read_bytes())
    array, table = sorted(write_folder(tmp_path / "out", index), key=lambda file: file.suffix)
    names = pq.read_table(table)["image_path"].to_pylist()
    assert [Path(text_path(name)) for name in names] == [photo.path for photo in others]
    np.testing.assert_array_equal(np.load(array), index.embeddings()[1:])
