import pytest

from dashboard.routes.own_origin import OwnOriginOnly
from photorank.hosts import ALLOWED_HOSTS

OWN = [
    ("localhost:8501", "http://localhost:8501"),
    ("LocalHost:8501", "http://localhost:8501"),
    ("127.0.0.1:8501", "http://127.0.0.1:8501"),
    ("192.168.1.7:8501", "http://192.168.1.7:8501"),
    ("[::1]:8501", "http://[::1]:8501"),
    ("127.0.0.1", "http://127.0.0.1:80"),
    ("127.0.0.1", "https://127.0.0.1"),
]
OTHER_PAGES = [
    *("http://localhost:3000", "http://127.0.0.1:8501", "http://localhost", "null", ""),
    *("http://evil.example", "http://localhost:8501.evil.example", "http://localhost:8501/"),
    *("http://me@localhost:8501", "file://localhost:8501", "localhost:8501"),
    "chrome-extension://localhost:8501",
]
OTHER_NAMES = [
    *("photos.home:8501", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example"),
    *("localhost:8501@evil.example", "localhost, evil.example", "", "0x7f000001", "[::1"),
]


@pytest.fixture
def answers(ask):
    """Function that returns true if a request passes the own-origin check."""

    def answered(kind, **headers):
        reached = []

        async def streamlit(scope, receive, send):
            reached.append(scope)

        sent = ask(OwnOriginOnly(streamlit), kind=kind, **headers)
        if not reached:
            assert kind == "websocket" or sent["http.response.start"]["status"] == 403
            assert kind == "http" or sent["websocket.close"]
        return bool(reached)

    return answered


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(("host", "origin"), OWN)
def test_the_dashboards_own_pages_are_answered(answers, kind, host, origin):
    """The dashboard's own pages at localhost or an IP address are answered, whatever the port."""
    assert answers(kind, host=host, origin=origin)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("origin", OTHER_PAGES)
def test_other_pages_are_refused(answers, kind, origin):
    """A request is refused if its Origin header differs from its host or hides the origin."""
    assert not answers(kind, host="localhost:8501", origin=origin)


def test_a_socket_is_opened_by_a_page_alone(answers):
    """A request without an Origin header may read a page, but not open a WebSocket or write."""
    assert answers("http", host="localhost:8501")
    assert not answers("http", host="localhost:8501", method="POST")
    assert not answers("websocket", host="localhost:8501")


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("host", OTHER_NAMES)
def test_a_name_that_somebody_pointed_at_this_machine_is_refused(answers, kind, host):
    """A foreign host name that resolves to this machine (DNS rebinding) is refused."""
    assert not answers(kind, host=host, origin=f"http://{host}")
    assert not answers(kind, host=host)


def test_a_name_that_was_allowed_is_answered(answers, monkeypatch):
    """The server answers requests from pages at an allowed host name, even through a proxy."""
    monkeypatch.setenv(ALLOWED_HOSTS, "album.example photos.home:8443")

    assert answers("websocket", host="album.example", origin="https://album.example")
    assert answers("websocket", host="album.example:8501", origin="http://album.example:8501")
    assert answers("websocket", host="127.0.0.1:8501", origin="https://album.example")
    assert answers("websocket", host="127.0.0.1:8501", origin="https://photos.home:8443")
    assert answers("http", host="photos.home")
    assert not answers("websocket", host="127.0.0.1:8501", origin="https://album.example:3000")
    assert not answers("websocket", host="127.0.0.1:8501", origin="https://photos.home")
    assert not answers("websocket", host="evil.example", origin="https://album.example")


def test_streamlit_is_not_asked_again_about_a_socket(ask):
    """A WebSocket request reaches Streamlit without its Origin, which was already checked."""
    seen = []

    async def streamlit(scope, receive, send):
        seen.extend(name for name, _ in scope["headers"])

    ask(OwnOriginOnly(streamlit), kind="websocket", host="[::1]", origin="http://[::1]")
    assert seen == [b"host"]


def test_two_hosts_or_origins_are_none(ask):
    """A request with two Host or two Origin headers is refused."""

    async def streamlit(scope, receive, send):
        pytest.fail("it was answered")

    for twice in ("host", "origin"):
        headers = {"host": "localhost", "origin": "http://localhost"}
        ask(OwnOriginOnly(streamlit), kind="websocket", more=[(twice, headers[twice])], **headers)


def test_the_server_starts_and_ends_as_it_did(answers):
    """Server start and end events pass the own-origin check, since they are not requests."""
    assert answers("lifespan", origin="http://evil.example")
