"""Sums over photo pairs, computed from each photo's deviation from its tier and block means."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from photorank.comparisons.codes import dense_ranks
from photorank.typing import Codes, Floats


@dataclass(frozen=True)
class Deviations:
    r"""Deviations of photos from tier and block means, with which sums over pairs are computed.

    The pairs are those of one block and of different tiers:

    .. math:: \sum_{i<j} u_i u_j (z_i - z_j)(z_i - z_j)^T = \sum_i d_i d_i^T, \quad
              d_i = \sqrt{u_i} (\sqrt{U - U_t} (z_i - \bar z_t) + \sqrt{U} (\bar z_t - \bar z)),

    as in an analysis of variance. U and z̄ are the trust u and the mean of the photo's block,
    U_t and z̄_t those of its tier. A photo alone in its tier needs no mean of it: with that of its
    block, and U_t = 0, d_i is the same.
    """

    cell: Codes  # (l,) number of each photo's tier, or of its block if it is alone in its tier
    block: Codes  # (c,) number of each tier's block; blocks come first, each its own
    root: Floats  # (l, 1) √u
    shares: Any  # (c, l) sparse: share of each photo in the mean of its block, and of its tier
    steepness: Floats  # (c, 1) √(U − U_t)
    rise: Floats  # (c, 1) √U

    @classmethod
    def of(cls, block: Codes, tier: Codes, trust: Floats) -> Self:
        """Deviations of l photos, from the block, tier and weight `trust` of each photo."""
        from scipy.sparse import csr_array, diags_array

        shared = np.flatnonzero(np.bincount(tier)[tier] > 1)
        n_blocks = int(block.max(initial=-1)) + 1
        cell = block.copy()
        cell[shared] = n_blocks + dense_ranks(tier[shared])
        n_cells = int(cell.max(initial=-1)) + 1
        block_of = np.arange(n_cells)
        block_of[cell] = block
        rows = np.concatenate([block, cell[shared]])
        columns = np.concatenate([np.arange(len(block)), shared])
        members = csr_array((trust[columns], (rows, columns)), shape=(n_cells, len(block)))
        total = members.sum(axis=1)  # (c,) of each block and tier
        whole, of_tier = total[block_of], np.arange(n_cells) >= n_blocks
        return cls(
            cell,
            block_of,
            np.sqrt(trust)[:, None],
            diags_array(1 / total) @ members,
            np.sqrt(np.maximum(whole - total * of_tier, 0.0))[:, None],
            np.sqrt(whole)[:, None],
        )

    def rows(self, Z: Floats) -> Floats:
        """Deviations (l, r) of photos with coordinates Z (l, r)."""
        means = self.shares @ Z  # (c, r)
        shift = self.rise * (means - means[self.block]) - self.steepness * means
        rows = Z * (self.root * self.steepness[self.cell])
        rows += self.root * shift[self.cell]
        return rows
