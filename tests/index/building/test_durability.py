"""Tests of an index under crashes, full disks, two writers, readers or other schemas."""

import contextlib
import dataclasses
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from photorank.errors import (
    BrokenIndexError,
    LockedIndexError,
    MissingIndexError,
    MissingPathError,
    NewerSchemaError,
    StorageError,
)
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.catalogue.connection import reading
from photorank.index.judging.import_rows import import_labels
from photorank.index.manifest import SCHEMA_VERSION, read_manifest, write_manifest
from photorank.index.opened import Index
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from photorank.workspace import Workspace
from tests.fixtures.collection import mounted
from tests.fixtures.colours import ColourEncoder, contents, fill, paint
from tests.index.catalogue.test_migrations import as_version_2

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).parents[3]
BATCH = 16  # photos that the run of `tests.fixtures.colours` writes at once


def slow_build(home, folder, *, most=None):
    """Start an indexing run in a separate process, and return once it has begun.

    It waits after `most` files more, or nowhere.
    """
    command = [sys.executable, "-m", "tests.fixtures.colours", str(home), str(folder)]
    pipes = {
        "stdin": subprocess.DEVNULL if most is None else subprocess.PIPE,
        "stdout": subprocess.PIPE,
    }
    process = subprocess.Popen(command, cwd=CHECKOUT, text=True, **pipes)  # noqa: S603
    process.stdout.readline()
    if most is not None:
        process.stdin.write(most * "\n")
        process.stdin.flush()
    return process


def in_order(paths):
    """Assert that an index's shards are exactly those in its catalogue, and undamaged."""
    with reading(paths) as connection:
        (health,) = connection.execute("PRAGMA integrity_check").fetchone()
        shards = connection.execute("SELECT name, sha256 FROM shards").fetchall()
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    from hashlib import sha256

    assert (health, orphans) == ("ok", [])
    assert {paths.shard(name) for name, _ in shards} == set(paths.shards.iterdir())
    for name, digest in shards:
        assert sha256(paths.shard(name).read_bytes()).hexdigest() == digest
    return True


@pytest.mark.slow
def test_a_run_that_is_killed_at_any_moment_goes_on(tmp_path):
    """A build killed by kill -9 leaves whole batches only; the next run completes the index."""
    folder, home = tmp_path / "photos", tmp_path / "home"
    fill(folder, 150)
    load = {"encoder_spec": "colours", "load": ColourEncoder}
    whole = Workspace(tmp_path / "whole")
    build_index(whole.index("slow"), BuildRequest([folder], **load))
    expected = contents(Index.open(whole.index("slow")))
    paths = Workspace(home).index("slow")

    chance = np.random.default_rng(4)
    counts = [0]
    while counts[-1] < 100:
        told = int(chance.integers(2 * BATCH))  # files; it is killed somewhere in the next batch
        process = slow_build(home, folder, most=told + BATCH)
        for _ in range(told):
            process.stdout.readline()
        time.sleep(chance.uniform(0, 0.05))
        process.kill()
        process.communicate()
        if paths.manifest.exists():
            shown = contents(Index.open(paths))
            assert set(shown) <= set(expected)
            counts.append(len(shown))
    assert counts == sorted(counts)
    assert len(set(counts)) > 3  # it was killed in the middle of work, too
    build_index(Workspace(home).index("slow"), BuildRequest([folder], **load))
    assert contents(Index.open(paths)) == expected
    assert read_manifest(paths) == read_manifest(whole.index("slow"))
    assert in_order(paths)


@pytest.mark.parametrize("left", ["nothing", "an empty mount point"])
def test_a_share_that_is_lost_in_the_middle_of_a_run_loses_nothing(tmp_path, left):
    """If a network share is lost during a run, its photos are skipped; a later run adds them."""
    share, here, away = (tmp_path / name for name in ("share", "here", "away"))
    fill(share, 40)
    fill(here, 5, start=100)
    load = {"encoder_spec": "colours", "load": ColourEncoder}
    whole = Workspace(tmp_path / "whole")
    build_index(whole.index("x"), BuildRequest([here, share], **load))
    expected = contents(Index.open(whole.index("x")))
    lost = Workspace(tmp_path / "lost")

    def lose(done, total):
        if done == 20:
            share.rename(away)
            if left != "nothing":
                share.mkdir()

    report = build_index(
        lost.index("x"),
        BuildRequest([here, share], workers=1, batch_size=4, on_progress=lose, **load),
    )
    assert {one.reason for one in report.skipped} == {"vanished"}
    assert 20 <= report.added < 45
    assert report.added + len(report.skipped) == 45
    shown = contents(Index.open(lost.index("x")))
    assert set(shown) <= set(expected)
    if left == "nothing":
        with pytest.raises(MissingPathError):
            build_index(lost.index("x"), BuildRequest([here, share], **load))
        assert contents(Index.open(lost.index("x"))) == shown
    else:
        assert (
            build_index(lost.index("x"), BuildRequest([here, share], **load)).vanished
            == len(shown) - 5
        )
        share.rmdir()
    away.rename(share)
    build_index(lost.index("x"), BuildRequest([here, share], **load))
    assert contents(Index.open(lost.index("x"))) == expected
    assert in_order(lost.index("x"))


def test_a_run_that_is_killed_before_its_last_step_is_completed(library):
    """If a run was killed before it updated the manifest, the next run updates it."""
    fill(library.folder, 3)
    library.build()
    whole = read_manifest(library.paths)
    write_manifest(library.paths, dataclasses.replace(whole, photos=0, roots=()))
    library.build()
    assert read_manifest(library.paths) == whole


def test_a_batch_that_was_cut_short_leaves_nothing(library):
    """The next run deletes unknown shards and partial files left by an interrupted batch."""
    fill(library.folder, 3)
    library.build()
    (library.paths.shards / "unknown.faiss").write_bytes(b"half")
    (library.paths.shards / ".unknown.faiss.x.part").write_bytes(b"")
    (library.paths.root / ".manifest.json.x.part").write_bytes(b"")
    library.build()
    assert in_order(library.paths)
    assert not list(library.paths.root.glob(".*.part"))


@pytest.mark.slow  # two processes
def test_there_is_one_writer_at_a_time(library, monkeypatch):
    """A second run or import is refused after a timeout while another one writes the index."""
    monkeypatch.setattr("photorank.index.catalogue.connection._LOCK_TIMEOUT_SECONDS", 0.1)
    fill(library.folder, 60)
    library.build()
    paths = library.paths
    process = slow_build(library.workspace.root, library.folder)
    slow = library.workspace.index("slow")
    while not slow.lock.exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(LockedIndexError, match="'slow' is being written"):
            build_index(library.workspace.index("slow"), BuildRequest([library.folder]))
        import_labels(paths, LabelTable("s", [LabelRow(2, "0000.png", 1.0, "", None, None, None)]))
    finally:
        process.send_signal(signal.SIGCONT)
        process.communicate()
    assert len(Index.open(slow).photos()) == 60


def test_readers_see_whole_batches_while_a_writer_is_at_work(library):
    """A reader beside a writer never fails and never sees a photo without its embedding."""
    fill(library.folder, 200)
    fill(library.folder / "first", 1, start=999)
    library.build(library.folder / "first")
    numbers, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            index = library.index
            n = len(index.photos())
            assert index.embeddings().shape == (n, 48)
            numbers.append(n)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        library.build(
            batch_size=4,
            crash_photos=8,
            load=lambda *a, **how: ColourEncoder(*a, delay=0.002, **how),
        )
    finally:
        stop.set()
        reader.join()
    assert numbers == sorted(numbers)
    assert len(set(numbers)) > 3
    assert all(n % 8 == 1 for n in numbers)


def test_an_open_index_does_not_change(library):
    """An index opened before an indexing run shows the same photos after that run."""
    fill(library.folder, 3)
    library.build()
    index = library.index
    photos = index.photos()
    paint(library.folder / "0000a.png", 50)
    library.build()
    assert index.photos() == photos
    assert index.embeddings().shape == (3, 48)
    assert len(library.index.photos()) == 4


def test_a_reader_sees_one_moment(library):
    """A reader sees one snapshot of the catalogue even if a writer changes it meanwhile."""
    fill(library.folder, 3)
    library.build()
    count = "SELECT count(*) FROM files"
    with reading(library.paths) as connection:
        assert connection.execute(count).fetchone() == (3,)
        paint(library.folder / "new.png", 50)
        library.build()
        assert connection.execute(count).fetchone() == (3,)


def mount(*arguments):
    """Run the system command `mount`."""
    return subprocess.run(["mount", *arguments], capture_output=True)  # noqa: S603, S607


@pytest.fixture
def small_disk(tmp_path):
    """Folder that is a separate disk of 640 kB."""
    with mounted(tmp_path / "disk", "640k") as disk:
        yield disk.folder


def fill_up(path, size):
    """Write a file of `size` kB, or a smaller one if the disk has less room."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for _ in range(size):
            file.write(bytes(1024))


def test_a_full_disk_is_told_in_one_line_and_nothing_is_half_written(library, small_disk):
    """If indexing fills the disk, saved batches stay; a second run completes once there is room."""
    fill(library.folder, 120)
    workspace = Workspace(small_disk)
    paths = workspace.index("full")

    def build():
        return build_index(
            workspace.index("full"),
            BuildRequest(
                [library.folder],
                encoder_spec="colours",
                load=library.load,
                batch_size=4,
                crash_photos=8,
            ),
        )

    with pytest.raises(StorageError, match="the disk is full") as caught:
        build()
    assert "\n" not in str(caught.value)
    shown = contents(Index.open(paths))
    assert 0 < len(shown) < 120
    assert len(shown) % 8 == 0

    mount("-o", "remount,size=8m", str(small_disk)).check_returncode()
    assert build().added == 120 - len(shown)
    assert in_order(paths)
    library.build()
    assert [row[:2] for row in contents(Index.open(paths))] == [
        row[:2] for row in contents(library.index)
    ]


def test_at_any_size_of_a_full_disk_the_error_is_in_words(library, small_disk):
    """A disk that fills up at any point gives a readable error and never a traceback."""
    fill(library.folder, 30)
    told = []
    for room in range(0, 600, 40):
        fill_up(small_disk / "filler", 640 - room)
        workspace = Workspace(small_disk / "home")
        try:
            build_index(
                workspace.index("full"),
                BuildRequest([library.folder], encoder_spec="colours", load=library.load),
            )
        except StorageError as error:
            told.append(str(error))
        else:
            assert in_order(workspace.index("full"))
        (small_disk / "filler").unlink()
        shutil.rmtree(workspace.root, ignore_errors=True)
    assert len(told) > 3
    assert all("the disk is full" in text for text in told)


def test_labels_on_a_full_disk_stay_as_they_were(library, small_disk):
    """A label import that runs out of disk space leaves the earlier labels unchanged."""
    fill(library.folder, 30)
    workspace = Workspace(small_disk)
    build_index(
        workspace.index("full"),
        BuildRequest([library.folder], encoder_spec="colours", load=library.load),
    )
    paths = workspace.index("full")
    row = LabelRow(2, "0000.png", 1.0, "", None, None, None)
    import_labels(paths, LabelTable("s", [row]))
    fill_up(small_disk / "filler", 640)
    many = [
        LabelRow(line, f"{line % 30:04}.png", 2.0, f"rater {line} {'x' * 99}", None, None, None)
        for line in range(9000)
    ]
    with pytest.raises(StorageError, match="the disk is full"):
        import_labels(paths, LabelTable("s", many))
    (small_disk / "filler").unlink()
    np.testing.assert_array_equal(Index.open(paths).labels().scores, [1.0] + 29 * [np.nan])


def test_an_index_on_a_read_only_disk_can_be_read(library, small_disk):
    """An index on a read-only disk can be read; writing to it is refused with a message."""
    fill(library.folder, 10)
    paths = Workspace(small_disk).index("full")
    request = BuildRequest([library.folder], encoder_spec="colours", load=library.load)
    build_index(paths, request)
    mount("-o", "remount,ro", str(small_disk)).check_returncode()
    assert Index.open(paths).embeddings().shape == (10, 48)
    with pytest.raises(StorageError, match="read-only"):
        build_index(paths, request)


def test_an_older_index_on_a_read_only_disk_can_be_read(library, small_disk):
    """An older index on a read-only disk can be read: it is migrated in memory only."""
    photos = fill(library.folder, 10)
    paths = Workspace(small_disk).index("full")
    request = BuildRequest([library.folder], encoder_spec="colours", load=library.load)
    build_index(paths, request)
    import_labels(paths, LabelTable("s", [LabelRow(2, photos[3].name, 2.0)]))
    as_version_2(paths)
    mount("-o", "remount,ro", str(small_disk)).check_returncode()
    np.testing.assert_array_equal(Index.open(paths).labels().scores[2:5], [np.nan, 2.0, np.nan])
    with pytest.raises(StorageError, match="read-only"):
        build_index(paths, request)
    assert not paths.catalogue_backup(2).exists()


NEWER = rf"schema version {SCHEMA_VERSION + 1}.*up to {SCHEMA_VERSION}"


def test_a_newer_schema_is_refused(library):
    """Readers and writers refuse an index if its manifest or catalogue has a newer schema."""
    fill(library.folder, 3)
    library.build()
    data = json.loads(library.paths.manifest.read_text())
    library.paths.manifest.write_text(json.dumps(data | {"schema_version": SCHEMA_VERSION + 1}))
    for use in (library.build, lambda: library.index):
        with pytest.raises(NewerSchemaError, match=NEWER):
            use()
    library.paths.manifest.write_text(json.dumps(data))
    connection = sqlite3.connect(library.paths.catalogue)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    for use in (library.build, lambda: library.index):
        with pytest.raises(NewerSchemaError, match=NEWER):
            use()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema_version": 1}', '{"schema_version": "x"}']
)
def test_a_damaged_manifest_is_told(library, text):
    """The error for a damaged manifest names the manifest and the command that repairs it."""
    fill(library.folder, 1)
    library.build()
    library.paths.manifest.write_text(text)
    with pytest.raises(BrokenIndexError, match=r"manifest.*--repair` writes it again"):
        library.index  # noqa: B018
    with pytest.raises(BrokenIndexError, match="manifest"):
        library.build()


def test_a_manifest_survives_its_file(library):
    """A manifest read back equals the written one, even with folder names that are not UTF-8."""
    fill(library.folder, 1)
    library.build()
    manifest = library.index.manifest
    odd = dataclasses.replace(manifest, roots=(os.fsdecode(b"/caf\xe9"),))
    write_manifest(library.paths, odd)
    assert read_manifest(library.paths) == odd


def test_a_damaged_catalogue_or_shard_is_told(library):
    """The error for a damaged or missing catalogue or shard names the file."""
    fill(library.folder, 3)
    library.build()
    (shard,) = library.paths.shards.iterdir()
    data = shard.read_bytes()
    for broken in (b"", b"IxFI", data[:-20], b"IwFl" + data[4:], data[:4] + b"\x07" + data[5:]):
        shard.write_bytes(broken)
        with pytest.raises(BrokenIndexError, match="faiss"):
            library.index.embeddings()
    shard.unlink()
    with pytest.raises(BrokenIndexError, match="faiss is missing"):
        library.index.embeddings()
    library.paths.catalogue.write_bytes(b"no database" * 999)
    for use in (library.build, lambda: library.index):
        with pytest.raises(BrokenIndexError, match="catalogue"):
            use()
    library.paths.catalogue.unlink()
    with pytest.raises(BrokenIndexError, match="catalogue"):
        library.index  # noqa: B018


def test_an_index_that_does_not_exist_cannot_be_opened(library):
    """Opening a missing index creates nothing."""
    with pytest.raises(MissingIndexError, match="library"):
        library.index  # noqa: B018
    with pytest.raises(MissingIndexError, match="library"):
        import_labels(library.paths, LabelTable("s", []))
    assert not library.paths.root.exists()
