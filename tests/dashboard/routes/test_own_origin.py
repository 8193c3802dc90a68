import pytest
import streamlit as st

from dashboard.routes.own_origin import OwnOriginOnly

ALLOWED = ["http://photos.home:8501", "http://localhost:3000", "http://127.0.0.1:8501"]
REFUSED = [
    *("http://evil.example", "http://photos.home", "null"),
    "http://photos.home:8501.evil.example",
]


@pytest.fixture
def answers(ask):
    """Return a function that tells whether a page of an origin is answered."""

    def answered(kind, **headers):
        reached = []

        async def streamlit(scope, receive, send):
            reached.append(scope["type"])

        sent = ask(OwnOriginOnly(streamlit), kind=kind, **headers)
        if not reached:
            start = sent.get("http.response.start", {"status": 403})
            assert start["status"] == 403
            assert kind == "http" or sent["websocket.close"]
        return bool(reached)

    return answered


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_only_own_pages_reach_streamlit(answers, kind):
    """By the name they were opened by, on this machine, and what is no page of a browser.

    Of others Streamlit would ask the internet what this machine's address is there.
    """
    assert answers(kind)
    assert all(answers(kind, origin=origin) for origin in ALLOWED)
    assert not any(answers(kind, origin=origin) for origin in REFUSED)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("server.corsAllowedOrigins", ["https://album.example"]),
        ("browser.serverAddress", "album.example"),
        ("server.enableCORS", False),
    ],
)
def test_an_origin_that_the_settings_let_in_is_answered(answers, monkeypatch, name, value):
    """Whoever puts a proxy in front of the dashboard says so in Streamlit's own settings."""
    assert not answers("websocket", origin="https://album.example")
    known = st.get_option
    monkeypatch.setattr(st, "get_option", lambda key: value if key == name else known(key))
    assert answers("websocket", origin="https://album.example")


def test_the_server_starts_and_ends_as_it_did(answers):
    """What is no request of anybody passes."""
    assert answers("lifespan", origin="http://evil.example")
