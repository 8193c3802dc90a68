"""Catalogues that cannot be opened as usual: what was committed is read all the same."""

import shutil
import subprocess
import sys

import pytest

from photorank.index.catalogue.connection import reading
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
    """Return a disk of its own that has room for a small index."""
    with mounted(tmp_path / "disk", "8m") as disk:
        yield disk


def test_what_lies_in_the_log_alone_is_read_on_a_read_only_disk(library, disk):
    """A snapshot of a killed dashboard's index has a log without the file that leads into it."""
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
