"""Benchmark of face detection: table of marked faces, and results with confidence intervals."""

from math import isnan

import numpy as np
import pytest

from photorank.bench.face_labels import MarkedFace, read_face_labels
from photorank.bench.faces_found import benchmark_results, compare, compare_photos
from photorank.errors import LabelsError
from tests.fixtures.portraits import as_jpeg, needs_faces, portrait
from tests.photos.faces.test_face import LARGE, SMALL

BOX = np.array(LARGE[:4])


def test_a_table_is_read(tmp_path):
    """A table row is read as a labelled face; a row without a box means a photo without people."""
    table = tmp_path / "faces.csv"
    table.write_text(
        "file,left,top,right,bottom,eyes,clear,cut\n"
        "a.jpg,0.1,0.2,0.3,0.4,open,1,0\na.jpg,0.5,0.2,0.7,0.4,closed,0,\nb.jpg,,,,,,,\n"
    )
    found = read_face_labels(table)
    assert [*found] == ["a.jpg", "b.jpg"]
    assert [(face.eyes, face.clear, face.cut) for face in found["a.jpg"]] == [
        ("open", True, False),
        ("closed", False, None),
    ]
    assert found["b.jpg"] == []


@pytest.mark.parametrize(
    "rows", ["a,0.3,0.2,0.1,0.4,", "a,x,0,1,1,", "a,0,0,1,,", "a,0,0,nan,1,", "a,0,0,1,1,shut", ""]
)
def test_what_is_no_face_is_refused_in_one_line(tmp_path, rows):
    """An invalid row of face labels gives a one-line error that names the columns of a row."""
    table = tmp_path / "faces.csv"
    table.write_text(f"file,left,top,right,bottom,eyes\n{rows}\n")
    with pytest.raises(LabelsError, match="left, top, right, bottom") as told:
        read_face_labels(table)
    assert "\n" not in str(told.value)


def test_faces_are_paired_with_the_nearest_mark():
    """Marked and found faces are paired by nearness, each at most once; the rest stay unpaired."""
    marked = [MarkedFace(BOX * 1000), MarkedFace(np.array([0.0, 0.0, 0.05, 0.05]))]
    found = compare(marked, [SMALL, LARGE], (1000, 1000))
    assert [face for _, face in found.pairs] == [LARGE, None]
    assert found.others == [SMALL]
    assert not found.empty


def test_each_figure_has_its_interval_and_what_it_is_of():
    """Each face-detection rate equals the value computed by hand and lies within its interval."""
    whole = LARGE._replace(cut=False)
    shut = whole._replace(eyes="hardly open")
    photos = [
        compare([MarkedFace(BOX, "open", cut=False)], [whole], (1, 1)),
        compare([MarkedFace(BOX, "closed", cut=True)], [shut], (1, 1)),
        compare([MarkedFace(BOX, "open")], [shut], (1, 1)),
        compare([MarkedFace(BOX)], [], (1, 1)),
        compare([MarkedFace(BOX, clear=False, cut=False)], [LARGE], (1, 1)),
        compare([], [SMALL], (1, 1)),
        *(compare([], [], (1, 1)) for _ in range(19)),
    ]
    told = {one.name: (one.limits.value, one.n) for one in benchmark_results(photos)}
    assert told == {
        "clear faces found": (0.75, 4),
        "other faces found": (1.0, 1),
        "false boxes per 100 photos without people": (5.0, 20),
        "hardly open that are closed": (0.5, 2),
        "open that are open": (1.0, 1),
        "cannot tell": (0.0, 3),
        "whole faces called cut": (0.5, 2),
        "cut faces called cut": (0.0, 1),
        "cut that are whole": (1.0, 1),
    }
    for one in benchmark_results(photos):
        assert one.limits.low <= one.limits.value <= one.limits.high


def test_no_false_box_in_few_photos_is_not_none_in_many():
    """If no false face box is found in 100 photos, the rate's interval still reaches above 0."""
    of = {one.name: one for one in benchmark_results([compare([], [], (1, 1))] * 100)}
    limits = of["false boxes per 100 photos without people"].limits
    assert (limits.value, limits.low) == (0, 0)
    assert limits.high == pytest.approx(3.69, abs=0.01)
    assert of["clear faces found"].n == 0
    assert isnan(of["clear faces found"].limits.value)


@needs_faces
def test_photos_are_looked_at_where_the_table_lies(tmp_path):
    """Photos listed in a table of faces are read from the folder that the caller gives."""
    (tmp_path / "a.jpg").write_bytes(as_jpeg(portrait()))
    marked = {"a.jpg": [MarkedFace(np.array([178, 67, 273, 175.0]), "open", cut=False)]}
    (found,) = compare_photos(marked, tmp_path)
    assert found.pairs[0][1].eyes == "open"
    with pytest.raises(LabelsError, match=r"none\.jpg does not exist: .* --root"):
        compare_photos({"none.jpg": []}, tmp_path)


@needs_faces
@pytest.mark.parametrize("box", [[400, 67, 640, 175], [-0.2, 0.1, 0.3, 0.4]])
def test_a_box_outside_its_photo_is_refused(tmp_path, box):
    """A marked face box outside its photo is refused with an error that gives the photo's size."""
    (tmp_path / "a.jpg").write_bytes(as_jpeg(portrait()))
    with pytest.raises(LabelsError, match=r"a\.jpg is 512 x 512 pixels, and the box"):
        compare_photos({"a.jpg": [MarkedFace(np.array(box, dtype=float))]}, tmp_path)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("b.jpg,0,0,1,1,9,9,9,9", "line 3"),
        (",0,0,1,1,,,", "line 3: no file"),
        ("a.jpg,,,,,,,", "line 3: a photo without anybody has one row"),
    ],
)
def test_no_row_is_left_out_without_a_word(tmp_path, row, said):
    """A table of face labels with an unusable row is refused instead of skipping that row."""
    table = tmp_path / "faces.csv"
    table.write_text(f"file,left,top,right,bottom,eyes,clear,cut\na.jpg,0,0,1,1,,,\n{row}\n")
    with pytest.raises(LabelsError, match=said):
        read_face_labels(table)


def test_a_lacking_column_is_told_with_what_a_row_is(tmp_path):
    """If a column is missing, the error describes a table of faces, not a table of labels."""
    table = tmp_path / "faces.csv"
    table.write_text("file,left,top,right\na.jpg,0,0,1\n")
    with pytest.raises(LabelsError, match=r"no column bottom\. A row is file, left, top") as error:
        read_face_labels(table)
    assert "score" not in str(error.value)
