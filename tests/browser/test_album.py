"""An album made by hand: places, balance, pins and bans, and every kind of export."""

import csv
import hashlib
import os

import pytest

from tests.browser.conftest import NEEDS_BROWSER, POLLING

pytestmark = NEEDS_BROWSER

SETTLED = """() => document.querySelector('[data-test-script-state=notRunning]') !== null
    && [...document.querySelectorAll('[class*=st-key-photos-] img')].every(one => one.complete)"""
OPTIONS = {
    "copy": "Copies",
    "hard": "Hard links",
    "soft": "Symbolic links",
    "csv": "Table (CSV)",
    "xmp": "Stars (XMP)",
}


@pytest.fixture
def album(page, server):
    """Return a function that opens the page by an address, and waits until an album is there."""

    def opened(query="places=5&vector=ours"):
        page.goto(f"{server}/album?{query}")
        places = int(query.removeprefix("places=").partition("&")[0])
        page.locator(".st-key-photos-album img").nth(places - 1).wait_for()
        page.wait_for_function(SETTLED, polling=POLLING)
        return page

    return opened


@pytest.fixture
def originals(gallery):
    """Return what every file that was indexed is; afterwards nothing of it has changed."""

    def as_they_are():
        files = sorted(path for path in gallery.rglob("*") if path.is_file())
        return {
            path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
            for path in files
        }

    before = as_they_are()
    yield before
    assert as_they_are() == before


def names(page, where="album"):
    """Return the addresses of the pictures in one part of the page: each is one photo."""
    shown = page.locator(f".st-key-photos-{where} img").all()
    return [one.get_attribute("src") for one in shown]


def button(page, where, number, name):
    """Return a button under a photo."""
    part = page.locator(f".st-key-photos-{where}")
    return part.get_by_role("button", name=name, exact=True).nth(number)


def settled(page):
    """Wait until the page has answered."""
    page.wait_for_timeout(150)  # the answer to a click has begun
    page.wait_for_function(SETTLED, polling=POLLING)


def test_bans_and_pins_by_clicks_and_how_they_are_undone(album):
    """A banned photo is out, a pinned one is in, and both can be taken back."""
    page = album()
    first = names(page)
    assert len(first) == 5

    button(page, "album", 0, "Leave out").click()
    page.locator(".st-key-photos-banned img").wait_for()
    settled(page)
    assert names(page, "banned") == first[:1]
    assert len(names(page)) == 5
    assert first[0] not in names(page)

    button(page, "banned", 0, "Allow again").click()
    page.locator(".st-key-photos-banned").wait_for(state="detached")
    settled(page)
    assert names(page) == first

    wanted = names(page, "missed")[1]
    button(page, "missed", 1, "Always keep").click()
    page.get_by_role("button", name="No longer keep").wait_for()
    settled(page)
    assert wanted in names(page)
    assert len(names(page)) == 5
    assert page.get_by_text("you always keep it").count() == 1

    page.get_by_role("button", name="No longer keep").click()
    page.get_by_role("button", name="No longer keep").wait_for(state="detached")
    settled(page)
    assert names(page) == first


def test_by_keyboard_alone(album):
    """Places are typed, the balance is moved by arrows, and a photo is banned by Enter."""
    page = album()
    places = page.get_by_label("Places", exact=True)
    places.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.get_by_text("3 photos").first.wait_for()
    settled(page)
    assert len(names(page)) == 3
    assert "places=3" in page.url

    page.get_by_role("button", name="Settings").focus()
    page.keyboard.press("Enter")
    slider = page.get_by_role("slider").first
    slider.focus()
    page.keyboard.press("End")
    page.wait_for_url("**balance=1**")
    page.keyboard.press("Escape")
    settled(page)

    ban = button(page, "album", 0, "Leave out")
    gone = names(page)[0]
    ban.focus()
    page.keyboard.press("Enter")
    page.locator(".st-key-photos-banned img").wait_for()
    settled(page)
    assert names(page, "banned") == [gone]
    assert gone not in names(page)


def test_what_a_photo_stands_for_and_the_contact_sheet(album):
    """A series is one photo, which says so; the contact sheet is the same photos and no more."""
    page = album("places=4&vector=ours")
    assert page.get_by_text("instead of").count() >= 1
    assert page.get_by_text("of one moment").count() >= 1
    shown = names(page)
    page.get_by_role("button", name="Settings").click()
    page.get_by_text("Contact sheet").click()
    page.keyboard.press("Escape")
    button(page, "album", 0, "Leave out").wait_for(state="detached")
    settled(page)
    assert names(page) == shown
    assert page.locator(".st-key-photos-album").get_by_text("instead of").count() == 0


def test_there_may_be_no_place_or_more_than_photos(page, server):
    """K = 0 is an empty album; with room for all, all are in and empty places are told."""
    page.goto(f"{server}/album?places=0&vector=ours")
    page.get_by_text("0 photos").wait_for()
    assert page.get_by_text("Export").count() == 0
    page.goto(f"{server}/album?places=40&vector=ours")
    page.get_by_text("16 places left empty: there are no more").wait_for()
    page.locator(".st-key-photos-album img").nth(23).wait_for()
    settled(page)
    assert len(names(page)) == 24


def test_an_export_tells_first_and_writes_then(album, originals, tmp_path):
    """Nothing is on the disk before `Write`, then what was told is; the photos stay."""
    page = album()
    for kind, option in OPTIONS.items():
        target = tmp_path / f"Album of mine, {kind}"
        page.get_by_text(option, exact=True).click()
        settled(page)
        field = page.get_by_label("Into folder")
        field.fill(str(target))
        field.press("Enter")
        told = page.get_by_text("Would write").filter(has_text=target.name)
        told.wait_for()
        settled(page)
        assert str(target) in told.inner_text().replace("\\", "")
        assert not target.exists()

        done = page.get_by_test_id("stAlertContentSuccess")
        assert done.count() == 0
        page.get_by_role("button", name="Write", exact=True).click()
        done.wait_for()
        check_export(kind, target, originals)


def check_export(kind, target, originals):
    """Assert that a folder holds five photos, exported in the way that was chosen."""
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
    """A folder of photos that are indexed is refused in words."""
    page = album()
    field = page.get_by_label("Into folder")
    field.fill(str(gallery / "beach"))
    field.press("Enter")
    page.get_by_test_id("stAlertContentWarning").wait_for()
    settled(page)
    assert page.get_by_role("button", name="Write", exact=True).count() == 0
