"""Page that compares two of the user's own photos, with a real server and browser."""

import re

from tests.browser.conftest import NEEDS_BROWSER, POLLING, drawn, upload, wait_until
from tests.conftest import draw_photo

pytestmark = NEEDS_BROWSER


def chances(page, first, second):
    """Probabilities in per cent that the page shows for two uploaded photos."""
    upload(page).set_input_files([first, second])
    shown = page.get_by_test_id("stMetricValue")
    shown.nth(1).wait_for()
    return [int(re.search(r"\d+", text).group()) for text in shown.all_inner_texts()]


def test_two_uploaded_photos_get_probabilities_that_sum_to_one(server, tab, tmp_path):
    """The two probabilities sum to 100 %, and swapping the uploaded photos swaps them."""
    page, strangers = tab, []
    page.on("request", lambda request: strangers.append(request.url))
    photos = [tmp_path / "sharp.jpg", tmp_path / "blurred.jpg"]
    draw_photo(photos[0], seed=7, size=(560, 420))
    draw_photo(photos[1], seed=7, size=(560, 420), blur=8)

    page.goto(f"{server}/compare")
    one = chances(page, *photos)
    page.goto(f"{server}/compare")
    other = chances(page, *photos[::-1])

    assert len(one) == 2
    assert sum(one) == 100
    assert one[0] != 50
    assert one == other[::-1]
    assert all(url.startswith((server, "data:", "blob:")) for url in strangers)


SCROLLS = "() => document.querySelector('[data-testid=stMain]').scrollHeight - innerHeight"
LOWEST = """() => Math.max(...[...document.querySelectorAll("*")].flatMap(one =>
    [...one.shadowRoot?.querySelectorAll(".stage, .pill") ?? [],
     ...one.matches("[data-testid=stFileUploader], .longer") ? [one] : []]
    ).map(one => one.getBoundingClientRect().bottom))"""
CUT = """said => [...said.children].filter(one => getComputedStyle(one).display !== "none")
    .filter(one => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight)
    .map(one => one.textContent)"""


def test_a_click_chooses_and_all_of_it_is_in_the_window(running, tab):
    """A click on a second photo starts the comparison, which fits in the window without scrolling.

    Names as long as these are read whole, and what has no room scrolls by itself.
    """
    vectors = running.home / "index" / "small" / "vectors"
    more = [vectors / f"{'a-name-as-long-as-they-come-' * 2}{n}.json" for n in range(7)]
    tab.set_viewport_size({"width": 1366, "height": 768})
    try:
        for path in more:
            path.write_bytes((vectors / "ours.json").read_bytes())
        tab.goto(f"{running.address}/compare")
        cell = tab.locator(".cell:has(img[src])").first
        cell.hover()
        opacity = "one => getComputedStyle(one).opacity"
        wait_until(tab, lambda: cell.locator(".pick").evaluate(opacity) == "1")
        assert cell.locator(".said").evaluate(CUT) == []
        cell.click()
        tab.get_by_text("1 of 2 chosen").wait_for()
        tab.locator(".cell").nth(3).click()

        tab.locator(".longer tr").nth(9).wait_for()
        drawn(tab)
        wait_until(tab, lambda: tab.evaluate(SCROLLS) <= 0 and tab.evaluate(LOWEST) <= 768)
        room = "one => [one.clientHeight, one.scrollWidth - one.clientWidth]"
        seen, beside = tab.locator(".longer").evaluate(room)
        assert seen > 60
        assert beside == 0
    finally:
        for path in more:
            path.unlink(missing_ok=True)


PLACED = """wide => {
    const stages = [...document.querySelectorAll("*")].flatMap(one =>
        [...one.shadowRoot?.querySelectorAll(".pair .stages") ?? []])[0]?.getBoundingClientRect();
    const answer = document.querySelector(".st-key-answer")?.getBoundingClientRect();
    if (!stages || !answer) return false;
    const below = answer.top >= stages.bottom && answer.bottom <= innerHeight;
    return wide ? below : answer.left >= stages.right;
}"""


def test_wide_photos_take_the_width_where_the_answer_has_room_below(server, tab, tmp_path):
    """An answer stands below two wide photos in a tall window, and beside them in a low one."""
    photos = [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    for seed, path in enumerate(photos):
        draw_photo(path, seed=seed, size=(1500, 1000))
    for size, wide in (((1440, 900), True), ((1920, 1080), True), ((1366, 768), False)):
        tab.set_viewport_size({"width": size[0], "height": size[1]})
        tab.goto(f"{server}/compare")
        chances(tab, *photos)
        tab.wait_for_function(PLACED, arg=wide, polling=POLLING)
        assert tab.evaluate(SCROLLS) <= 0
        assert tab.evaluate(LOWEST) <= size[1]
    draw_photo(photos[0], seed=5, size=(800, 1200))
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.goto(f"{server}/compare")
    chances(tab, *photos)
    tab.wait_for_function(PLACED, arg=False, polling=POLLING)
