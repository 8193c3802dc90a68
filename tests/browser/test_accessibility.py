"""Accessibility of every page: no serious or critical violations found by axe-core.

No rule is left out, and of the pages, Streamlit's own widgets included, only the box that is drawn
on the map: Vega writes its two rectangles, empty ones too, as pictures without a name, and has no
way to say otherwise. What the box does, the field below the map does by numbers.
"""

import pytest

from tests.browser.conftest import NEEDS_BROWSER, drawn, go_on

axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)
pytestmark = NEEDS_BROWSER

PAGES = [
    "",
    "photos",
    "search",
    "map?area=-1,1,-1,1",
    "search?by=A+vector",
    "album",
    "compare",
    "photo",
    "teach",
    "vectors",
]
NOT_OURS = {"exclude": [[".brush_brush"], [".brush_brush_bg"]]}
AT_ONCE = "* { transition: none !important; animation: none !important }"


def barriers(page):
    """Serious and critical accessibility violations that axe-core finds on a page."""
    found = axe.Axe().run(page, context=NOT_OURS).response["violations"]
    return [
        (one["id"], node["html"][:160])
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_no_page_has_a_serious_barrier(server, tab, scheme, width):
    """No page, menu or viewer has a serious barrier in a wide light or a narrow dark window."""
    page = tab
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{server}/vectors")
    drawn(page)
    page.add_style_tag(content=AT_ONCE)  # what fades in has no contrast yet
    found = {}
    for path in PAGES:
        go_on(page, f"/{path}")
        found[path] = barriers(page)
    found |= menu_barriers(page) | viewer_barriers(page)

    assert {path: each for path, each in found.items() if each} == {}


def menu_barriers(page):
    """Accessibility violations of open menus, including the buttons that open them."""
    found = {}
    for path, menu in (("/compare", "About"), ("/vectors", "All facts"), ("/compare", "By words")):
        go_on(page, path)
        page.get_by_role("button", name=menu).first.click()
        page.get_by_test_id("stPopoverBody").wait_for()
        found[f"{path} {menu}"] = barriers(page)
    return found


def viewer_barriers(page):
    """Accessibility violations of the photo viewer: alone, with its panels, with its help."""
    go_on(page, "/photos?vector=ours")
    page.locator(".cell img[src]").first.click()
    page.locator("dialog.viewer[open]").wait_for()
    found = {"viewer": barriers(page)}
    for key, shown in (("i", ".about p"), ("w", ".why .first"), ("?", "dialog.help dl")):
        page.keyboard.press(key)
        page.locator(shown).first.wait_for()
        found[f"viewer {key}"] = barriers(page)
    return found


def test_axe_sees_what_is_wrong(tab):
    """The accessibility checker axe reports pale text on a white page."""
    page = tab
    page.set_content("<html lang=en><title>a</title><h1>a</h1><p style='color:#ccc'>pale</p>")

    found = axe.Axe().run(page).response["violations"]
    assert "color-contrast" in {one["id"] for one in found}
