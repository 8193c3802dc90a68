"""Cross-validation folds of judged photos, made with the settings of a test protocol."""

import numpy as np

from photorank.comparisons.comparisons import ChoiceComparisons
from photorank.errors import ComparisonsError
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.protocol import Protocol
from photorank.metrics.folds import Folds, make_folds, merged_groupings, official_split
from photorank.typing import Codes


def split_into_folds(
    photos: JudgedPhotos, protocol: Protocol, copies: Codes | None = None
) -> Folds:
    """Cross-validation folds of judged photos, made with the settings of a test protocol.

    Copies (n,) of one picture share a fold; by default those that the photos' embeddings tell.
    Raises ComparisonsError if there are no groups or series to fold by, or too few photos.
    """
    by = protocol.fold_by or photos.usual_fold_by
    together = photos.near_duplicates if copies is None else copies
    if len(together) > 1 and (together == 0).all():
        raise ComparisonsError(
            f"the encoder takes all {len(together)} judged photos for copies of one picture, so "
            "that none can be held out: index them by another encoder "
            "(`photorank index --from NAME --name NEW --encoder SPEC`)"
        )
    if by == "split":
        return official_split(photos.splits or (None,) * len(photos.X), together)
    if by == "photo":
        codes = _choice_components(photos, protocol.folds)
    else:
        codes = photos.codes(by)
        if (codes < 0).all():
            raise ComparisonsError(
                f"no photo has a {by}: fold by photo with `--fold-by photo`, or import labels "
                f"with a {by} column"
            )
    return make_folds(
        len(photos.X),
        k=protocol.folds,
        repeats=protocol.repeats,
        by=merged_groupings(together, codes),
        seed=protocol.seed,
    )


def _choice_components(photos: JudgedPhotos, k: int) -> Codes:
    """Component number (n,) of each photo in the graph of choices; a component stays in one fold.

    All are −1 if this would make uneven folds. Folds that cut through a few choices
    would leave hardly any to test on.
    """
    none = np.full(len(photos.X), -1, dtype=np.intp)
    if not isinstance(photos.comparisons, ChoiceComparisons):
        return none
    islands = photos.comparisons.components
    sizes = np.bincount(islands[islands >= 0])
    return islands if len(sizes) >= k and sizes.max() * k <= 2 * len(photos.X) else none
