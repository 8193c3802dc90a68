import numpy as np

from photorank.photos.metadata.capture_time import capture_seconds


def test_without_zones_clocks_are_compared_as_they_are():
    """Where nobody tells a zone, differences are those of the clocks."""
    found = capture_seconds(["2024-07-31T18:05:09", None, "2024-07-31T18:05:00", "rubbish"])
    assert found[0] - found[2] == 9
    assert np.isnan(found[[1, 3]]).all()


def test_zones_order_what_clocks_do_not():
    """A photo of the evening in Tokyo comes before one of the same day's noon in Paris."""
    tokyo, paris = capture_seconds(["2024-07-31T18:00:00+09:00", "2024-07-31T12:00:00+02:00"])
    assert paris - tokyo == 3600


def test_a_clock_without_a_zone_is_in_that_of_the_nearest_one():
    """A camera travels with the phone beside it, in whatever order the photos are given."""
    taken = [
        "2024-08-02T10:00:05",
        "2024-07-31T10:00:00+02:00",
        "2024-07-31T10:00:05",
        "2024-08-02T10:00:00+09:00",
        "2024-07-30T10:00:00",
        "2024-08-03T10:00:00",
    ]
    for order in (range(6), reversed(range(6))):
        places = list(order)
        found = dict(zip(places, capture_seconds([taken[at] for at in places]), strict=True))
        assert found[2] - found[1] == found[0] - found[3] == 5
        assert found[1] - found[4] == found[5] - found[3] == 86400


def test_one_zone_is_everybodys():
    """A single photo with a zone gives it to all."""
    found = capture_seconds(
        ["2024-07-31T10:00:00", "2024-07-31T11:00:00+02:00", "2024-07-31T12:00:00"]
    )
    assert np.diff(found).tolist() == [3600, 3600]
    assert found[1] == np.datetime64("2024-07-31T09:00:00").astype(int)


def test_nothing_has_no_instants():
    """No photo, no moment."""
    assert len(capture_seconds([])) == 0
