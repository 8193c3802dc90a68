import numpy as np

from dashboard.models.results.plain_board import mistake_text

PLACES = np.array([28.0, 96.0])


def test_a_mistake_tells_the_places_that_people_gave_and_those_of_the_vector():
    """Who only chose between two gave none, and none is told."""
    people, unknown = np.array([90.0, 10.0]), np.array([float("nan")] * 2)

    assert mistake_text(people, PLACES, 0, 1) == "people 90 : 10 · it 28 : 96"
    assert mistake_text(unknown, PLACES, 0, 1) == "it 28 : 96"
