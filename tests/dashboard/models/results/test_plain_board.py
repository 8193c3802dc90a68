import numpy as np

from dashboard.models.results.plain_board import mistake_text

PLACES = np.array([28.0, 96.2])


def test_a_mistake_is_told_in_a_sentence():
    """Who prefers which, and how far apart; choices between two photos give people's no place."""
    people, unknown = np.array([90.0, 10.0]), np.array([np.nan, 50.0])
    told = mistake_text(people, PLACES, (0, 1), "ours")
    assert told == "People prefer the left (90 to 10), ours the right (96 to 28)."
    told = mistake_text(unknown, PLACES, (0, 1), "ours")
    assert told == "People prefer the left, ours the right (96 to 28)."
