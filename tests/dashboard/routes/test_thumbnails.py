import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers

from dashboard.routes.thumbnails import thumbnail_address, thumbnail_route
from photorank.index.opened import Index


@pytest.fixture
def fetch(ask):
    """Function that requests a thumbnail, and returns status, headers and body."""

    def fetched(address):
        sent = ask(Starlette(routes=[thumbnail_route()]), f"/{address}")
        start = sent["http.response.start"]
        return start["status"], Headers(raw=start["headers"]), sent["http.response.body"]["body"]

    return fetched


def test_a_photos_picture_is_where_its_address_says(paths, fetch):
    """The thumbnail is served byte for byte, and only pages of the same origin may show it."""
    index = Index.open(paths)
    photo = index.photo(0)

    status, headers, body = fetch(thumbnail_address(index, photo))
    assert status == 200
    assert body == index.thumbnail(photo).read_bytes()
    assert headers["content-type"] == "image/webp"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_a_home_that_became_a_file_serves_nothing(paths, fetch, tmp_path, monkeypatch):
    """A thumbnail request gets status 404 if the workspace folder has become a file."""
    index = Index.open(paths)
    wanted = thumbnail_address(index, index.photo(0))
    file = tmp_path / "file"
    file.write_bytes(b"")
    monkeypatch.setenv("PHOTORANK_HOME", str(file))
    assert fetch(wanted)[0] == 404


def test_a_picture_that_is_gone_has_no_address(paths, fetch):
    """A missing thumbnail has no URL, and requests for it get status 404."""
    index = Index.open(paths)
    photo = index.photo(0)
    address = thumbnail_address(index, photo)
    index.thumbnail(photo).unlink()

    assert thumbnail_address(index, photo) == ""
    assert fetch(address)[0] == 404


@pytest.mark.parametrize(
    "path", ["elsewhere/{digest}", "small/manifest.json", "small/..", "../small/{digest}", "../.."]
)
def test_no_other_file_is_served(paths, fetch, path):
    """The thumbnail route serves only thumbnails, and no file from any other folder."""
    digest = Index.open(paths).photo(0).digest

    assert fetch(f"thumbnails/{path.format(digest=digest)}")[0] == 404
