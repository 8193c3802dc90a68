import numpy as np
import pytest

from dashboard.models import photo_tiles
from dashboard.models.photo_tiles import Filters
from photorank.index.opened import IndexLabels

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
