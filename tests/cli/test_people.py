"""Command `photorank people`, which compares the tastes of several people."""

import pytest

from photorank.index.judging.click_log import record_choice
from photorank.index.opened import open_index

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def two(home):
    """Record choices by two people, `ann` and `bob`, who always disagree."""
    index = open_index("small")
    photos = [photo.digest for photo in index.photos()]
    for row in range(0, 20, 2):
        pair = photos[row], photos[row + 1]
        record_choice(index.paths, "ann", *pair, tie=False, asked="random")
        record_choice(index.paths, "bob", *pair[::-1], tie=False, asked="random")


@pytest.mark.slow
@pytest.mark.usefixtures("two")
def test_opposites_never_chose_alike_and_have_a_mean(photorank):
    """Two people who always chose oppositely have agreement 0, and a common vector is saved."""
    found = photorank("people", "--prior", "beauty", "--keep", "both", "-k", 3, "--json").json
    [pair] = found["agreements"]
    assert {pair["first"], pair["second"]} == {"ann", "bob"}
    assert pair["chose_alike"]["value"] == 0
    assert len(found["agreed_best"]) == len(found["contested"]) == 3
    spreads = [photo["spread"] for photo in found["contested"]]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[0] > 0
    assert photorank("vector", "show", "both", "--json").json["kind"] == "common"
    assert "contested" in photorank("people").out


@pytest.mark.usefixtures("two")
def test_people_who_are_not_there_are_refused(refused):
    """Agreement needs two people, and an unknown person is refused with the known names listed."""
    assert "two people" in refused("people", "--rater", "ann")
    assert "ann" in refused("people", "--rater", "ann", "--rater", "eve")


def test_without_judgements_by_name_nobody_is_compared(refused):
    """`people` refuses an index whose labels name no raters."""
    assert "two people" in refused("people")
