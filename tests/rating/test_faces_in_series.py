"""Choice of the best shot in a series by its faces: eyes, cut-off faces and sharpness."""

import numpy as np
import pytest
from PIL import Image

from photorank.index.measuring.measure_signals import measure_signals
from photorank.index.reading.records import IndexFaces, IndexSignals
from photorank.photos.faces.face import summary
from photorank.rating.best_shot import ShotWords, merit_terms
from photorank.rating.faces_in_series import face_terms
from tests.fixtures.portraits import blurred, needs_faces, portrait, with_eyes_closed
from tests.photos.faces.test_face import LARGE

OPEN = LARGE._replace(cut=False)
SHUT = OPEN._replace(eyes="hardly open")
NARROW = OPEN._replace(eyes="unknown", openness=OPEN.openness - 0.12)


def moved(face, by):
    """Face moved to the right by a fraction of the photo's width."""
    return face._replace(left=face.left + by, right=face.right + by)


def faces_of(*shots):
    """Faces of an index, made from one list of faces per photo (None: photo not examined)."""
    values = [[np.nan] * 7 if shot is None else summary(shot) for shot in shots]
    by_row = {row: shot for row, shot in enumerate(shots) if shot}
    return IndexFaces(np.array(values, dtype=float), by_row)


@pytest.mark.parametrize(
    ("shots", "closed"),
    [
        ([[OPEN], [SHUT]], [0, 1]),
        ([[moved(OPEN, 0.2)], [SHUT]], [0, 1]),  # the camera moved
        ([[moved(OPEN, 0.6)], [SHUT]], [0, 0]),  # another person
        ([[SHUT], [SHUT]], [0, 0]),  # narrow eyes, or asleep
        ([[OPEN._replace(eyes="unknown")], [SHUT]], [0, 0]),
        ([[OPEN._replace(eyes="unknown", openness=0.5)], [SHUT]], [0, 1]),
        ([[OPEN._replace(eyes="unknown", openness=0.5, yaw=50.0)], [SHUT]], [0, 0]),
        ([[OPEN], [NARROW]], [0, 1]),  # a blink that alone would not be told from a narrow eye
        ([[OPEN], [NARROW._replace(openness=OPEN.openness - 0.06)]], [0, 0]),
        ([[OPEN], [NARROW._replace(yaw=50.0)]], [0, 0]),
        ([[OPEN._replace(eyes="unknown")], [NARROW]], [0, 0]),  # neither is told
        ([[OPEN, moved(OPEN, 0.6)], [SHUT, moved(SHUT, 0.6)]], [0, 2]),
        ([[OPEN], None], [0, 0]),
        ([None, None], [0, 0]),
    ],
)
def test_eyes_are_compared_at_the_same_place(shots, closed):
    """Closed eyes are a fault only if a face at the same place in another shot has open eyes."""
    assert face_terms(faces_of(*shots), np.zeros(len(shots), int)).closed.tolist() == closed


def test_series_are_not_compared_with_each_other():
    """Closed eyes are not compared between series or between photos without a series."""
    faces = faces_of([OPEN], [SHUT], [SHUT])
    assert not face_terms(faces, np.array([0, 1, -1])).closed.any()


def test_a_face_that_is_cut_in_every_shot_is_cut_in_the_scene():
    """A face cut by the photo's edge is a fault only if another shot shows that face whole."""
    cut = OPEN._replace(cut=True)
    assert face_terms(faces_of([cut], [OPEN]), np.zeros(2, int)).cut.tolist() == [1, 0]
    assert face_terms(faces_of([cut], [cut]), np.zeros(2, int)).cut.tolist() == [0, 0]
    assert face_terms(faces_of([cut], []), np.zeros(2, int)).cut.tolist() == [0, 0]


def test_the_sharpness_of_faces_counts_where_every_shot_has_one():
    """Face sharpness counts if every shot has a face; otherwise subject sharpness counts."""
    soft = OPEN._replace(sharpness=-2.5)
    assert face_terms(faces_of([OPEN], [soft]), np.zeros(2, int)).sharpness.tolist() == [-1.5, -2.5]
    assert np.isnan(face_terms(faces_of([OPEN], []), np.zeros(2, int)).sharpness).all()


def merit(faces, sharpness):
    """Quality scores and face scores of the shots of a single series of photos."""
    names = ("subject_sharpness", "clipped_highlights", "noise")
    signals = IndexSignals(names, np.array([[one, 0.0, 1.0] for one in sharpness]))
    series = np.zeros(len(sharpness), int)
    of_faces = face_terms(faces, series)
    return merit_terms(np.zeros(len(series)), signals, series, None, of_faces), of_faces


@pytest.mark.parametrize(
    ("shots", "sharpness", "said"),
    [
        ([[OPEN], [SHUT]], (-2.0, -1.9), ["eyes open"]),
        ([[OPEN, moved(SHUT, 0.6)], [SHUT, moved(OPEN, 0.6)]], (-2.0, -2.0), []),
        ([[OPEN._replace(eyes="unknown", openness=0.5)], [SHUT]], (-2, -2), ["eyes further open"]),
        ([[OPEN], [OPEN._replace(cut=True)]], (-2.0, -2.0), ["face not cut"]),
        ([[OPEN], [OPEN._replace(sharpness=-2.0)]], (-3.0, -1.0), ["sharper face"]),
        ([[OPEN], []], (-1.0, -2.0), ["sharper subject"]),
    ],
)
def test_what_a_shot_has_over_another_is_said(collection, shots, sharpness, said):
    """The advantages of one shot over another are put into words, such as `eyes open`."""
    terms, of_faces = merit(faces_of(*shots), sharpness)
    assert ShotWords(collection.index, terms, None, of_faces).over(0, 1) == said


def test_a_shut_eye_weighs_less_than_a_face_that_is_far_out_of_focus():
    """A very blurred face is a worse fault than shut eyes, and fewer shut eyes are better."""
    soft = OPEN._replace(sharpness=-4.0)
    terms, _ = merit(faces_of([soft], [SHUT]), (0.0, 0.0))
    assert terms.merit.argmax() == 1
    two = [SHUT, moved(SHUT, 0.6)]
    terms, of_faces = merit(faces_of([OPEN, moved(OPEN, 0.6)], two, [SHUT]), (0.0,) * 3)
    assert np.argsort(-terms.merit).tolist() == [0, 2, 1]
    assert ShotWords(None, terms, None, of_faces).over(2, 1) == ["fewer eyes shut"]


@pytest.mark.slow
@needs_faces
def test_of_a_portraits_burst_the_sharp_shot_with_open_eyes_is_taken(library):
    """The sharp portrait with open eyes is chosen from a burst, and the text says why."""
    shut = with_eyes_closed(portrait())
    burst = {
        "a shut": shut,
        "b blurred": blurred(portrait(), 1.5),
        "c shut and moved": shut.crop((6, 4, 512, 510)),
        "d good": portrait().crop((3, 3, 509, 509)),
        "e far out of focus": blurred(portrait(), 4),
    }
    for name, photo in burst.items():
        photo.resize((512, 512), Image.Resampling.BICUBIC).save(library.folder / f"{name}.png")
    library.build()
    measure_signals(library.paths)
    index = library.index
    series = np.zeros(len(index), int)
    of_faces = face_terms(index.faces(), series)
    terms = merit_terms(np.zeros(len(index)), index.signals(), series, None, of_faces)
    names = [photo.path.stem for photo in index.photos()]
    best = int(terms.merit.argmax())
    assert names[best] == "d good"
    words = ShotWords(index, terms, None, of_faces)
    assert words.over(best, names.index("a shut")) == ["eyes open"]
    assert words.over(best, names.index("b blurred")) == ["sharper face"]
    assert words.of_faces(best, np.flatnonzero(terms.merit < terms.merit.max())) == ["eyes open"]
