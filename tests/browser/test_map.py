"""Map page used with a mouse: pointing at photos, drawing a box, and pinning photos in it."""

import re

from tests.browser.conftest import NEEDS_BROWSER, wait_until

pytestmark = NEEDS_BROWSER

POINTS = "[data-testid=stVegaLiteChart] .mark-symbol path"
CHART = "[data-testid=stVegaLiteChart] svg"


def middle(box):
    """Coordinates of the centre of a box."""
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag_over_all(page):
    """Drag the mouse across the chart to draw a box around every point."""
    box = page.locator(CHART).first.bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] - 4, steps=8)
    page.mouse.up()


def test_a_photo_is_seen_when_pointed_at(server, page):
    """The thumbnail, name and rating of a photo appear when the mouse points at it."""
    page.goto(f"{server}/map")
    point = page.locator(POINTS).first
    point.wait_for()
    page.mouse.move(*middle(point.bounding_box()))
    tip = page.locator("#vg-tooltip-element")
    tip.locator("img").wait_for()

    page.wait_for_function("document.querySelector('#vg-tooltip-element img').naturalWidth > 0")
    assert re.search(r"\.(jpg|png)", tip.inner_text())
    assert "rating" in tip.inner_text()


def test_a_box_lists_photos_that_go_to_the_album(server, page):
    """A box drawn on the map is stored in the URL, and the photos in it can be pinned."""
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{server}/map")
    page.locator(POINTS).first.wait_for()
    chart = page.locator(CHART).first
    wait_until(page, lambda: chart.bounding_box()["height"] > 800)  # it has the window's height
    page.set_viewport_size({"width": 1280, "height": 720})
    page.wait_for_function(
        "document.querySelector('[data-testid=stVegaLiteChart] svg').clientHeight < 600"
    )
    drag_over_all(page)
    page.wait_for_url("**area=*")
    page.get_by_role("button", name="Pin these 24 to the album").click()
    page.get_by_role("button", name="Unpin these").wait_for()

    page.get_by_role("link", name="Album", exact=True).click()
    page.get_by_role("heading", name="Album", level=1).wait_for()
    page.locator(".st-key-album-small .cell.pinned").first.wait_for()
    page.locator(".st-key-album-small .cell:not(.pinned)").first.wait_for(state="detached")


def test_an_address_with_a_box_selects_the_same_photos(server, page):
    """A URL that names a map area opens the map with the photos of that area selected."""
    page.goto(f"{server}/map?area=-1,1,-1,1")

    page.get_by_text("24 photos").last.wait_for()
    page.get_by_role("button", name="Pin these 24 to the album").wait_for()
    box, points = page.locator(".brush_brush path").bounding_box(), page.locator(POINTS)
    for place in range(points.count()):
        across, down = middle(points.nth(place).bounding_box())
        assert box["x"] <= across <= box["x"] + box["width"]
        assert box["y"] <= down <= box["y"] + box["height"]
