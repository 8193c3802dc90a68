import json
import sqlite3
from contextlib import closing

import pytest
from starlette.applications import Starlette

from dashboard.routes.addresses import ROOM
from dashboard.routes.photo_facts import fact_routes
from photorank.index.opened import open_index

LOOKED = (
    "INSERT INTO photo_faces SELECT id, 'now', 0, NULL, 0, 0, 0, 0, NULL FROM photos WHERE true"
)


@pytest.mark.parametrize(
    ("looked", "said"), [(LOOKED, "No face found."), ("", "Faces were not looked for")]
)
def test_no_face_is_not_the_same_as_nobody_looked(home, ask, looked, said):
    """The viewer says if a photo has no face or was never searched, and how to search for faces."""
    with closing(sqlite3.connect(home / "index" / "small" / "catalogue.sqlite")) as catalogue:
        catalogue.execute("DELETE FROM photo_faces")
        catalogue.execute(looked)
        catalogue.commit()
    digest = open_index("small").photo(0).digest
    sent = ask(Starlette(routes=fact_routes()), f"/{ROOM}/facts/small/{digest}")
    told = json.loads(sent["http.response.body"]["body"])
    assert told["faces"] == []
    assert said in told["faces_text"]


@pytest.mark.parametrize("wrong", ["{:.1}", "{:.15}", "{}0", "{:.15}z", "%"])
def test_a_photo_is_asked_for_by_a_whole_beginning_of_its_digest(home, ask, wrong):
    """A request for photo facts with a too short or invalid digest prefix gets status 404."""
    photo = wrong.format(open_index("small").photo(0).digest)
    sent = ask(Starlette(routes=fact_routes()), f"/{ROOM}/facts/small/{photo}")
    assert sent["http.response.start"]["status"] == 404
