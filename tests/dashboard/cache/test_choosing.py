from threading import Event

import pytest

from dashboard.cache.choosing import Choosing
from photorank.errors import AlbumError


def test_a_page_has_some_patience_with_a_choice_from_many_photos():
    """If choosing an album's photos takes long, the page goes on while the choosing continues."""
    goes_on = Event()

    def choose():
        goes_on.wait(10)
        return "an album"

    many = Choosing(100_000, choose, patience_seconds=0.01)
    assert not many.is_done()
    assert not many.failed
    goes_on.set()
    assert many.album() == "an album"
    assert many.is_done()
    assert Choosing(3, choose).is_done()  # few photos are waited for


def test_what_a_choice_raises_is_raised_where_it_is_asked_for():
    """If choosing an album's photos fails, `failed` is true, and `album()` raises the error."""

    def choose():
        raise AlbumError("more pins than places.")

    failed = Choosing(3, choose)
    assert failed.is_done()
    assert failed.failed
    with pytest.raises(AlbumError, match="more pins"):
        failed.album()
