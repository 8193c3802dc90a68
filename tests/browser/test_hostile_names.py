"""Hostile names of files, groups and people, on every page in a real browser."""

import shutil
from urllib.parse import quote

import pytest

from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.judging.click_log import record_choice
from photorank.index.judging.import_rows import import_labels
from photorank.index.opened import Index
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from photorank.workspace import Workspace
from tests.browser.conftest import NEEDS_BROWSER, drawn, go_on, serving
from tests.conftest import draw_photo

pytestmark = NEEDS_BROWSER

IMAGE = "<img src=x onerror=document.title='owned'>"
OUTSIDE = "![x](http://192.0.2.1/pixel.png)"  # an address that is nobody's
NAMES = (
    IMAGE,
    "<script>document.title='owned'<!--",
    "\"onmouseover=\"document.title='owned'",
    "two\nlines",
    "[go](javascript:document.title='owned')",
    ":red[x] $\\alpha$ `x`",
)
PAGES = ("", "photos", "search", "map", "album", "compare", "photo", "teach", "vectors")


@pytest.fixture(scope="module")
def running(indexed_home, tmp_path_factory):
    """Dashboard server over photos, groups and a rater with hostile names."""
    root = tmp_path_factory.mktemp("named")
    folder = root / f"{IMAGE} album"
    folder.mkdir()
    for seed, name in enumerate(NAMES):
        draw_photo(folder / f"{name}.jpg", seed=900 + seed)
    paths = Workspace(shutil.copytree(indexed_home, root / "home")).index("small")
    build_index(paths, BuildRequest([folder], encoder_spec="embedded"))
    rows = [
        LabelRow(line, str(folder / f"{name}.jpg"), 99.0 + line, OUTSIDE, group, None, None)
        for line, (name, group) in enumerate(zip(NAMES, 3 * (IMAGE, OUTSIDE), strict=True))
    ]
    import_labels(paths, LabelTable(IMAGE, rows))
    photos = Index.open(paths).photos()
    record_choice(paths, IMAGE, photos[0].digest, photos[1].digest, tie=False, asked="random")
    with serving(root / "home", root) as server:
        yield server


def test_no_name_becomes_html_a_script_or_a_request(server, tab):
    """Hostile names are shown as text, and the page sends no request outside this machine."""
    page, outside, dialogs = tab, [], []
    own = (server, "data:", "blob:", server.replace("http:", "ws:"))
    page.on("request", lambda one: None if one.url.startswith(own) else outside.append(one.url))
    page.on("dialog", lambda one: (dialogs.append(one.message), one.dismiss()))
    seen = ""
    page.goto(f"{server}/vectors")
    drawn(page)
    for name in PAGES:
        go_on(page, f"/{name}?vector=ours&rater={quote(IMAGE)}")
        assert page.locator("[data-testid=stException]").count() == 0, name
        assert page.locator("img[src=x]").count() == 0, name
        assert page.locator("a[href^='javascript:']").count() == 0, name
        assert "owned" not in page.title()
        seen += page.content()
    assert "onerror=document" in seen  # it was there to see
    assert outside == []
    assert dialogs == []


@pytest.mark.parametrize("name", ["../../../etc", quote(IMAGE)])
def test_an_address_of_no_collection_says_so_and_leads_home(server, page, name):
    """An unknown collection name in the address is shown as plain text, with a link home."""
    page.goto(f"{server}/photos?index={name}")
    drawn(page)
    assert page.get_by_role("heading", name="No such collection").count() == 1
    assert page.get_by_role("link", name="Home").count() > 0
    check_shown_as_text(page)


def test_an_address_of_no_vector_is_as_if_none_was_asked_for(server, page):
    """An address with an unknown vector opens the collection's page, without an exception."""
    page.goto(f"{server}/photos?vector={quote(IMAGE)}")
    drawn(page)
    assert "small" in page.content()
    check_shown_as_text(page)


def check_shown_as_text(page):
    """Assert that the page shows neither an image injected through a name nor an exception."""
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.locator("img[src=x]").count() == 0
