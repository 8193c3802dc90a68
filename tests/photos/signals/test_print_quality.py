import pytest

from photorank.photos.signals.print_quality import (
    FINE_DPI,
    MIN_DPI,
    Page,
    parse_page,
    print_quality,
)

PAGE = Page(20, 30)


@pytest.mark.parametrize("size", [(2400, 1600), (1600, 2400)])
def test_a_photo_of_the_pages_shape_is_printed_whole(size):
    """If photo and page have the same aspect ratio, in either orientation, nothing is cut off."""
    found = print_quality(*size, PAGE)
    assert found.dpi == pytest.approx(80 * 2.54)
    assert found.lost == pytest.approx(0)
    assert str(found) == "203 dpi at 20 × 30 cm: fine"


def test_what_is_cut_off_is_the_rest_of_the_longer_side():
    """A 2:3 page cuts off one third of a square photo and one half of a 3:1 panorama."""
    assert print_quality(900, 900, PAGE).lost == pytest.approx(1 / 3)
    panorama = print_quality(3000, 1000, PAGE)
    assert panorama.lost == pytest.approx(0.5)
    assert panorama.dpi == pytest.approx(1000 / 20 * 2.54)
    assert "50% of it is cut off" in str(panorama)


@pytest.mark.parametrize(
    ("dpi", "fitness"),
    [(FINE_DPI, "fine"), (FINE_DPI - 1, "soft"), (MIN_DPI, "soft"), (MIN_DPI - 1, "too small")],
)
def test_dots_an_inch_are_put_in_words(dpi, fitness):
    """The print resolution counts as fine, soft or too small by fixed limits in dots per inch."""
    side = (dpi + 1e-6) / 2.54 * 10
    assert print_quality(side, side, Page(10, 10)).fitness == fitness


@pytest.mark.parametrize(
    ("brightness", "dark"), [(0.05, True), (0.2, True), (0.21, False), (float("nan"), False)]
)
def test_a_very_dark_photo_is_told(brightness, dark):
    """The print report calls a photo very dark only if its brightness is known and very low."""
    found = print_quality(4000, 3000, PAGE, brightness=brightness)
    assert found.dark == dark
    assert ("very dark" in str(found)) == dark


@pytest.mark.parametrize(
    ("text", "page"), [("20x30", PAGE), ("30 × 20", PAGE), ("21.0X29.7", None)]
)
def test_a_page_is_read_in_either_order(text, page):
    """A page size is read with × or x, with decimals, and with either side first."""
    assert parse_page(text) == (page or Page(21.0, 29.7))


@pytest.mark.parametrize("text", ["", "20", "20x", "20x30x1", "0x30", "nanx30", "20xinf", "a4"])
def test_what_is_no_page_is_refused(text):
    """Parsing a text that is no page size raises ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011
        parse_page(text)


def test_a_photo_without_pixels_is_refused():
    """If a photo's size in pixels is unknown, an error says that it cannot be printed."""
    with pytest.raises(ValueError, match="cannot be printed"):
        print_quality(float("nan"), 100, PAGE)
