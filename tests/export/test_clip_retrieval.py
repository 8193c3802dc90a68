import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from photorank.errors import ExportError, LayoutError, StorageError
from photorank.export.clip_retrieval import read_folder, write_folder
from tests.fixtures.colours import paint


def test_what_was_written_is_read_back(hostile, tmp_path):
    """Paths, whatever their names, and embeddings come back in their order, from several parts."""
    index = hostile.index
    files = write_folder(tmp_path / "out", index, part_rows=4)

    parts = list(read_folder(tmp_path / "out"))

    assert [len(part.paths) for part in parts] == [4, 4, 2]
    assert [path for part in parts for path in part.paths] == [
        photo.path for photo in index.photos()
    ]
    found = np.concatenate([part.embeddings for part in parts])
    np.testing.assert_allclose(found, index.embeddings(), atol=1e-6)
    assert len(files) == 6
    assert all(file.is_file() for file in files)


def test_a_small_index_is_one_part_as_clip_retrieval_names_it(collection, tmp_path):
    """The files are img_emb/img_emb_0.npy and metadata/metadata_0.parquet, and nothing else."""
    write_folder(tmp_path, collection.index)

    embeddings = np.load(tmp_path / "img_emb" / "img_emb_0.npy", allow_pickle=False)
    assert embeddings.dtype == np.float32
    assert embeddings.shape == (10, 48)
    assert pq.read_table(tmp_path / "metadata" / "metadata_0.parquet").column_names == [
        "image_path"
    ]
    assert not list(tmp_path.glob(".*"))


def test_clip_retrievals_own_reader_reads_it(hostile, tmp_path):
    """`embedding_reader`, by which clip-retrieval builds its indices, gives the same photos."""
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


def test_what_clip_retrieval_writes_is_read(tmp_path):
    """Its embeddings are half precision, their lengths not exactly 1, beside captions and more."""
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(5, 8))
    for name in ("img_emb", "metadata"):
        (tmp_path / name).mkdir()
    np.save(tmp_path / "img_emb" / "img_emb_00.npy", embeddings.astype(np.float16))
    table = {"image_path": [f"{n}.jpg" for n in range(5)], "caption": ["a dog"] * 5}
    pq.write_table(pa.table(table), tmp_path / "metadata" / "metadata_00.parquet")

    [part] = read_folder(tmp_path)

    assert [path.name for path in part.paths] == table["image_path"]
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    np.testing.assert_allclose(part.embeddings, unit, atol=2e-3)
    np.testing.assert_allclose(np.linalg.norm(part.embeddings, axis=1), 1, atol=1e-6)


def test_embeddings_are_never_mixed_with_others(collection, tmp_path):
    """A folder that has embeddings is refused, and keeps them."""
    write_folder(tmp_path / "out", collection.index, part_rows=3)
    before = sorted((tmp_path / "out").rglob("*"))

    with pytest.raises(ExportError, match="exists already"):
        write_folder(tmp_path / "out", collection.index)

    assert sorted((tmp_path / "out").rglob("*")) == before


def test_a_full_disk_leaves_nothing(collection, full):
    """Embeddings are there as a whole or not at all."""
    full.filled()
    with pytest.raises(StorageError, match="full"):
        write_folder(full.folder, collection.index)
    assert {path.name for path in full.folder.iterdir()} == {"table", "filler"}


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda out: (out / "img_emb" / "img_emb_0.npy").unlink(), "no img_emb"),
        (lambda out: (out / "metadata" / "metadata_0.parquet").unlink(), "metadata_0"),
        (lambda out: (out / "img_emb" / "img_emb_0.npy").write_bytes(b"hello"), "cannot be read"),
        (lambda out: (out / "img_emb" / "img_emb_0.npy").write_bytes(b""), "cannot be read"),
        (lambda out: (out / "metadata" / "metadata_0.parquet").write_bytes(b"PAR1"), "cannot be"),
        (lambda out: save(out, np.ones((9, 48))), "9 embeddings in img_emb_0.npy, 10 in"),
        (lambda out: save(out, np.ones(10)), "not a table of numbers"),
        (lambda out: save(out, np.array([["a"] * 48] * 10)), "not a table of numbers"),
        (lambda out: save(out, np.zeros((10, 48))), "without a direction"),
        (lambda out: save(out, np.full((10, 48), np.nan)), "without a direction"),
        (lambda out: save(out, np.array([[{}]]), allow_pickle=True), "cannot be read"),
        (lambda out: metadata(out, {"url": ["x"] * 10}), "metadata_0.parquet cannot be read"),
        (lambda out: metadata(out, {"image_path": [None] * 10}), "without a path"),
    ],
)
def test_a_folder_that_is_damaged_is_told(harm, said, collection, tmp_path):
    """What does not match or is none is refused in words; nothing in it is run."""
    write_folder(tmp_path, collection.index)
    harm(tmp_path)
    with pytest.raises(LayoutError, match=said):
        list(read_folder(tmp_path))


def test_parts_of_different_size_are_told(collection, tmp_path):
    """Embeddings of two encoders in one folder are a mistake."""
    write_folder(tmp_path, collection.index, part_rows=5)
    np.save(tmp_path / "img_emb" / "img_emb_1.npy", np.ones((5, 7), dtype=np.float32))
    with pytest.raises(LayoutError, match="another size"):
        list(read_folder(tmp_path))


def save(out, array, **how):
    """Replace the embeddings."""
    np.save(out / "img_emb" / "img_emb_0.npy", array, **how)


def metadata(out, table):
    """Replace the metadata."""
    pq.write_table(pa.table(table), out / "metadata" / "metadata_0.parquet")
