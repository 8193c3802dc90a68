"""Tests of connections to the catalogue: waiting writers and read-only disks."""

import shutil
import subprocess
import sys
import threading
import time

import pytest

from photorank.errors import LockedIndexError
from photorank.index.catalogue.connection import reading, writing
from photorank.index.catalogue.transactions import in_parts
from photorank.index.opened import Index
from photorank.workspace import Workspace
from tests.fixtures.collection import mounted
from tests.fixtures.colours import fill

# Commits a choice and ends at once, as a killed process does: it stays in the log.
KILLED = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("INSERT INTO raters (name) VALUES ('ann')")
os._exit(9)
"""


@pytest.fixture
def disk(tmp_path):
    """Separately mounted disk of 8 MB, enough for a small index."""
    with mounted(tmp_path / "disk", "8m") as disk:
        yield disk


def test_what_lies_in_the_log_alone_is_read_on_a_read_only_disk(library, disk):
    """Data that is only in SQLite's write-ahead log can be read on a read-only disk."""
    fill(library.folder, 3)
    library.build()
    paths = Workspace(disk.folder).index("library")
    shutil.copytree(library.paths.root, paths.root)
    subprocess.run([sys.executable, "-c", KILLED, paths.catalogue], check=False)  # noqa: S603
    log = paths.catalogue.with_name(f"{paths.catalogue.name}-wal")
    assert log.stat().st_size > 0
    log.with_name(f"{paths.catalogue.name}-shm").unlink()
    disk.closed()

    index = Index.open(paths)

    assert len(index) == 3
    with reading(paths) as connection:
        assert connection.execute("SELECT name FROM raters WHERE name = 'ann'").fetchall()


def test_a_writer_that_comes_back_at_once_lets_others_in(library):
    """A writer that writes again and again does not keep another writer waiting for long."""
    fill(library.folder, 1)
    library.build()
    ended, held = threading.Event(), []

    def write_again_and_again():
        while not ended.is_set():
            with writing(library.paths):
                held.append(time.monotonic())
                time.sleep(0.01)

    busy = threading.Thread(target=write_again_and_again)
    busy.start()
    try:
        while not held:
            time.sleep(0.001)
        asked = time.monotonic()
        with writing(library.paths):
            meanwhile = sum(moment > asked for moment in held)
    finally:
        ended.set()
        busy.join()
    assert meanwhile < 20


def test_a_writer_may_be_refused_at_once(library):
    """A writer can ask not to wait, and then gets an error at once if the index is locked."""
    fill(library.folder, 1)
    library.build()
    begun = time.monotonic()
    with (
        writing(library.paths),
        pytest.raises(LockedIndexError),
        writing(library.paths, wait=False),
    ):
        pass
    assert time.monotonic() - begun < 2


def test_many_rows_are_written_in_parts():
    """Rows are written in parts of at most 1,000, each row exactly once."""
    parts = list(in_parts(range(2_500)))
    assert [len(part) for part in parts] == [1_000, 1_000, 500]
    assert [row for part in parts for row in part] == list(range(2_500))
    assert list(in_parts([])) == []
