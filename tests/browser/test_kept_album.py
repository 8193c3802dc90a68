"""A kept album on its page: photos are moved, kept and left out, by keys and by mouse."""

import pytest

from photorank.album.kept.album import KeptAlbum
from photorank.album.kept.store import AlbumStore
from photorank.index.opened import Index
from photorank.workspace import Workspace
from tests.browser.conftest import NEEDS_BROWSER, POLLING, drawn

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
WIDTHS = (1024, 1240, 1280, 1366, 1440, 1480, 1500)


def test_spreads_are_changed_by_keys_and_by_mouse(running, tab):
    """Each press is kept at once, the focus stays, and nothing is a barrier to somebody."""
    workspace = Workspace(running.home)
    digests = Index.open(workspace.index("small")).digests()[:6]
    store = AlbumStore(workspace)
    store.create("Summer", KeptAlbum("small", tuple(digests)), "chosen")
    tab.goto(f"{running.address}/album?album=Summer")
    frames = tab.locator("#spreads .frame")
    frames.nth(5).wait_for()
    leave_out = frames.nth(3).get_by_role("button", name="Leave out")
    tab.mouse.move(0, 0)
    assert not leave_out.is_visible()  # a finger could press what it does not see
    frames.nth(3).click()
    assert leave_out.is_visible()

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
    grave = [one["id"] for one in found if one["impact"] in ("serious", "critical")]
    album = store.load("Summer").album
    told = {"name": "photorank-words", "value": "statistics", "url": running.address}
    tab.context.add_cookies([told])  # whose names of vectors are the longest
    tab.goto(f"{running.address}/album?places=3&vector=ours")
    tab.get_by_role("button", name="Export").wait_for()
    drawn(tab)
    covered = {}
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 800})
        covered[width] = tab.evaluate(COVERED)
    store.remove("Summer")  # the pages of other tests begin with a choice, in plain words
    tab.context.clear_cookies(name="photorank-words")
    assert (album.pinned, album.left_out) == ((digests[0],), (digests[2],))
    assert grave == []
    assert not any(covered.values()), covered
