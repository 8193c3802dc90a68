import numpy as np

from dashboard.models.results.plain_board import mistake_text

PLACES = np.array([28.0, 96.2])


def test_a_mistake_is_told_in_a_sentence():
    """A text on a vector's mistake says which photo people prefer and how the vector ranks both."""
    told = mistake_text(PLACES, (0, 1), "ours", "mine")
    assert (
        told == "People prefer the left. ours puts it above 28 of 100 photos, the right above 96."
    )
    assert mistake_text(PLACES, (0, 1), "ours", "sample").startswith("The left is known")
