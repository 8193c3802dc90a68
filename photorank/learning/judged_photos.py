"""Photos of an index that people judged, with the comparisons between them."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from photorank.comparisons.comparisons import Comparisons
from photorank.comparisons.known_differences import KnownDifferences
from photorank.errors import NoLabelsError
from photorank.index.opened import Index
from photorank.learning.protocol import FoldBy
from photorank.similarity.near_duplicates import grey_fingerprints, near_duplicate_codes
from photorank.typing import Codes, Embeddings, Flags
from photorank.vectors.master import Card

# Known groups or series of fewer leave too little to learn from, or to test on.
_MIN_UNITS = 3


@dataclass(frozen=True)
class JudgedPhotos:
    """Photos that people judged: embeddings, groups, SHA-256 digests and comparisons."""

    X: Embeddings  # (n, d)
    comparisons: Comparisons  # over these n photos, at gap power 0
    groups: Codes  # (n,)
    series: Codes  # (n,)
    digests: tuple[str, ...]  # (n,)
    rows: Codes = field(default_factory=lambda: np.empty(0, dtype=np.intp))  # (n,) of their index
    splits: tuple[str | None, ...] = ()  # (n,) parts of the official split, if there is one
    rater: str | None = None  # whose judgements; None: everybody's
    by_raters: bool = False  # a score counts as many people as it is the mean of
    greys: NDArray[np.uint8] | None = None  # (n, 128) fingerprints; None: copies by embeddings only
    head: int | None = None  # dimensions dh of the embeddings' heads; None: all
    beside: KnownDifferences | None = None  # from degraded copies, that teach beside judgements

    @property
    def heads(self) -> Embeddings:
        """Heads (n, dh) of the embeddings: the first dh values, which cosine similarity compares.

        Each head is a unit vector.
        """
        return self.X if self.head is None else self.X[:, : self.head]

    @cached_property
    def near_duplicates(self) -> Codes:
        """Cluster number (n,) of each photo, equal for near-duplicates and copies; −1 for none."""
        return near_duplicate_codes(self.heads, self.greys)

    def seen_by(self, card: Card) -> Flags:
        """Mask (n,): True for the training photos of the vector that `card` describes.

        Copies of those photos are included.
        """
        return card.seen(self.digests, self.heads, self.greys)

    def codes(self, kind: FoldBy) -> Codes:
        """Group or series number (n,) of each photo, as `kind` says; −1 where there is none."""
        return self.groups if kind == "group" else self.series

    def take(self, rows: Codes) -> "JudgedPhotos":
        """Photos at the positions `rows` (k,), with only the comparisons among these photos."""
        return replace(
            self,
            X=self.X[rows],
            comparisons=self.comparisons.take(rows),
            groups=self.groups[rows],
            series=self.series[rows],
            digests=tuple(self.digests[row] for row in rows),
            rows=self.rows[rows] if len(self.rows) else self.rows,
            splits=tuple(self.splits[row] for row in rows) if self.splits else (),
            greys=None if self.greys is None else self.greys[rows],
            beside=None if self.beside is None else self.beside.take(rows),
        )

    def compared_within(self, kind: Literal["group", "series"] | None) -> "JudgedPhotos":
        """The same photos, with only the comparisons inside a group or series, as `kind` says.

        Without `kind` all comparisons are kept.
        """
        if kind is None:
            return self
        if kind not in self._within:
            inside = self.comparisons.restricted(self.codes(kind), "within")
            self._within[kind] = replace(self, comparisons=inside)
        return self._within[kind]

    @cached_property
    def _within(self) -> "dict[str, JudgedPhotos]":
        """Cache of the results of :meth:`compared_within`, keyed by its argument."""
        return {}

    @property
    def usual_fold_by(self) -> FoldBy:
        """Default unit that is never split between test folds: "group", "series" or "photo".

        It is the coarser of group and series, or the photo if there are too few of both.
        """
        known: dict[FoldBy, Codes] = {"group": self.groups, "series": self.series}
        units = {kind: len(np.unique(codes[codes >= 0])) for kind, codes in known.items()}
        usable = [kind for kind in known if units[kind] >= _MIN_UNITS]
        return min(usable, key=lambda kind: units[kind], default="photo")

    @property
    def scenes(self) -> Codes | None:
        """Group or series number (n,) of each photo, for inner folds that tune a penalty.

        None without groups and series.
        """
        usual = self.usual_fold_by
        return None if usual == "photo" else self.codes(usual)


def judged_photos(
    index: Index, *, rater: str | None = None, by_raters: bool = False
) -> JudgedPhotos:
    """Photos of an index that people judged, with embeddings, groups and comparisons.

    Pairs count once each, or by how many people rated both photos. Of one person choices count
    where there are no scores, whatever the index is evaluated by. Raises NoLabelsError if there
    are no judgements, or all are the same.
    """
    rows, comparisons = judged_comparisons(index, rater=rater, by_raters=by_raters)
    labels = index.labels(rater=rater)
    digests, splits = index.digests(), index.splits()
    return JudgedPhotos(
        X=index.embeddings_of(rows),
        comparisons=comparisons,
        groups=labels.groups[rows],
        series=labels.series[rows],
        digests=tuple(digests[row] for row in rows),
        rows=rows,
        splits=tuple(splits[row] for row in rows),
        rater=rater,
        by_raters=by_raters,
        greys=grey_fingerprints(index, rows),
        head=index.manifest.head,
    )


def judged_comparisons(
    index: Index, *, rater: str | None = None, by_raters: bool = False
) -> tuple[Codes, Comparisons]:
    """Row numbers (k,) of an index's judged photos, and the comparisons between these photos.

    Arguments and errors are those of :func:`judged_photos`.
    """
    comparisons = _comparisons(index, rater, by_raters)
    if comparisons.n_pairs == 0:
        scores = index.labels(rater=rater).scores
        unlabelled = not np.isfinite(scores).any() and not len(index.choices(rater).winners)
        if index.manifest.judgements == "choices" and not unlabelled:
            raise NoLabelsError(index.name, "has choices that are all ties", "choices")
        why = "has no labels" if unlabelled else "has labels that are all the same"
        raise NoLabelsError(index.name, why)
    rows = comparisons.active
    return rows, comparisons.take(rows)


def _comparisons(index: Index, rater: str | None, by_raters: bool) -> Comparisons:
    """Pairwise comparisons of photos by the person `rater`, or by everybody if `rater` is None.

    They are made from labels; without labels, from the choices of the one rater.
    """
    try:
        return index.comparisons(rater=rater, by_raters=by_raters)
    except NoLabelsError:
        winners, losers, ties, _, weights = index.choices(rater)
        if rater is None or not len(winners):
            raise
        return Comparisons.from_choices(winners, losers, n=len(index), ties=ties, weights=weights)
