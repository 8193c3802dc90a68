import os
import stat
from functools import partial
from pathlib import Path

import pytest

from photorank.errors import InvalidNameError, MissingIndexError, MissingPathError, StorageError
from photorank.export.pdf.printers import printer
from photorank.index.importing.embedding_files import embedding_files
from photorank.labels.tables.judgement_tables import read_labels
from photorank.outside_text import TypedPathError
from photorank.scoring.path_lists import check_list
from photorank.vectors.master import MasterVector
from photorank.vectors.published import _contents
from photorank.workspace import (
    Workspace,
    folder_for,
    read_bytes,
    replacing,
    storage_errors,
    write_bytes,
)


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """Change into an empty folder, and unset the environment variable PHOTORANK_HOME."""
    monkeypatch.delenv("PHOTORANK_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "here" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here" / "deep")
    return tmp_path


def test_the_variable_comes_first(nowhere, monkeypatch):
    """The environment variable PHOTORANK_HOME sets the workspace, whatever the current folder."""
    monkeypatch.setenv("PHOTORANK_HOME", str(nowhere / "mine"))

    assert Workspace.current().root == nowhere / "mine"


@pytest.mark.parametrize("home", ["~nosuchuser/x", f"/{'x' * 300}", " "])
def test_a_home_that_no_folder_can_be_is_told(nowhere, monkeypatch, home):
    """A PHOTORANK_HOME that cannot be used as a path is refused with an error."""
    monkeypatch.setenv("PHOTORANK_HOME", home)
    with pytest.raises(TypedPathError, match="cannot be used as a path"):
        Workspace.current()


def test_a_home_that_is_a_file_is_told(nowhere, monkeypatch):
    """If PHOTORANK_HOME is a file or a broken link, the error says that it is not a folder."""
    (nowhere / "mine").touch()
    (nowhere / "lost").symlink_to(nowhere / "nothing")
    for home in ("mine", "mine/below/it", "lost", "lost/below"):
        monkeypatch.setenv("PHOTORANK_HOME", str(nowhere / home))
        with pytest.raises(TypedPathError, match="PHOTORANK_HOME is not a folder"):
            Workspace.current()


def test_then_the_checkout_around(nowhere):
    """The workspace is the nearest folder upwards that holds both index/ and datasets/."""
    (nowhere / "here" / "index").mkdir()
    assert Workspace.current().root != nowhere / "here"
    (nowhere / "here" / "datasets").mkdir()

    assert Workspace.current().root == nowhere / "here"


def test_then_the_users_data(nowhere):
    """The workspace is in the user's data folder if nothing else determines it."""
    assert Workspace.current().root == nowhere / "data" / "photorank"


def test_a_single_index_needs_no_name(tmp_path):
    """The only index needs no name; with several indexes, a missing name is an error."""
    workspace = Workspace(tmp_path)
    with pytest.raises(MissingIndexError, match="photorank demo"):
        workspace.existing_index(None)
    write_bytes(workspace.index("one").manifest, b"{}")
    assert workspace.existing_index(None).name == "one"

    write_bytes(workspace.index("two").manifest, b"{}")

    with pytest.raises(MissingIndexError, match=r"one\|two"):
        workspace.existing_index(None)
    with pytest.raises(MissingIndexError, match="no index named 'three'"):
        workspace.existing_index("three")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../up", "a/b", "a\\b", ".hidden", "x" * 65, "nul", "COM1.json", "a\n"]
)
def test_names_that_are_no_file_names_are_refused(tmp_path, name):
    """An index name is refused if it leads out of the workspace or an operating system bans it."""
    with pytest.raises(InvalidNameError):
        Workspace(tmp_path).index(name)


def test_a_file_is_replaced_as_a_whole(tmp_path):
    """If writing a file fails halfway, the old content stays and no temporary file is left."""
    path = tmp_path / "deep" / "file"
    write_bytes(path, b"old")

    def fail():
        with replacing(path) as temporary:
            temporary.write_bytes(b"new, but only half of i")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail()

    assert path.read_bytes() == b"old"
    assert [file.name for file in path.parent.iterdir()] == ["file"]


def test_new_files_have_the_rights_any_new_file_gets(tmp_path):
    """A file from write_bytes gets the same permissions as one written by plain Python."""
    write_bytes(tmp_path / "durable", b"")
    (tmp_path / "plain").write_bytes(b"")

    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("durable", "plain")]
    assert modes[0] == modes[1]


def test_a_file_in_the_way_of_a_folder_is_told(tmp_path):
    """If a file is in a folder's place, the error says that the file is in the way."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(StorageError, match="file is in the way"):
        write_bytes(tmp_path / "file" / "below", b"x")


@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="no /proc on this system")
def test_a_folder_that_nobody_can_write_to_is_told():
    """If a file cannot be written, the error message names the path of that file."""

    def write_within():
        with storage_errors(Path("outer")):
            write_bytes(Path("/proc/nowhere/file"), b"x")

    with pytest.raises(StorageError, match=r"^/proc/nowhere/file could not be written: no such"):
        write_within()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_a_full_disk_is_told(tmp_path):
    """If the disk is full, the error says so instead of showing a traceback."""

    def fill():
        with replacing(tmp_path / "file") as temporary:
            temporary.unlink()
            temporary.symlink_to("/dev/full")
            temporary.write_bytes(b"x" * 100_000)

    with pytest.raises(StorageError, match="disk is full"):
        fill()


def test_folders_of_what_came_to_nothing_are_removed(tmp_path):
    """If writing into a new folder fails, only the empty folders made for it are removed."""
    (tmp_path / "mine").mkdir()

    def fail(folder, leave=""):
        with folder_for(folder):
            if leave:
                (folder / leave).touch()
            raise StorageError(folder, "full")

    with pytest.raises(StorageError):
        fail(tmp_path / "mine" / "a" / "b")
    with pytest.raises(StorageError):
        fail(tmp_path / "mine")
    with pytest.raises(StorageError):
        fail(tmp_path / "other" / "c", leave="file")
    with pytest.raises(UnicodeEncodeError), folder_for(tmp_path / "mine" / "d" / "\ud800" / "e"):
        pass
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")} == {
        *("mine", "other", "other/c", "other/c/file")
    }


@pytest.mark.slow
def test_folders_may_nest_deeper_than_python_recurses(tmp_path):
    """A file can be written and read below more than a thousand nested folders."""
    (tmp_path / "stays").touch()
    file = tmp_path.joinpath(*["a"] * 1100, "photo.jpg.xmp")
    write_bytes(file, b"stars")
    assert file.read_bytes() == b"stars"
    file.unlink()
    os.removedirs(file.parent)  # pytest would recurse


def test_what_a_killed_run_left_of_a_file_is_removed_by_who_writes_it_again(tmp_path):
    """Writing a file again removes only that file's temporary copy left by a killed run."""
    left = tmp_path / f".[a] *.csv.{'0f' * 8}.part"
    others = [tmp_path / f".a *.csv.{'0f' * 8}.part", tmp_path / ".[a] *.csv.mine.part"]
    for file in (left, *others):
        file.write_bytes(b"half")
    with replacing(tmp_path / "[a] *.csv", alone=True) as temporary:
        temporary.write_bytes(b"whole")
    assert set(tmp_path.iterdir()) == {tmp_path / "[a] *.csv", *others}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("read", "name"),
    [
        (read_bytes, "any"),
        (_contents, "head.npy"),
        (read_labels, "scores.csv"),
        (MasterVector.load, "card.json"),
        (lambda path: printer(str(path)), "mine.toml"),
        (lambda path: embedding_files(path.parent), "rows.npy"),
        (lambda path: embedding_files(path.parent), "rows.parquet"),
        (partial(check_list, column=None), "list.parquet"),
    ],
)
def test_a_pipe_and_a_folder_are_no_files(tmp_path, read, name):
    """A pipe or a folder in place of a file is refused at once, without waiting for data."""
    path = tmp_path / name
    os.mkfifo(path)
    with pytest.raises(MissingPathError, match="is no regular file"):
        read(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(MissingPathError, match="is a folder, not a file"):
        read(path)
