"""View-model of Label: the pair on the table, and in words what was learned of a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from dashboard.formatting import count, file_name, percent, plain
from dashboard.models.photo_tiles import Tile, alt_text, whole
from dashboard.models.vector_card import Within
from photorank.evaluation.agreement import Agreement, Shared
from photorank.index.judging.click_log import Clicks
from photorank.index.opened import Index, IndexLabels, Photo
from photorank.learning.personal_taste import AHEAD, PersonalState, judged_clicks
from photorank.metrics.estimates import Difference, Estimate
from photorank.typing import Codes
from photorank.vectors.taste.next_pair import next_pair
from photorank.vectors.taste.photo_subset import Ground
from photorank.vectors.taste.posterior import taste_of

Outcome = Literal["first", "second", "tie", "skip"]

STAR_PAGE = 12  # photos: divisible by 2, 3, 4 and 6 columns
PRIOR_SAW = (
    "The vector it began from has itself learned from some of these photos, so this may be too "
    "good: with another one to begin from, nothing is known beforehand."
)
MOVED = 6  # photos shown of those whose rank moved most
PRIOR_HELP = (
    "What you are taken to like before you choose anything. Your choices move it towards what "
    "you like."
)
KINDS = {"all": "the whole index", "group": "one group", "series": "one series"}
MODES = {"pairs": "Which of two", "stars": "Stars"}
TOGETHER = "together"
LINE = "  \n"  # of Markdown
_TESTS = 5  # choices predicted or not, for their share to be shown
FEW = 6  # people compared to begin with: every two of them are


@dataclass(frozen=True)
class Pair:
    """Two photos side by side, by row of the index."""

    first: int
    second: int
    asked: str  # why these two: random or informative; "" when a pair is shown again


@dataclass(frozen=True)
class Last:
    """What a person said last."""

    pair: Pair
    outcome: Outcome


@dataclass
class Desk:
    """What one session has before it: a pair to choose from, and the next one already drawn."""

    current: Pair | None = None
    upcoming: Pair | None = None
    last: Last | None = None
    problem: str = ""  # why the latest click was not kept
    undone: int = 0  # how often something was taken back

    def advance(self, outcome: Outcome) -> None:
        """Put the next pair on the table, once what was said of this one is kept."""
        if self.current is not None:
            self.last = Last(self.current, outcome)
        self.current, self.upcoming, self.problem = self.upcoming, None, ""

    def go_back(self, pair: Pair | None) -> None:
        """Show a pair again whose choice was undone; the one on the table comes after it."""
        self.last, self.problem = None, ""
        self.undone += 1
        if pair is not None and pair != self.current:
            self.current, self.upcoming = pair, self.current


@dataclass(frozen=True)
class Learned:
    """What the page says of a person's taste."""

    headline: str
    outlook: str  # what more choices would bring
    curve: pd.DataFrame  # choices, value, low, high
    reading: str  # of the curve
    moved: list[Tile]
    last: list[Tile]


def draw(
    index: Index, ground: Ground, said: Clicks, table: Pair | None, within: Codes | None
) -> Pair | None:
    """Return a pair that the person has not seen, or None if none is left.

    `table` is the pair that is being looked at.
    """
    seen = said.shown
    if table is not None:
        seen = np.vstack([seen, [[table.first, table.second]]])
    ground = ground.including(index, np.union1d(seen, said.starred))
    found = next_pair(
        taste_of(ground.prior, judged_clicks(ground.Z, ground.placed(said))),
        ground.Z,
        asked=ground.places(seen),
        rng=np.random.default_rng(),
        within=None if within is None else within[ground.rows],
    )
    if found is None:
        return None
    first, second = ground.rows[[found.first, found.second]].tolist()
    return Pair(first, second, found.asked)


@dataclass(frozen=True)
class Company:
    """What the page says of several people."""

    headline: str
    agreements: pd.DataFrame
    best: list[Tile]
    contested: list[Tile]


def modes(n_people: int) -> dict[str, str]:
    """Return the ways to label; to compare people takes two."""
    return MODES | ({TOGETHER: "Several people"} if n_people >= 2 else {})


def kinds(comparable: Sequence[Within]) -> dict[str, str]:
    """Return what the two photos of a pair may have to have in common."""
    return {kind or "all": KINDS[kind or "all"] for kind in comparable}


def codes(labels: IndexLabels, kind: str) -> Codes | None:
    """Return the number of each photo's group or series, if pairs are to be of one."""
    return {"group": labels.groups, "series": labels.series}.get(kind)


def side_alt(photo: Photo, which: str) -> str:
    """Return what a reader who cannot see the photo is told."""
    return f"the {which} photo, {alt_text(photo, parts=2)}"


def learned(index: Index, state: PersonalState, last: Last | None) -> Learned:
    """Put into words what is known of a person's taste, and how surely."""
    return Learned(
        _headline(state),
        _outlook(state.forecast),
        pd.DataFrame(
            [
                (point.n_choices, point.accuracy.value, point.accuracy.low, point.accuracy.high)
                for point in state.curve
            ],
            columns=["choices", "value", "low", "high"],
        ),
        _reading(state),
        [_moved(index, *moved) for moved in state.moved[:MOVED]],
        [] if last is None else _last(index, state, last),
    )


def _headline(state: PersonalState) -> str:
    said = [count(state.n_choices, "choice")]
    if state.n_stars:
        said.append(f"{count(state.n_stars, 'photo')} with stars")
    if state.accuracy is None or state.accuracy.n_pairs < _TESTS:
        return (
            f"**{' and '.join(said)}.** After some twenty choices between two it will say here how "
            "well your taste is known: one pair in five is drawn at random to test that."
        )
    return (
        f"**{' and '.join(said)}.** What was learned of your taste would have predicted "
        f"**{_sure(state.accuracy)}** of your choices that it had not seen."
        + (f" {PRIOR_SAW}" if state.prior_saw else "")
    )


def _sure(found: Estimate) -> str:
    return f"{percent(found.value)} ({percent(found.low)} to {percent(found.high)})"


def _outlook(forecast: Difference | None) -> str:
    if forecast is None:
        return ""
    return (
        f"{AHEAD} more choices are expected to change that by {_points(forecast.value)} percentage "
        f"points ({_points(forecast.low)} to {_points(forecast.high)})."
    )


def _points(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "−")


def _reading(state: PersonalState) -> str:
    if len(state.curve) < 2 or state.curve[-1].accuracy.n_pairs < _TESTS:
        return ""
    first, latest = state.curve[0], state.curve[-1]
    begun = "chance" if state.prior is None else plain(state.prior.name)
    return (
        "Choices predicted, by how many others were learned from: "
        f"{percent(first.accuracy.value)} by {begun} alone, {percent(latest.accuracy.value)} after "
        f"{count(latest.n_choices, 'choice')}, over the same {latest.accuracy.n_pairs} tests. The "
        "vertical lines are 95 % intervals; the dashed rule is guessing."
    )


def _moved(index: Index, row: int, before: float, after: float) -> Tile:
    photo = index.photo(row)
    arrow = "↑" if after > before else "↓"
    caption = (
        f"**{arrow} {whole(before)} → {whole(after)}**  \n:small[:gray[{file_name(photo.path)}]]"
    )
    return Tile(index.thumbnail(photo), alt_text(photo), caption)


def _last(index: Index, state: PersonalState, last: Last) -> list[Tile]:
    words = {
        "first": ("chosen", "not chosen"),
        "second": ("not chosen", "chosen"),
        "tie": ("equally good", "equally good"),
        "skip": ("skipped", "skipped"),
    }[last.outcome]
    tiles = []
    for row, word in zip((last.pair.first, last.pair.second), words, strict=True):
        photo = index.photo(row)
        caption = f"**{word}**  \n:small[:gray[rating {_rating(*state.rating(row))}]]"
        tiles.append(Tile(index.thumbnail(photo), alt_text(photo), caption))
    return tiles


def company(
    index: Index,
    raters: Sequence[str],
    agreements: Sequence[Agreement],
    best: Sequence[Shared],
    contested: Sequence[Shared],
) -> Company:
    """Put into words how far several people agree."""
    ranked = sorted(agreements, key=lambda found: -found.likes_accuracy.value)
    closest, furthest = ranked[0], ranked[-1]
    headline = (
        f"**{plain(closest.first)}** and **{plain(closest.second)}** would choose alike on "
        f"**{_sure(closest.likes_accuracy)}** of all pairs of photos"
    )
    if furthest is not closest:
        headline += (
            f"; {plain(furthest.first)} and {plain(furthest.second)} agree least, on "
            f"{_sure(furthest.likes_accuracy)}"
        )
    rows = [
        {
            "people": f"{found.first} and {found.second}",
            "value": found.likes_accuracy.value,
            "low": found.likes_accuracy.low,
            "high": found.likes_accuracy.high,
            "said": None if found.said_accuracy is None else found.said_accuracy.value,
            "pairs": 0 if found.said_accuracy is None else found.said_accuracy.n_pairs,
        }
        for found in ranked
    ]
    return Company(
        f"{headline}. At random it would be half.",
        pd.DataFrame(rows),
        [_shared(index, raters, photo) for photo in best[:MOVED]],
        [_shared(index, raters, photo) for photo in contested[:MOVED]],
    )


def _shared(index: Index, raters: Sequence[str], found: Shared) -> Tile:
    photo = index.photo(found.row)
    each = [
        f"{plain(rater)} {_rating(rating, error)}"
        for rater, rating, error in zip(raters, found.ratings, found.standard_errors, strict=True)
    ]
    return Tile(index.thumbnail(photo), alt_text(photo), f":small[:gray[{LINE.join(each)}]]")


def _rating(value: float, error: float) -> str:
    return f"{value:.2f} ± {error:.2f}".replace("-", "−")
