import re
import tomllib
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "dashboard" / ".streamlit" / "config.toml"
CONFIG = tomllib.loads(FILE.read_text())
THEMES = {name: CONFIG["theme"][name] for name in ("light", "dark")}


def luminance(colour):
    """Relative luminance of a colour #RRGGBB, as WCAG 2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """Contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_words_can_be_read_in_both_themes(name):
    """Text, links, badges and white button text have at least WCAG's contrast of 4.5 : 1."""
    theme = THEMES[name]
    pairs = [(theme["textColor"], theme[key]) for key in ("backgroundColor", "codeBackgroundColor")]
    pairs += [(theme["textColor"], theme["secondaryBackgroundColor"])]
    pairs += [(theme["linkColor"], theme["backgroundColor"]), ("#FFFFFF", theme["primaryColor"])]
    pairs += [(theme[f"{c}TextColor"], theme[f"{c}BackgroundColor"]) for c in ("green", "orange")]

    assert min(contrast(*pair) for pair in pairs) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_marks_of_charts_can_be_seen_in_both_themes(name):
    """Chart colours reach WCAG's contrast of 3 : 1 with the background in each theme."""
    theme = THEMES[name]
    kinds = ("chartCategoricalColors", "chartSequentialColors", "chartDivergingColors")

    colours = [colour for kind in kinds for colour in theme[kind]]
    assert min(contrast(colour, theme["backgroundColor"]) for colour in colours) >= 3
    style = (FILE.parents[1] / "style.css").read_text()
    parts = set(re.findall(r"background: (#[0-9a-f]{6})", style))  # of bars, behind a mark
    assert len(parts) == 2
    assert min(contrast(colour, theme["textColor"]) for colour in parts) >= 3


@pytest.mark.parametrize("name", THEMES)
def test_what_cannot_be_pressed_can_be_read_in_both_themes(name):
    """A disabled button's text has a contrast of 3 : 1 to backgrounds and 2 : 1 to normal text."""
    theme, style = THEMES[name], (FILE.parents[1] / "style.css").read_text()
    (pale,) = re.findall(r":disabled[^{]*\{\s*color: (#[0-9a-f]{6})", style)

    assert contrast(pale, theme["backgroundColor"]) >= 3
    assert contrast(pale, theme["secondaryBackgroundColor"]) >= 3
    assert contrast(pale, theme["textColor"]) >= 2


def test_the_server_is_for_this_machine_alone():
    """The configured server listens on 127.0.0.1 only and sends no usage statistics."""
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["browser"]["gatherUsageStats"] is False
