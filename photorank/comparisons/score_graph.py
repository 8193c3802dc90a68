"""Comparison graph of scores: all photo pairs with different scores, without listing them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.codes import combined, dense_ranks, places, rows_by_code
from photorank.comparisons.graph import Agreement, ComparisonGraph, Edges, SampledPairs
from photorank.comparisons.sorted_blocks import Blocks
from photorank.errors import ComparisonsError
from photorank.typing import Codes, Embeddings, Flags, Floats, Labels, Pairs, Ratings, Scope


@dataclass(frozen=True)
class ScoreGraph(ComparisonGraph):
    """Comparison graph of scores: an edge for every two photos with different scores.

    The weight is w_ij = u_i u_j |y_i − y_j|^p, for labels y and trust u.
    """

    n: int
    rows: Codes  # (l,) the labelled photos
    labels: Labels  # (l,)
    trust: Floats  # (l,) u
    same: Codes  # (l,) pairs must agree in this
    different: Codes | None  # (l,) and, if given, differ in this
    gap_power: int  # p

    @classmethod
    def of(cls, scores: ArrayLike, *, gap_power: int, weights: ArrayLike | None) -> Self:
        """Comparison graph with an edge between any two photos that have different scores (n,).

        Raises ComparisonsError if the scores, the gap power or the weights are invalid.

        See :meth:`Comparisons.from_scores`.
        """
        y = np.asarray(scores, dtype=np.float64)
        if y.ndim != 1 or np.isinf(y).any():
            raise ComparisonsError("scores must be one finite number (or nan) a photo")
        if gap_power not in (0, 1, 2):
            raise ComparisonsError(f"the gap power must be 0, 1 or 2, not {gap_power}")
        trust = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
        rows = np.flatnonzero(np.isfinite(y))
        if trust.shape != y.shape or not (np.isfinite(trust[rows]) & (trust[rows] > 0)).all():
            raise ComparisonsError("weights must be one positive number a photo")
        return cls(
            n=len(y),
            rows=rows,
            labels=y[rows],
            trust=trust[rows],
            same=np.zeros(len(rows), dtype=np.intp),
            different=None,
            gap_power=gap_power,
        )

    @property
    def n_pairs(self) -> int:
        return round(self._plain_degrees.sum() / 2)

    @property
    def active(self) -> Codes:
        return self.rows[self._plain_degrees > 0]

    @property
    def components(self) -> Codes:
        # Two photos of one block with equal labels meet through a third.
        active = self._plain_degrees > 0
        codes = np.full(self.n, -1, dtype=np.intp)
        codes[self.rows[active]] = dense_ranks(self.rows[self.block_firsts][active])
        return codes

    @property
    def n_judgements(self) -> float:
        active = self._plain_degrees > 0
        return float(active.sum() - len(np.unique(self.same[active])))

    def laplacian(self, X: Embeddings | Floats) -> Floats:
        X = np.asarray(X, dtype=np.float64)
        rows = X if self._all_labelled else X[self.rows]
        product = self._over_pairs(lambda part: part.laplacian(rows))
        product /= self._total
        return product if self._all_labelled else self.scattered(product)

    def gram(self, Z: Embeddings | Floats) -> Floats:
        if self.gap_power:
            return super().gram(Z)
        gram = self._over_pairs(lambda part: part.gram(Z, self.rows))
        gram /= self._total
        return gram

    def deviations(self, Z: Floats) -> Floats | None:
        if self.gap_power or self.different is not None:
            return None
        rows = self.parts[0].deviations(Z if self._all_labelled else Z[self.rows])
        rows /= np.sqrt(self._total)
        return rows if self._all_labelled else self.scattered(rows)

    def preference(self) -> Floats:
        return self._preference

    def net_wins(self) -> Floats:
        return self.scattered(self._over_pairs(Blocks.net_wins) / self._total)

    def squared_margins(self) -> float:
        return float(self.scattered(self.labels) @ self._preference)

    def squared_errors(self, ratings: Floats) -> Floats:
        errors = ratings - self.scattered(self.labels)[:, None]
        deviations = self.deviations(errors)
        if deviations is not None:
            return np.einsum("na,na->a", deviations, deviations)
        return np.einsum("na,na->a", errors, self.laplacian(errors))

    def agreement(self, ratings: Ratings) -> Agreement:
        r = np.asarray(ratings, dtype=np.float64)[self.rows]
        # Accuracy and tau ask for the same one after the other, and it is what takes long.
        for known, found in self._last_agreement[-1:]:
            if np.array_equal(known, r):
                return found
        found = Agreement(
            self.scattered(self._over_pairs(lambda part: part.credit(r))),
            self.scattered(self._over_pairs(Blocks.degrees)),
        )
        for sums in found:
            sums.flags.writeable = False
        self._last_agreement[:] = [(r, found)]
        return found

    def untied_weight(self, ratings: Ratings) -> Floats:
        plain = self.with_scores(ratings).with_gap_power(0)
        return self.scattered(plain._over_pairs(Blocks.degrees))

    def edges(self, pairs: Pairs) -> Edges:
        # Metric after metric asks for the same couples of units.
        for known, found in self._last_edges[-1:]:
            if known is pairs:
                return found
        self._last_edges[:] = [(pairs, self._edges(pairs))]
        return self._last_edges[0][1]

    def _edges(self, pairs: Pairs) -> Edges:
        first, second = places(self.rows, self.n)[pairs].T
        may = (first >= 0) & (second >= 0)
        may[may] = self.same[first[may]] == self.same[second[may]]
        if self.different is not None:
            may[may] = self.different[first[may]] != self.different[second[may]]
        margin, weight = np.zeros(len(pairs)), np.zeros(len(pairs))
        first, second = first[may], second[may]
        margin[may] = self.labels[first] - self.labels[second]
        weight[may] = self.trust[first] * self.trust[second] * np.abs(margin[may]) ** self.gap_power
        for values in (weight, margin):
            values.flags.writeable = False
        return Edges(weight, margin)

    @property
    def scores(self) -> Labels:
        return self.scattered(self.labels, np.nan)

    def with_gap_power(self, gap_power: int) -> Self:
        if gap_power == self.gap_power:
            return self  # with all it has sorted already
        if gap_power not in self._by_gap_power:
            self._by_gap_power[gap_power] = replace(self, gap_power=gap_power)
        return self._by_gap_power[gap_power]

    def with_scores(self, scores: Ratings) -> Self:
        """Copy of the graph with other scores (n,) for the same photos, groups and weights."""
        return replace(self, labels=np.asarray(scores, dtype=np.float64)[self.rows])

    def products(self, a: Floats, b: Floats) -> Floats:
        """For photo values a and b, weighted sum of (a_i − a_j)(b_i − b_j) over j for each photo i.

        The weight is the trust in both labels; photos with equal labels count too.
        """
        a, b = np.asarray(a, np.float64)[self.rows], np.asarray(b, np.float64)[self.rows]
        return self.scattered(self._over_pairs(lambda part: part.products(a, b)))

    def differences(self, a: Floats) -> Floats:
        """For each photo, weighted sum (n, …) of its value in `a` less each compared photo's value.

        The weight is the trust in both labels; photos with equal labels count too.
        """
        a = np.asarray(a, np.float64)[self.rows]
        return self.scattered(self._over_pairs(lambda part: part.differences(a)))

    @cached_property
    def block_firsts(self) -> Codes:
        """For each photo in `rows`, position in `rows` of the first photo of its group (block).

        Only photos of one block may be compared.
        """
        _, first, block = np.unique(self.same, return_index=True, return_inverse=True)
        return first[block]

    def blocks(self) -> list[Codes]:
        """Row numbers of the labelled photos, one array for each group (block).

        Only photos of one block form pairs.
        """
        return [self.rows[members] for members in rows_by_code(self.same)]

    def fractional_ranks(self, values: Ratings) -> Ratings:
        """Mid-rank (n,), 0 to 1, of each photo's value among the photos it is compared with.

        nan for unlabelled photos.
        """
        values = np.asarray(values, np.float64)[self.rows]
        return self.scattered(
            Blocks.of(values, self.trust, self.same, 0).fractional_ranks(), np.nan
        )

    def restricted(self, codes: Codes, scope: Scope) -> Self:
        if scope == "all":
            return self
        if scope == "across" and self.different is not None:
            raise ComparisonsError("the graph is already restricted to pairs across groups")
        kept = self._kept(codes[self.rows] >= 0)
        group = codes[kept.rows]
        if scope == "within":
            return replace(kept, same=combined(kept.same, group))
        return replace(kept, different=group)

    def lies_within(self, codes: Codes) -> bool:
        group = codes[self.rows]
        return bool((group == group[self.block_firsts]).all())

    def take(self, rows: Codes) -> Self:
        place = places(rows, self.n)
        kept = self._kept(place[self.rows] >= 0)
        return replace(kept, n=len(rows), rows=place[kept.rows])

    def sample(
        self, m: int, *, rng: np.random.Generator, extremes: float | None = None
    ) -> SampledPairs:
        worst, best = self._extremes(extremes)
        worst = worst[np.argsort(self.same[worst], kind="stable")]
        left = np.searchsorted(self.same[worst], self.same[best], "left")
        choices = np.searchsorted(self.same[worst], self.same[best], "right") - left
        if self.n_pairs == 0 or not choices.sum():
            raise ComparisonsError(
                "no two photos were judged differently: there is no pair to draw"
            )

        found: list[Pairs] = []
        missing = m
        for _ in range(1000):  # each round keeps a share of its draws; most need two
            drawn = rng.choice(len(best), size=2 * missing + 16, p=choices / choices.sum())
            other = worst[left[drawn] + rng.integers(choices[drawn])]
            pairs = np.column_stack([best[drawn], other])
            found.append(pairs[self.are_ordered(pairs)][:missing])
            missing -= len(found[-1])
            if not missing:
                break
        else:
            raise ComparisonsError("too few photos were judged differently to draw pairs")
        pairs = np.concatenate(found)
        margins = self.labels[pairs[:, 0]] - self.labels[pairs[:, 1]]
        pairs[margins < 0] = pairs[margins < 0][:, ::-1]
        return SampledPairs(self.rows[pairs], np.abs(margins))

    def are_ordered(self, places: Pairs) -> Flags:
        """Mask (m,): True for pairs (m, 2) of labelled photos in which people preferred one photo.

        Photos are given as positions in `rows`.
        """
        first, second = places.T
        ordered = self.labels[first] != self.labels[second]
        if self.different is not None:
            ordered &= self.different[first] != self.different[second]
        return ordered

    def _extremes(self, share: float | None) -> tuple[Codes, Codes]:
        """Indices of each group's photos with the lowest labels, and of those with the highest.

        They are indices into `rows`. Each of the two is that `share` of the group (block); without
        `share`, all photos.
        """
        if share is None:
            everybody = np.arange(len(self.labels))
            return everybody, everybody
        low, high = np.empty((2, len(self.labels)))
        for members in rows_by_code(self.same):
            low[members], high[members] = np.quantile(self.labels[members], [share, 1 - share])
        return np.flatnonzero(self.labels <= low), np.flatnonzero(self.labels >= high)

    @cached_property
    def _total(self) -> float:
        total = float(self._over_pairs(Blocks.degrees).sum()) / 2
        if not total > 0:
            raise ComparisonsError("no two photos were judged differently, so there is no pair")
        return total

    @cached_property
    def _preference(self) -> Floats:
        preference = self.laplacian(self.scattered(self.labels))
        preference.flags.writeable = False
        return preference

    def scattered(self, values: Floats, missing: float = 0.0) -> Floats:
        """Array (n, …) over all photos: values of labelled photos, and `missing` for the others."""
        spread = np.full((self.n, *values.shape[1:]), missing)
        spread[self.rows] = values
        return spread

    def _kept(self, keep: Flags) -> Self:
        return replace(
            self,
            rows=self.rows[keep],
            labels=self.labels[keep],
            trust=self.trust[keep],
            same=self.same[keep],
            different=None if self.different is None else self.different[keep],
        )

    @cached_property
    def _last_agreement(self) -> list[tuple[Floats, Agreement]]:
        """Cache of the last result of :meth:`agreement`, with the ratings it was computed from."""
        return []

    @cached_property
    def _last_edges(self) -> list[tuple[Pairs, Edges]]:
        """Cache of the last result of :meth:`edges`, with the pairs it was computed for."""
        return []

    @cached_property
    def _by_gap_power(self) -> dict[int, Self]:
        """Cache of this graph's copies with edge weights ∝ |label difference|^p, keyed by p."""
        return {}

    @cached_property
    def _plain_degrees(self) -> Floats:
        return self._over_pairs(Blocks.counts)

    @cached_property
    def parts(self) -> tuple[Blocks, ...]:
        """Tuple of one or two sets of photo pairs: all pairs within groups, and pairs to leave out.

        A sum over the compared pairs is the first item's sum minus the second's.
        """
        codes = [self.same]
        if self.different is not None:
            codes.append(combined(self.same, self.different))
        return tuple(Blocks.of(self.labels, self.trust, code, self.gap_power) for code in codes)

    @cached_property
    def _all_labelled(self) -> bool:
        """True if every photo of the graph is labelled, and `rows` lists them in order."""
        return np.array_equal(self.rows, np.arange(self.n))

    def _over_pairs(self, of: Callable[[Blocks], Floats]) -> Floats:
        """Sum over all compared photo pairs, made from the sums that `of` returns for each part.

        `of` is called with each item of `parts`; its result for pairs that may not be compared is
        subtracted.
        """
        sums, *without = (of(part) for part in self.parts)
        return sums - without[0] if without else sums
