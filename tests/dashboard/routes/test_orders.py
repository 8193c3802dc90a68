import json
from base64 import b64decode

import numpy as np
import pytest
from starlette.applications import Starlette

from dashboard.routes import orders
from dashboard.routes.addresses import ROOM


@pytest.fixture
def fetch(ask):
    """Function that requests a sort order of photos, and returns the HTTP status and the body."""

    def fetched(address):
        sent = ask(Starlette(routes=orders.order_routes()), f"/{ROOM}/orders/{address}")
        return sent["http.response.start"]["status"], sent["http.response.body"]["body"]

    return fetched


def columns(n, first=0):
    """Made-up properties of n photos, such as aspect ratios, as one array per property."""
    numbers = np.arange(first, first + n, dtype=np.uint16)
    digests = np.zeros((n, 8), np.uint8)
    return orders.PhotoColumns(digests, 1000 + numbers, numbers, numbers, numbers)


def words(places):
    """Words to show for each photo in `places`: a made-up file name and an empty caption."""
    return [(f"<b>{place}.jpg", "") for place in places]


def test_an_order_is_sixteen_bytes_a_photo(fetch):
    """A stored order of photos takes 16 bytes a photo, so 100,000 photos take under 2 MB."""
    status, body = fetch(orders.hold_order(columns(300), words, "").name)
    assert (status, len(body)) == (200, 300 * 16)
    assert int.from_bytes(body[300 * 8 : 300 * 8 + 2], "little") == 1000


def test_a_page_is_given_the_first_photos(fetch):
    """A page gets the first 200 photos of an order, or all photos if there are fewer."""
    given = orders.hold_order(columns(300), words, "", most_given=200)
    first = columns(200).to_bytes()
    assert (given.n, b64decode(given.first)) == (300, first)
    short = orders.hold_order(columns(150), words, "", most_given=200)
    assert (short.n, b64decode(short.first)) == (150, fetch(short.name)[1])


def test_names_come_in_pieces(fetch):
    """300 photo names are served in pieces of 200 and 100; other piece numbers give 404."""
    name = orders.hold_order(columns(300), words, "").name
    pieces = [json.loads(fetch(f"{name}/words/{piece}")[1]) for piece in (0, 1)]
    assert [len(piece) for piece in pieces] == [orders.NAMES_A_PIECE, 100]
    assert pieces[1][0] == ["<b>200.jpg", ""]
    for piece in ("2", "-1", "x", "9" * 5000):
        assert fetch(f"{name}/words/{piece}")[0] == 404


def test_the_same_photos_with_other_words_are_another_order(fetch):
    """If two orders hold the same photos with different captions, the orders' names differ."""
    assert orders.hold_order(columns(3), words, "a") == orders.hold_order(columns(3), words, "a")
    assert orders.hold_order(columns(3), words, "a") != orders.hold_order(columns(3), words, "b")


def test_the_oldest_orders_are_forgotten(fetch):
    """If the stored sequences of photos take too much memory, the oldest are dropped."""
    first = orders.hold_order(columns(5), words, "", most_bytes=100)
    second = orders.hold_order(columns(5, 1), words, "", most_bytes=100)
    assert (fetch(first.name)[0], fetch(second.name)[0]) == (404, 200)
