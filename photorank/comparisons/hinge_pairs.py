"""Sums over the photo pairs with a hinge loss above 0, without listing the pairs.

A pair has one if its winner is rated less than 1 above its loser.

They are what a ranking with a margin still has to work on: the hinge's active
pairs. Sums over them take O(n log n), after Lee & Lin (2014,
https://doi.org/10.1162/NECO_a_00571), whose tree is walked here a whole level
at a time.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple, Self, cast

import numpy as np

from photorank.comparisons.codes import combined, dense_ranks, run_starts
from photorank.comparisons.comparisons import ChoiceComparisons, Comparisons, ScoreComparisons
from photorank.comparisons.dominance import prefix_sums
from photorank.comparisons.sorted_blocks import Blocks
from photorank.typing import Codes, Floats, Ratings


class HingePairs(ABC):
    """Graph of the photo pairs in which the winner is rated less than 1 above the loser."""

    net: Floats  # (n,) weight of the pairs each photo should win, less those it should lose
    weight: float  # of all of them

    @abstractmethod
    def laplacian(self, values: Floats) -> Floats:
        """Product (n,) of the graph's Laplacian matrix and the vector `values` of the photos."""

    def squared_hinge(self, ratings: Ratings) -> float:
        """Sum of squared hinge losses Σ w_ij max(0, 1 − (r_i − r_j))² over the graph's pairs.

        Photo i is the winner of a pair, and j the loser. The ratings r must be those that
        :func:`hinge_pairs` was given.
        """
        return float(ratings @ self.laplacian(ratings) - 2 * self.net @ ratings + self.weight)


def hinge_pairs(comparisons: Comparisons, ratings: Ratings) -> HingePairs:
    """Winner–loser pairs of photos that have a hinge loss above 0 at the given ratings (n,).

    Examples
    --------
    >>> pairs = hinge_pairs(Comparisons.from_scores([1, 2, 3]), np.array([0.0, 0.5, 1.2]))
    >>> pairs.weight, pairs.net
    (2.0, array([-1.,  0.,  1.]))
    """
    r = np.asarray(ratings, dtype=np.float64)
    if isinstance(comparisons, ChoiceComparisons):
        return _ChoicePairs(comparisons, r)
    return _ScorePairs(cast(ScoreComparisons, comparisons), r)


class _ChoicePairs(HingePairs):
    """Photo pairs with a hinge loss above 0, taken from a list of choices between two photos."""

    def __init__(self, choices: ChoiceComparisons, r: Ratings) -> None:
        self._choices, lead = choices, choices.differences(r)
        wins, losses = choices.first_wins * (lead < 1), choices.second_wins * (-lead < 1)
        self._weights = wins + losses
        self.net = choices.net(wins - losses)
        self.weight = float(self._weights.sum())

    def laplacian(self, values: Floats) -> Floats:
        return self._choices.net(self._weights * self._choices.differences(values))


class _ScorePairs(HingePairs):
    """Pairs of scored photos whose hinge loss is above 0."""

    def __init__(self, scores: ScoreComparisons, r: Ratings) -> None:
        self._scores, r = scores, r[scores.rows]
        codes = [(1, scores.same)]
        if scores.different is not None:
            codes.append((-1, combined(scores.same, scores.different)))
        self._trees = [
            (sign, _Tree.of(Blocks.of(scores.labels, scores.trust, code, 0), r))
            for sign, code in codes
        ]
        losers, winners = self._sums(scores.trust)
        self._degrees = losers + winners
        self.net = scores.scattered(scores.trust * (losers - winners))
        self.weight = float(scores.trust @ losers)

    def laplacian(self, values: Floats) -> Floats:
        q, trust = values[self._scores.rows], self._scores.trust
        losers, winners = self._sums(trust * q)
        return self._scores.scattered(trust * (self._degrees * q - losers - winners))

    def _sums(self, values: Floats) -> tuple[Floats, Floats]:
        """For each photo, the sum of its worse partners' values and of its better partners' values.

        Only pairs with a hinge loss count. The worse photo of a pair is the loser, and the better
        one the winner.
        """
        losers, winners = np.zeros_like(values), np.zeros_like(values)
        for sign, tree in self._trees:
            tree.add_to(losers, winners, sign * values)
        return losers, winners


class _Level(NamedTuple):
    """Pairs of a better and a worse photo that were found at one level of a binary tree.

    Each winner is paired with a range (run) of `losers`, and each loser with one of `winners`.
    """

    winners: Codes  # (a,) rows
    first_loser: Codes  # (a,) where its run in `losers` begins
    last_loser: Codes  # (a,) and ends (exclusive)
    losers: Codes  # (b,) rows
    first_winner: Codes  # (b,)
    last_winner: Codes  # (b,)


@dataclass(frozen=True)
class _Tree:
    """Binary tree over sorted photos, for sums over the pairs with a hinge loss.

    Each photo is two points: as a loser with key −r_j, as a winner with key
    1 − r_i. Walked in the order of the labels, a winner meets the losers that
    came before it with a smaller key. That is a question of dominance (see
    :func:`photorank.comparisons.dominance.dominance`), whose answer is kept
    here as runs, so that any number of sums can be taken along them, in both
    directions.
    """

    levels: list[_Level]

    @classmethod
    def of(cls, blocks: Blocks, r: Ratings) -> Self:
        n = len(r)
        row = np.concatenate([blocks.order, blocks.order])
        loser = np.repeat([True, False], n)
        # A winner comes before the losers of its own tier, and so never meets them.
        walk = np.lexsort((loser, np.concatenate([blocks.tier, blocks.tier])))
        key = dense_ranks(np.concatenate([-r, 1 - r])[np.where(loser, row, row + n)])
        # Blocks run against the walk, so no loser of another block has a smaller key.
        block = np.concatenate([blocks.block, blocks.block])
        key += (blocks.block.max(initial=0) - block) * (key.max(initial=0) + 1)
        key, row, loser = dense_ranks(key)[walk], row[walk], loser[walk]

        levels = []
        for bit in reversed(range(int(key.max(initial=0)).bit_length())):
            high = key >> bit
            levels.append(_level(high, row, loser))
            # The points that share these bits go on together, in the order of the walk.
            # NumPy sorts 16 bits by radix, many times faster.
            short = high if key.max() >> (bit + 16) else high.astype(np.uint16)
            order = np.argsort(short, kind="stable")
            key, row, loser = key[order], row[order], loser[order]
        return cls(levels)

    def add_to(self, losers: Floats, winners: Floats, values: Floats) -> None:
        """Add each photo's sum of `values` over worse photos to `losers`, over better to `winners`.

        Sums over worse partners are added to `losers`, and sums over better partners to `winners`.
        A photo's partners are those that it forms a pair with.
        """
        for level in self.levels:
            running = prefix_sums(values[level.losers])
            losers[level.winners] += running[level.last_loser] - running[level.first_loser]
            running = prefix_sums(values[level.winners])
            winners[level.losers] += running[level.last_winner] - running[level.first_winner]


def _level(high: Codes, row: Codes, loser: Codes) -> _Level:
    """Pairs of photos in different halves of the same node, at one level of a binary tree.

    The winner of a pair is in the upper half of a node, and the loser in the lower half.
    """
    odd = (high & 1).astype(bool)
    start = np.flatnonzero(run_starts(high >> 1))
    end = np.append(start[1:], len(high))
    part = np.repeat(np.arange(len(start)), end - start)
    wins, loses = odd & ~loser, ~odd & loser
    losers_before, winners_before = prefix_sums(loses, np.intp), prefix_sums(wins, np.intp)
    winner, beaten = np.flatnonzero(wins), np.flatnonzero(loses)
    return _Level(
        winners=row[winner],
        first_loser=losers_before[start][part[winner]],
        last_loser=losers_before[winner],
        losers=row[beaten],
        first_winner=winners_before[beaten],
        last_winner=winners_before[end][part[beaten]],
    )
