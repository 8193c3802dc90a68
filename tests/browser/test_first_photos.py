"""Early display of the first photos, before the rest of a long ranking arrives."""

import os
from io import BytesIO

import pytest
from PIL import Image

from benchmarks.synthetic import VECTOR, write_synthetic
from dashboard.routes.orders import MOST_GIVEN
from photorank.index.opened import BEGINNING_DIGITS, Index
from photorank.vectors.store import list_vectors
from photorank.workspace import IndexPaths, Workspace
from tests.browser.conftest import NEEDS_BROWSER, drawn, serving, wait_until

pytestmark = NEEDS_BROWSER

PHOTOS = MOST_GIVEN + 200
ORDER = "**/orders/*"
# Photos and names of the cells, and whether a cell was there when they were last looked at.
CELLS = """() => [...document.querySelectorAll("*")]
    .flatMap(one => [...one.shadowRoot?.querySelectorAll(".cell") ?? []])
    .map(one => {
        const was = one.seen ?? false;
        one.seen = true;
        return [one.dataset.token, one.getBoundingClientRect().top, was];
    })"""
NAMES = """() => Object.fromEntries([...document.querySelectorAll("*")]
    .flatMap(one => [...one.shadowRoot?.querySelectorAll(".cell") ?? []])
    .map(one => [one.dataset.token, one.getAttribute("aria-label").split(",")[0]]))"""
HEIGHT = """() => [...document.querySelectorAll("*")]
    .flatMap(one => [...one.shadowRoot?.querySelectorAll(".grid") ?? []])
    .map(one => one.clientHeight)[0]"""


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Dashboard server on an index with more photos than a page receives at once."""
    workspace = Workspace(tmp_path_factory.mktemp("many") / "home")
    for part in ("index", "datasets"):
        (workspace.root / part).mkdir(parents=True)
    index = write_synthetic(workspace.index("many"), PHOTOS, 24)
    picture = BytesIO()
    Image.new("RGB", (384, 256), "teal").save(picture, "WEBP")
    file = workspace.root / "picture"
    file.write_bytes(picture.getvalue())
    for digest in index.digests():
        place = index.paths.thumbnail(digest)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, place)
    with serving(workspace.root, tmp_path_factory.mktemp("server")) as server:
        yield server


def opened(visitor, many):
    """Open the page Photos, and intercept the page's later requests for a new sort order."""
    page, held = visitor(viewport={"width": 1440, "height": 900}), []
    page.goto(f"{many.address}/photos?vector={VECTOR}")
    page.locator(".cell img[src]").first.wait_for()
    drawn(page)
    page.route(ORDER, lambda route: held.append(route))  # it wants a Python function
    return page, held


def let_go(page, held):
    """Wait for the one held-back request for a sort order, and let it through."""
    wait_until(page, lambda: held)
    (one,) = held
    held.clear()
    one.continue_()


def test_another_order_is_seen_before_all_of_it_has_come(visitor, many):
    """The first photos of a new sort order stay in place when the other photos arrive."""
    page, held = opened(visitor, many)
    best, height = page.evaluate(CELLS), page.evaluate(HEIGHT)
    page.get_by_text("Weakest", exact=True).click()
    page.wait_for_function(f"best => ({CELLS})()[0]?.[0] !== best", arg=best[0][0])
    first = page.evaluate(CELLS)
    assert [one[0] for one in first] != [one[0] for one in best]
    estimate = page.evaluate(HEIGHT)
    assert estimate == pytest.approx(height, rel=0.1)  # of all, as far as is known

    let_go(page, held)
    page.wait_for_function(f"before => ({HEIGHT})() !== before", arg=estimate)
    then = page.evaluate(CELLS)
    assert [one[:2] for one in then] == [one[:2] for one in first]
    assert all(was for _, _, was in then)
    page.locator(".cell").first.focus()
    page.keyboard.press("End")
    page.wait_for_function(f"last => ({CELLS})().at(-1)?.[0] === last", arg=best[0][0])


def test_photos_of_other_orders_are_fetched_in_quiet(visitor, many):
    """The first photos of other sort orders are loaded before such an order is chosen."""
    page, held = opened(visitor, many)
    asked, weakest = [], Index.open(IndexPaths(many.home / "index" / "many"))
    page.on("requestfinished", lambda request: asked.append(request.url))
    rows, _ = weakest.nearest(list_vectors(weakest)[VECTOR].direction, 20, lowest=True)
    wanted = [weakest.photo(row).digest[:BEGINNING_DIGITS] for row in rows.tolist()]
    wait_until(page, lambda: all(any(one in url for url in asked) for one in wanted))
    asked.clear()
    page.get_by_text("Weakest", exact=True).click()
    page.wait_for_function(f"first => ({CELLS})()[0]?.[0] === first", arg=wanted[0])
    wait_until(page, lambda: held)
    again = [url for url in asked if any(one in url for one in wanted)]
    assert len(again) < len(wanted) / 2  # a busy browser may have let go of some


def test_the_focus_stays_where_it_is_put_meanwhile(visitor, many):
    """Keyboard focus on one of the first photos stays there when the other photos arrive."""
    page, held = opened(visitor, many)
    best = page.evaluate(CELLS)[0][0]
    page.get_by_text("Weakest", exact=True).click()
    page.wait_for_function(f"best => ({CELLS})()[0]?.[0] !== best", arg=best)
    page.locator(".cell").nth(2).focus()
    token = page.locator(".cell").nth(2).get_attribute("data-token")
    height = page.evaluate(HEIGHT)
    let_go(page, held)
    page.wait_for_function(f"before => ({HEIGHT})() !== before", arg=height)
    focused = page.evaluate_handle("document.activeElement.shadowRoot.activeElement")
    assert focused.get_attribute("data-token") == token
    assert page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop") == 0
    assert page.locator(".cell[tabindex='0']").count() == 1


def test_a_window_further_down_waits_for_the_order(visitor, many):
    """If the window is scrolled far down, its photos stay until the new sort order has loaded."""
    page, held = opened(visitor, many)
    index = Index.open(IndexPaths(many.home / "index" / "many"))
    photos = {photo.digest[:BEGINNING_DIGITS]: photo.path.name for photo in index.photos()}
    page.locator("[data-testid=stMain]").evaluate("main => { main.scrollTop = 20000; }")
    page.wait_for_function(f"() => ({CELLS})().length && ({CELLS})()[0][1] > -900")
    far = page.evaluate(CELLS)
    seen = page.locator(".cell[tabindex='0']")  # by which Tab comes in
    assert 0 < seen.evaluate("cell => cell.getBoundingClientRect().top") < 900
    page.get_by_text("Weakest", exact=True).evaluate("one => one.click()")
    wait_until(page, lambda: len(held) == 1)
    page.locator("[data-testid=stMain]").evaluate("main => { main.scrollTop += 900; }")
    page.wait_for_timeout(500)
    names = page.evaluate(NAMES)
    assert far[-1][0] in names
    assert {one: names[one] for one in names if names[one] != photos[one]} == {}
    page.locator("[data-testid=stMain]").evaluate("main => { main.scrollTop = 20000; }")
    let_go(page, held)
    page.wait_for_function(f"far => ({CELLS})()[0]?.[0] !== far", arg=far[0][0])
    assert seen.count() == 1
    assert page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop") == 20000
