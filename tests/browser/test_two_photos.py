"""The page as a person meets it: a real server, a real browser, two photos of one's own."""

import re

from tests.browser.conftest import NEEDS_BROWSER, upload
from tests.conftest import draw_photo

pytestmark = NEEDS_BROWSER


def chances(page, first, second):
    """Upload two photos and return the two probabilities that the page shows, in per cent."""
    upload(page).set_input_files([first, second])
    shown = page.get_by_test_id("stMetricValue")
    shown.nth(1).wait_for()
    return [int(re.search(r"\d+", text).group()) for text in shown.all_inner_texts()]


def test_two_uploaded_photos_get_probabilities_that_sum_to_one(server, tab, tmp_path):
    """The two sum to 100 %, swapping the photos swaps them, and nothing goes to the internet."""
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
