"""Photo pairs whose held-out ratings contradict people's judgements most."""

import numpy as np

from photorank.index.opened import Index
from photorank.learning.held_out_ratings import HeldOutRatings
from photorank.learning.judged_photos import judged_comparisons
from photorank.typing import Codes, Pairs

_PAIRS = 200_000  # held-out pairs that are searched


def confident_mistakes(index: Index, held: HeldOutRatings, most: int, *, seed: int = 0) -> Pairs:
    """Row numbers (m, 2) of the m photo pairs whose ratings contradict people's judgements most.

    The photo that people prefer is first.

    Each photo is in one pair at most, the pair of the widest gap between the two ratings. Where
    ratings were learned anew only photos of one fold are compared, for one model rated both.
    """
    rows, graph = judged_comparisons(index)
    if held.folds is not None:
        graph = graph.restricted(held.folds[rows], "within")
    if not graph.n_pairs:
        return np.empty((0, 2), dtype=np.intp)
    sample = graph.sample(min(_PAIRS, 20 * graph.n_pairs), rng=np.random.default_rng(seed))
    numbers = np.unique(sample.pairs @ [len(rows), 1])  # of pairs, which sort faster than two
    pairs = rows[np.stack(np.divmod(numbers, len(rows)), axis=1)]
    gaps = held.ratings[pairs[:, 1]] - held.ratings[pairs[:, 0]]
    wrong = np.flatnonzero(gaps > 0)  # not nan
    chosen: list[Codes] = []
    used: set[int] = set()
    for pair in pairs[wrong[np.argsort(-gaps[wrong], kind="stable")]]:
        if used.isdisjoint(pair.tolist()):
            chosen.append(pair)
            used.update(pair.tolist())
            if len(chosen) == most:
                break
    return np.array(chosen, dtype=np.intp).reshape(-1, 2)
