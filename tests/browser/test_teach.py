"""Teaching page in a real browser: keyboard, reloads, crashes and a second tab."""

import signal
import time

import pytest

from photorank.index.judging.click_log import clicks
from photorank.index.opened import Index
from photorank.workspace import IndexPaths
from tests.browser.conftest import NEEDS_BROWSER, PATIENCE, POLLING, wait_until

pytestmark = NEEDS_BROWSER

A_PAIR = ".choice:not(.empty) .stage img[src]"
SEEN_MS = 80  # a pair that is there for less than 60 ms is not answered
TWICE = """() => {
    for (const key of ["ArrowLeft", "ArrowRight"])
        document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
}"""


def opened(page, server, rater):
    """Open the teaching page as a given rater, and wait for a pair to choose from."""
    page.goto(f"{server.address}/teach?rater={rater}")
    wait_for_pair(page)


def wait_for_pair(page):
    """Wait for a pair of photos, and then until it has been shown long enough for an answer."""
    page.locator(A_PAIR).first.wait_for()
    page.wait_for_timeout(SEEN_MS)


def shown(page):
    """Names of the two photos shown on the page."""
    return [one.get_attribute("alt").split(": ")[1] for one in page.locator(A_PAIR).all()]


def said(server, rater):
    """Choices of a rater, read from the index on disk."""
    return clicks(Index.open(IndexPaths(server.home / "index" / "small")), rater)


def told(server, rater, n, within=PATIENCE / 1000):
    """Choices of a rater, read from disk as soon as they cover n pairs."""
    end = time.monotonic() + within
    while len((found := said(server, rater)).seen_pairs) < n and time.monotonic() < end:
        time.sleep(0.05)
    return found


def test_keys_as_fast_as_they_come_are_all_kept(tab, running):
    """If keys are pressed 80 ms apart, each choice is for the pair shown and survives a reload."""
    opened(tab, running, "ann")
    expected = []
    for _ in range(10):
        expected.append(shown(tab))
        tab.keyboard.press("ArrowRight")
        wait_for_pair(tab)
    tab.reload()
    found, index = told(running, "ann", 10), Index.open(IndexPaths(running.home / "index/small"))
    pairs = zip(found.losers.tolist(), found.winners.tolist(), strict=True)
    names = [[index.photo(row).path.name for row in pair] for pair in pairs]
    assert names == expected

    wait_for_pair(tab)
    tab.keyboard.press("u")
    wait_until(tab, lambda: len(said(running, "ann").winners) == 9)


def test_a_server_that_is_killed_under_the_fingers_loses_nothing(tab, mortal):
    """If a server is killed, the open page sends unsaved choices to the restarted server."""
    opened(tab, mortal, "dan")
    tab.keyboard.press("ArrowLeft")
    told(mortal, "dan", 1)
    mortal.process.send_signal(signal.SIGSTOP)
    for _ in range(3):
        wait_for_pair(tab)
        tab.keyboard.press("ArrowLeft")
    tab.wait_for_timeout(500)
    mortal.end(signal.SIGKILL)
    mortal.start()
    assert len(told(mortal, "dan", 4).winners) == 4


def test_a_key_that_is_held_or_pressed_twice_answers_one_pair(tab, running):
    """A key that is held down or pressed twice answers only one pair of photos."""
    opened(tab, running, "eve")
    tab.keyboard.down("ArrowLeft")
    for _ in range(5):
        tab.wait_for_timeout(SEEN_MS)
        tab.keyboard.down("ArrowLeft")  # again without letting go: a repetition
    tab.keyboard.up("ArrowLeft")
    tab.evaluate(TWICE)
    assert len(told(running, "eve", 2).winners) == 2
    tab.wait_for_timeout(500)
    assert len(said(running, "eve").winners) == 2


def test_a_click_on_a_photo_chooses_it_and_two_tabs_lose_nothing(tab, visitor, running):
    """A click on a photo chooses it, and two persons in two tabs each keep all their choices."""
    other = visitor()
    for rater, page in {"bea": tab, "bob": other}.items():
        opened(page, running, rater)
    for _ in range(3):
        for page in (tab, other):
            wait_for_pair(page)
            page.locator(".choice .stage").nth(1).click()
    for rater in ("bea", "bob"):
        assert len(told(running, rater, 3).winners) == 3


def test_how_sure_a_taste_is_is_told_when_it_is_asked_for(tab, running):
    """The panel on the certainty of a learned taste counts all choices, including new ones."""
    opened(tab, running, "gil")
    for _ in range(2):
        wait_for_pair(tab)
        tab.keyboard.press("ArrowLeft")
    told(running, "gil", 2)
    tab.get_by_role("button", name="How sure is it?").click()
    panel = tab.get_by_test_id("stPopoverBody")
    panel.get_by_text("2 choices").first.wait_for()
    tab.keyboard.press("Escape")
    panel.wait_for(state="detached")
    wait_for_pair(tab)
    tab.keyboard.press("ArrowRight")
    told(running, "gil", 3)
    tab.get_by_role("button", name="How sure is it?").click()
    panel.get_by_text("3 choices").first.wait_for()
    panel.locator("img").first.wait_for()  # photos that the choices moved


@pytest.mark.parametrize("size", [(1366, 768), (1024, 600), (390, 844)])
def test_everything_fits_without_scrolling(tab, running, size):
    """The page for choosing between two photos fits in the window without scrolling."""
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    opened(tab, running, "fay")
    fits = """() => {
        const main = document.querySelector('[data-testid=stMain]');
        return main.scrollHeight <= main.clientHeight + 2;
    }"""
    tab.wait_for_function(fits, polling=POLLING)
