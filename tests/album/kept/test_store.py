"""Store of saved albums: durable, with history, and safe for two people at once."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from photorank.album.kept.album import AlbumSettings, KeptAlbum
from photorank.album.kept.store import AlbumChangedError, AlbumStore
from photorank.errors import AlbumError, StorageError
from photorank.workspace import Workspace

PHOTOS = tuple(f"{number:064x}" for number in range(20))


@pytest.fixture
def store(tmp_path):
    """Empty album store, in a workspace that does not exist yet."""
    return AlbumStore(Workspace(tmp_path / "home"))


def of(*photos):
    """Saved album of the given photos from the index `family`."""
    return KeptAlbum("family", tuple(photos))


def test_an_album_comes_back_as_it_was_kept(store):
    """A saved album keeps its order, pins, left-out photos, settings and non-Latin name."""
    album = replace(
        of(*PHOTOS[:5]),
        pinned=PHOTOS[:1],
        left_out=PHOTOS[9:],
        settings=AlbumSettings(30, "worth", per="day", at_most=3),
    )
    store.create("Лето 2026 🌞", album, "chosen")
    entry = AlbumStore(Workspace(store.path.parent)).load("Лето 2026 🌞")
    assert (entry.album, entry.what, entry.revision) == (album, "chosen", 1)
    assert store.names() == ["Лето 2026 🌞"]


def test_the_latest_album_is_the_one_of_that_index_that_was_changed_last(store, monkeypatch):
    """The latest album of an index is the one among its albums that was changed last."""
    assert store.latest("family") is None
    days = iter(range(1, 9))
    monkeypatch.setattr("photorank.album.kept.store._now", lambda: f"2026-01-0{next(days)}")
    for name, index in (("a", "family"), ("b", "family"), ("c", "other")):
        store.create(name, KeptAlbum(index, PHOTOS[:3]), "chosen")
    assert store.latest("family").name == "b"
    store.change("a", lambda album: album.pin(PHOTOS[:1]), "pinned one")
    assert store.latest("family").name == "a"
    assert store.latest("nobody") is None


def test_changes_are_undone_and_made_again(store):
    """Undo and redo also work in another process; a new change discards the undone changes."""
    store.create("a", of(*PHOTOS[:3]), "chosen")
    store.change("a", lambda album: album.pin(PHOTOS[:1]), "pinned one")
    store.change("a", lambda album: album.leave_out(PHOTOS[1:2]), "left one out")
    again = AlbumStore(Workspace(store.path.parent))
    assert again.undo("a").redoes == "left one out"
    assert again.undo("a").album == of(*PHOTOS[:3])
    with pytest.raises(AlbumError, match="nothing to undo"):
        again.undo("a")
    assert again.redo("a").album.pinned == PHOTOS[:1]
    changed = again.change("a", lambda album: album.take_out(PHOTOS[2:3]), "taken out")
    assert (changed.redoes, changed.album.photos) == (None, PHOTOS[:2])


def test_of_two_people_neither_overwrites_the_other(store):
    """Saving an album fails if someone else has changed the album since it was read."""
    seen = store.create("a", of(*PHOTOS[:3]), "chosen").revision
    store.change("a", lambda album: album.pin(PHOTOS[:1]), "pinned one")
    both = store.change("a", lambda album: album.leave_out(PHOTOS[2:3]), "left one out")
    assert (both.album.pinned, both.album.photos) == (PHOTOS[:1], PHOTOS[:2])
    with pytest.raises(AlbumChangedError, match="left one out"):
        store.save("a", of(), "emptied", seen=seen)
    store.undo("a")
    with pytest.raises(AlbumChangedError):  # an undo is a change, too
        store.undo("a", seen=both.revision)


def test_many_at_once_all_count(store):
    """If twelve people each pin a photo at the same time, all twelve pins are saved."""
    store.create("a", of(*PHOTOS), "chosen")

    def pin(digest):
        AlbumStore(Workspace(store.path.parent)).change("a", lambda one: one.pin([digest]), "pin")

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(pin, PHOTOS[:12]))
    assert set(store.load("a").album.pinned) == set(PHOTOS[:12])


def test_a_removed_album_can_be_restored(store):
    """A removed album can be restored unless a new album has taken its name."""
    store.create("a", of(*PHOTOS[:1]), "chosen")
    store.remove("a")
    assert (store.names(), store.names(removed=True)) == ([], ["a"])
    store.create("a", of(), "another")
    with pytest.raises(AlbumError, match="there is an album 'a'"):
        store.restore("a")
    store.remove("a")  # the one removed last comes back
    assert store.restore("a").album == of()


def test_a_restored_album_has_its_history(store):
    """A restored album keeps its history: a change made before the removal can be undone."""
    store.create("a", of(*PHOTOS[:1]), "chosen")
    store.change("a", lambda album: album.pin(PHOTOS[:1]), "pinned one")
    store.remove("a")
    restored = store.restore("a")
    assert tuple(restored.album.pinned) == tuple(PHOTOS[:1])
    assert not store.undo("a").album.pinned


@pytest.mark.parametrize(
    "name", ["", "  ", "a/b", "..", "-x", "a\\b", "two\nlines", "turned \u202e", "x" * 81, "\ud800"]
)
def test_names_that_would_show_as_others_are_refused(store, name):
    """Names that would display as another name are refused for albums, and no file is created."""
    with pytest.raises(AlbumError, match="cannot be an album's name"):
        store.create(name, of(), "chosen")
    assert not store.path.exists()


@pytest.mark.parametrize(
    "album",
    [
        of("../../etc/passwd"),
        of(PHOTOS[0], PHOTOS[0]),
        replace(of(PHOTOS[0]), left_out=PHOTOS[:1]),
        replace(of(), pinned=PHOTOS[:1], left_out=PHOTOS[:1]),
        replace(of(), settings=AlbumSettings(-1)),
        replace(of(), settings=AlbumSettings(balance=float("nan"))),
    ],
)
def test_what_is_no_album_is_not_kept(store, album):
    """An invalid album is refused with the reason, and the saved album stays unchanged."""
    store.create("a", of(), "chosen")
    with pytest.raises(AlbumError, match="this is no album"):
        store.save("a", album, "broken", seen=1)
    assert store.load("a").revision == 1


def test_a_damaged_store_is_told(store):
    """Every operation on a damaged album database raises an error and leaves the file unchanged."""
    store.create("a", of(), "chosen")
    store.path.write_bytes(b"no database at all" * 100)
    for ask in (store.names, lambda: store.load("a"), lambda: store.create("b", of(), "x")):
        with pytest.raises(AlbumError, match="is damaged"):
            ask()
    assert store.path.read_bytes().startswith(b"no database")


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    """If the folder cannot be written to, creating an album raises StorageError."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError):
        AlbumStore(Workspace(tmp_path / "file" / "home")).create("a", of(), "chosen")


KILLED = """
import sys
from photorank.album.kept.album import KeptAlbum
from photorank.album.kept.store import AlbumStore
from photorank.workspace import Workspace
from pathlib import Path
store = AlbumStore(Workspace(Path(sys.argv[1])))
if not store.names():
    store.create("a", KeptAlbum("family"), "chosen")
number = len(store.load("a").album.photos)
while True:
    store.change("a", lambda one: one.put_before(f"{number:064x}", None), "added")
    number += 1
    print(number, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="a process is killed")
def test_kills_lose_nothing(store):
    """Changes reported as saved before a kill -9 are still there, in order, after a restart."""
    reported = 0
    for turn in range(5):
        with subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", KILLED, str(store.path.parent)],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.01 * turn)
            process.send_signal(signal.SIGKILL)
            reported = max([reported, *map(int, process.stdout.read().split())])
        photos = store.load("a").album.photos
        assert photos == tuple(f"{number:064x}" for number in range(len(photos)))
        assert len(photos) >= reported
