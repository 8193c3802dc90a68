"""Labelling as a person does it: by keyboard, with reloads, crashes and another browser beside."""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from photorank.index.judging.click_log import clicks
from photorank.index.opened import Index
from photorank.workspace import IndexPaths
from tests.browser.conftest import NEEDS_BROWSER, PATIENCE, POLLING, serving

pytestmark = NEEDS_BROWSER

PAIR = "[...document.querySelectorAll('[class*=st-key-large] img')]"
AHEAD = "[...document.querySelectorAll('.st-key-ahead img')]"
# Both photos of another pair than before are there, and painted.
CHANGED = f"""before => {{
    const pair = {PAIR};
    return pair.length === 2 && pair.map(one => one.src).join() !== before
        && pair.every(one => one.complete && one.naturalWidth > 0);
}}"""
# The next pair's pictures have been fetched, and everything below is drawn.
SETTLED = f"""() => {{
    const ahead = {AHEAD};
    return ahead.length === 2 && ahead.every(one => one.complete && one.naturalWidth > 0)
        && document.querySelector('[data-test-script-state=running]') === null;
}}"""

LISTENING = 500  # ms: what is drawn listens for keys a moment later, on a busy machine

TWICE = """() => {
    for (const key of ["ArrowLeft", "ArrowRight"])
        document.body.dispatchEvent(new KeyboardEvent("keydown", {key, code: key, bubbles: true}));
}"""


@pytest.fixture(scope="module")
def running(indexed_home, tmp_path_factory):
    """Return a server whose index is labelled, in each test by people of its own."""
    with serving(indexed_home, tmp_path_factory.mktemp("labelled")) as server:
        yield server


@pytest.fixture
def mortal(indexed_home, tmp_path):
    """Return a server that a test may kill."""
    with serving(indexed_home, tmp_path) as server:
        yield server


@pytest.fixture
def paths(running):
    """Return the files of the index that is labelled."""
    return IndexPaths(running.home / "index" / "small")


def settled(page):
    """Wait until the pair after the shown one is ready, and nothing is drawn any more."""
    page.wait_for_function(SETTLED, polling=POLLING)


def opened(page, server, rater):
    """Open the page as a person, and wait until a pair can be chosen from."""
    page.goto(f"{server}/teach?rater={rater}")
    settled(page)
    page.wait_for_timeout(LISTENING)
    return page


def alts(page):
    """Return the names of the two photos that are shown."""
    return [one.get_attribute("alt") for one in page.locator("[class*=st-key-large] img").all()]


def press(page, key):
    """Press a key, wait for the next pair; return the pair before."""
    pair, before = alts(page), page.evaluate(f"{PAIR}.map(one => one.src).join()")
    page.keyboard.press(key)
    page.wait_for_function(CHANGED, arg=before, polling=POLLING)
    settled(page)
    return pair


def busy_seconds(process):
    """Return the processor time that a process has used."""
    used = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")


def file_of(alt):
    """Return the file that a photo's alternative text names."""
    return alt.split(", ")[1]


def exported(server, rater, tmp_path):
    """Return a person's choices as `photorank choices export` writes them, row by row."""
    target = tmp_path / "choices.csv"
    command = [sys.executable, "-m", "photorank", "choices", "export", target, "--index", "small"]
    command += ["--rater", rater]
    subprocess.run(command, env=server.environment, check=True, capture_output=True)  # noqa: S603
    with target.open(newline="") as file:
        return [tuple(row.values()) for row in csv.DictReader(file)]


def test_keys_label_and_nothing_is_lost_on_a_reload(tab, running, tmp_path):
    """What the keys said is in the export: choices and ties, no skips, and not what was undone."""
    page = opened(tab, running.address, "ann")
    expected = []
    for key in ("ArrowLeft", "ArrowRight", "t", "s", "ArrowLeft"):
        first, second = press(page, key)
        row = (file_of(first), file_of(second), "0", "ann")
        if key == "ArrowRight":
            row = (file_of(second), file_of(first), "0", "ann")
        if key == "t":
            row = (*row[:2], "1", "ann")
        if key != "s":
            expected.append(row)
    page.reload()
    settled(page)
    page.get_by_text("4 choices.").wait_for()
    assert page.url.endswith("rater=ann")

    press(page, "z")
    page.get_by_text("3 choices.").wait_for()
    assert set(map(file_of, alts(page))) == set(expected.pop()[:2])
    press(page, "ArrowRight")
    rows = exported(running, "ann", tmp_path)
    assert rows[:3] == expected
    assert len(rows) == 4


def test_after_a_name_is_typed_keys_choose(tab, server, paths):
    """Nobody has to click beside the field first."""
    page = tab
    page.goto(f"{server}/label")
    settled(page)
    page.get_by_role("combobox", name="Who is choosing").fill("zoe")
    page.get_by_role("option").filter(has_text="zoe").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**rater=zoe*")
    page.wait_for_function("document.activeElement === document.body")
    page.wait_for_timeout(LISTENING)
    settled(page)

    press(page, "ArrowRight")
    page.get_by_text("1 choice.").wait_for()
    assert len(clicks(Index.open(paths), "zoe").shown) == 1


def test_a_server_that_is_killed_between_two_choices_loses_none(tab, mortal, tmp_path):
    """After kill -9 and a new start all choices are there, and the person goes on."""
    page = opened(tab, mortal.address, "ann")
    for _ in range(3):
        press(page, "ArrowLeft")
    mortal.end(signal.SIGKILL)
    mortal.start()
    page = opened(tab, mortal.address, "ann")
    page.get_by_text("3 choices.").wait_for()
    press(page, "ArrowRight")
    assert len(exported(mortal, "ann", tmp_path)) == 4


def test_two_sessions_that_label_at_once_lose_nothing(tab, browser, server, paths):
    """Each person's choices are their own, and all of them are kept."""
    other = browser.new_page()
    other.set_default_timeout(PATIENCE)
    pages = {"bea": opened(tab, server, "bea"), "bob": opened(other, server, "bob")}
    for _ in range(3):
        for page in pages.values():
            press(page, "ArrowLeft")
    index = Index.open(paths)
    for rater in pages:
        assert len(clicks(index, rater).winners) == 3
    pages["bea"].reload()
    pages["bea"].get_by_text("Several people").click()
    pages["bea"].get_by_text("would choose alike on").wait_for()


def test_the_next_pair_shows_at_once(tab, running):
    """Its pictures are there before the key is pressed, and an answer is half a second of work."""
    page, worked = opened(tab, running.address, "cy"), []
    for _ in range(4):
        ahead = page.evaluate(f"{AHEAD}.map(one => one.src)")
        before = busy_seconds(running.process)
        press(page, "ArrowRight")
        worked.append(busy_seconds(running.process) - before)
        assert page.evaluate(f"{PAIR}.map(one => one.src)") == ahead
    assert min(worked) < 0.5


def test_a_photo_can_be_clicked_and_a_key_pressed_twice_counts_once(tab, server, paths):
    """A click on a photo chooses it; whoever presses twice says nothing of a pair unseen."""
    page = opened(tab, server, "dee")
    before = page.evaluate(f"{PAIR}.map(one => one.src).join()")
    box = page.get_by_alt_text("the second photo").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function(CHANGED, arg=before, polling=POLLING)
    settled(page)
    assert len(clicks(Index.open(paths), "dee").winners) == 1

    page.evaluate(TWICE)  # before the next pair can be there
    page.get_by_text("2 choices.").wait_for()
    settled(page)
    assert len(clicks(Index.open(paths), "dee").winners) == 2


def test_a_held_key_answers_one_pair(tab, server, paths):
    """Keys repeat while they are held; the pairs that come up meanwhile are not answered."""
    page = opened(tab, server, "eve")
    before = page.evaluate(f"{PAIR}.map(one => one.src).join()")
    page.keyboard.down("ArrowLeft")
    page.wait_for_function(CHANGED, arg=before, polling=POLLING)
    settled(page)
    for _ in range(5):
        page.keyboard.down("ArrowLeft")  # again without letting go: a repetition
        page.wait_for_timeout(100)
    page.keyboard.up("ArrowLeft")
    settled(page)
    assert len(clicks(Index.open(paths), "eve").winners) == 1
