"""Labelling session of one person: the rater, the answers so far, and the next pair."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from photorank.index.judging.click_log import Clicks, Undone, clicks
from photorank.index.opened import Index, IndexLabels
from photorank.learning.personal_taste import PersonalState, judged_clicks, personal_state
from photorank.typing import Codes
from photorank.vectors.master import MasterVector
from photorank.vectors.taste.next_pair import next_pair
from photorank.vectors.taste.photo_subset import PhotoSubset
from photorank.vectors.taste.posterior import taste_of

Outcome = Literal["first", "second", "tie", "skip"]
Kind = Literal["all", "group", "series"]


@dataclass(frozen=True)
class Pair:
    """Pair of photos to compare, as rows of the index."""

    first: int
    second: int
    asked: str  # why these two: random or informative; "" when a pair is shown again


@dataclass
class PairQueue:
    """Queue of one browser session: the pair on the page, and the next pair, drawn in advance."""

    current: Pair | None = None
    upcoming: Pair | None = None
    answered: tuple[Pair, Outcome] | None = None  # the pair before, and what was said of it
    problem: str = ""  # why the latest click was not kept
    undone: int = 0  # how often something was taken back

    def advance(self, outcome: Outcome) -> None:
        """Show the next pair, after the answer on the current pair has been saved."""
        if self.current is not None:
            self.answered = self.current, outcome
        self.current, self.upcoming, self.problem = self.upcoming, None, ""

    def go_back(self, pair: Pair | None) -> None:
        """Show the pair of an undone choice again; the current pair becomes the next pair."""
        self.answered, self.problem = None, ""
        self.undone += 1
        if pair is not None and pair != self.current:
            self.current, self.upcoming = pair, self.current


@dataclass(frozen=True)
class LabelSession:
    """Labelling session of one person on an index: the state behind the page Teach."""

    index: Index
    rater: str
    prior: MasterVector | None  # None: the index has no vector, and the person begins from nothing
    subset: PhotoSubset  # the photos that pairs are drawn from
    within: Codes | None = None  # (n,) group or series of each photo; pairs are of one
    queue: PairQueue = field(default_factory=PairQueue)

    def clicks(self) -> Clicks:
        """All choices and stars of the person, read from disk."""
        return clicks(self.index, self.rater)

    def taste(self) -> PersonalState:
        """Estimate of the person's taste from all clicks so far."""
        return personal_state(self.index, self.rater, self.prior, self.clicks(), subset=self.subset)

    def show_pair(self) -> Pair | None:
        """Pair on the page, drawn at the first call; None if no unseen pair is left."""
        if self.queue.current is None:
            self.queue.current = self._unseen_pair()
        return self.queue.current

    def draw_ahead(self) -> Pair | None:
        """Next pair, drawn in advance; None if no unseen pair is left."""
        if self.queue.current is not None and self.queue.upcoming is None:
            self.queue.upcoming = self._unseen_pair()
        return self.queue.upcoming

    def pair_of(self, undone: Undone) -> Pair | None:
        """Pair of photos of an undone click, None if the click was not about a pair."""
        if undone.kind == "stars":
            return None
        digests = self.index.digests()
        rows = sorted(digests.index(digest) for digest in undone.photos if digest in digests)
        return Pair(rows[0], rows[1], undone.asked) if len(rows) == 2 else None

    def _unseen_pair(self) -> Pair | None:
        """New pair that the person has not seen, None if no pair is left."""
        said, on_page = self.clicks(), self.queue.current
        seen = said.shown
        if on_page is not None:
            seen = np.vstack([seen, [[on_page.first, on_page.second]]])
        subset = self.subset.including(self.index, np.union1d(seen, said.starred))
        found = next_pair(
            taste_of(subset.prior, judged_clicks(subset.Z, subset.placed(said))),
            subset.Z,
            asked=subset.places(seen),
            rng=np.random.default_rng(),
            within=None if self.within is None else self.within[subset.rows],
        )
        if found is None:
            return None
        first, second = subset.rows[[found.first, found.second]].tolist()
        return Pair(first, second, found.asked)


def codes_of_kind(labels: IndexLabels, kind: Kind) -> Codes | None:
    """Group or series number (n,) that a pair's photos must share, None for no restriction."""
    return {"all": None, "group": labels.groups, "series": labels.series}[kind]
