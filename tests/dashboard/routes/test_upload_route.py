import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.background import accept_uploads
from dashboard.routes.upload_route import upload_route
from photorank.workspace import Workspace


@pytest.fixture
def client():
    """Test client of an app that has only the upload route."""
    return TestClient(Starlette(routes=[upload_route()]))


@pytest.fixture
def token(tmp_path):
    """Upload token of a person who starts to send photos."""
    return accept_uploads.begin_upload(Workspace(tmp_path), "rome")


def test_a_photo_is_written_as_it_was_sent(client, token, tmp_path):
    """An uploaded photo is stored byte for byte under a sanitised name, without leftover files."""
    data = bytes(range(256)) * 5000
    answer = client.put(f"/send/{token}", params={"name": "Rome/../a.jpg"}, content=data)

    assert answer.status_code == 204
    folder = tmp_path / "photos" / "rome"
    assert (folder / "Rome" / "a.jpg").read_bytes() == data
    assert [one.name for one in folder.iterdir()] == ["Rome"]


@pytest.mark.parametrize(
    ("name", "data", "status"), [("a.html", b"x", 413), ("a.jpg", b"", 413), ("", b"x", 413)]
)
def test_what_is_no_photo_is_refused_with_a_reason(client, token, tmp_path, name, data, status):
    """A refused upload gets an error status and a reason, and nothing of it is written."""
    answer = client.put(f"/send/{token}", params={"name": name}, content=data)
    assert (answer.status_code, bool(answer.text)) == (status, True)
    assert list((tmp_path / "photos" / "rome").iterdir()) == []


def test_nobody_sends_without_a_token(client, tmp_path):
    """An upload without a valid token is refused and not read."""
    assert client.put("/send/guess", params={"name": "a.jpg"}, content=b"x").status_code == 404
    assert client.get("/send/guess").status_code == 405
