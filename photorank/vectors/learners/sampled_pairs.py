"""Learner by least squares on randomly sampled pairs."""

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.typing import Floats
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.learners.solvers.coordinates import row_space


class PairLeastSquares(DirectionLearner):
    """Minimum-norm least squares on sampled pairs, fitting a rating difference of 1 per pair.

    This is how a CLIP test bench first learned a direction from tiers: photo
    pairs of the best and the worst, one equation v·(winner − loser) = 1 a
    pair. However many pairs are drawn, the matrix of differences has at most
    the rank of the photos less one, so the system is solved by its
    pseudo-inverse; solving it as if it had full rank returns rounding noise.

    Parameters
    ----------
    n_pairs : int, default=1000
        Pairs to draw.
    extremes : float, default=0.25
        Share of best labels that winners come from, and of worst ones that
        losers come from. Choices are drawn as they were made.
    random_state : int, default=0
        Seed of the draw.

    See Also
    --------
    AllPairs : Uses every pair, weighs them by their margin and is penalised.
    """

    def __init__(
        self, n_pairs: int = 1000, *, extremes: float = 0.25, random_state: int = 0
    ) -> None:
        self.n_pairs = n_pairs
        self.extremes = extremes
        self.random_state = random_state

    def _learn(self, X: Floats, comparisons: Comparisons) -> Floats:
        rng = np.random.default_rng(self.random_state)
        pairs, _ = comparisons.sample(self.n_pairs, rng=rng, extremes=self.extremes)
        differences = X[pairs[:, 0]] - X[pairs[:, 1]]  # (m, d)
        # Embeddings are float32: singular values below its resolution are
        # rounding, and dividing by them would drown the direction in noise.
        cutoff = max(differences.shape) * float(np.finfo(np.float32).eps)
        basis = row_space(X, np.unique(pairs))  # least norm lies among the photos: a smaller system
        if basis is None:
            basis = np.eye(X.shape[1])
        system, ones = differences @ basis, np.ones(len(pairs))
        return (basis @ np.linalg.lstsq(system, ones, rcond=cutoff)[0]).astype(np.float64)
