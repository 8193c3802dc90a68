"""Page of a saved album: photos are moved, pinned and left out, by keyboard and by mouse."""

import pytest

from photorank.album.kept.album import KeptAlbum
from photorank.album.kept.store import AlbumStore
from photorank.index.opened import Index
from photorank.workspace import Workspace
from tests.browser.conftest import NEEDS_BROWSER, POLLING, drawn, wait_until

axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)
pytestmark = NEEDS_BROWSER

ORDER = """want => [...document.querySelectorAll('*')].flatMap(one => one.shadowRoot
    ? [...one.shadowRoot.querySelectorAll('.frame')] : []).concat(
    [...document.querySelectorAll('.frame')]).map(one => one.dataset.photo).join() === want"""

# Tools of a new album that lie over the settings before them.
COVERED = """() => {
    const before = document.querySelector(".st-key-settings button").getBoundingClientRect();
    const tools = [...document.querySelectorAll(".st-key-choice-tools > *")];
    return tools.filter(one => {
        const box = one.getBoundingClientRect();
        return box.width > 4 && box.left < before.right && box.top < before.bottom;
    }).map(one => one.innerText);
}"""
FOCUSED = "one => one.getRootNode().activeElement === one"
WIDTHS = (1024, 1240, 1280, 1366, 1440, 1480, 1500)


@pytest.fixture
def store(running, tab):
    """Album store of the running server, cleaned up after the test.

    The pages of other tests begin with a choice, in plain words.
    """
    albums = AlbumStore(Workspace(running.home))
    yield albums
    albums.remove("Summer")
    tab.context.clear_cookies(name="photorank-words")


def pinned_and_left_out(store):
    """Photos that the stored album pins, and photos that it leaves out."""
    album = store.load("Summer").album
    return album.pinned, album.left_out


def shown_token(viewer):
    """Start of the digest of the photo in the viewer."""
    return viewer.locator(".stage img").first.get_attribute("src").split("/")[-2]


def test_spreads_are_changed_by_keys_and_by_mouse(running, store, tab):
    """Changes to an album's double pages by keys or mouse are saved at once and keep the focus."""
    digests = Index.open(Workspace(running.home).index("small")).digests()[:6]
    store.create("Summer", KeptAlbum("small", tuple(digests)), "chosen")
    tab.goto(f"{running.address}/album?album=Summer")
    frames = tab.locator("#spreads .frame")
    frames.nth(5).wait_for()
    leave_out = frames.nth(3).get_by_role("button", name="Leave out")
    tab.mouse.move(0, 0)
    leave_out.wait_for(state="hidden")  # a finger could press what it does not see
    frames.nth(3).hover()
    leave_out.hover()
    shown = "one => [getComputedStyle(one, '::after').visibility, one.dataset.told]"
    assert leave_out.evaluate(shown) == ["visible", "Leave out (X)"]
    frames.nth(3).click()
    viewer = tab.locator("dialog.viewer")
    viewer.get_by_text("4 of 6").wait_for()
    assert digests[3].startswith(shown_token(viewer))
    shown = tab.locator(".viewer .stage img[src]").first
    tab.wait_for_function(
        "one => one.naturalWidth > 0", arg=shown.element_handle(), polling=POLLING
    )
    tab.keyboard.press("Escape")
    viewer.wait_for(state="hidden")
    assert frames.nth(3).evaluate(FOCUSED)

    def wait_for_order(*wanted):
        tab.wait_for_function(ORDER, arg=",".join(wanted), polling=POLLING)

    frames.nth(0).focus()
    tab.keyboard.press("Alt+ArrowRight")
    wait_for_order(digests[1], digests[0], *digests[2:])
    tab.keyboard.press("p")  # of the photo that was moved: the focus went with it
    tab.locator("#spreads .frame.pinned").wait_for()
    frames.nth(5).drag_to(frames.nth(2))
    moved = [digests[1], digests[0], digests[5], *digests[2:5]]
    wait_for_order(*moved)
    frames.nth(3).hover()
    frames.nth(3).get_by_role("button", name="Leave out").click()
    wait_for_order(*moved[:3], *moved[4:])
    drawn(tab)  # what is being drawn anew is pale
    found = axe.Axe().run(tab).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
    kept = ((digests[0],), (digests[2],))  # pinned, and left out
    wait_until(tab, lambda: pinned_and_left_out(store) == kept)
    told = {"name": "photorank-words", "value": "statistics", "url": running.address}
    tab.context.add_cookies([told])  # whose names of vectors are the longest
    tab.goto(f"{running.address}/album?places=3&vector=ours")
    tab.get_by_role("button", name="Export").wait_for()
    drawn(tab)
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 800})
        wait_until(tab, lambda: not tab.evaluate(COVERED))


def test_a_message_lies_on_no_button(running, store, tab):
    """The message after a button press appears below the album's buttons, at every width."""
    digests = Index.open(Workspace(running.home).index("small")).digests()[:6]
    store.create("Summer", KeptAlbum("small", tuple(digests)), "chosen")
    tab.goto(f"{running.address}/album?album=Summer")
    for width, height in ((1440, 900), (1024, 768)):
        tab.set_viewport_size({"width": width, "height": height})
        tab.get_by_role("button", name="Fill from the best").click()
        message = tab.get_by_test_id("stToast").first
        message.wait_for()
        tools = tab.locator(".st-key-album-tools").bounding_box()
        assert message.bounding_box()["y"] > tools["y"] + tools["height"]
        message.wait_for(state="detached")
