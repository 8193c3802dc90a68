import base64
import io
import json
import os
import shutil
import sqlite3
from contextlib import closing

import pytest
from PIL import Image
from starlette.applications import Starlette

from dashboard.reason_route import reason_routes
from dashboard.routes.addresses import ROOM
from dashboard.routes.photo_facts import fact_routes
from photorank.index.opened import open_index


@pytest.fixture
def tell(ask):
    """Function that requests the reasons for a photo's rank, and returns status and JSON."""

    def told(address):
        address, _, query = address.partition("?")
        sent = ask(Starlette(routes=reason_routes()), f"/{ROOM}/reasons/{address}", query=query)
        body = sent["http.response.body"]["body"]
        status = sent["http.response.start"]["status"]
        return status, json.loads(body) if status == 200 else body

    return told


@pytest.mark.slow
def test_a_rating_is_told_in_words_and_colours(home, tell):
    """Reasons in plain words have no technical terms; the heat map has the photo's aspect ratio."""
    index = open_index("small")
    photo = index.photo(3)

    status, told = tell(f"small/{photo.digest[:16]}?by=ours&words=plain")
    assert status == 200
    assert told["headline"].endswith("of the collection, judged by ours.")
    assert "the best 24 photos" in told["here"]
    assert not any(word in str(told) for word in ("rating", "index", "encoder"))
    heat = Image.open(io.BytesIO(base64.b64decode(told["heat"].partition(",")[2])))
    with Image.open(photo.path) as original:
        assert heat.width / heat.height == pytest.approx(original.width / original.height, rel=0.05)
    assert all(one["photo"] != photo.digest for one in told["better"])

    _, numbers = tell(f"small/{photo.digest[:16]}?by=ours&words=statistics")
    assert numbers["headline"].startswith("Rated ")


@pytest.mark.parametrize("wrong", ["small/{}?by=none", "other/{}?by=ours", "small/{:.1}?by=ours"])
def test_of_what_is_not_there_nothing_is_told(home, tell, wrong):
    """A request with an unknown vector, index or photo gets an empty 404."""
    digest = open_index("small").photo(0).digest
    assert tell(wrong.format(digest)) == (404, b"")


def test_a_photo_that_is_gone_is_told(home, tell):
    """If a photo's file is gone, the message sent instead does not name the photo's folder."""
    with closing(sqlite3.connect(home / "index" / "small" / "catalogue.sqlite")) as catalogue:
        catalogue.execute("UPDATE roots SET path = CAST('/gone' AS BLOB)")
        catalogue.commit()
    digest = open_index("small").photo(1).digest
    status, told = tell(f"small/{digest}?by=ours")
    assert status == 200
    assert set(told) == {"problem"}
    assert "gone" not in told["problem"]  # the folder's name stays on the server


@pytest.mark.slow
def test_a_file_that_was_replaced_is_told_and_not_explained(home, tell, ask, tmp_path):
    """If a photo's file was replaced since indexing, a message says so in place of the reasons."""
    own = tmp_path / "photos"
    with closing(sqlite3.connect(home / "index" / "small" / "catalogue.sqlite")) as catalogue:
        ((root,),) = catalogue.execute("SELECT path FROM roots")
        shutil.copytree(os.fsdecode(root), own)
        catalogue.execute("UPDATE roots SET path = ?", (os.fsencode(own),))
        catalogue.commit()
    index = open_index("small")
    photo, other = index.photo(1), index.photo(2)
    assert photo.path.is_relative_to(own)
    assert "headline" in tell(f"small/{photo.digest}?by=ours")[1]
    photo.path.write_bytes(other.path.read_bytes())
    status, told = tell(f"small/{photo.digest}?by=ours")
    assert status == 200
    assert told == {"problem": "The photo cannot be read: it has changed since it was indexed."}
    sent = ask(Starlette(routes=fact_routes()), f"/{ROOM}/facts/small/{photo.digest}")
    lines = json.loads(sent["http.response.body"]["body"])["lines"]
    assert lines[-1].endswith("it has changed since it was indexed.")
