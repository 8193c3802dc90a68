import csv
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from photorank.errors import (
    EmbeddingsError,
    ExportError,
    IndexMismatchError,
    MissingPathError,
    MissingVectorError,
    NoPhotosError,
    NoVectorsError,
)
from photorank.evaluation.default_vector import default_vector
from photorank.export.destination import checked_folder
from photorank.index.importing.import_embeddings import ImportRequest, import_embeddings
from photorank.index.maintenance.checks import examine_index
from photorank.index.opened import Index
from photorank.outside_text import printable
from photorank.vectors.store import load_vector
from photorank.workspace import Workspace
from tests.fixtures.command_line import invoke

pytestmark = pytest.mark.slow

N, D = 60, 8


@pytest.fixture
def rows():
    """Random embeddings of N photos in D dimensions, not scaled to unit length."""
    return np.random.default_rng(0).normal(size=(N, D)).astype(np.float16)


@pytest.fixture
def paths(tmp_path, monkeypatch):
    """Paths of an index that does not exist yet, in a temporary workspace."""
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path / "home"))
    return Workspace.current().index("mine")


def names(n=N, folder="/elsewhere/photos"):
    """Made-up paths of n photo files in three made-up folders."""
    return [f"{folder}/{number % 3}/{number:03}.jpg" for number in range(n)]


def clip_retrieval(folder, rows, told, parts=(0, 2, 10)):
    """Write embeddings and photo paths in clip-retrieval's file layout, in three parts."""
    (folder / "img_emb").mkdir(parents=True)
    (folder / "metadata").mkdir()
    for part, at in zip(parts, np.array_split(np.arange(len(rows)), len(parts)), strict=True):
        np.save(folder / "img_emb" / f"img_emb_{part}.npy", rows[at])
        table = pa.table({"caption": ["a cat"] * len(at), "image_path": [told[row] for row in at]})
        pq.write_table(table, folder / "metadata" / f"metadata_{part}.parquet")


def arrays(folder, rows, told):
    """Write a .npy file of embeddings, and beside it a Parquet file of photo names."""
    folder.mkdir()
    np.save(folder / "embeddings.npy", rows.astype(np.float32))
    pq.write_table(pa.table({"file_name": told}), folder / "photos.parquet")


def column(folder, rows, told):
    """Write a Parquet file as Hugging Face `datasets` does, with embeddings as lists of numbers."""
    folder.mkdir()
    images = [{"bytes": b"", "path": name} for name in told]
    table = pa.table(
        {
            "image": pa.array(images, pa.struct({"bytes": pa.binary(), "path": pa.string()})),
            "text_embedding": [[0.0]] * len(rows),
            "image_embedding": pa.array(rows.astype(np.float32).tolist(), pa.list_(pa.float32())),
        }
    )
    pq.write_table(table, folder / "train-00000-of-00001.parquet")


def fixed(folder, rows, told):
    """Write two Parquet files of half-precision embeddings, as lists of one fixed size."""
    (folder / "data").mkdir(parents=True)
    for part in (0, 1):
        some = slice(part * N // 2, (part + 1) * N // 2)
        flat = pa.array(rows[some].ravel(), pa.float16())
        emb = pa.FixedSizeListArray.from_arrays(flat, D)
        table = pa.table({"path": told[some], "emb": emb})
        pq.write_table(table, folder / "data" / f"{part}.parquet")


@pytest.mark.parametrize("write", [clip_retrieval, arrays, column, fixed])
def test_every_layout_gives_the_same_index(tmp_path, paths, rows, write):
    """In every file layout, imported photos keep their names and get embeddings of unit length."""
    write(tmp_path / "emb", rows, names())

    report = import_embeddings(paths, ImportRequest(tmp_path / "emb", "CLIP"))

    assert (report.added, report.unchanged, report.skipped) == (N, 0, [])
    index = Index.open(paths)
    order = np.argsort(names())
    assert [str(photo.path) for photo in index.photos()] == sorted(names())
    unit = rows.astype(np.float64) / np.linalg.norm(rows.astype(np.float64), axis=1)[:, None]
    np.testing.assert_allclose(index.embeddings(), unit[order], atol=1e-3)
    assert index.manifest.roots == ("/elsewhere/photos",)


def test_arrays_without_names_are_numbered(tmp_path, paths, rows):
    """Rows of an array without names become photos with numbered paths."""
    (tmp_path / "emb").mkdir()
    np.save(tmp_path / "emb" / "vit.npy", rows)
    import_embeddings(paths, ImportRequest(tmp_path / "emb", "CLIP"))
    assert Index.open(paths).photos()[7].path == tmp_path / "emb" / "vit" / "000000007"


def test_importing_again_changes_only_what_is_new(tmp_path, paths, rows):
    """A second import keeps unchanged rows, replaces changed ones and adds new ones."""
    arrays(tmp_path / "one", rows[:50], names(50))
    import_embeddings(paths, ImportRequest(tmp_path / "one", "CLIP"))
    changed = rows.copy()
    changed[3] = -changed[3]
    arrays(tmp_path / "two", changed, names())

    report = import_embeddings(paths, ImportRequest(tmp_path / "two", "CLIP"))

    assert (report.added, report.unchanged) == (11, 49)
    index = Index.open(paths)
    assert len(index) == N
    row = index.row_of(names()[3])
    assert index.embeddings_of([row])[0] @ rows[3].astype(np.float32) < 0


def test_rows_that_cannot_be_used_are_told(tmp_path, paths, rows):
    """Rows of nan or zeros, and repeated names, are skipped and listed; the rest is imported."""
    rows[4], rows[5] = np.nan, 0
    told = [*names(N - 1), names()[0]]
    arrays(tmp_path / "emb", rows, told)

    report = import_embeddings(paths, ImportRequest(tmp_path / "emb", "CLIP"))

    assert report.added == N - 3
    assert [file.path.name for file in report.skipped] == ["000.jpg", "004.jpg", "005.jpg"]
    assert "came before" in report.skipped[0].reason
    assert "only zeros" in report.skipped[1].reason
    assert len(Index.open(paths).skipped()) == 2


def test_what_contradicts_itself_is_refused_whole(tmp_path, paths, rows):
    """If files of embeddings are unreadable or contradict each other, none is imported."""
    clip_retrieval(tmp_path / "short", rows, names())
    np.save(tmp_path / "short" / "img_emb" / "img_emb_10.npy", rows[:3])
    clip_retrieval(tmp_path / "wide", rows, names())
    np.save(tmp_path / "wide" / "img_emb" / "img_emb_10.npy", rows[:20, :5])
    arrays(tmp_path / "damaged", rows, names())
    (tmp_path / "damaged" / "embeddings.npy").write_bytes(b"no array")
    (tmp_path / "pickled").mkdir()
    np.save(tmp_path / "pickled" / "one.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "none").mkdir()
    (tmp_path / "text").mkdir()
    pq.write_table(pa.table({"path": names()}), tmp_path / "text" / "photos.parquet")

    for folder, why in {
        "short": "names 20 photos, and img_emb_10.npy has 3",
        "wide": "img_emb_0 has 8 dimensions, and img_emb_10 has 5",
        "damaged": "embeddings.npy cannot be imported",
        "pickled": "one.npy cannot be imported",
        "none": "no embeddings are in it",
        "text": "no column of it holds lists",
    }.items():
        with pytest.raises(EmbeddingsError, match=why):
            import_embeddings(paths, ImportRequest(tmp_path / folder, "CLIP"))
    with pytest.raises(MissingPathError):
        import_embeddings(paths, ImportRequest(tmp_path / "nowhere", "CLIP"))
    assert not paths.root.exists() or not paths.exists


def test_embeddings_of_zeros_alone_make_no_index(tmp_path, paths, rows):
    """Embeddings that are all zero are refused, and no index is made."""
    arrays(tmp_path / "emb", 0 * rows, names())
    with pytest.raises(NoPhotosError, match="only zeros"):
        import_embeddings(paths, ImportRequest(tmp_path / "emb", "CLIP"))
    assert not paths.exists


def test_another_encoder_is_refused(tmp_path, paths, rows, gallery):
    """Embeddings of another encoder cannot be added to an index of imported embeddings."""
    arrays(tmp_path / "emb", rows, names())
    import_embeddings(paths, ImportRequest(tmp_path / "emb", "CLIP"))
    with pytest.raises(IndexMismatchError, match="embeddings:SigLIP"):
        import_embeddings(paths, ImportRequest(tmp_path / "emb", "SigLIP"))
    told = invoke("index", str(gallery), "--name", "mine")
    assert told.exit_code == 1
    assert "nothing here makes more of them" in told.stderr


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["arrays", "column"])
@pytest.mark.parametrize("value", [1e30, 1e300, 1e308])
def test_rows_that_are_too_large_are_left_out_and_told(tmp_path, paths, kind, value):
    """Unusable rows are skipped and reported without NumPy warnings; an empty table is an error."""
    rows = np.eye(3, dtype=np.float64)
    rows[1] = value
    folder = tmp_path / "emb"
    folder.mkdir()
    if kind == "arrays":
        np.save(folder / "x.npy", rows)
    else:
        pq.write_table(pa.table({"embedding": rows.tolist()}), folder / "x.parquet")
    report = import_embeddings(paths, ImportRequest(folder, "CLIP"))
    assert report.added == 2
    assert [file.reason for file in report.skipped] == [
        "its embedding is no row of numbers, only zeros, or too large for 32 bits"
    ]
    np.save(tmp_path / "none.npy", rows[:0])
    with pytest.raises(EmbeddingsError, match="its files have no rows"):
        import_embeddings(paths, ImportRequest(tmp_path / "none.npy", "CLIP"))


def test_names_of_any_kind_are_paths(tmp_path, paths):
    """Web addresses, relative paths and names with markup are accepted as distinct photo names."""
    told = ["https://host/a b.jpg", "b.jpg", "../up.jpg", "<b>.jpg", "\u202eevil.jpg", "x" * 300]
    arrays(tmp_path / "emb", np.eye(6, dtype=np.float32), told)
    import_embeddings(paths, ImportRequest(tmp_path / "emb", "CLIP"))
    index = Index.open(paths)
    assert len(index) == 6
    assert index.row_of(tmp_path / "up.jpg") is not None
    row = index.row_of(tmp_path / "emb" / "https:/host/a b.jpg")
    assert printable(f"{index.photo(row).path} is shown") == f"{told[0]} is shown"


def test_everything_but_pictures_works_without_photos(tmp_path, paths, rows):
    """Labels, learning, ratings, evaluation and tables work on embeddings without photo files."""
    arrays(tmp_path / "emb", rows, names())
    scores = rows[:, 0].astype(float) * 3
    labels = tmp_path / "labels.csv"
    with labels.open("w", newline="") as file:
        csv.writer(file).writerows(
            [("file", "score", "group"), *zip(names(), scores, "abcdef" * 10, strict=True)]
        )

    def ran(*words):
        told = invoke(*words, "--index", "mine", "--json")
        assert told.exit_code == 0, (words, told.output, told.stderr)
        return json.loads(told.stdout)

    made = invoke(
        *("index", "--embeddings", str(tmp_path / "emb"), "--name", "mine"),
        *("--encoder-name", "CLIP", "--labels", str(labels)),
    )
    assert made.exit_code == 0, made.stderr
    told = invoke("score", str(labels), "--index", "mine")
    assert told.exit_code == 1
    assert "as made by 'CLIP'" in told.stderr  # and not that a vector is missing
    ran("vector", "learn", "taste", "--learner", "all-pairs")
    best = ran("top", "-k", "5", "--vector", "taste")
    evaluated = ran("evaluate", "--vectors", "taste", "--learners", "all-pairs", "--folds", "3")
    [rated] = ran("rate", names()[7], "--vector", "taste")

    assert best[0]["path"] in np.array(names())[np.argsort(-scores)[:5]]
    assert {"taste", "all-pairs"} <= {row["vector"] for row in evaluated["results"]}
    assert rated["path"] == names()[7]
    folder = tmp_path / "out"
    exported = invoke(
        *("export", "--format", "csv", "--to", str(folder)),
        *("--vector", "taste", "--index", "mine"),
    )
    assert exported.exit_code == 0, exported.stderr
    [table] = folder.glob("*.csv")
    assert len(table.read_text().splitlines()) == N + 1
    assert {one.level for one in examine_index(paths)} <= {"good", "note"}

    for words in (("rate", "/elsewhere/unknown.jpg"), ("search", "a dog")):
        extra = ("--vector", "taste") if words[0] == "rate" else ()
        told = invoke(*words, *extra, "--index", "mine")
        assert told.exit_code == 1
        assert "does not exist" in told.stderr or "as made by 'CLIP'" in told.stderr


def test_what_was_exported_is_read_by_others_and_comes_back(home, tmp_path, paths):
    """An exported clip-retrieval folder is read by `embedding-reader` and imports unchanged."""
    from embedding_reader import EmbeddingReader

    from photorank.export.clip_retrieval import write_folder

    old = Index.open(Workspace(home).index("small"))
    write_folder(tmp_path / "out", old, part_rows=10)
    reader = EmbeddingReader(
        str(tmp_path / "out" / "img_emb"),
        "parquet_npy",
        metadata_folder=str(tmp_path / "out" / "metadata"),
        meta_columns=["image_path"],
    )
    read = [(rows, meta) for rows, meta in reader(batch_size=7, show_progress=False)]
    import_embeddings(paths, ImportRequest(tmp_path / "out", "embedded"))
    new = Index.open(paths)

    assert reader.count == len(new) == len(old)
    told = [path for _, meta in read for path in meta["image_path"]]
    assert told == [str(photo.path) for photo in new.photos()]
    np.testing.assert_allclose(np.concatenate([rows for rows, _ in read]), old.heads(), atol=1e-6)
    np.testing.assert_allclose(new.embeddings(), old.heads(), atol=1e-3)


@pytest.mark.parametrize(
    "words",
    [
        ["--embeddings", "emb"],
        ["--encoder-name", "CLIP", "photos"],
        ["--embeddings", "emb", "--encoder-name", "CLIP", "--encoder", "embedded"],
        ["--embeddings", "emb", "--encoder-name", " "],
        ["--embeddings", "emb", "--encoder-name", "CLIP", "one", "two"],
    ],
)
def test_options_that_do_not_go_together_are_usage_errors(words, paths):
    """Incomplete or contradictory options for importing embeddings end with exit code 2."""
    assert invoke("index", "--name", "mine", *words).exit_code == 2


def test_names_are_paths_however_they_are_written(paths, tmp_path, rows):
    """Names that are paths are normalised: dots and doubled slashes are resolved."""
    told = ["a/1.jpg", "a/../a/2.jpg", "a//b/./3.jpg", "../4.jpg", "/x/5.jpg"]
    arrays(tmp_path / "given", rows[: len(told)], told)
    import_embeddings(paths, ImportRequest(tmp_path / "given", "clip"))
    inside = ["a/1.jpg", "a/2.jpg", "a/b/3.jpg"]
    expected = {tmp_path / "given" / name for name in inside}
    expected |= {tmp_path / "4.jpg", Path("/x/5.jpg")}
    assert {photo.path for photo in Index.open(paths).photos()} == expected


def test_names_that_no_file_can_have_are_told(paths, tmp_path, rows):
    """Imported names that lead to a folder or contain a NUL character are skipped and reported."""
    none = ["/", "//", ".", "..", "a/..", "a/", "/up/..", "6\0.jpg"]
    told = ["a/1.jpg", *none]
    arrays(tmp_path / "given", rows[: len(told)], told)
    report = import_embeddings(paths, ImportRequest(tmp_path / "given", "clip"))
    assert (report.added, len(report.skipped)) == (1, len(none))
    assert all("no photo can have it" in file.reason for file in report.skipped)
    assert Index.open(paths).manifest.roots == (str(tmp_path / "given"),)


def test_imported_names_leave_other_folders_free(paths, tmp_path, rows):
    """Albums may be exported to any folder that holds none of the imported photos."""
    (tmp_path / "a").mkdir()
    told = ["/1.jpg", str(tmp_path / "a" / "2.jpg"), "/elsewhere/photos/3.jpg"]
    arrays(tmp_path / "given", rows[: len(told)], told)
    import_embeddings(paths, ImportRequest(tmp_path / "given", "clip"))
    index = Index.open(paths)
    assert index.manifest.roots == ("/",)
    assert checked_folder(index, tmp_path / "album") == tmp_path / "album"
    with pytest.raises(ExportError, match="index 'mine'"):
        checked_folder(index, tmp_path / "a" / "album")


def test_a_folder_that_a_person_named_stays_one_of_photos(paths, tmp_path, rows):
    """If the user names a photo folder for an import, exports into that folder are refused."""
    arrays(tmp_path / "given", rows[:2], ["2023/06/1.jpg", "2023/07/2.jpg"])
    request = ImportRequest(tmp_path / "given", "clip", tmp_path / "photos")
    import_embeddings(paths, request)
    for folder in ("photos/album", "photos/2023/album"):
        with pytest.raises(ExportError):
            checked_folder(Index.open(paths), tmp_path / folder)


def test_embeddings_without_any_usable_name_say_so(paths, tmp_path, rows):
    """If every imported embedding is named after a folder, not a file, the error says so."""
    arrays(tmp_path / "given", rows[:2], ["a/", "b/.."])
    with pytest.raises(NoPhotosError, match="leads to a folder"):
        import_embeddings(paths, ImportRequest(tmp_path / "given", "clip"))


_JUNK = [b"", b"no numbers", b"\x93NUMPY\x01\x00", b"PK\x03\x04 no archive", None]


@pytest.mark.parametrize("content", _JUNK)
def test_a_file_that_is_no_array_is_told_in_plain_words(paths, tmp_path, content):
    """An invalid .npy file raises an EmbeddingsError that names the file."""
    (tmp_path / "given").mkdir()
    file = tmp_path / "given" / "rows.npy"
    if content is None:
        np.save(file, np.array([{}, 1], dtype=object), allow_pickle=True)
    else:
        file.write_bytes(content)
    with pytest.raises(EmbeddingsError, match=r"rows.npy.* no .npy file of numbers"):
        import_embeddings(paths, ImportRequest(tmp_path / "given", "clip"))


def test_no_words_are_proposed_where_none_are_known(paths, tmp_path, rows):
    """For imported embeddings, the error for a missing vector suggests learning from judgements."""
    column(tmp_path / "given", rows, names())
    import_embeddings(paths, ImportRequest(tmp_path / "given", "clip"))
    index = Index.open(paths)
    with pytest.raises(MissingVectorError, match="Make one of judgements"):
        load_vector(index, "nobody")
    with pytest.raises(NoVectorsError, match="Make one of judgements"):
        default_vector(index)
