"""Detected faces of an index's photos, loaded for all photos or for one."""

from math import nan

import numpy as np

from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.face_rows import FACE_COLUMNS, SUMMARY_COLUMNS
from photorank.index.reading.records import IndexFaces
from photorank.index.reading.rows import Rows
from photorank.photos.faces.face import Face, FacesSummary
from photorank.workspace import IndexPaths


def load_faces(paths: IndexPaths, rows: Rows) -> IndexFaces:
    """Detected faces of all photos of an index, loaded from its catalogue.

    Each photo also gets the summary numbers of :class:`FacesSummary`, nan if it was not searched.
    """
    with reading(paths) as connection:
        summaries = connection.execute(
            f"SELECT photo, {SUMMARY_COLUMNS} FROM photo_faces"  # noqa: S608 - names of our own
        ).fetchall()
        faces = connection.execute(
            f"SELECT photo, {FACE_COLUMNS} FROM faces ORDER BY photo, number"  # noqa: S608
        ).fetchall()
    values = np.full((len(rows.photos), len(FacesSummary._fields)), np.nan)
    places, kept = rows.find([photo for photo, *_ in summaries])
    table = np.array([one for _, *one in summaries], dtype=np.float64)
    values[places] = table.reshape(-1, values.shape[1])[kept]
    by_row: dict[int, list[Face]] = {}
    places, kept = rows.find([photo for photo, *_ in faces])
    for row, at in zip(places.tolist(), kept.tolist(), strict=True):
        by_row.setdefault(row, []).append(_face(faces[at][1:]))
    return IndexFaces(values, by_row)


def load_photo_faces(paths: IndexPaths, number: int) -> list[Face] | None:
    """Faces of the photo with this catalogue number, largest first; None if not yet searched."""
    with reading(paths) as connection:
        looked = "SELECT 1 FROM photo_faces WHERE photo = ?"
        if connection.execute(looked, [number]).fetchone() is None:
            return None
        rows = connection.execute(
            f"SELECT {FACE_COLUMNS} FROM faces WHERE photo = ? ORDER BY number",  # noqa: S608
            [number],
        ).fetchall()
    return [_face(row) for row in rows]


def _face(columns: tuple[float | str | None, ...]) -> Face:
    face = Face._make(nan if value is None else value for value in columns)
    return face._replace(cut=bool(face.cut))
