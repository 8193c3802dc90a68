"""Labelling session of one person: answers so far, and the photo pairs to ask about next."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from photorank.index.judging.click_log import Clicks, Undone, clicks
from photorank.index.opened import Index, IndexLabels
from photorank.learning.measure_taste import PersonalState, judged_clicks, personal_state
from photorank.typing import Codes
from photorank.vectors.master import MasterVector
from photorank.vectors.taste.fit_taste import taste_of
from photorank.vectors.taste.next_pair import next_pair
from photorank.vectors.taste.photo_subset import PhotoSubset

Outcome = Literal["first", "second", "tie", "skip"]
Kind = Literal["all", "group", "series"]
PAIRS_AHEAD = 12  # pairs that wait, so that keys may come faster than the server answers


@dataclass(frozen=True)
class Pair:
    """Pair of photos to compare, as row numbers in the index."""

    first: int
    second: int
    asked: str  # why these two: random or informative; "" where that is not known

    @property
    def rows(self) -> frozenset[int]:
        """Row numbers of both photos as a set, for comparing pairs regardless of order."""
        return frozenset((self.first, self.second))


@dataclass
class PairQueue:
    """Photo pairs selected for a browser session and not answered yet."""

    waiting: list[Pair] = field(default_factory=list)
    again: Pair | None = None  # whose answer was taken back by a page that had not seen it


@dataclass(frozen=True)
class TeachSession:
    """Labelling session of one person on one index, for the page Teach."""

    index: Index
    rater: str
    prior: MasterVector | None  # None: the index has no vector, and the person begins from nothing
    subset: PhotoSubset  # the photos that pairs are drawn from
    within: Codes | None = None  # (n,) group or series of each photo; pairs are of one
    queue: PairQueue = field(default_factory=PairQueue)

    def clicks(self) -> Clicks:
        """Choices and stars of the person so far, read from disk."""
        return clicks(self.index, self.rater)

    def taste(self, said: Clicks | None = None) -> PersonalState:
        """Taste learned from all of the person's clicks: a rating vector with test results."""
        said = self.clicks() if said is None else said
        return personal_state(self.index, self.rater, self.prior, said, subset=self.subset)

    def pairs(self, said: Clicks) -> list[Pair]:
        """Next photo pairs to ask the person about; fewer than usual if few remain."""
        answered = {frozenset(pair) for pair in said.seen_pairs.tolist()}
        queue = self.queue
        queue.waiting = [one for one in queue.waiting if one.rows not in answered]
        if len(queue.waiting) < PAIRS_AHEAD:
            queue.waiting += self._unseen_pairs(said, PAIRS_AHEAD - len(queue.waiting))
        return queue.waiting

    def pair_of(self, undone: Undone) -> Pair | None:
        """Photo pair of an undone answer; None if a star rating was undone instead."""
        if undone.kind == "stars":
            return None
        digests = self.index.digests()
        rows = sorted(digests.index(digest) for digest in undone.photos if digest in digests)
        return Pair(rows[0], rows[1], undone.asked) if len(rows) == 2 else None

    def _unseen_pairs(self, said: Clicks, n: int) -> list[Pair]:
        """Up to n new photo pairs that the person has not seen and that are not in the queue."""
        waiting = [(one.first, one.second) for one in self.queue.waiting]
        seen = np.vstack([said.seen_pairs, np.array(waiting, dtype=np.intp).reshape(-1, 2)])
        subset = self.subset.including(self.index, np.union1d(seen, said.starred))
        taste = taste_of(subset.prior, judged_clicks(subset.Z, subset.clicks_in_subset(said)))
        within = None if self.within is None else self.within[subset.rows]
        rng, pairs = np.random.default_rng(), []
        for _ in range(n):
            asked = subset.places(seen)
            found = next_pair(taste, subset.Z, asked=asked, rng=rng, within=within)
            if found is None:
                break
            first, second = subset.rows[[found.first, found.second]].tolist()
            pairs.append(Pair(first, second, found.asked))
            seen = np.vstack([seen, [[first, second]]])
        return pairs


def codes_of_kind(labels: IndexLabels, kind: Kind) -> Codes | None:
    """Integer code (n,) of each photo's group or series, as `kind` says; None for kind "all"."""
    return {"all": None, "group": labels.groups, "series": labels.series}[kind]
