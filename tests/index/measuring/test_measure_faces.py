"""Tests of the search for faces in photos and of the deletion of the search results."""

import sqlite3

import numpy as np
import pytest

from photorank.errors import FaceModelsError
from photorank.index.catalogue import faces_switch
from photorank.index.catalogue.connection import adding, reading
from photorank.index.catalogue.face_rows import record_faces
from photorank.index.catalogue.faces_switch import not_searched_for_faces
from photorank.index.catalogue.row_checksums import changed_tables
from photorank.index.maintenance.repair import repair_index
from photorank.index.measuring import measure_faces as measuring
from photorank.index.measuring.measure_faces import measure_faces, remove_faces
from photorank.index.measuring.measure_photos import MeasureOptions
from photorank.photos.faces.models import VERSION
from tests.fixtures.colours import fill
from tests.fixtures.portraits import as_jpeg, needs_faces, portrait
from tests.index.building.test_durability import in_order
from tests.photos.faces.test_face import LARGE, SMALL


def record(library, *faces, version=VERSION):
    """Record the given faces on a library's first photo, and no faces on its second."""
    digests = library.index.digests()
    with adding(library.paths) as connection:
        record_faces(connection, {digests[0]: list(faces), digests[1]: []}, version)


def count(library, table):
    """Number of rows in a table of the catalogue."""
    with reading(library.paths) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608


def test_faces_are_those_of_each_row(library):
    """Recorded faces are read back by row, and a photo not yet searched counts as not measured."""
    fill(library.folder, 3)
    library.build(faces=False)
    assert not library.index.faces().measured.any()
    record(library, LARGE, SMALL)
    found = library.index.faces()
    assert found.measured.tolist() == [True, True, False]
    large, small = found.by_row[0]
    assert large == LARGE
    assert np.isnan(small.sharpness)
    assert found.column("faces")[:2].tolist() == [2, 0]
    assert found.column("largest_face_cut")[:2].tolist() == [1, 0]
    record(library, SMALL)  # again, replacing the first ones
    assert len(library.index.faces().by_row[0]) == 1
    assert in_order(library.paths)


def test_faces_are_forgotten_and_stay_away(library):
    """Removing faces deletes their data and switches off the search for faces in later runs."""
    fill(library.folder, 2)
    library.build(faces=False)
    record(library, LARGE)
    assert remove_faces(library.paths) == 2
    assert (count(library, "faces"), count(library, "photo_faces")) == (0, 0)
    assert not_searched_for_faces(library.paths) == 0
    fill(library.folder / "more", 1, start=50)
    library.build()
    assert not library.index.faces().measured.any()
    data = library.paths.catalogue.read_bytes()
    connection = sqlite3.connect(library.paths.catalogue)
    assert connection.execute("SELECT is_on FROM switches WHERE name = 'faces'").fetchone() == (0,)
    connection.close()
    assert np.array(LARGE.eye_distance, dtype=">f8").tobytes() not in data


def test_pruning_and_repair_keep_the_catalogue_in_order(library):
    """Pruning a photo removes its faces; a repair removes damaged records of faces."""
    files = fill(library.folder, 3)
    library.build(faces=False)
    record(library, LARGE)
    files[0].unlink()
    library.build(prune=True)
    assert in_order(library.paths)
    assert (count(library, "faces"), count(library, "photo_faces")) == (0, 1)
    connection = sqlite3.connect(library.paths.catalogue)
    connection.execute("UPDATE photo_faces SET faces = 7")
    connection.commit()
    connection.close()
    assert any("photorank faces" in line for line in repair_index(library.paths))
    with reading(library.paths) as connection:
        assert changed_tables(connection) == []
    assert count(library, "photo_faces") == 0


def test_damaged_models_stop_a_run_before_it_begins(library, monkeypatch):
    """Damaged face models stop a run before it begins, unless faces are switched off."""

    def damaged():
        raise FaceModelsError("2 models are damaged.")

    for one in (faces_switch, measuring):
        monkeypatch.setattr(one, "read_models", damaged)
    monkeypatch.setattr(faces_switch, "face_detection_error", lambda: None)
    fill(library.folder, 2)
    for faces in (True, None):
        with pytest.raises(FaceModelsError, match="2 models"):
            library.build(faces=faces)
    assert library.build(faces=False).added == 2
    with pytest.raises(FaceModelsError, match="2 models"):
        measure_faces(library.paths)


def test_without_the_extra_nothing_is_looked_for(library, monkeypatch):
    """If the faces extra is not installed, indexing does not search photos for faces."""
    missing = FaceModelsError("looking for faces needs a runtime")
    monkeypatch.setattr(faces_switch, "face_detection_error", lambda: missing)
    fill(library.folder, 2)
    library.build()
    assert not library.index.faces().measured.any()
    assert not_searched_for_faces(library.paths) == 0


@pytest.mark.slow
@needs_faces
def test_faces_are_found_while_indexing_and_afterwards(library):
    """Indexing and a later search find the same faces; searched photos are skipped."""
    (library.folder / "face.jpg").write_bytes(as_jpeg(portrait()))
    fill(library.folder / "others", 2)
    library.build()
    first = library.index.faces()
    assert first.measured.all()
    assert [
        face.eyes for face in first.by_row[library.index.row_of(library.folder / "face.jpg")]
    ] == ["open"]
    assert measure_faces(library.paths).known == 3
    remove_faces(library.paths)
    assert measure_faces(library.paths).measured == 3
    assert library.index.faces().by_row == first.by_row


@needs_faces
def test_a_run_that_breaks_off_keeps_what_it_found_and_goes_on(library):
    """An interrupted search for faces keeps its results, and the next run does the rest."""
    fill(library.folder, 5)
    library.build(faces=False)

    def interrupt(done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_faces(library.paths, MeasureOptions(on_progress=interrupt))
    assert library.index.faces().measured.sum() == 3
    assert not_searched_for_faces(library.paths) == 2
    report = measure_faces(library.paths)
    assert (report.measured, report.known) == (2, 3)


@needs_faces
def test_faces_of_other_models_are_looked_for_anew(library):
    """Faces found by another version of the models are measured again."""
    fill(library.folder, 2)
    library.build(faces=False)
    record(library, LARGE, version="0-other")
    assert measure_faces(library.paths).measured == 2
    assert library.index.faces().by_row == {}
