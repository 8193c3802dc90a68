"""Album page in the browser: number of photos, variety, pinning, leaving out and exports."""

import csv
import hashlib
import os
from contextlib import nullcontext

import pytest

from photorank.index.opened import Index
from photorank.workspace import IndexPaths
from tests.browser.conftest import NEEDS_BROWSER, answered, drawn, wait_until

pytestmark = NEEDS_BROWSER

OPTIONS = {
    "copy": "Copies",
    "hard": "Second names",
    "soft": "Shortcuts",
    "csv": "Table",
    "xmp": "Stars",
}


@pytest.fixture
def album(page, server):
    """Function that opens the album page with URL parameters, and waits for its photos."""

    def opened(query="places=5&vector=ours"):
        page.goto(f"{server}/album?{query}")
        places = int(query.removeprefix("places=").partition("&")[0])
        cells(page).nth(places - 1).wait_for()
        drawn(page)
        return page

    return opened


@pytest.fixture
def originals(gallery):
    """Digest and modification time of each original file, checked again after the test."""

    def as_they_are():
        files = sorted(path for path in gallery.rglob("*") if path.is_file())
        return {
            path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
            for path in files
        }

    before = as_they_are()
    yield before
    assert as_they_are() == before


def cells(page, where="album"):
    """Locator of the photo cells in one part of the page."""
    return page.locator(f".st-key-{where}-small .cell")


def index_of(home):
    """Index `small` of a workspace."""
    return Index.open(IndexPaths(home / "index" / "small"))


def names(page, where="album"):
    """Tokens (digest prefixes) of the photos in one part of the page."""
    return cells(page, where).evaluate_all("all => all.map(one => one.dataset.token)")


LOOKED_AT = """() => [...document.querySelectorAll("*")]
    .flatMap(one => [...one.shadowRoot?.querySelectorAll("dialog[open]") ?? []])
    .map(one => [one.querySelector(".stages img").src.split("/").at(-2),
                 one.querySelector(".title").textContent,
                 one.querySelector(".top").innerText])[0]"""


def test_the_viewer_keeps_to_the_photo_when_the_album_is_chosen_anew(album, indexed_home):
    """If the open photo is left out of the album, the viewer shows the next photo and its name."""
    page = album()
    every = {one.digest[:16]: one.path.name for one in index_of(indexed_home).photos()}
    before = names(page)
    cells(page).nth(1).click()
    page.wait_for_function(f"token => ({LOOKED_AT})()?.[0] === token", arg=before[1])
    page.keyboard.press("x")
    wait_until(page, lambda: before[1] not in names(page))
    page.wait_for_function(f"token => ({LOOKED_AT})()[0] !== token", arg=before[1])
    wait_until(page, lambda: every[page.evaluate(LOOKED_AT)[0]] in page.evaluate(LOOKED_AT)[1])
    assert page.evaluate(LOOKED_AT)[0] == names(page)[1]
    assert "2 of 5" in page.evaluate(LOOKED_AT)[2]
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    wait_until(page, lambda: names(page) == before)


def press(page, where, photo, name):
    """Press a button that a photo shows under the mouse pointer."""
    cell = page.locator(f".st-key-{where}-small .cell[data-token='{photo}']")
    cell.hover()
    cell.get_by_role("button", name=name).click()


def test_bans_and_pins_by_clicks_and_how_they_are_undone(album):
    """A photo can be left out of an album or pinned into it by clicks, and both can be undone."""
    page = album()
    first = names(page)
    assert len(first) == 5

    press(page, "album", first[0], "Leave out")
    wait_until(page, lambda: names(page, "banned") == first[:1])
    wait_until(page, lambda: first[0] not in names(page))
    wait_until(page, lambda: len(names(page)) == 5)

    press(page, "banned", first[0], "Leave out")
    cells(page, "banned").first.wait_for(state="detached")
    wait_until(page, lambda: names(page) == first)

    wanted = names(page, "missed")[1]
    press(page, "missed", wanted, "Always keep")
    page.locator(".st-key-album-small .cell.pinned").wait_for()
    wait_until(page, lambda: wanted in names(page) and len(names(page)) == 5)

    press(page, "album", wanted, "Always keep")
    page.locator(".st-key-album-small .cell.pinned").wait_for(state="detached")
    wait_until(page, lambda: names(page) == first)


def test_by_keyboard_alone(album):
    """Keys alone set an album's size and variety, leave a photo out (X) and undo that (U)."""
    page = album()
    places = page.get_by_label("Places", exact=True)
    places.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.locator("strong", has_text="3 photos").wait_for()
    wait_until(page, lambda: len(names(page)) == 3)
    assert "places=3" in page.url

    page.get_by_role("button", name="Settings").focus()
    page.keyboard.press("Enter")
    slider = page.get_by_role("slider").first
    slider.focus()
    with answered(page):
        page.keyboard.press("End")
    page.wait_for_url("**balance-word=the+most+varied**")
    page.keyboard.press("Escape")

    first = names(page)
    cells(page).nth(1).focus()
    page.keyboard.press("x")
    wait_until(page, lambda: names(page, "banned") == [first[1]])
    wait_until(page, lambda: first[1] not in names(page))
    drawn(page)
    page.keyboard.press("u")
    cells(page, "banned").first.wait_for(state="detached")
    wait_until(page, lambda: names(page) == first)


def test_a_finger_marks_photos_too(visitor, server):
    """On a touch screen, photos can be selected by tapping and left out with a button."""
    touched = visitor(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844})
    touched.goto(f"{server}/album?places=3&vector=ours")
    cells(touched).nth(2).wait_for()
    first = names(touched)
    cells(touched).first.get_by_role("button", name="Select").tap()
    touched.get_by_role("toolbar").get_by_role("button", name="Leave out").tap()
    wait_until(touched, lambda: names(touched, "banned") == first[:1])


def test_what_a_photo_stands_for(album):
    """A click on an album's stack of similar photos shows all photos in the stack."""
    page = album("places=4&vector=ours")
    stack = page.locator(".st-key-album-small .stack").first
    stack.wait_for()
    cell = cells(page).filter(has=page.locator(".stack")).first
    cell.hover()
    cell.get_by_text("of one moment").wait_for()
    before = len(names(page))
    stack.click()
    cells(page).nth(before).wait_for()


def test_there_may_be_no_place_or_more_than_photos(page, server):
    """An album of 0 places is empty; with more places than photos, empty places are reported."""
    page.goto(f"{server}/album?places=0&vector=ours")
    page.locator("strong", has_text="0 photos").wait_for()
    assert page.get_by_role("button", name="Export").count() == 0
    page.goto(f"{server}/album?places=40&vector=ours")
    page.get_by_text("16 places left empty: there are no more").wait_for()
    cells(page).nth(3).wait_for()
    assert page.get_by_text("24 photos of 24", exact=True).count() == 1


def test_an_export_tells_first_and_writes_then(album, originals, tmp_path):
    """An export shows what it would write, writes only after `Write`, and changes no original."""
    page = album()
    page.get_by_role("button", name="Export").click()
    for kind, option in OPTIONS.items():
        target = tmp_path / f"Album of mine, {kind}"
        with answered(page) if option != "Copies" else nullcontext():
            page.get_by_text(option, exact=True).click()
        field = page.get_by_label("Into folder")
        field.fill(str(target))
        field.press("Enter")
        told = page.get_by_text("Would write").filter(has_text=target.name)
        told.wait_for()
        drawn(page)
        assert str(target) in told.inner_text().replace("\\", "")
        assert not target.exists()

        done = page.get_by_test_id("stAlertContentSuccess")
        done.wait_for(state="detached")
        page.get_by_role("button", name="Write", exact=True).click()
        done.wait_for()
        check_export(kind, target, originals)


def check_export(kind, target, originals):
    """Assert that the folder `target` holds a correct export, of type `kind`, of five photos."""
    written = sorted(path for path in target.iterdir() if not path.name.startswith("."))
    by_digest = {digest: path for path, (digest, _) in originals.items()}
    if kind == "csv":
        with written[0].open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(written) == 1
        assert len(rows) == 5
        assert {row["path"] for row in rows} <= set(map(str, originals))
        return
    assert len(written) == 5
    if kind == "xmp":
        assert {path.suffix for path in written} == {".xmp"}
        assert all(b"Rating" in path.read_bytes() for path in written)
        return
    for path in written:
        original = by_digest[hashlib.sha256(path.read_bytes()).hexdigest()]
        assert path.is_symlink() == (kind == "soft")
        assert os.path.samefile(path, original) == (kind != "copy")


@pytest.mark.usefixtures("originals")
def test_what_cannot_be_a_place_is_said_before_anything_is_written(album, gallery):
    """Exporting into an indexed photo folder is refused before a Write button is offered."""
    page = album()
    page.get_by_role("button", name="Export").click()
    field = page.get_by_label("Into folder")
    field.fill(str(gallery / "beach"))
    field.press("Enter")
    page.get_by_test_id("stAlertContentWarning").wait_for()
    drawn(page)
    assert page.get_by_role("button", name="Write", exact=True).count() == 0
