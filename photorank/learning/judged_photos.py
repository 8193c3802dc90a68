"""The photos of an index that somebody judged, with what was said of them."""

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import NoLabelsError
from photorank.index.opened import Index
from photorank.learning.protocol import JudgedPhotos


def judged_photos(
    index: Index, *, rater: str | None = None, by_raters: bool = False
) -> JudgedPhotos:
    """Return the photos of an index that somebody judged, with their comparisons.

    Pairs count once each, or by how many people rated both photos. Of one person
    choices count where there are no scores, whatever the index is evaluated by.

    Raises
    ------
    NoLabelsError
        If there are none, or all were judged the same.
    """
    comparisons = _comparisons(index, rater, by_raters)
    if comparisons.n_pairs == 0:
        labels = index.labels(rater=rater)
        unlabelled = not np.isfinite(labels.scores).any() and not len(index.choices(rater).winners)
        if index.manifest.judgements == "choices" and not unlabelled:
            raise NoLabelsError(index.name, "has choices that are all ties", "choices")
        why = "has no labels" if unlabelled else "has labels that are all the same"
        raise NoLabelsError(index.name, why)
    rows = comparisons.active
    labels = index.labels(rater=rater)
    digests, splits = index.digests(), index.splits()
    return JudgedPhotos(
        X=index.embeddings_of(rows),
        comparisons=comparisons.take(rows),
        groups=labels.groups[rows],
        series=labels.series[rows],
        digests=tuple(digests[row] for row in rows),
        splits=tuple(splits[row] for row in rows),
        by_raters=by_raters,
    )


def _comparisons(index: Index, rater: str | None, by_raters: bool) -> Comparisons:
    """Return what everybody, or one person, said in the way the index is evaluated by."""
    try:
        return index.comparisons(rater=rater, by_raters=by_raters)
    except NoLabelsError:
        winners, losers, ties, _, weights = index.choices(rater)
        if rater is None or not len(winners):
            raise
        return Comparisons.from_choices(winners, losers, n=len(index), ties=ties, weights=weights)
