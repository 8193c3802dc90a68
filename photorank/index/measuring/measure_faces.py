"""Detection of faces in an index's photos, once per photo, and deletion of face records."""

from photorank.index.catalogue.connection import adding
from photorank.index.catalogue.face_rows import LOOKED_AT, forget_faces, record_faces
from photorank.index.catalogue.faces_switch import switch_faces
from photorank.index.measuring.measure_photos import (
    DEFAULTS,
    Measurement,
    MeasureOptions,
    MeasureReport,
    measure_photos,
)
from photorank.photos.decode_pool import faces_isolated
from photorank.photos.faces.models import read_models
from photorank.workspace import IndexPaths

_FACES = Measurement("photorank-faces", LOOKED_AT, faces_isolated, record_faces)


def measure_faces(paths: IndexPaths, options: MeasureOptions = DEFAULTS) -> MeasureReport:
    """Detect faces in photos not searched yet, and return a report.

    The index takes faces along from then on. Raises FaceModelsError if they cannot be looked for.
    """
    read_models()
    with adding(paths) as connection:
        switch_faces(connection, True)
    return measure_photos(paths, _FACES, options)


def remove_faces(paths: IndexPaths) -> int:
    """Delete all faces and turn face detection off; return how many photos had been searched.

    What is forgotten is overwritten on the disk.
    """
    with adding(paths) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        switch_faces(connection, False)
        return forget_faces(connection)
