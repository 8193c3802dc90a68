"""The protocol: how judged photos are split, and how learners rate photos they have not seen."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import count
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from photorank.comparisons.comparisons import ChoiceComparisons, Comparisons
from photorank.errors import ComparisonsError
from photorank.metrics.folds import (
    Folds,
    kept_together,
    make_folds,
    near_duplicates,
    official_split,
)
from photorank.metrics.pair_sums import unit_codes
from photorank.typing import Codes, Embeddings, Floats, Json

if TYPE_CHECKING:  # scikit-learn takes a second, and who reads a saved evaluation needs none
    from photorank.vectors.learners.direction_learner import DirectionLearner

FoldBy = Literal["photo", "group", "series", "split"]
WITHIN = (None, "group", "series")

# Cosine above which two photos count as shots of one moment: they are learned from, or
# tested on, together.
NEAR_DUPLICATE = 0.97


@dataclass(frozen=True)
class Protocol:
    """How held-out results are made.

    Parameters
    ----------
    fold_by : {"photo", "group", "series", "split"}
        What is never split between learning and testing; near-duplicates never
        are. Where choices link few photos each, photo folds keep them together,
        for a choice whose photos are in two folds cannot be tested. "split" is
        the dataset's official one: learn from its training part, test on its
        test part, once.
    folds : int
        K; at most the number of photos or groups.
    repeats : int
        How often all photos are split anew.
    seed : int
        Decides the splits, the random baseline and sampled pairs.
    within : {"group", "series"} or None
        Learn only from pairs of one group or series, and make it the scope.
    by_raters : bool
        Trust each score by the number of people it is the mean of, in learning
        and in measuring.
    """

    fold_by: FoldBy = "photo"
    folds: int = 10
    repeats: int = 3
    seed: int = 0
    within: Literal["group", "series"] | None = None
    by_raters: bool = False

    def to_json(self) -> Json:
        """Return plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> "Protocol":
        """Return what :meth:`to_json` wrote; what an older photorank did not know is as usual.

        Raises
        ------
        ValueError
            If a value is not among those it can have.
        """
        if data["fold_by"] not in get_args(FoldBy) or data["within"] not in WITHIN:
            raise ValueError(f"no protocol: {data}")
        numbers = {name: int(data[name]) for name in ("folds", "repeats", "seed")}
        by_raters = bool(data.get("by_raters", False))
        return cls(fold_by=data["fold_by"], within=data["within"], by_raters=by_raters, **numbers)


@dataclass(frozen=True)
class JudgedPhotos:
    """The photos that take part in some comparison, and what is known of them."""

    X: Embeddings  # (n, d)
    comparisons: Comparisons  # over these n photos, at gap power 0
    groups: Codes  # (n,)
    series: Codes  # (n,)
    digests: tuple[str, ...]  # (n,)
    splits: tuple[str | None, ...] = ()  # (n,) parts of the official split, if there is one
    by_raters: bool = False  # a score counts as many people as it is the mean of

    def codes(self, kind: Literal["group", "series"]) -> Codes:
        """Return the group or series numbers (n,), −1 where there is none."""
        return self.groups if kind == "group" else self.series

    def split(self, protocol: Protocol) -> Folds:
        """Return the protocol's folds of these photos.

        Raises
        ------
        ComparisonsError
            If there are no groups or series to fold by, or too few photos.
        """
        alike = near_duplicates(self.X, NEAR_DUPLICATE)
        if protocol.fold_by == "split":
            return official_split(self.splits or (None,) * len(self.X), alike)
        if protocol.fold_by == "photo":
            by = kept_together(alike, self._islands(protocol.folds))
        else:
            codes = self.codes(protocol.fold_by)
            if (codes < 0).all():
                raise ComparisonsError(
                    f"no photo has a {protocol.fold_by}: fold by photo with `--fold-by photo`, or "
                    f"import labels with a {protocol.fold_by} column"
                )
            by = kept_together(codes, alike)
        return make_folds(
            len(self.X),
            k=protocol.folds,
            repeats=protocol.repeats,
            by=by,
            strata=self.comparisons.scores,
            seed=protocol.seed,
        )

    def _islands(self, k: int) -> Codes:
        """Return which photos choices link, where that makes k parts of fair size, else −1.

        Folds that cut through a few choices would leave hardly any to test on.
        """
        none = np.full(len(self.X), -1, dtype=np.intp)
        if not isinstance(self.comparisons, ChoiceComparisons):
            return none
        islands = self.comparisons.components
        sizes = np.bincount(islands[islands >= 0])
        return islands if len(sizes) >= k and sizes.max() * k <= 2 * len(self.X) else none


def out_of_fold_ratings(
    learner: "DirectionLearner",
    photos: JudgedPhotos,
    folds: Folds,
    *,
    within: Literal["group", "series"] | None = None,
    share: float = 1.0,
    taught: Comparisons | None = None,
    on_fit: Callable[[], None] | None = None,
) -> Floats:
    """Rate each photo by a direction learned without its fold, (repeats, n).

    Ratings of different folds come from different fits, so only those of one
    fold of one repeat may be compared. With a `share` below 1 only that share
    of the other folds' units (photos, or whole groups) is learned from; `taught`
    are other judgements of these photos to learn from, such as one person's.
    """
    from sklearn.base import clone

    taught = photos.comparisons if taught is None else taught
    if within is not None:
        taught = taught.restricted(photos.codes(within), "within")
    ratings = np.zeros(folds.codes.shape)
    for repeat, codes in enumerate(folds.codes):
        for fold in range(folds.k):
            test = codes == fold
            rows = folds.learned_from(repeat, fold)
            if share < 1:
                rows = _some_units(folds, rows, share, seed=[repeat, fold])
            fitted = clone(learner).fit(photos.X[rows], taught.take(rows))
            ratings[repeat, test] = fitted.decision_function(photos.X[test])
            if on_fit is not None:
                on_fit()
    return ratings


def counted(
    on_progress: Callable[[int, int], None] | None, total: int
) -> Callable[[], None] | None:
    """Return a function to call after each of `total` fits, which tells how many are done."""
    if on_progress is None:
        return None
    done = count(1)
    return lambda: on_progress(min(next(done), total), total)


def _some_units(folds: Folds, rows: Codes, share: float, *, seed: list[int]) -> Codes:
    """Draw a share of the units that some rows belong to, and return these units' rows."""
    every = np.arange(folds.codes.shape[1])
    units = every if folds.by is None else unit_codes(folds.by, n=len(every))
    present = np.unique(units[rows])
    rng = np.random.default_rng(seed)
    drawn = rng.choice(present, max(round(share * len(present)), 1), replace=False)
    return rows[np.isin(units[rows], drawn)]
