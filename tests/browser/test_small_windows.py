"""Pages in a small window: one screen each, with photos right below one row of controls."""

import pytest

from photorank.album.kept.album import KeptAlbum
from photorank.album.kept.store import AlbumStore
from photorank.index.opened import Index
from photorank.workspace import Workspace
from tests.browser.conftest import NEEDS_BROWSER, POLLING, new_page

pytestmark = NEEDS_BROWSER

# The top of the highest photo: where there are also maps, these are not meant.
TOP = """Math.min(...[...document.querySelectorAll("*")]
    .flatMap(one => [...one.shadowRoot?.querySelectorAll("img") ?? []])
    .map(one => one.getBoundingClientRect()).filter(box => box.height > 30).map(box => box.top))"""
SMALL, PHONE = {"width": 1024, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture
def album(running):
    """Name of an album that exists for the duration of the test."""
    store = AlbumStore(Workspace(running.home))
    digests = Index.open(Workspace(running.home).index("small")).digests()[:6]
    store.create("Small", KeptAlbum("small", tuple(digests)), "chosen")
    yield "Small"
    store.remove("Small")


@pytest.fixture
def small(chromium):
    """Browser page in a small window."""
    page = new_page(chromium, viewport=SMALL)
    yield page
    page.context.close()


def begins_above(page, y):
    """Wait until the topmost photo is at most `y` pixels below the top of the window."""
    page.wait_for_function(f"most => {TOP} <= most", arg=y, polling=POLLING)


@pytest.mark.parametrize(
    ("path", "most"),
    [("", 140), ("photos", 140), ("compare", 140), ("search", 200), ("map", 230)],
)
def test_photos_begin_below_the_controls(server, small, path, most):
    """Photos begin below one row of controls, or below two rows on the search and map pages."""
    small.goto(f"{server}/{path}")
    begins_above(small, most)


def test_an_example_is_searched_for_by_a_click(server, small):
    """A click on an example fills in the search field and shows the photos found for it."""
    small.set_viewport_size({"width": 1366, "height": 768})
    small.goto(f"{server}/search")
    small.get_by_role("button", name="the sea").click()

    small.get_by_text("closest first").wait_for()
    assert small.get_by_placeholder("What is on the photo").input_value() == "the sea"


def test_a_kept_album_begins_below_one_row(server, small, album):
    """A saved album's tools stand beside its title, so its photos begin below a single row."""
    small.goto(f"{server}/album?album={album}")
    begins_above(small, 200)  # within the margins of its first page


def test_home_is_one_screen(server, small):
    """In a small window, the home page shows photos and cards side by side without scrolling."""
    small.goto(f"{server}/")
    small.locator(".st-key-card-album img").first.wait_for()
    small.wait_for_function(
        """() => {
            const main = document.querySelector("[data-testid=stMain]");
            const boxes = document.querySelector(".st-key-boxes").getBoundingClientRect();
            return main.scrollHeight <= main.clientHeight && boxes.left > innerWidth / 2;
        }""",
        polling=POLLING,
    )


def test_the_map_leaves_room_for_its_photos_on_a_phone(server, small):
    """Photos below the map begin on the first screen of a phone."""
    small.set_viewport_size(PHONE)
    small.goto(f"{server}/map")
    begins_above(small, 560)
