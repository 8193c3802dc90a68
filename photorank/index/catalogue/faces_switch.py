"""Setting that turns face detection of an index on or off."""

import sqlite3

from photorank.errors import FaceModelsError
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.face_rows import LOOKED_AT
from photorank.index.catalogue.transactions import transaction
from photorank.photos.faces.models import face_detection_error, read_models
from photorank.workspace import IndexPaths

_SWITCH = "faces"


def _faces_switch(connection: sqlite3.Connection) -> bool | None:
    """Stored setting of face detection: True, False, or None if it was never set."""
    found = connection.execute("SELECT is_on FROM switches WHERE name = ?", [_SWITCH]).fetchone()
    return None if found is None else bool(found[0])


def switch_faces(connection: sqlite3.Connection, is_on: bool) -> None:
    """Turn face detection of the index on or off, within the caller's transaction."""
    connection.execute(
        "INSERT INTO switches (name, is_on) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET is_on = excluded.is_on",
        [_SWITCH, is_on],
    )


def detects_faces(connection: sqlite3.Connection, asked: bool | None) -> bool:
    """True if an indexing run should detect faces; stores the user's setting if one was given.

    By default it does where everything for it is installed, unless the index was told not to.
    Raises FaceModelsError if faces are asked for and cannot be looked for, or models are damaged.
    """
    if asked:
        read_models()
    if asked is not None:
        with transaction(connection):
            switch_faces(connection, asked)
        return asked
    if _faces_switch(connection) is False or face_detection_error():
        return False
    try:
        read_models()
    except FaceModelsError as error:
        raise FaceModelsError(f"{error} Or index with `--no-faces`.") from error
    return True


def not_searched_for_faces(paths: IndexPaths) -> int:
    """Number of photos not yet searched for faces; 0 if detection is off or not installed."""
    with reading(paths) as connection:
        if _faces_switch(connection) is False or face_detection_error():
            return 0
        (count,) = connection.execute(
            "SELECT count(DISTINCT photo) FROM files"  # noqa: S608 - names of our own
            f" WHERE NOT vanished AND photo NOT IN ({LOOKED_AT})"
        ).fetchone()
    return int(count)
