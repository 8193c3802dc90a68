"""The ordered pairs whose winner is rated less than one unit above its loser, never listed.

They are what a ranking with a margin still has to work on. Sums over them take
O(n log n), after Lee & Lin (2014, https://doi.org/10.1162/NECO_a_00571), whose
tree is walked here a whole level at a time.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple, Self, cast

import numpy as np

from photorank.comparisons.choice_graph import ChoiceComparisons
from photorank.comparisons.comparisons import Comparisons
from photorank.comparisons.dominance import dense_ranks
from photorank.comparisons.score_graph import ScoreComparisons
from photorank.comparisons.sorted_blocks import Blocks, combined
from photorank.typing import Codes, Floats, Ratings


class ShortLeads(ABC):
    """The pairs (i, j) with i preferred to j and r_i − r_j < 1, as a graph."""

    net: Floats  # (n,) weight of the pairs each photo should win, less those it should lose
    weight: float  # of all of them

    @abstractmethod
    def laplacian(self, values: Floats) -> Floats:
        """Return Σ_j w_ij (q_i − q_j) (n,) over these pairs, of either order, for values q (n,)."""

    def squared_hinge(self, ratings: Ratings) -> float:
        """Return Σ w_ij (1 − (r_i − r_j))² for the ratings that chose the pairs."""
        return float(ratings @ self.laplacian(ratings) - 2 * self.net @ ratings + self.weight)


def short_leads(comparisons: Comparisons, ratings: Ratings) -> ShortLeads:
    """Find the pairs of short lead among comparisons, for ratings (n,); gaps do not count.

    Examples
    --------
    >>> leads = short_leads(Comparisons.from_scores([1, 2, 3]), np.array([0.0, 0.5, 1.2]))
    >>> leads.weight, leads.net
    (2.0, array([-1.,  0.,  1.]))
    """
    r = np.asarray(ratings, dtype=np.float64)
    if isinstance(comparisons, ChoiceComparisons):
        return _ShortChoices(comparisons, r)
    return _ShortScores(cast(ScoreComparisons, comparisons), r)


class _ShortChoices(ShortLeads):
    """Explicit edges: each win counts while its lead is short."""

    def __init__(self, choices: ChoiceComparisons, r: Ratings) -> None:
        self._first, self._second, self._n = choices.first, choices.second, choices.n
        lead = r[choices.first] - r[choices.second]
        wins, losses = choices.first_wins * (lead < 1), choices.second_wins * (-lead < 1)
        self._weights = wins + losses
        self.net = self._gathered(wins - losses)
        self.weight = float(self._weights.sum())

    def laplacian(self, values: Floats) -> Floats:
        return self._gathered(self._weights * (values[self._first] - values[self._second]))

    def _gathered(self, flow: Floats) -> Floats:
        first, second = self._first, self._second
        net = np.bincount(first, flow, self._n) - np.bincount(second, flow, self._n)
        return net.astype(np.float64)


class _ShortScores(ShortLeads):
    """Trees of one block structure, less the pairs that may not differ in group."""

    def __init__(self, scores: ScoreComparisons, r: Ratings) -> None:
        self._n, self._rows, self._trust = scores.n, scores.rows, scores.trust
        r = r[scores.rows]
        self._trees = [(1, _Tree.of(Blocks.of(scores.labels, scores.trust, scores.same, 0), r))]
        if scores.different is not None:
            both = combined(scores.same, scores.different)
            blocks = Blocks.of(scores.labels, scores.trust, both, 0)
            self._trees.append((-1, _Tree.of(blocks, r)))
        beaten, beating = self._sums(self._trust)
        self._degrees = beaten + beating
        self.net = self._spread(self._trust * (beaten - beating))
        self.weight = float(self._trust @ beaten)

    def laplacian(self, values: Floats) -> Floats:
        q = values[self._rows]
        beaten, beating = self._sums(self._trust * q)
        return self._spread(self._trust * (self._degrees * q - beaten - beating))

    def _sums(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the sums (l,) over the photos that each one should beat, and be beaten by."""
        beaten, beating = np.zeros_like(values), np.zeros_like(values)
        for sign, tree in self._trees:
            tree.add_to(beaten, beating, sign * values)
        return beaten, beating

    def _spread(self, values: Floats) -> Floats:
        spread = np.zeros(self._n)
        spread[self._rows] = values
        return spread


class _Level(NamedTuple):
    """Some pairs (winner, loser): each winner with a run of losers, and the other way round."""

    winners: Codes  # (a,) rows
    first_loser: Codes  # (a,) where its run in `losers` begins
    last_loser: Codes  # (a,) and ends (exclusive)
    losers: Codes  # (b,) rows
    first_winner: Codes  # (b,)
    last_winner: Codes  # (b,)


@dataclass(frozen=True)
class _Tree:
    """All pairs of short lead within blocks, as O(log n) levels of runs.

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

    def add_to(self, beaten: Floats, beating: Floats, values: Floats) -> None:
        """Add the sums of values (n,) over each winner's losers and each loser's winners."""
        for level in self.levels:
            running = _running(values[level.losers])
            beaten[level.winners] += running[level.last_loser] - running[level.first_loser]
            running = _running(values[level.winners])
            beating[level.losers] += running[level.last_winner] - running[level.first_winner]


def _level(high: Codes, row: Codes, loser: Codes) -> _Level:
    """Pair the winners of an odd code with the losers of the even one below that came before."""
    odd = (high & 1).astype(bool)
    start = np.flatnonzero(np.diff(high >> 1, prepend=-1))
    end = np.append(start[1:], len(high))
    part = np.repeat(np.arange(len(start)), end - start)
    wins, loses = odd & ~loser, ~odd & loser
    losers_before, winners_before = _running(loses), _running(wins)
    winner, beaten = np.flatnonzero(wins), np.flatnonzero(loses)
    return _Level(
        winners=row[winner],
        first_loser=losers_before[start][part[winner]],
        last_loser=losers_before[winner],
        losers=row[beaten],
        first_winner=winners_before[beaten],
        last_winner=winners_before[end][part[beaten]],
    )


def _running(values: Any) -> Any:
    """Return the sums of the first 0, 1 … n values (n + 1,)."""
    sums = np.zeros(len(values) + 1, np.intp if values.dtype == bool else np.float64)
    np.cumsum(values, out=sums[1:])
    return sums
