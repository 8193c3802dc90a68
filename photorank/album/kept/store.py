"""Store of saved albums: one SQLite file in the workspace, with each album's history.

A change is one transaction, on the disk when it is reported. Each is made on the newest state, or
refused if that is not the state that it was made for: of two people at once neither overwrites
the other.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from json import dumps, loads
from pathlib import Path
from urllib.parse import quote_from_bytes

from photorank.album.kept.album import KeptAlbum, checked_album, checked_album_name
from photorank.errors import AlbumError, PhotorankError, StorageError, UnreadableFileError
from photorank.json_values import from_json, to_json
from photorank.workspace import Workspace, is_full, make_folder, storage_errors

_VERSION = 1  # of the database schema
_MAX_UNDO = 200  # changes of an album kept for undo
_WAIT_SECONDS = 10.0  # for another process's write lock
_SCHEMA = """
CREATE TABLE albums (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    place INTEGER NOT NULL,  -- of the state that counts, in the album's history
    revision INTEGER NOT NULL,  -- grows with each change, undo and redo too
    changed TEXT NOT NULL,
    removed TEXT  -- when; null while it is there
);
CREATE UNIQUE INDEX there ON albums (name) WHERE removed IS NULL;
CREATE TABLE states (
    album INTEGER NOT NULL REFERENCES albums ON DELETE CASCADE,
    place INTEGER NOT NULL,
    what TEXT NOT NULL,  -- the change that led here
    album_json TEXT NOT NULL,
    PRIMARY KEY (album, place)
) WITHOUT ROWID
"""


class AlbumChangedError(AlbumError):
    """The album was changed elsewhere (other window or process) since it was read."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(
            f"album {name!r} was changed meanwhile ({what}). Nothing was overwritten: look at it "
            f"with `photorank albums show {name!r}`, then do it again."
        )
        self.on_page = f"this album was changed meanwhile ({what}). Look at it, then do it again."


class AlbumNameTakenError(AlbumError):
    """An album of the given name already exists."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"there is an album {name!r} already. Choose another name, or remove it with "
            f"`photorank albums remove {name!r}`."
        )
        self.on_page = f"there is an album {name!r} already. Choose another name."


@dataclass(frozen=True)
class Entry:
    """Saved album as read from the store, with its revision and the changes to undo or redo."""

    name: str
    album: KeptAlbum
    revision: int
    changed: str  # when, in UTC
    what: str  # the change that led here
    undoes: str | None  # the change that an undo takes back
    redoes: str | None


class AlbumStore:
    """Store of all saved albums of a workspace, including removed ones and their history."""

    def __init__(self, workspace: Workspace) -> None:
        self.path = workspace.root / "albums.sqlite"

    def names(self, *, removed: bool = False) -> list[str]:
        """Sorted names of the saved albums, or of the removed ones if `removed` is True."""
        with self._open() as connection:
            if connection is None:
                return []
            rows = connection.execute(
                "SELECT DISTINCT name FROM albums WHERE (removed IS NOT NULL) = ? ORDER BY name",
                (removed,),
            )
            return [name for (name,) in rows]

    def latest(self, index: str) -> Entry | None:
        """Most recently changed saved album of the given index, or None if there is none."""
        entries = [self.load(name) for name in self.names()]
        own = [entry for entry in entries if entry.album.index == index]
        return max(own, key=lambda entry: entry.changed, default=None)

    def load(self, name: str) -> Entry:
        """Saved album of the given name, with its revision; raises AlbumError if there is none."""
        name = checked_album_name(name)
        with self._open() as connection:
            if connection is not None and (entry := _entry(connection, name)):
                return entry
        raise self._missing(name)

    def create(self, name: str, album: KeptAlbum, what: str) -> Entry:
        """Save a new album; raises AlbumNameTakenError if the name is taken."""
        name = checked_album_name(name)
        with self._change() as connection:
            if _entry(connection, name):
                raise AlbumNameTakenError(name)
            connection.execute(
                "INSERT INTO albums (name, place, revision, changed) VALUES (?, 0, 0, ?)",
                (name, _now()),
            )
            _append_state(connection, name, checked_album(album), what)
            return self._newest(connection, name, None)

    def save(self, name: str, album: KeptAlbum, what: str, *, seen: int) -> Entry:
        """Save a changed album; raises AlbumChangedError unless `seen` is its current revision."""

        def same(newest: KeptAlbum) -> KeptAlbum:
            return album

        return self.change(name, same, what, seen=seen)

    def change(
        self,
        name: str,
        make: Callable[[KeptAlbum], KeptAlbum],
        what: str,
        *,
        seen: int | None = None,
    ) -> Entry:
        """Replace the saved album by `make(saved album)`; write nothing if the two are equal."""
        name = checked_album_name(name)
        with self._change() as connection:
            entry = self._newest(connection, name, seen)
            made = checked_album(make(entry.album))
            if made == entry.album:
                return entry
            _append_state(connection, name, made, what)
            return self._newest(connection, name, None)

    def undo(self, name: str, *, seen: int | None = None) -> Entry:
        """Undo an album's latest change and return the earlier state."""
        return self._step(name, -1, seen)

    def redo(self, name: str, *, seen: int | None = None) -> Entry:
        """Redo the most recently undone change of an album, and return the restored state."""
        return self._step(name, 1, seen)

    def remove(self, name: str) -> None:
        """Hide a saved album from the list; :meth:`restore` brings it back with its history."""
        name = checked_album_name(name)
        with self._change() as connection:
            self._newest(connection, name, None)
            connection.execute(
                "UPDATE albums SET removed = ? WHERE name = ? AND removed IS NULL", (_now(), name)
            )

    def restore(self, name: str) -> Entry:
        """Bring back the most recently removed album of this name, with its history."""
        name = checked_album_name(name)
        with self._change() as connection:
            if _entry(connection, name):
                raise AlbumError(f"there is an album {name!r}: remove or export it first.")
            done = connection.execute(
                "UPDATE albums SET removed = NULL WHERE id = (SELECT id FROM albums WHERE name = ? "
                "ORDER BY removed DESC, id DESC LIMIT 1)",
                (name,),
            )
            if not done.rowcount:
                raise AlbumError(
                    f"no album {name!r} was removed. `photorank albums list --removed` names those "
                    "that were."
                )
            return self._newest(connection, name, None)

    def _step(self, name: str, by: int, seen: int | None) -> Entry:
        name = checked_album_name(name)
        with self._change() as connection:
            entry = self._newest(connection, name, seen)
            if (entry.undoes if by < 0 else entry.redoes) is None:
                raise AlbumError(
                    f"album {name!r} has nothing to {'undo' if by < 0 else 'redo'}: see "
                    "`photorank albums list`."
                )
            connection.execute(
                "UPDATE albums SET place = place + ?, revision = revision + 1, changed = ? "
                "WHERE name = ? AND removed IS NULL",
                (by, _now(), name),
            )
            return self._newest(connection, name, None)

    def _newest(self, connection: sqlite3.Connection, name: str, seen: int | None) -> Entry:
        entry = _entry(connection, name)
        if entry is None:
            raise self._missing(name)
        if seen is not None and entry.revision != seen:
            raise AlbumChangedError(name, entry.what)
        return entry

    def _missing(self, name: str) -> AlbumError:
        known = ", ".join(self.names()[:10])
        return AlbumError(
            f"there is no album {name!r}. "
            + (f"There is: {known}." if known else "Keep one with `photorank albums save NAME`.")
        )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection | None]:
        """Context manager that yields a connection for reading, or None if no store exists yet."""
        if not self.path.exists():
            yield None
            return
        with self._errors():
            how = "rw" if os.access(self.path, os.W_OK) else "ro"
            with self._connected(how) as connection:
                yield connection if _tables(connection) else None

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """Context manager that yields a connection for one transaction, committed at the end."""
        with storage_errors(self.path), self._errors():
            make_folder(self.path.parent)
            with self._connected("rwc") as connection:
                connection.execute("PRAGMA synchronous = EXTRA")
                connection.execute("BEGIN IMMEDIATE")
                try:
                    if not _tables(connection):
                        for statement in _SCHEMA.split(";\n"):
                            connection.execute(statement)
                        connection.execute(f"PRAGMA user_version = {_VERSION}")
                    yield connection
                except BaseException:
                    connection.rollback()
                    raise
                connection.commit()

    @contextmanager
    def _connected(self, how: str) -> Iterator[sqlite3.Connection]:
        uri = f"file:{quote_from_bytes(os.fsencode(self.path.absolute()))}?mode={how}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_WAIT_SECONDS)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            if (found := connection.execute("PRAGMA user_version").fetchone()[0]) > _VERSION:
                raise AlbumError(
                    f"{self.path} was written by a newer photorank (version {found}). Update with "
                    "`pip install --upgrade photorank`."
                )
            yield connection
        finally:
            connection.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Context manager that turns SQLite's exceptions into PhotorankErrors."""
        try:
            yield
        except sqlite3.Error as error:
            raise _explained(self.path, error) from error


def _explained(path: Path, error: sqlite3.Error) -> PhotorankError:
    """PhotorankError that explains an exception raised by SQLite."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL):
        return AlbumError(f"{path} is being written by another photorank. Run it again.")
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and is_full(path)):
        return StorageError(path, "the disk is full")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return StorageError(path, "the disk or the file's rights do not allow it")
    if code == sqlite3.SQLITE_IOERR:
        return UnreadableFileError(path, "the disk does not answer")
    return AlbumError(
        f"{path} is damaged ({error}). Move it away, then bring albums back with "
        "`photorank albums import FILE`."
    )


def _tables(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA user_version").fetchone()[0])


def _entry(connection: sqlite3.Connection, name: str) -> Entry | None:
    found = connection.execute(
        "SELECT id, place, revision, changed FROM albums WHERE name = ? AND removed IS NULL",
        (name,),
    ).fetchone()
    if found is None:
        return None
    number, place, revision, changed = found
    around = {
        where: (what, state)
        for where, what, state in connection.execute(
            "SELECT place, what, album_json FROM states WHERE album = ? AND place BETWEEN ? AND ?",
            (number, place - 1, place + 1),
        )
    }
    try:
        what, state = around[place]
        album = from_json(KeptAlbum, loads(state))
    except (KeyError, TypeError, ValueError) as error:
        raise AlbumError(
            f"album {name!r} cannot be read: it is damaged, or of a newer photorank."
        ) from error
    undoes = what if place - 1 in around else None
    redoes = around[place + 1][0] if place + 1 in around else None
    return Entry(name, album, revision, changed, what, undoes, redoes)


def _append_state(connection: sqlite3.Connection, name: str, album: KeptAlbum, what: str) -> None:
    """Append a changed album's state to its history, within the caller's transaction.

    Undone states are deleted, and states too old to keep.
    """
    number, place = connection.execute(
        "SELECT id, place + 1 FROM albums WHERE name = ? AND removed IS NULL", (name,)
    ).fetchone()
    connection.execute("DELETE FROM states WHERE album = ? AND place >= ?", (number, place))
    connection.execute(
        "DELETE FROM states WHERE album = ? AND place < ?", (number, place - _MAX_UNDO)
    )
    connection.execute(
        "INSERT INTO states VALUES (?, ?, ?, ?)", (number, place, what, dumps(to_json(album)))
    )
    connection.execute(
        "UPDATE albums SET place = ?, revision = revision + 1, changed = ? WHERE id = ?",
        (place, _now(), number),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
