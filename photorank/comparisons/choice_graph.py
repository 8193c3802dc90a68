"""Comparison graph of choices: sparse, with an edge for each photo pair shown to people."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.codes import connected, places
from photorank.comparisons.graph import Agreement, ComparisonGraph, Edges, SampledPairs
from photorank.errors import ComparisonsError
from photorank.typing import Codes, Embeddings, Flags, Floats, Pairs, Ratings, Scope


@dataclass(frozen=True)
class ChoiceGraph(ComparisonGraph):
    """Comparison graph of choices: an edge for each photo pair shown to people.

    An edge's weight is the number of times its pair was shown; its margin is the difference between
    the two photos' win shares.
    """

    n: int
    first: Codes  # (m,) rows, first < second
    second: Codes  # (m,)
    first_wins: Floats  # (m,) how often the first was chosen
    second_wins: Floats  # (m,)
    ties: Floats  # (m,)

    @classmethod
    def of(
        cls,
        winners: ArrayLike,
        losers: ArrayLike,
        *,
        n: int,
        ties: ArrayLike | None,
        weights: ArrayLike | None,
    ) -> Self:
        """Comparison graph of people's choices; raises ComparisonsError if they are invalid.

        See :meth:`Comparisons.from_choices`.
        """
        winner = np.asarray(winners, dtype=np.intp).reshape(-1)
        loser = np.asarray(losers, dtype=np.intp).reshape(-1)
        count = np.ones(len(winner)) if weights is None else np.asarray(weights, dtype=np.float64)
        tied = np.zeros(len(winner), bool) if ties is None else np.asarray(ties, dtype=bool)
        if not len(winner) == len(loser) == len(count) == len(tied):
            raise ComparisonsError("winners, losers, ties and weights must have one length")
        both = np.concatenate([winner, loser])
        if len(both) and (both.min() < 0 or both.max() >= n):
            raise ComparisonsError(f"choices name rows outside 0 … {n - 1}")
        if (winner == loser).any():
            raise ComparisonsError("a photo cannot be compared with itself")
        if not (np.isfinite(count) & (count > 0)).all():
            raise ComparisonsError("weights must be positive numbers")

        first, second = np.minimum(winner, loser), np.maximum(winner, loser)
        edge, place = np.unique(first * n + second, return_inverse=True)

        def times(kind: Flags) -> Floats:
            return np.bincount(place, count * kind, minlength=len(edge)).astype(np.float64)

        return cls(
            n=n,
            first=edge // n,
            second=edge % n,
            first_wins=times(~tied & (winner == first)),
            second_wins=times(~tied & (winner == second)),
            ties=times(tied),
        )

    @property
    def pairs(self) -> Pairs:
        """Row numbers (m, 2) of the two photos joined by each of m edges."""
        return np.column_stack([self.first, self.second])

    @property
    def weight(self) -> Floats:
        """Weight (m,) of each edge: how often people judged its two photos."""
        return self.first_wins + self.second_wins + self.ties

    @property
    def margin(self) -> Floats:
        """Margin (m,) of each edge, −1 to 1: first photo's win share minus second photo's."""
        return (self.first_wins - self.second_wins) / self.weight

    @property
    def n_pairs(self) -> int:
        return int(np.count_nonzero(self.margin))

    @property
    def active(self) -> Codes:
        return np.union1d(self.first, self.second)

    @property
    def components(self) -> Codes:
        linked = connected(self.first, self.second, self.n)
        codes = np.full(self.n, -1, dtype=np.intp)
        codes[self.active] = np.unique(linked[self.active], return_inverse=True)[1]
        return codes

    @property
    def n_judgements(self) -> float:
        return float(self.weight.sum())

    @property
    def scores(self) -> None:
        return None

    def laplacian(self, X: Embeddings | Floats) -> Floats:
        from scipy.sparse import coo_array, diags_array

        weight = self.weight / self._total
        links = coo_array((weight, (self.first, self.second)), shape=(self.n, self.n)).tocsr()
        links = links + links.T
        return (diags_array(links.sum(axis=1)) - links) @ np.asarray(X, dtype=np.float64)

    def preference(self) -> Floats:
        return self.net((self.first_wins - self.second_wins) / self._total)

    def net_wins(self) -> Floats:
        return self.net(self.weight * np.sign(self.margin) / self._total)

    def squared_margins(self) -> float:
        return float(self.weight @ self.margin**2 / self._total)

    def agreement(self, ratings: Ratings) -> Agreement:
        weight = self.weight * (self.margin != 0)
        agrees = np.sign(self.differences(ratings)) * np.sign(self.margin)
        return Agreement(self._gross(weight * (1 + agrees) / 2), self._gross(weight))

    def untied_weight(self, ratings: Ratings) -> Floats:
        return self._gross(self.weight * (self.differences(ratings) != 0))

    def edges(self, pairs: Pairs) -> Edges:
        known = self.first * self.n + self.second  # not sorted any more after take()
        order = np.argsort(known)
        asked = pairs.min(axis=1) * self.n + pairs.max(axis=1)
        place = np.searchsorted(known, asked, sorter=order)
        shown = place < len(known)
        shown[shown] = known[order[place[shown]]] == asked[shown]
        edge = order[place[shown]]
        margin, weight = np.zeros(len(pairs)), np.zeros(len(pairs))
        weight[shown] = self.weight[edge]
        turned = np.where(pairs[shown, 0] < pairs[shown, 1], 1, -1)
        margin[shown] = self.margin[edge] * turned
        return Edges(weight, margin)

    def with_gap_power(self, gap_power: int) -> Self:
        return self

    def restricted(self, codes: Codes, scope: Scope) -> Self:
        if scope == "all":
            return self
        a, b = codes[self.first], codes[self.second]
        return self._kept((a >= 0) & (b >= 0) & ((a == b) == (scope == "within")))

    def lies_within(self, codes: Codes) -> bool:
        return bool((codes[self.first] == codes[self.second]).all())

    def take(self, rows: Codes) -> Self:
        place = places(rows, self.n)
        kept = self._kept((place[self.first] >= 0) & (place[self.second] >= 0))
        a, b = place[kept.first], place[kept.second]
        swap = a > b  # the rows may be taken in any order
        return replace(
            kept,
            n=len(rows),
            first=np.where(swap, b, a),
            second=np.where(swap, a, b),
            first_wins=np.where(swap, kept.second_wins, kept.first_wins),
            second_wins=np.where(swap, kept.first_wins, kept.second_wins),
        )

    def sample(
        self, m: int, *, rng: np.random.Generator, extremes: float | None = None
    ) -> SampledPairs:
        weight = self.weight * (self.margin != 0)
        if not weight.sum() > 0:
            raise ComparisonsError("no photo was ever preferred to another, so there is no pair")
        drawn = rng.choice(len(weight), size=m, p=weight / weight.sum())
        pairs, margin = self.pairs[drawn], self.margin[drawn]
        pairs[margin < 0] = pairs[margin < 0][:, ::-1]
        return SampledPairs(pairs, np.abs(margin))

    def differences(self, ratings: Ratings) -> Floats:
        """Rating of the first photo minus rating of the second photo, for each edge (m,).

        `ratings` (n,) are those of all photos.
        """
        r = np.asarray(ratings, dtype=np.float64)
        return r[self.first] - r[self.second]

    def net(self, values: Floats) -> Floats:
        """For each photo, total value of edges where it is first, minus total where it is second.

        `values` (m,) has a number for each edge.
        """
        return self._sums(self.first, values) - self._sums(self.second, values)

    def _gross(self, values: Floats) -> Floats:
        """For each of n photos, the sum (n,) of `values` over all graph edges of the photo.

        `values` (m,) has a number for each edge.
        """
        return self._sums(self.first, values) + self._sums(self.second, values)

    def _sums(self, rows: Codes, values: Floats) -> Floats:
        return np.bincount(rows, values, self.n).astype(np.float64)

    @property
    def _total(self) -> float:
        total = float(self.weight.sum())
        if not total > 0:
            raise ComparisonsError("there are no choices, so there is no pair")
        return total

    def _kept(self, keep: Flags) -> Self:
        return replace(
            self,
            first=self.first[keep],
            second=self.second[keep],
            first_wins=self.first_wins[keep],
            second_wins=self.second_wins[keep],
            ties=self.ties[keep],
        )
