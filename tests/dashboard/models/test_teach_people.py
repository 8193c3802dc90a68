import pytest

from dashboard.models import teach_people
from photorank.evaluation.agreement import person_tastes


@pytest.mark.slow
def test_people_are_compared_in_words(session, choose):
    """The headline names the two people who agree most, with the interval of their agreement."""
    choose("ann", [(0, 7), (8, 15), (16, 23)])
    choose("bob", [(7, 0), (15, 8), (16, 23)])
    choose("c*y", [(0, 7), (8, 15), (1, 6)])
    heard = person_tastes(session.index, ["ann", "bob", "c*y"], session.subset)
    found = teach_people.people_texts(heard)

    assert "would choose alike on" in found.headline
    assert "agree least" in found.headline
    assert len(found.agreements) == 3
    assert found.agreements["value"].is_monotonic_decreasing
    assert "c*y" in next(iter(found.best.values()))
    assert all(said.count("±") == 3 for said in found.contested.values())
    assert len(found.best) <= teach_people.SHOWN
