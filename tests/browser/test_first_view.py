"""First view of the home page: title and photos in place before Streamlit has loaded."""

import re

import pytest

from tests.browser.conftest import NEEDS_BROWSER, POLLING

pytestmark = NEEDS_BROWSER

STREAMLIT = re.compile(r"/static/js/index\.")
# Left and top of the title, and of each photo with its width, once all photos are loaded.
BOXES = """of => {
    const home = document.querySelector(of);
    const inside = [...(home?.querySelectorAll("*") ?? [])]
        .flatMap(one => [...one.shadowRoot?.querySelectorAll(".grid") ?? []])
        .find(one => one.clientHeight > 200);
    const photos = [...inside?.querySelectorAll(".cell") ?? []];
    if (!home?.querySelector("h1") || photos.length < 3) return null;
    if (!photos.every(one => one.querySelector("img").naturalWidth)) return null;
    const title = home.querySelector("h1"), at = title.getBoundingClientRect();
    const places = photos.map(one => {
        const box = one.getBoundingClientRect();
        return [one.dataset.token, box.left, box.top, box.width];
    });
    return [[title.textContent, at.left, at.top], ...places]; // its width waits for the font
}"""
SIZES = [(1440, 900), (1920, 1080), (1024, 768), (700, 900), (390, 844)]


@pytest.fixture
def visit(visitor):
    """Function that opens a browser page of a given size; `alone` blocks Streamlit's code."""

    def opened(size, colours="light", *, alone=False):
        viewport = dict(zip(("width", "height"), size, strict=True))
        page = visitor(viewport=viewport, color_scheme=colours)
        if alone:
            page.route(STREAMLIT, lambda route: route.abort())
        return page

    return opened


def go_home(page, server):
    """Load the home page up to 40 times, until its HTML contains the data of the first view."""
    for _ in range(40):
        if "first-view-data" in page.goto(server, wait_until="commit").text():
            return
    pytest.fail("there is no first view after forty times")


def boxes(page, of):
    """Positions of the title and of each photo on the page, once all photos are loaded."""
    return page.wait_for_function(BOXES, arg=of, polling=POLLING).json_value()


@pytest.mark.parametrize("size", SIZES)
def test_the_page_takes_over_where_the_first_view_was(server, visit, size):
    """The loaded page shows the same photos in the same places as the provisional first view."""
    alone = visit(size, alone=True)
    go_home(alone, server)
    first = boxes(alone, "#first-view")

    page = visit(size)
    page.goto(server)
    page.wait_for_function("!document.getElementById('first-view')", polling=POLLING)
    own = boxes(page, "#root")

    assert [one[0] for one in first] == [one[0] for one in own]
    for before, after in zip(first, own, strict=True):
        assert before[1:] == pytest.approx(after[1:], abs=2), before[0]


def test_a_photo_that_is_opened_early_stays_open(server, visit):
    """If a photo is opened in the first view, that view stays until the photo is closed."""
    page, held = visit(SIZES[0]), []
    page.route(STREAMLIT, lambda route: held.append(route))  # until the photo is open
    go_home(page, server)
    page.locator("#first-view .cell").first.click()
    page.locator("#first-view dialog[open]").wait_for()
    for route in held:
        route.continue_()
    boxes(page, "#root")
    page.wait_for_timeout(500)  # it looks every 40 ms
    style = "getComputedStyle(document.getElementById('first-view')).animationName"
    assert page.evaluate(style) == "none"  # which would hide it while somebody looks at the photo
    assert page.locator("#first-view dialog[open]").count() == 1

    page.keyboard.press("Escape")
    page.wait_for_function("!document.getElementById('first-view')", polling=POLLING)
    held = page.evaluate_handle("document.activeElement.shadowRoot?.activeElement")
    assert held.get_property("className").json_value() == "cell"


def test_two_photos_of_it_are_compared(server, visit):
    """On the home page, the button `Which is better?` opens the comparison of two photos."""
    page = visit(SIZES[0])
    page.route(re.compile("/_stcore/stream"), lambda route: route.abort())  # no page takes over
    go_home(page, server)
    page.locator("#first-view .cell").first.click()
    page.keyboard.press("c")
    page.unroute_all()
    page.get_by_role("button", name="Which is better?").click()
    page.wait_for_url(re.compile(r"/compare\?in=small&first=\w{12}&second=\w{12}"))
    page.get_by_role("heading", name="Compare").wait_for()


def test_it_has_the_colours_of_the_page(server, visit):
    """The first view has the page's background and text colours, in light and dark mode."""
    colours = {}
    for kind in ("light", "dark"):
        page = visit(SIZES[0], kind, alone=True)
        go_home(page, server)
        style = "getComputedStyle(document.getElementById('first-view'))"
        first = page.evaluate(f"[{style}.backgroundColor, {style}.color]")
        page = visit(SIZES[0], kind)
        page.goto(server)
        page.locator("#root h1").wait_for()
        app = "getComputedStyle(document.querySelector('[data-testid=stApp]'))"
        assert first == page.evaluate(f"[{app}.backgroundColor, {app}.color]")
        colours[kind] = first
    assert colours["light"] != colours["dark"]


def test_another_page_ends_it(server, visit):
    """If another page is opened before the photos have loaded, it replaces the first view."""
    page = visit(SIZES[0])
    page.route(re.compile("/photos/"), lambda route: route.abort())
    go_home(page, server)
    page.get_by_role("link", name="Teach", exact=True).click()
    page.wait_for_function("!document.getElementById('first-view')", polling=POLLING)
    page.get_by_role("heading", name="Teach").wait_for()
