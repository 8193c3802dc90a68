import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.workspace import IndexPaths, Workspace
from tests.conftest import draw_photo
from tests.fixtures.colours import ColourEncoder
from tests.fixtures.evaluations import result, saved

PAGES = Path(__file__).parents[2] / "dashboard" / "pages.py"


@pytest.fixture(scope="session", autouse=True)
def _quick_pages(packages_scanned_once):
    """Scan the installed packages only once for all page tests."""


@pytest.fixture
def ask():
    """Function that sends an ASGI request to an app, and returns the replies by type."""

    def answer(app, path="/", *, kind="http", method="GET", query="", more=(), **headers):
        sent = {}
        lines = [*({"host": "localhost:8501"} | headers).items(), *more]
        scope = {
            "type": kind,
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in lines],
        }

        calls = [{"type": "http.request" if kind == "http" else "websocket.connect"}]

        async def receive():
            if not calls:
                await asyncio.Event().wait()  # who asked waits for the answer
            return calls.pop()

        async def send(message):
            before = sent.setdefault(message["type"], message)
            if before is not message and "body" in message:
                before["body"] += message["body"]

        def run():
            asyncio.run(app(scope, receive, send))

        with ThreadPoolExecutor(1) as thread:  # a browser's test may keep a loop in this one
            thread.submit(run).result()
        return sent

    return answer


@pytest.fixture
def dashboard():
    """Function that opens a dashboard page with given query parameters."""

    def open_page(page="discerning_power", *, spoken="plain", state=(), **asked):
        app = AppTest.from_file(PAGES, default_timeout=120)
        app.session_state["spoken"] = spoken
        for key, value in dict(state).items():
            app.session_state[key] = value
        if page != "home":
            app.switch_page(f"views/{page}.py")
        for name, value in asked.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return open_page


def opened_at(address, **asked):
    """Dashboard opened at any address, even at one that belongs to no page."""
    app = AppTest.from_file(PAGES, default_timeout=120)
    if address:
        app._page_hash = calc_hash(address)
    for name, value in asked.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


@pytest.fixture
def paths(home):
    """Paths of the index `small`, which has labels and two vectors."""
    return IndexPaths(home / "index" / "small")


@pytest.fixture
def evaluated(paths):
    """Save an evaluation of the index `small`, in which the vector `ours` leads."""
    found = saved(
        [
            result("ours", (0.74, 0.70, 0.78)),
            result("plain-prompt", (0.58, 0.54, 0.62), kind="prompt", baseline=True),
            result("ours", (0.66, 0.61, 0.71), scope="within"),
        ],
        index="small",
        folds=2,
        repeats=1,
    )
    paths.evaluations.mkdir(exist_ok=True)
    paths.evaluation("2020").write_text(json.dumps(found))


@pytest.fixture
def bare_index(tmp_path, monkeypatch):
    """Create a workspace with one index, `bare`, of photos without labels or vectors."""
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path / "home"))
    _index_of(tmp_path / "photos", 3)


@pytest.fixture
def lone_photo(tmp_path, monkeypatch):
    """Create a workspace with one index of a single photo."""
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path / "home"))
    _index_of(tmp_path / "photos", 1)


def _index_of(folder, n):
    """Draw n photos and index them as `bare` in the current workspace."""
    folder.mkdir()
    for seed in range(n):
        draw_photo(folder / f"{seed}.jpg", seed=seed)
    workspace = Workspace.current()
    build_index(
        workspace.index("bare"), BuildRequest([folder], encoder_spec="colours", load=ColourEncoder)
    )
