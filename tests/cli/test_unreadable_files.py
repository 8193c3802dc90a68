"""Tests of the error messages for files that cannot be read."""

import errno
import fcntl
import io
import resource
import shutil
import sqlite3

import pytest

from photorank.errors import (
    BrokenIndexError,
    LockedIndexError,
    NoLocksError,
    UnreadableFileError,
    in_words,
)
from photorank.index.catalogue.connection import reading, writing
from photorank.index.catalogue.sqlite_errors import catalogue_errors
from photorank.index.maintenance.repair import repair_index
from photorank.workspace import Workspace

pytestmark = pytest.mark.slow

HARMFUL = ("move that", "emove the file", "aside", "doctor --repair", "make it again")


@pytest.fixture
def paths(home):
    """Paths of the index `small`."""
    return Workspace(home).index("small")


@pytest.fixture
def broken(monkeypatch):
    """Function that makes opening any file below a path fail with an I/O error."""
    original = io.open

    def breaks(*, below):
        def opened(file, *arguments, **options):
            if str(file).startswith(str(below)):
                raise OSError(errno.EIO, "Input/output error", str(file))
            return original(file, *arguments, **options)

        monkeypatch.setattr(io, "open", opened)

    return breaks


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the output could not be written: the"),
        (OSError(errno.ENOSPC, "", "/a/b"), "/a/b could not be written: the disk is full. Make"),
        (FileNotFoundError(errno.ENOENT, ""), "the current folder does not exist. Change to"),
    ],
)
def test_a_failure_without_a_file_is_told_as_what_it_is(error, said):
    """If the disk is full or the current folder was deleted, the error message says so."""
    assert str(in_words(error)).startswith(said)


@pytest.mark.parametrize("what", ["manifest", "vectors", "shards"])
@pytest.mark.parametrize("command", ["top", "album", "compare"])
def test_a_disk_that_does_not_answer_is_told(what, command, refused, gallery, paths, broken):
    """If the disk does not answer, the error names the file and advises no harmful repair."""
    photo = gallery / "beach" / "0.jpg"
    more = {"top": [], "album": ["--places", 2], "compare": [photo, photo]}[command]
    broken(below=getattr(paths, what))
    line = refused(command, *more, "--vector", "ours")
    assert str(getattr(paths, what)) in line
    assert "could not be read: the disk does not answer" in line
    assert not [advice for advice in HARMFUL if advice in line]


@pytest.mark.parametrize("what", ["manifest", "shards", "evaluations"])
def test_the_doctor_calls_nothing_damaged_that_it_cannot_read(what, photorank, paths, broken):
    """If files of an index cannot be read, `doctor --repair` removes no file and no embedding."""
    paths.evaluations.mkdir(exist_ok=True)
    paths.evaluation("2020").write_text("{}")
    before = sorted(paths.root.rglob("*"))
    broken(below=getattr(paths, what))
    assert "does not answer" in photorank("doctor", "--index", "small").out
    if what != "evaluations":
        with pytest.raises(UnreadableFileError):
            repair_index(paths)
    photorank("doctor", "--index", "small", "--repair")
    assert {file for file in before if file.suffix in (".faiss", ".json")} <= {
        *paths.root.rglob("*")
    }


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (sqlite3.SQLITE_IOERR_READ, UnreadableFileError),
        (sqlite3.SQLITE_IOERR_SHORT_READ, UnreadableFileError),
        (sqlite3.SQLITE_CANTOPEN, UnreadableFileError),
        (sqlite3.SQLITE_ERROR, BrokenIndexError),
        (sqlite3.SQLITE_BUSY, LockedIndexError),
    ],
)
def test_what_sqlite_says_is_said_in_words(paths, code, error):
    """SQLite's error codes become clear errors: unreadable file, broken index or locked index."""
    told = sqlite3.OperationalError("disk I/O error")
    told.sqlite_errorcode = code
    with pytest.raises(error, match="small"), catalogue_errors(paths):
        raise told


def test_a_folder_in_the_catalogues_place_is_told(refused, paths):
    """A folder in place of the catalogue file is reported as unreadable, not as a full disk."""
    paths.catalogue.rename(paths.root / "elsewhere")
    paths.catalogue.mkdir()
    assert "could not be read" in refused("status", "--index", "small")


@pytest.mark.parametrize("version", [-1, 0, 1, 2])
def test_a_version_that_the_tables_do_not_have_is_told(paths, version):
    """If the catalogue's version does not match its tables, reading it raises an error."""
    with sqlite3.connect(paths.catalogue) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    with pytest.raises(BrokenIndexError, match=r"catalogue\.sqlite"), reading(paths):
        pass


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
@pytest.mark.parametrize("kind", ["flock", "lockf"])
def test_a_disk_without_locks_is_told(paths, number, kind, monkeypatch):
    """If a disk has no file locks, writing raises an error instead of waiting for ever."""

    def refuse(*_):
        raise OSError(number, "no locks available")

    monkeypatch.setattr(fcntl, kind, refuse)
    with pytest.raises(NoLocksError, match="PHOTORANK_HOME"), writing(paths):
        pass
    shutil.rmtree(paths.root)
    with pytest.raises(NoLocksError), writing(paths):
        pass


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        ImportError("faiss.so: failed to map segment from shared object"),
    ],
)
def test_too_little_memory_is_told(error):
    """A shortage of memory is reported in words, also if it occurs while a library is loaded."""
    assert "not enough memory" in str(in_words(error))


@pytest.mark.parametrize(("allowed", "code"), [(600_000_000, 1), (1 << 30, 0), (-1, 0)])
def test_less_address_space_than_libraries_need_is_told(allowed, code, photorank, monkeypatch):
    """If the address space is too small, an error message says so before libraries are loaded."""
    monkeypatch.setattr(resource, "getrlimit", lambda what: (allowed, -1))

    outcome = photorank("datasets", "list")

    assert outcome.code == code
    assert code == 0 or outcome.err.startswith("photorank: there is not enough memory.")


def test_faults_of_the_program_stay_what_they_are():
    """Program faults are not translated into messages about disks or memory."""
    for error in (ImportError("no module"), OSError("?"), ValueError("?"), BrokenPipeError(32, "")):
        assert in_words(error) is None
