"""Pages on a phone: the list of pages closes, and two photos fit the screen."""

import pytest

from tests.browser.conftest import NEEDS_BROWSER, POLLING, drawn, new_page, wait_until

pytestmark = NEEDS_BROWSER

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def phone(chromium):
    """Browser page with the screen of a phone."""
    page = new_page(chromium, **PHONE)
    yield page
    page.context.close()


def test_the_list_of_pages_closes_when_one_is_chosen(server, phone):
    """A tap on a page in the sidebar opens that page and closes the sidebar."""
    page = phone
    page.goto(f"{server}/photos")
    drawn(page)
    page.get_by_test_id("stExpandSidebarButton").tap()
    page.get_by_test_id("stSidebar").get_by_text("Vectors", exact=True).tap()
    page.wait_for_url("**/vectors*")

    page.get_by_role("heading", name="A vector from words").wait_for()
    page.wait_for_function(
        "document.querySelector('[data-testid=stSidebar]').getBoundingClientRect().right <= 0"
    )


TOP = """() => Math.min(...[...document.querySelectorAll("*")].flatMap(one =>
    [...one.shadowRoot?.querySelectorAll("img") ?? [],
     ...one.matches("canvas, svg.marks") ? [one] : []]
    ).map(one => one.getBoundingClientRect()).filter(box => box.height > 50).map(box => box.top))"""


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("", 140),
        ("photos", 140),
        ("teach?rater=phone", 200),
        ("album", 200),
        ("compare", 200),
        ("search", 220),
        ("search?by=A+vector", 200),
        ("map", 160),
    ],
)
def test_photos_come_first(server, phone, path, most):
    """On a phone, title and controls take two rows above the photos, and no label is cut off."""
    phone.goto(f"{server}/{path}")
    drawn(phone)
    phone.wait_for_function(f"most => ({TOP})() <= most", arg=most, polling=POLLING)
    cut = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)"
    assert phone.locator(".st-key-bar [role=radio] p").evaluate_all(cut) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_two_photos_and_their_answers_fit_one_screen(server, phone):
    """Two photos and all answer buttons fit a phone's screen without scrolling."""
    page = phone
    page.goto(f"{server}/teach?rater=phone")
    page.locator(".choice .stage img[src]").first.wait_for()
    last = page.get_by_role("button", name="Undo")

    def lowest():
        box = last.bounding_box()
        return box["y"] + box["height"]

    wait_until(page, lambda: lowest() <= 844)
    assert not last.locator("kbd").is_visible()  # keys help nobody here
