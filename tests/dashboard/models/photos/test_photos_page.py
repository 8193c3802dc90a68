from datetime import date

import numpy as np
import pytest

from dashboard.models.photos import photos_page
from dashboard.models.photos.photos_page import Filters, PhotoData
from photorank.index.judging.marks import Marked
from photorank.index.measuring.shapes_and_colours import Looks
from photorank.index.opened import IndexLabels
from photorank.index.reading.facets import Facets
from photorank.index.reading.memberships import NameColumn
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


TAKEN = np.array([b"2024-07-31T18:05:09", b"", b"2023-01-01", b"2024-07-30T09:00:00+02:00"])
FACETS = Facets(
    TAKEN,
    NameColumn(np.array([0, 1, 0, -1]), ["A", "B"]),
    NameColumn(np.array([0, 0, 1, 1]), ["x", "y"]),
)
LOOKS = Looks(np.array([1500, 667, 1040, 1333], np.uint16), np.ones(4, np.uint16))
MARKS = {"b": Marked(1, 4), "c": Marked(-1, 0), "d": Marked(0, 2)}


def sheet(filters, faces=None):
    """Filtered and sorted list of four photos for the photos page, with its summary."""
    known = PhotoData(LABELS, FACETS, LOOKS, list("abcd"), MARKS, faces)
    return photos_page.sheet(known, RATINGS, np.array([0.0, 75.0, 25.0, 50.0]), filters, "v")


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
    """Filters select photos, which are then sorted by the vector's ratings."""
    assert sheet(filters).rows.tolist() == rows


@pytest.mark.parametrize("order", ["best", "worst", "date"])
@pytest.mark.parametrize("most", [1, 2, 10])
def test_what_other_orders_begin_with_is_known(order, most):
    """The first photos in all other sort orders are computed in advance, with the same filters."""
    known = PhotoData(LABELS, FACETS, LOOKS, list("abcd"), MARKS)
    filters = Filters(order, judged_only=True)
    found = photos_page.next_first_rows(known, RATINGS, sheet(filters).rows, order, most)
    others = [one for one in ("best", "worst", "date") if one != order]
    wanted = [sheet(Filters(one, judged_only=True)).rows[:most] for one in others]
    assert found == np.concatenate(wanted).tolist()


def test_photos_of_one_key_come_in_their_own_order():
    """Photos with equal sort keys, such as unknown dates, keep their order in the index."""
    n = 500
    facets = Facets(np.zeros(n, "S32"), *[NameColumn(np.zeros(n, np.intp), ["A"])] * 2)
    labels = IndexLabels(np.full(n, NAN), np.zeros(n), np.full(n, -1), [], np.full(n, -1), [])
    looks = Looks(np.full(n, 1500, np.uint16), np.ones(n, np.uint16))
    known = PhotoData(labels, facets, looks, [""] * n, {})
    ratings = np.repeat([1.0, NAN, 2.0], [240, 20, 240])
    shown = np.argsort(-ratings, kind="stable")
    found = photos_page.next_first_rows(known, ratings, shown, "best", 24)
    assert found == [*range(24), *range(24)]
    assert not photos_page.next_first_rows(known, ratings, shown, "mistakes", 24)


@pytest.mark.parametrize(
    ("wanted", "rows", "words"),
    [
        ("any", [1, 3, 2, 0], "4 photos, "),
        ("face", [1, 3, 0], "3 photos with a face, "),
        ("eyes", [3], "1 photo with open eyes, "),
    ],
)
def test_photos_are_filtered_by_their_faces(wanted, rows, words):
    """The face filter keeps only photos whose faces match the chosen criterion."""
    eyes_open = LARGE._replace(eyes="open")
    faces = faces_of(
        [LARGE._replace(eyes="unknown")],
        [eyes_open, LARGE._replace(eyes="hardly open")],
        None,
        [eyes_open],
    )
    found = sheet(Filters(faces=wanted), faces=faces)
    assert found.rows.tolist() == rows
    assert found.sentence.startswith(words)


def test_disagreement_begins_where_people_and_vector_differ_most():
    """The disagreement order begins with photos 0 and 1, on which people and vector disagree."""
    found = sheet(Filters("disagreement"))

    assert set(found.rows[:2].tolist()) == {0, 1}
    assert found.rows[2] == 3


def test_without_judgements_nobody_disagrees():
    """The order by disagreement is offered only if photos have labels."""
    nothing = LABELS._replace(scores=np.full(4, NAN))

    assert "disagreement" in photos_page.orders(LABELS)
    assert "disagreement" not in photos_page.orders(nothing)


def test_a_groups_name_is_no_markup():
    """Markdown characters in a group's name are escaped in the photos page's summary."""
    assert r"\*beach\*" in sheet(Filters(group=0)).sentence


def test_mistakes_stand_side_by_side():
    """A pair that the vector gets wrong is shown as neighbours, people's preferred photo first."""
    pairs = np.array([[3, 1], [0, 1]])
    found = photos_page.mistaken_pairs(pairs, LABELS, None, "v")
    in_group = photos_page.mistaken_pairs(pairs, LABELS, 0, "v")

    assert found.rows.tolist() == [3, 1, 0, 1]
    assert in_group.rows.tolist() == [0, 1]
    assert found.sentence.startswith("2 pairs that **v** is most wrong about")


def test_photos_that_were_learned_from_are_told():
    """A note says that training photos are left out or rated by vectors learned without them."""
    seen, ratings = np.array([True, True, False]), np.array([np.nan, np.nan, 1.0])

    assert "learned without it" in photos_page.training_photos_note(seen, ratings, refitted=True)
    assert "2 photos, left out" in photos_page.training_photos_note(seen, ratings, refitted=False)
    assert photos_page.training_photos_note(np.zeros(3, bool), ratings, refitted=False) == ""


def test_an_empty_page_says_why():
    """An empty page blames filters only if set, and suggests vectors not taught all photos."""
    judged, held = np.array([True, True, False]), np.array([np.nan, np.nan, 1.0])

    def why(filters, held=None, others=()):
        return photos_page.empty_text(judged, held, filters, "v", others)

    assert "**v** has learned from all" in why(Filters("mistakes"), held)
    assert "Test **w** and **x** instead" in why(Filters("mistakes"), held, ["w", "x"])
    assert "no two photos" in why(Filters("mistakes"), np.ones(3))
    assert why(Filters(shape="portrait")) == "No photo passes these filters."
    assert why(Filters(group=1)) == "No photo passes these filters."


def test_the_order_of_photos_without_dates_is_told():
    """If no photo has a date, the text says that photos are sorted by name."""
    undated = FACETS._replace(taken=np.full(4, b""))
    known = PhotoData(LABELS, undated, LOOKS, list("abcd"), MARKS, None)
    found = photos_page.sheet(known, RATINGS, RATINGS, Filters("date"), "v")
    assert found.sentence.endswith("No dates are known: they are in order of their names.")


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        (Filters(shape="landscape"), [3, 0]),
        (Filters(shape="portrait"), [1]),
        (Filters(shape="square"), [2]),
        (Filters(days=(date(2024, 7, 30), date(2024, 7, 31))), [3, 0]),
        (Filters(folders=(1,)), [3, 2]),
        (Filters(cameras=(0, 1)), [1, 2, 0]),
        (Filters(better_than=50), [1, 3]),
        (Filters(stars=2), [1, 3]),
        (Filters(flag="kept"), [1]),
        (Filters(flag="left"), [2]),
        (Filters(flag="open"), [3, 0]),
        (Filters("date"), [2, 3, 0, 1]),
    ],
)
def test_photos_are_found_by_what_is_known_of_them(filters, rows):
    """Filters reject photos whose property is unknown; sorting by date puts undated ones last."""
    assert sheet(filters).rows.tolist() == rows


def test_the_first_and_the_last_day_are_told():
    """The range of days covers all known capture dates and ignores invalid ones."""
    assert photos_page.day_range(FACETS) == (date(2023, 1, 1), date(2024, 7, 31))
    assert photos_page.day_range(FACETS._replace(taken=np.array([b"", b"x"]))) is None


def test_filters_are_counted():
    """The number of active filters counts neither the filter by group nor the sort order."""
    assert Filters("date", group=1).count_without_group == 0
    assert Filters(stars=3, faces="eyes", folders=(1,)).count_without_group == 3


def test_names_to_choose_from_begin_with_the_most_frequent():
    """Folder and camera names are listed by frequency, each with its number of photos."""
    shown = photos_page.shown_names(["a", "b\u202e", "c"], np.array([1, 1, 0, -1]))
    assert shown == {1: "b\\u202e (2)", 0: "a (1)"}


@pytest.mark.parametrize(
    ("stacks", "said"),
    [(None, "1,200 photos"), ([1] * 1200, "1,200 photos"), ([200] + [0] * 199 + [1] * 1000, None)],
)
def test_photos_in_stacks_are_counted_apart(stacks, said):
    """If photos are in stacks, the text also counts the photos shown, one for each stack."""
    stacks = None if stacks is None else np.array(stacks)
    assert photos_page.count_text(np.arange(1200), stacks) == (said or "1,200 photos, 1,001 shown")
