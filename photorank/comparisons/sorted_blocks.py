"""Sums over photo pairs within groups (blocks), by prefix sums over sorted labels."""

from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import NamedTuple

import numpy as np

from photorank.comparisons.codes import combined, dense_ranks, order_within, run_starts
from photorank.comparisons.dominance import dominance, prefix_sums
from photorank.comparisons.double_precision import portions
from photorank.typing import Codes, Embeddings, Floats, Labels, Ratings

_COLUMNS = 64  # of X summed together, which bounds the memory of n x d prefix sums
# Pairs of a graph up to which they are listed: of more, dominance takes less time.
_LISTED = 1 << 16


class WeightedPairs(NamedTuple):
    """Pairs of photos with different labels: worse photo, better photo and weight.

    Photos are given by their positions in sorted order.
    """

    worse: Codes  # (m,)
    better: Codes  # (m,)
    weight: Floats  # (m,)


@dataclass(frozen=True)
class Blocks:
    """Photos sorted by group (block), then label; only photos of the same group form pairs."""

    order: Codes  # (l,) sorted row -> row
    block: Codes  # (l,) 0, 1, 2 …, non-decreasing
    tier: Codes  # (l,) one number a (block, label), non-decreasing
    y: Floats  # (l,) labels, centred on each block's mean
    u: Floats  # (l,) trust
    p: int  # gap power

    @classmethod
    def of(cls, labels: Labels, trust: Floats, codes: Codes, p: int) -> "Blocks":
        """Photos sorted by their group's number in `codes`, and within a group by label."""
        order = order_within(labels, codes)
        y = labels[order]
        block = np.cumsum(run_starts(codes[order])) - 1
        tier = np.cumsum(run_starts(y, block)) - 1
        # Powers of large labels cancel badly; gaps do not depend on the origin.
        mean = np.bincount(block, y) / np.bincount(block)
        return cls(order, block, tier, y - mean[block], trust[order], p)

    def neighbour_sums(self, V: Floats, *, sign: int = 1) -> Floats:
        """For each photo, sum (l, k) of partners' rows of matrix V, weighted by label gap powers.

        The weight is a power of the gap between the two labels, times `sign` for better photos.
        """
        if self.p == 0 and sign == 1:  # all of the block but the photo's own tier
            return _same_code_sums(self.block, V) - _same_code_sums(self.tier, V)
        below, above = [], []
        for power in range(self.p + 1):
            moment = self.y[:, None] ** power * V
            running = prefix_sums(moment)
            below.append(running[_run_begins(self.tier)] - running[_run_begins(self.block)])
            above.append(running[_run_ends(self.block)] - running[_run_ends(self.tier)])
        return self._gap_sums(below) + sign * (-1) ** self.p * self._gap_sums(above)

    def fractional_ranks(self) -> Floats:
        """Mid-rank (l,) of each photo's label within its group, as a fraction from 0 to 1."""
        below = (_run_begins(self.tier) + _run_ends(self.tier)) / 2 - _run_begins(self.block)
        return self._unsorted(below / np.bincount(self.block)[self.block])

    def degrees(self) -> Floats:
        """Total weight (l,) of each photo's pairs, as a read-only array."""
        return self._degrees

    def counts(self) -> Floats:
        """Number (l,) of pairs that each photo is in."""
        block, tier = (np.bincount(codes)[codes] for codes in (self.block, self.tier))
        return self._unsorted((block - tier).astype(np.float64))

    def net_wins(self) -> Floats:
        """Total weight (l,) of wins minus total weight of losses, for each of the l photos."""
        return self._unsorted(self.u * self.neighbour_sums(self.u[:, None], sign=-1)[:, 0])

    def laplacian(self, X: Floats) -> Floats:
        """Laplacian of the graph of l photos, times X; the result has X's shape (l, k) or (l,).

        X may also be a vector (l,).
        """
        columns = X[:, None] if X.ndim == 1 else X
        u, degree = self.u[:, None], self.degrees()[:, None]
        product = np.empty(columns.shape)
        for start in range(0, columns.shape[1], _COLUMNS):
            part = columns[:, start : start + _COLUMNS]
            sums = self._unsorted(u * self.neighbour_sums(u * part[self.order]))
            product[:, start : start + _COLUMNS] = degree * part - sums
        return product.reshape(X.shape)

    def gram(self, Z: Embeddings | Floats, rows: Codes) -> Floats:
        """Product Zᵀ L Z (r, r) of the given `rows` of photo features Z and the graph Laplacian L.

        L is of pairs within groups. The product is the sum of u_i u_j (z_i − z_j)(z_i − z_j)ᵀ over
        all pairs of a block less all pairs of a tier, where z_i is a row of Z.
        """
        blocks, tiers = _run_numbers(self.block, 1), _run_numbers(self.tier, 2)
        # A tier of one photo has no pair: what it would take off is not put on.
        alone = np.where(tiers < 0, self.u**2, 0.0)
        weight = np.sqrt(self.u * self.neighbour_sums(self.u[:, None])[:, 0] + alone)
        gram = np.zeros((Z.shape[1], Z.shape[1]))
        sums = [(runs, np.zeros((runs.max(initial=-1) + 1, len(gram)))) for runs in (blocks, tiers)]
        centre = Z.mean(axis=0, dtype=np.float64)  # differences do not depend on it, rounding does
        places = rows[self.order]
        for part in portions(len(places), len(gram)):
            photos = Z[places[part]] - centre
            weighed = weight[part, None] * photos
            gram += weighed.T @ weighed
            photos *= self.u[part, None]
            for runs, total in sums:
                _add_runs(total, runs[part], photos)
        (_, of_blocks), (_, of_tiers) = sums
        gram -= of_blocks.T @ of_blocks
        gram += of_tiers.T @ of_tiers
        return gram

    def deviations(self, Z: Floats) -> Floats:
        r"""Scaled deviations D (l, r) of features Z (l, r) from group means, for the product Dᵀ D.

        It is the product that :meth:`gram` computes:

        .. math:: \sum_{i<j} u_i u_j (z_i - z_j)(z_i - z_j)^T = \sum_i d_i d_i^T, \quad
                  d_i = \sqrt{u_i} (\sqrt{U - U_t} (z_i - \bar z_t) + \sqrt{U} (\bar z_t - \bar z)),

        over pairs of different labels, as in an analysis of variance. U and z̄ are the trust u and
        the mean of the photo's block, U_t and z̄_t those of its tier.
        """
        z, u = Z[self.order], self.u[:, None]
        weighed = z if (u == 1).all() else u * z
        block, tier = (
            _sums_by_code(codes, weighed) / _sums_by_code(codes, u)
            for codes in (self.block, self.tier)
        )
        block_of = self.block[run_starts(self.tier)]  # each tier's
        whole = _sums_by_code(self.block, u)[block_of]
        steep = np.sqrt(np.maximum(whole - _sums_by_code(self.tier, u), 0.0))
        shift = np.sqrt(whole) * (tier - block[block_of]) - steep * tier
        root = np.sqrt(u)
        rows = np.empty(z.shape)
        rows[self.order] = z * (root * steep[self.tier]) + root * shift[self.tier]
        return rows

    def credit(self, ratings: Ratings) -> Floats:
        """Total weight (l,) of each photo's pairs that ratings order correctly; ties count half."""
        net = self.net_credit(ratings)
        if net is not None:
            return (self.degrees() + net) / 2
        r = dense_ranks(ratings)[self.order]
        tier = self.tier.astype(np.float64)
        # Blocks run against the tiers, so no photo of another block is smaller in both.
        place = (self.block.max(initial=0) - self.block) * (r.max(initial=0) + 1.0) + r
        moments = self.u[:, None] * self.y[:, None] ** np.arange(self.p + 1)
        worse, better = dominance(tier, place, moments)
        concordant = self._gap_sums(list(worse.T)) + (-1) ** self.p * self._gap_sums(list(better.T))
        tied = Blocks.of(self.y, self.u, combined(self.block, r), self.p).degrees()
        return self._unsorted(self.u * concordant + tied / 2)

    def net_credit(self, ratings: Ratings, above: float = 0.0) -> Floats | None:
        """For each photo, weight (l,) of correctly ordered pairs minus weight of misordered pairs.

        Only pairs with a label gap greater than `above` count. None if there are too many to list.
        """
        pairs = self._pairs
        if pairs is None:
            return None
        if above:
            worse, better, weight = pairs
            wide = self.y[better] - self.y[worse] > above
            pairs = WeightedPairs(worse[wide], better[wide], weight[wide])
        return self._unsorted(_net_credit(pairs, ratings[self.order]))

    def products(self, a: Floats, b: Floats) -> Floats:
        """For each of l photos, sum (l,) over its pairs: (difference in a) × (difference in b).

        Both photos are of one group. The weight is the trust in both labels.
        """
        a, b = a[self.order], b[self.order]
        # The gaps do not depend on the origin, but the products' rounding errors do.
        a = a - (self._block_sums(a) / self._block_sums())
        b = b - (self._block_sums(b) / self._block_sums())
        return self._unsorted(self.u * (self._block_sums() * a * b + self._block_sums(a * b)))

    def differences(self, a: Floats) -> Floats:
        """For each of l photos, sum (l, …) of its differences in `a` from its group's photos.

        The weight is the trust in both labels.
        """
        a = a[self.order]
        u, total = (each.reshape(-1, *[1] * (a.ndim - 1)) for each in (self.u, self._block_sums()))
        return self._unsorted(u * (total * a - _same_code_sums(self.block, u * a)))

    @cached_property
    def _degrees(self) -> Floats:
        degrees = self._unsorted(self.u * self.neighbour_sums(self.u[:, None])[:, 0])
        degrees.flags.writeable = False
        return degrees

    @cached_property
    def _pairs(self) -> WeightedPairs | None:
        """All pairs with their weights; None if there are too many to list."""
        better_from, upto = _run_ends(self.tier), _run_ends(self.block)
        count = upto - better_from
        if count.sum() > _LISTED:
            return None
        worse = np.repeat(np.arange(len(count)), count)
        before = np.cumsum(count) - count
        better = np.arange(len(worse)) + (better_from - before)[worse]
        gap = self.y[better] - self.y[worse]
        return WeightedPairs(worse, better, self.u[worse] * self.u[better] * gap**self.p)

    def _block_sums(self, values: Floats | float = 1.0) -> Floats:
        """For each of l photos, sum (l,) of `values`, weighted by trust, over the photo's block."""
        return np.bincount(self.block, self.u * values).astype(np.float64)[self.block]

    def _gap_sums(self, moments: list[Floats]) -> Floats:
        """For each label y_i, the sum over labels y_j of v_j (y_i − y_j)^p, with weights v_j.

        Moment k (l, …) is Σ_j v_j y_j**k with weights v, for each photo i a sum over the photos j
        that are to count.
        """
        y = self.y.reshape(-1, *[1] * (moments[0].ndim - 1))
        return sum(
            (-1) ** k * comb(self.p, k) * y ** (self.p - k) * moments[k] for k in range(self.p + 1)
        )

    def _unsorted(self, values: Floats) -> Floats:
        unsorted = np.empty_like(values)
        unsorted[self.order] = values
        return unsorted


def _run_begins(codes: Codes) -> Codes:
    """For each code in a sorted array, position of the first equal code."""
    return np.searchsorted(codes, codes, "left")


def _net_credit(pairs: WeightedPairs, ratings: Ratings) -> Floats:
    """For each of l photos, weight (l,) of its correctly ordered minus its misordered pairs."""
    signed = np.sign(ratings[pairs.better] - ratings[pairs.worse]) * pairs.weight
    rows = np.concatenate([pairs.worse, pairs.better])
    return np.bincount(rows, np.tile(signed, 2), len(ratings)).astype(np.float64)


def _run_ends(codes: Codes) -> Codes:
    """For each sorted code, exclusive end index of the run of equal codes that contains it."""
    return np.searchsorted(codes, codes, "right")


def _same_code_sums(codes: Codes, V: Floats) -> Floats:
    """Sums (l, …): for each of l rows of V, total of all rows with the same code (sorted)."""
    single = not len(codes) or codes[-1] + 1 == len(codes)
    return V if single else _sums_by_code(codes, V)[codes]


def _sums_by_code(codes: Codes, V: Floats) -> Floats:
    """Sums (c, k) of the rows of V (l, k) grouped by code, for sorted codes from 0 to c − 1."""
    if not len(codes):
        return V
    if not codes[-1]:
        return np.asarray(V.sum(axis=0, keepdims=True))
    from scipy.sparse import csr_array

    ends = prefix_sums(np.bincount(codes), np.int32)
    if V.ndim < 2 or V.shape[1] == 1:
        return np.asarray(np.add.reduceat(V, ends[:-1]))
    members = csr_array((np.ones(len(codes)), np.arange(len(codes), dtype=np.int32), ends))
    return np.asarray(members @ V)  # ten times as fast as reduceat on many columns


def _run_numbers(codes: Codes, least: int) -> Codes:
    """For each sorted code, index of its run of equal codes, or −1 if the run is too short.

    The codes (l,) are sorted. Only runs of at least `least` codes are numbered.
    """
    size = np.bincount(codes)
    counted = size >= least
    return np.where(counted, np.cumsum(counted) - 1, -1)[codes]


def _add_runs(total: Floats, runs: Codes, values: Floats) -> None:
    """Add row i of `values` (l, k) to row ``runs[i]`` of `total` (u, k), for each i.

    Rows numbered −1 are skipped.
    """
    rows = np.flatnonzero(runs >= 0)
    if len(rows):
        first = runs[rows[0]]
        sums = _sums_by_code(runs[rows] - first, values[rows])
        total[first : first + len(sums)] += sums
