"""The comparison graph of choices: the pairs that people were shown, as a sparse graph."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from photorank.comparisons.comparisons import Agreement, Comparisons, Edges, SampledPairs
from photorank.errors import ComparisonsError
from photorank.typing import Codes, Embeddings, Floats, Pairs, Ratings, Scope


def choice_graph(
    winners: ArrayLike,
    losers: ArrayLike,
    *,
    n: int,
    ties: ArrayLike | None,
    weights: ArrayLike | None,
) -> "ChoiceComparisons":
    """Check the arguments of :meth:`Comparisons.from_choices` and collect choices of one pair."""
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
    place = place.reshape(-1)

    def times(kind: NDArray[np.bool_]) -> Floats:
        return np.bincount(place, count * kind, minlength=len(edge)).astype(np.float64)

    return ChoiceComparisons(
        n=n,
        first=edge // n,
        second=edge % n,
        first_wins=times(~tied & (winner == first)),
        second_wins=times(~tied & (winner == second)),
        ties=times(tied),
    )


@dataclass(frozen=True)
class ChoiceComparisons(Comparisons):
    """One edge a pair that was shown: its weight is how often, its margin the share of wins."""

    n: int
    first: Codes  # (m,) rows, first < second
    second: Codes  # (m,)
    first_wins: Floats  # (m,) how often the first was chosen
    second_wins: Floats  # (m,)
    ties: Floats  # (m,)

    @property
    def weight(self) -> Floats:
        """How often each pair was shown, (m,)."""
        return self.first_wins + self.second_wins + self.ties

    @property
    def margin(self) -> Floats:
        """The first photo's share of wins less the second's, (m,), between −1 and 1."""
        return (self.first_wins - self.second_wins) / self.weight

    @property
    def n_pairs(self) -> int:
        return int(np.count_nonzero(self.margin))

    @property
    def active(self) -> Codes:
        return np.union1d(self.first, self.second)

    @property
    def components(self) -> Codes:
        """Numbers (n,) of the connected components, −1 for a photo without a choice."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        links = coo_array((self.weight, (self.first, self.second)), shape=(self.n, self.n))
        labels = connected_components(links, directed=False)[1]
        codes = np.full(self.n, -1, dtype=np.intp)
        codes[self.active] = np.unique(labels[self.active], return_inverse=True)[1]
        return codes

    @property
    def n_components(self) -> int:
        return int(self.components.max(initial=-1)) + 1

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
        return self._net((self.first_wins - self.second_wins) / self._total)

    def net_wins(self) -> Floats:
        return self._net(self.weight * np.sign(self.margin) / self._total)

    def energy(self) -> float:
        return float(self.weight @ self.margin**2 / self._total)

    def agreement(self, ratings: Ratings) -> Agreement:
        r = np.asarray(ratings, dtype=np.float64)
        weight = self.weight * (self.margin != 0)
        agrees = np.sign(r[self.first] - r[self.second]) * np.sign(self.margin)
        return Agreement(self._gross(weight * (1 + agrees) / 2), self._gross(weight))

    def told_apart(self, ratings: Ratings) -> Floats:
        r = np.asarray(ratings, dtype=np.float64)
        return self._gross(self.weight * (r[self.first] != r[self.second]))

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

    def take(self, rows: Codes) -> Self:
        place = np.full(self.n, -1)
        place[rows] = np.arange(len(rows))
        first, second = place[self.first], place[self.second]
        kept = self._kept((first >= 0) & (second >= 0))
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
        pairs = np.column_stack([self.first[drawn], self.second[drawn]])
        swap = self.margin[drawn] < 0
        pairs[swap] = pairs[swap][:, ::-1]
        return SampledPairs(pairs, np.abs(self.margin[drawn]))

    @property
    def _total(self) -> float:
        total = float(self.weight.sum())
        if not total > 0:
            raise ComparisonsError("there are no choices, so there is no pair")
        return total

    def _net(self, flow: Floats) -> Floats:
        """Add each edge's value (m,) to its first photo and take it from its second."""
        net = np.zeros(self.n)
        np.add.at(net, self.first, flow)
        np.subtract.at(net, self.second, flow)
        return net

    def _gross(self, value: Floats) -> Floats:
        """Add each edge's value (m,) to both of its photos."""
        gross = np.zeros(self.n)
        np.add.at(gross, self.first, value)
        np.add.at(gross, self.second, value)
        return gross

    def _kept(self, keep: NDArray[np.bool_]) -> Self:
        return replace(
            self,
            first=self.first[keep],
            second=self.second[keep],
            first_wins=self.first_wins[keep],
            second_wins=self.second_wins[keep],
            ties=self.ties[keep],
        )
