from pathlib import Path

import numpy as np
import pytest

from dashboard.models import photo_tiles
from dashboard.models.photo_tiles import Filters
from photorank.index.opened import IndexLabels
from photorank.photos.files import COMPANION, OTHER_KIND, SkippedFile
from tests.photos.faces.test_face import LARGE
from tests.rating.test_faces_in_series import faces_of

NAN = float("nan")
RATINGS = np.array([0.1, 0.4, 0.2, 0.3])
LABELS = IndexLabels(
    scores=np.array([5.0, 1.0, NAN, 3.0]),
    n_raters=np.array([1, 1, 0, 1]),
    groups=np.array([0, 0, 1, -1]),
    group_names=["*beach*", "forest"],
    series=np.full(4, -1),
    series_names=[],
)


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        (Filters(), [1, 3, 2, 0]),
        (Filters("worst"), [0, 2, 3, 1]),
        (Filters(group=0), [1, 0]),
        (Filters(judged_only=True), [1, 3, 0]),
        (Filters("worst", group=1, judged_only=True), []),
    ],
)
def test_filters_choose_and_the_vector_orders(filters, rows):
    """Each filter takes photos away; what is left is in the vector's order."""
    assert photo_tiles.sheet(LABELS, RATINGS, filters, "v").rows.tolist() == rows


@pytest.mark.parametrize(
    ("wanted", "rows", "words"),
    [
        ("any", [1, 3, 2, 0], "4 photos, "),
        ("face", [1, 3, 0], "3 photos with a face, "),
        ("eyes", [3], "1 photo with open eyes, "),
    ],
)
def test_photos_are_filtered_by_their_faces(wanted, rows, words):
    """Eyes are open where some are and none is hardly open; where nobody looked there is none."""
    eyes_open = LARGE._replace(eyes="open")
    faces = faces_of(
        [LARGE._replace(eyes="unknown")],
        [eyes_open, LARGE._replace(eyes="hardly open")],
        None,
        [eyes_open],
    )
    sheet = photo_tiles.sheet(LABELS, RATINGS, Filters(faces=wanted), "v", faces)
    assert sheet.rows.tolist() == rows
    assert sheet.sentence.startswith(words)


def test_disagreement_begins_where_people_and_vector_differ_most():
    """Only judged photos can disagree; 0 and 1 stand at opposite ends of the two orders."""
    sheet = photo_tiles.sheet(LABELS, RATINGS, Filters("disagreement"), "v")

    assert set(sheet.rows[:2].tolist()) == {0, 1}
    assert sheet.rows[2] == 3


def test_without_judgements_nobody_disagrees():
    """The order by disagreement is offered where there are labels."""
    nothing = LABELS._replace(scores=np.full(4, NAN))

    assert "disagreement" in photo_tiles.orders(LABELS)
    assert "disagreement" not in photo_tiles.orders(nothing)


def test_a_groups_name_is_no_markup():
    """The sentence shows it letter by letter."""
    assert r"\*beach\*" in photo_tiles.sheet(LABELS, RATINGS, Filters(group=0), "v").sentence


def test_unlabelled_photos_have_no_percentile():
    """Others have theirs among the labelled ones only."""
    places = photo_tiles.label_percentiles(LABELS.scores)

    assert np.isnan(places[2])
    assert np.argsort(places[[0, 1, 3]]).tolist() == [1, 2, 0]


def test_what_could_not_be_used_comes_first_and_a_long_list_ends():
    """Of thousands of files the first are listed, and the command that lists all is named."""
    others = [SkippedFile(Path(f"/p/{number}.MOV"), 0, 0, COMPANION) for number in range(1200)]
    damaged = SkippedFile(Path("/p/z.jpg"), 9, 9, "truncated JPEG after 9 bytes")

    unused = photo_tiles.unused_files(
        [*others, SkippedFile(Path("/p/a.psd"), 0, 0, OTHER_KIND), damaged]
    )

    assert unused.title == "1 file could not be used, 1,201 passed over"
    assert unused.sentences[0] == "1,201 files passed over: 1200 .MOV, 1 .psd"
    assert "photorank status --json" in unused.sentences[-1]
    assert list(unused.table["file"])[:2] == ["/p/z.jpg", "/p/0.MOV"]
    assert len(unused.table) == 1000


def test_mistakes_stand_side_by_side():
    """Each pair is two photos in a row, people's choice first."""
    pairs = np.array([[3, 1], [0, 1]])
    sheet = photo_tiles.mistaken_pairs(pairs, LABELS, None, "v")
    in_group = photo_tiles.mistaken_pairs(pairs, LABELS, 0, "v")

    assert sheet.rows.tolist() == [3, 1, 0, 1]
    assert in_group.rows.tolist() == [0, 1]
    assert sheet.sentence.startswith("2 pairs that **v** is most wrong about")


def test_photos_that_were_learned_from_are_told():
    """Either they are rated by what was learned without them, or they are left out."""
    seen, ratings = np.array([True, True, False]), np.array([np.nan, np.nan, 1.0])

    assert "learned without it" in photo_tiles.unseen_note(seen, ratings, refitted=True)
    assert "2 photos, left out" in photo_tiles.unseen_note(seen, ratings, refitted=False)
    assert photo_tiles.unseen_note(np.zeros(3, bool), ratings, refitted=False) == ""
