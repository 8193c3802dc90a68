"""View-model of the page Teach: texts on one person's learned taste."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from dashboard.formatting import file_name, number, percent, with_interval
from dashboard.models.photo_tiles import Tile, percentile_text, tile_of
from dashboard.models.teach_session import Kind
from dashboard.models.vector_card import Within
from dashboard.models.words import Mode, say, vector_text
from photorank.errors import counted
from photorank.index.opened import Index
from photorank.learning.measure_taste import FORECAST_CHOICES, PersonalState
from photorank.metrics.estimates import Difference

QUESTION = "Which would you rather keep?"
PRIOR_SAW = (
    "What you started from has itself learned from some of these photos, so this may be too good. "
    "Start from another way to judge for a fair test."
)
MOVED = 6  # photos shown of those whose rank moved most
PRIOR_HELP = (
    "What you are taken to like before you choose anything. Your choices move it towards what "
    "you like."
)
Work = Literal["pairs", "stars", "together"]
MODES: dict[Work, str] = {
    "pairs": "Which of two",
    "stars": "Stars",
    "together": "Several people",
}
_LEAST_TESTS = 5  # choices predicted or not, for their share to be shown


@dataclass(frozen=True)
class LearnedTexts:
    """Texts, learning curve and photos that describe what was learned of a person's taste."""

    headline: str
    outlook: str  # what more choices would bring
    curve: pd.DataFrame  # choices, value, low, high
    reading: str  # of the curve
    moved: list[Tile]


def modes(n_people: int) -> dict[Work, str]:
    """Displayed names of the modes of the page Teach; comparing tastes needs two or more people."""
    return {mode: name for mode, name in MODES.items() if mode != "together" or n_people >= 2}


def kinds(comparable: Sequence[Within], mode: Mode) -> dict[Kind, str]:
    """Displayed names of the sources of photo pairs: the whole index, one group or one series."""
    of: dict[Kind, str] = {
        "all": f"the whole {say('index', mode)}",
        "group": f"one {say('group', mode)}",
        "series": "one moment" if mode == "plain" else "one series",
    }
    return {kind or "all": of[kind or "all"] for kind in comparable}


def learned_texts(taste: PersonalState) -> LearnedTexts:
    """Texts and chart data about a person's learned taste and its accuracy."""
    points = [
        (point.n_choices, point.accuracy.value, point.accuracy.low, point.accuracy.high)
        for point in taste.curve
    ]
    return LearnedTexts(
        _headline(taste),
        _outlook(taste.forecast),
        pd.DataFrame(points, columns=["choices", "value", "low", "high"]),
        _reading(taste),
        [_moved(taste.index, *moved) for moved in taste.moved[:MOVED]],
    )


def progress_text(taste: PersonalState) -> str:
    """Line of text on how accurately a person's new choices are predicted."""
    said = counted(taste.n_choices, "choice")
    if taste.accuracy is None or taste.accuracy.n_pairs < _LEAST_TESTS:
        return f"{said} · {_tests_so_far(taste)}, then it can be told how well your taste is known"
    right = round(100 * taste.accuracy.value)
    return f"{said} · predicts {right} in 100 new choices"


def _tests_so_far(taste: PersonalState) -> str:
    tested = 0 if taste.accuracy is None else taste.accuracy.n_pairs
    return f"{tested} of {_LEAST_TESTS} tests made"


def rating_text(rating: float, error: float) -> str:
    """Text with a rating and its standard error, such as “0.52 ± 0.10”."""
    return f"{number(rating, '.2f')} ± {error:.2f}"


def _headline(taste: PersonalState) -> str:
    said = counted(taste.n_choices, "choice")
    if taste.n_stars:
        said += f" and {counted(taste.n_stars, 'photo')} with stars"
    if taste.accuracy is None or taste.accuracy.n_pairs < _LEAST_TESTS:
        return (
            f"**{said}.** One pair in five is drawn at random, to test what was learned of your "
            f"taste: {_tests_so_far(taste)}, then this line says how well it is known."
        )
    return (
        f"**{said}.** What was learned of your taste would have predicted "
        f"**{with_interval(taste.accuracy)}** of your choices that it had not seen."
        + (f" {PRIOR_SAW}" if taste.prior_saw else "")
    )


def _outlook(forecast: Difference | None) -> str:
    if forecast is None:
        return ""
    value, low, high = (
        number(100 * one, "+.1f") for one in (forecast.value, forecast.low, forecast.high)
    )
    return (
        f"{FORECAST_CHOICES} more choices are expected to change that by {value} percentage points "
        f"({low} to {high})."
    )


def _reading(taste: PersonalState) -> str:
    if len(taste.curve) < 2 or taste.curve[-1].accuracy.n_pairs < _LEAST_TESTS:
        return ""
    first, latest = taste.curve[0], taste.curve[-1]
    begun = "chance" if taste.prior is None else vector_text(taste.prior.name, "plain")
    return (
        "Choices predicted, by how many others were learned from: "
        f"{percent(first.accuracy.value)} by {begun} alone, {percent(latest.accuracy.value)} after "
        f"{counted(latest.n_choices, 'choice')}, over the same "
        f"{counted(latest.accuracy.n_pairs, 'test')}. The vertical lines are 95 % intervals; the "
        "dashed rule is guessing."
    )


def _moved(index: Index, row: int, before: float, after: float) -> Tile:
    arrow = "↑" if after > before else "↓"
    name = file_name(index.photo(row).path)
    caption = f"**{arrow} {percentile_text(before)} → {percentile_text(after)}**"
    return tile_of(index, row, f"{caption}  \n:small[:gray[{name}]]")
