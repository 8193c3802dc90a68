"""Writing and deleting of the catalogue's records of detected faces."""

import sqlite3
from collections.abc import Mapping, Sequence
from math import isfinite

from photorank.photos.faces.face import Face, FacesSummary, summary
from photorank.photos.faces.models import VERSION

SUMMARY_COLUMNS = ", ".join(FacesSummary._fields)
# SQL for the numbers of photos searched by the present models.
LOOKED_AT = f"SELECT photo FROM photo_faces WHERE version = '{VERSION}'"  # noqa: S608 - our own
FACE_COLUMNS = ", ".join(f'"{name}"' for name in Face._fields)


def record_faces(
    connection: sqlite3.Connection, found: Mapping[str, Sequence[Face]], version: str = VERSION
) -> None:
    """Store detected faces, keyed by photo digest, within the caller's transaction.

    Unknown digests are ignored.
    """
    forget_faces(connection, list(found))
    connection.executemany(
        f"INSERT INTO photo_faces (photo, version, {SUMMARY_COLUMNS})"  # noqa: S608 - our own
        f" SELECT id, ?, {_marks(FacesSummary._fields)} FROM photos WHERE digest = ?",
        [(version, *map(_sql_value, summary(faces)), digest) for digest, faces in found.items()],
    )
    connection.executemany(
        f"INSERT INTO faces (photo, number, {FACE_COLUMNS})"  # noqa: S608 - names of our own
        f" SELECT id, ?, {_marks(Face._fields)} FROM photos WHERE digest = ?",
        [
            (number, *map(_sql_value, face), digest)
            for digest, faces in found.items()
            for number, face in enumerate(faces)
        ],
    )


def forget_faces(connection: sqlite3.Connection, digests: Sequence[str] | None = None) -> int:
    """Delete the faces of the given photos, or of all photos, within the caller's transaction.

    Without `digests`, the faces of all photos. Returns the number of photos whose faces were known.
    """
    if digests is None:
        connection.execute("DELETE FROM faces")
        return connection.execute("DELETE FROM photo_faces").rowcount
    for table in ("faces", "photo_faces"):
        connection.executemany(
            f"DELETE FROM {table} WHERE photo = (SELECT id FROM photos WHERE digest = ?)",  # noqa: S608
            [(digest,) for digest in digests],
        )
    return len(digests)


def _marks(fields: Sequence[str]) -> str:
    return ", ".join("?" for _ in fields)


def _sql_value(value: float | str) -> float | str | None:
    """Value as SQL stores it: null for nan or infinity, any other value unchanged."""
    return None if isinstance(value, float) and not isfinite(value) else value
