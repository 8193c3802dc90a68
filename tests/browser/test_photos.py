"""Page of photos in a real browser: keys, marks, the viewer, and names with markup."""

import os
import re
import signal
import time

from photorank.index.judging.marks import marks_of
from photorank.index.opened import Index
from photorank.workspace import IndexPaths
from tests.browser.conftest import NEEDS_BROWSER, PATIENCE, answered, drawn, wait_until

pytestmark = NEEDS_BROWSER

CELL = ".cell img[src]"


def opened(page, server, rater):
    """Open the photos page as a given rater, and focus the first photo."""
    page.goto(f"{server.address}/photos?rater={rater}&vector=ours")
    page.locator(CELL).first.wait_for()
    drawn(page)
    page.locator(".cell").first.focus()


def marks(server, rater):
    """Marks that a rater gave to photos, read from the index on disk."""
    return marks_of(IndexPaths(server.home / "index" / "small"), rater)


def kept(server, rater, wanted, within=PATIENCE / 1000):
    """Seconds until a rater's marks on disk equal the expected ones."""
    begun = time.monotonic()
    while marks(server, rater) != wanted and time.monotonic() < begun + within:
        time.sleep(0.02)
    return time.monotonic() - begun


def digests_in_order(page, server):
    """Full digests of photos, in the order of the page's cells."""
    tokens = page.locator(".cell").evaluate_all("all => all.map(one => one.dataset.token)")
    every = Index.open(IndexPaths(server.home / "index" / "small")).digests()
    return [next(digest for digest in every if digest.startswith(token)) for token in tokens]


def test_forty_keys_in_two_seconds_are_on_the_disk_within_a_second(tab, mortal):
    """Forty quickly pressed keys are saved in order; a reload or a killed server loses none."""
    opened(tab, mortal, "ann")
    order = digests_in_order(tab, mortal)
    wanted = {}
    for place in range(10):
        for key in ("1", str(2 + place % 4), "p" if place % 2 else "x", "ArrowRight"):
            tab.keyboard.press(key)
            tab.wait_for_timeout(40)
        wanted[order[place]] = (1 if place % 2 else -1, 2 + place % 4)
    busy = max(1, os.getloadavg()[0] / os.cpu_count())
    assert kept(mortal, "ann", wanted) < 3 * busy  # a second where nothing else runs
    assert marks(mortal, "ann") == wanted

    tab.keyboard.press("5")
    tab.reload()  # before it was sent
    wanted[order[10]] = (0, 5)
    kept(mortal, "ann", wanted)
    assert marks(mortal, "ann") == wanted

    opened(tab, mortal, "ann")
    mortal.process.send_signal(signal.SIGSTOP)
    tab.keyboard.press("u")  # nothing was done on this page yet
    tab.keyboard.press("4")
    wanted[order[0]] = (-1, 4)
    tab.wait_for_timeout(500)
    mortal.end(signal.SIGKILL)
    mortal.start()
    kept(mortal, "ann", wanted)
    assert marks(mortal, "ann") == wanted


DRAW_ANEW = """async () => {
    const hosts = [...document.querySelectorAll("*")].filter((one) => one.shadowRoot?.photorank);
    const home = hosts.find((one) => one.shadowRoot.querySelector(".grid")).shadowRoot.photorank;
    home.end();
    home.end = null;
    window.back = async () => {
        const main = await import(home.at);
        home.end = main.show(home.latest, home.latest.data.place);
    };
}"""


def test_keys_pressed_while_the_grid_is_drawn_anew_are_kept(tab, mortal):
    """Marks typed while Streamlit redraws the grid are saved, and the grid regains focus."""
    opened(tab, mortal, "bea")
    order = digests_in_order(tab, mortal)
    for key in ("ArrowRight", "3"):
        tab.keyboard.press(key)
    tab.evaluate(DRAW_ANEW)
    assert tab.evaluate("document.activeElement === document.body")
    for key in ("p", "ArrowRight", "2"):
        tab.keyboard.press(key)
    tab.evaluate("back()")
    wait_until(tab, lambda: tab.evaluate("document.activeElement !== document.body"))
    tab.keyboard.press("x")
    wanted = {order[1]: (1, 3), order[2]: (-1, 2)}
    kept(mortal, "bea", wanted)
    assert marks(mortal, "bea") == wanted


def test_keys_pressed_while_the_grid_is_away_outlive_a_reload(tab, mortal):
    """Keys pressed while Streamlit has removed the grid are saved, even after a reload."""
    opened(tab, mortal, "cyd")
    order = digests_in_order(tab, mortal)
    tab.keyboard.press("ArrowRight")
    tab.evaluate(DRAW_ANEW)
    for key in ("3", "ArrowRight", "p"):
        tab.keyboard.press(key)
    tab.reload()
    wanted = {order[1]: (0, 3), order[2]: (1, 0)}
    kept(mortal, "cyd", wanted)
    assert marks(mortal, "cyd") == wanted
    tab.reload()
    drawn(tab)
    assert tab.evaluate("document.activeElement === document.body")  # they are pressed once


HOLD_ONE_THAT_GOES = """() => {
    const hosts = [...document.querySelectorAll("*")].filter((one) => one.shadowRoot?.photorank);
    const home = hosts.find((one) => one.shadowRoot.querySelector(".grid")).shadowRoot.photorank;
    const keys = ["1", "u", "p"].map((key) => ({ key, bubbles: true }));
    const held = { token: "0".repeat(16), at: 2, keys };
    sessionStorage.setItem(`photorank held ${home.latest.data.place}`, JSON.stringify(held));
}"""


def test_keys_for_a_photo_that_left_the_grid_are_for_no_other(tab, mortal):
    """Key presses for a photo that has left the grid are not applied to another photo."""
    opened(tab, mortal, "dee")
    tab.evaluate(HOLD_ONE_THAT_GOES)
    tab.reload()
    third = tab.locator(".cell[data-place='2']")
    third.wait_for()
    wait_until(tab, lambda: third.evaluate("one => one.getRootNode().activeElement === one"))
    order = digests_in_order(tab, mortal)
    tab.keyboard.press("5")
    wanted = {order[2]: (0, 5)}
    kept(mortal, "dee", wanted)
    assert marks(mortal, "dee") == wanted


def test_filters_that_were_cleared_stay_cleared(tab, running):
    """Filters that were cleared do not return when another sort order is chosen."""
    opened(tab, running, "flo")
    strongest = digests_in_order(tab, running)[0]
    nothing = tab.get_by_text("No photo passes these filters.")
    tab.get_by_role("button", name="Filter").first.click()
    tab.get_by_text("Always kept", exact=True).click()
    nothing.wait_for()
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Clear 1 filter").first.click()
    tab.locator(CELL).first.wait_for()
    with answered(tab):
        tab.get_by_text("Weakest", exact=True).click()
    wait_until(
        tab, lambda: nothing.count() or digests_in_order(tab, running)[:1] not in ([], [strongest])
    )
    assert nothing.count() == 0


def test_the_viewer_opens_walks_marks_and_gives_the_focus_back(tab, running):
    """The viewer works by keys alone, and undo works after the page is redrawn."""
    opened(tab, running, "gil")
    order = digests_in_order(tab, running)
    tab.keyboard.press("Enter")
    viewer = tab.locator("dialog.viewer")
    viewer.wait_for()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("3")
    kept(running, "gil", {order[1]: (0, 3)})
    tab.keyboard.press("i")
    tab.locator(".about p").first.wait_for()
    tab.keyboard.press("z")
    tab.locator(".viewer .stage.zoomed").first.wait_for()
    look = "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).fill]"
    zoom, stars = tab.locator(".viewer .zoom"), tab.locator(".viewer .st svg")
    wait_until(tab, lambda: zoom.evaluate(look)[0] == "rgb(243, 239, 233)")
    outlined = [False, False, False, True, True]
    wait_until(tab, lambda: [one.evaluate(look)[1] == "none" for one in stars.all()] == outlined)
    tab.keyboard.press("u")
    tab.locator(".viewer .told", has_text="taken back").wait_for()
    kept(running, "gil", {})
    assert marks(running, "gil") == {}

    tab.keyboard.press("f")
    tab.locator(".told", has_text=re.compile("No face|not looked for")).wait_for()
    tab.keyboard.press("?")
    tab.locator("dialog.help").get_by_text("leave out").wait_for()
    tab.keyboard.press("Escape")
    tab.keyboard.press("w")
    tab.get_by_text("judged by ours").wait_for()
    tab.locator(".viewer .colours").first.wait_for()
    assert viewer.is_visible()
    tab.keyboard.press("Escape")
    viewer.wait_for(state="hidden")
    focused = """() => {
        let at = document.activeElement;
        while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
        return at?.dataset.place;
    }"""
    wait_until(tab, lambda: tab.evaluate(focused) == "1")


def test_two_photos_are_compared_from_the_viewer(tab, running):
    """Key C shows a neighbouring photo beside the open one; arrow keys choose another neighbour."""
    opened(tab, running, "ina")
    order = digests_in_order(tab, running)
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
    viewer = tab.locator("dialog.viewer")
    viewer.get_by_role("button", name="Compare").wait_for()
    tab.keyboard.press("c")

    def beside(first, second):
        for place, digest in enumerate((first, second)):
            stage = viewer.locator(".stage").nth(place).locator("img").first
            assert digest[:12] in stage.get_attribute("src")

    beside(order[1], order[2])
    tab.keyboard.press("ArrowLeft")  # past the photo itself
    beside(order[1], order[0])
    viewer.locator(".film button").nth(3).click()
    beside(order[1], order[3])
    viewer.get_by_role("button", name="Which is better?").click()
    tab.wait_for_url("**/compare?*")
    tab.get_by_test_id("stMetricValue").nth(1).wait_for()
    assert f"first={order[1][:12]}" in tab.url
    assert f"second={order[3][:12]}" in tab.url


def test_a_few_cells_stand_for_all_photos(tab, running):
    """The photo grid keeps only visible cells in the page, whatever the number of photos."""
    opened(tab, running, "cy")
    assert tab.locator(".cell").count() <= 60
    grid = tab.get_by_role("grid")
    assert int(grid.get_attribute("aria-rowcount")) >= tab.locator(".row").count()
