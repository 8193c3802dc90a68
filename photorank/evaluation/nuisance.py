"""Nuisance control: whether a vector rates how good photos are, or what is on them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from sklearn.base import clone

from photorank.encoders.base import Encoder
from photorank.errors import ComparisonsError, MissingExtraError, MissingWeightsError
from photorank.evaluation.contenders import learner_of
from photorank.evaluation.evaluate import judged_photos
from photorank.evaluation.protocol import JudgedPhotos, Protocol, counted
from photorank.index.store import Index
from photorank.labels.comparisons import Comparisons
from photorank.metrics.estimates import Difference, Estimate, student
from photorank.metrics.folds import Folds
from photorank.metrics.pair_sums import values_by_fold
from photorank.metrics.ranking import accuracy_sums
from photorank.metrics.resampled import corrected_resampled, corrected_resampled_difference
from photorank.rating.concepts import CONCEPTS
from photorank.typing import Codes, Direction, Embeddings, Floats, Json
from photorank.vectors.learners import LEARNERS
from photorank.vectors.master import Card, MasterVector

CLUSTERS = 8
_MOST = 16  # directions taken out: of many small groups the others are noise
_LEAST = 5  # photos that a group needs for its mean to be told
_NOTHING = 1e-6


@dataclass(frozen=True)
class Gap:
    """How one kind of photos is rated, with content in the vector and without."""

    group: str
    n_photos: int
    before: Estimate  # mean held-out rating, in standard deviations of all photos' ratings
    after: Estimate

    def to_json(self) -> Json:
        """Return plain JSON."""
        return {
            "group": self.group,
            "n_photos": self.n_photos,
            "before": self.before.to_json(),
            "after": self.after.to_json(),
        }


@dataclass(frozen=True)
class Nuisance:
    """What changes when the directions that tell content are taken out of a vector."""

    index: str
    vector: str
    by: str  # "group" or "clusters"
    in_sample: bool  # the vector has seen the photos, and could not be learned anew
    directions: int  # taken out
    gaps: tuple[Gap, ...]  # the best rated kind first
    between_before: Estimate  # share of the ratings' variance that lies between kinds
    between_after: Estimate
    accuracy_before: Estimate  # pairwise, held out
    accuracy_after: Estimate
    change: Difference  # of the accuracy, after minus before
    within_before: Estimate  # the same of pairs of one kind, which content cannot order
    within_after: Estimate

    def to_json(self) -> Json:
        """Return plain JSON."""
        return {
            "index": self.index,
            "vector": self.vector,
            "by": self.by,
            "in_sample": self.in_sample,
            "directions": self.directions,
            "gaps": [gap.to_json() for gap in self.gaps],
            "between": {
                "before": self.between_before.to_json(),
                "after": self.between_after.to_json(),
            },
            "pairwise_accuracy": {
                "before": self.accuracy_before.to_json(),
                "after": self.accuracy_after.to_json(),
            },
            "change": self.change.to_json(),
            "within": {
                "before": self.within_before.to_json(),
                "after": self.within_after.to_json(),
            },
        }


def control_content(
    index: Index,
    vector: MasterVector,
    *,
    by: str = "clusters",
    clusters: int = CLUSTERS,
    protocol: Protocol | None = None,
    load: Callable[[], Encoder] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Nuisance:
    """Take content out of a vector, and tell what changes on photos that were held out.

    Content is which kind a photo is of: its group, or its cluster of embeddings
    (k-means). The directions in which the kinds' means differ are estimated from
    the other folds' photos, and a vector learned from these labels is learned
    anew there too.

    Parameters
    ----------
    index : Index
    vector : MasterVector
    by : {"clusters", "group"}
    clusters : int, default=8
    protocol : Protocol, optional
    load : callable, optional
        Loads the index's encoder, to name clusters by the nearest of `CONCEPTS`.
    on_progress : callable, optional
        Called with the number of folds done and to do.

    Raises
    ------
    NoLabelsError
        If nobody judged the photos, or all the same.
    ComparisonsError
        If the judged photos are of fewer than two kinds.
    EncoderMismatchError
        If the vector belongs to another encoder or framing.
    """
    vector.fingerprint.require(index.fingerprint, vector=vector.name)
    protocol = protocol or Protocol()
    photos = judged_photos(index)
    codes, names = _kinds(index, photos, by, clusters, protocol.seed, load)
    if len(np.unique(codes[codes >= 0])) < 2:
        raise ComparisonsError(
            "the judged photos are of fewer than two kinds: use `--by clusters`, or import labels "
            "with a group column"
        )
    folds = photos.split(protocol)
    seen = any(vector.card.saw(digest) for digest in photos.digests)
    anew = seen and vector.card.index == index.name and vector.kind in LEARNERS
    learner = learner_of(index, vector) if anew else None

    def direction(rows: Codes) -> Direction:
        if learner is None:
            return vector.direction
        fitted = clone(learner).fit(photos.X[rows], photos.comparisons.take(rows))
        found: Direction = fitted.direction_
        return found

    total = len(folds.codes) * folds.k
    ratings = _held_out(photos, codes, folds, direction, counted(on_progress, total))
    before, after = (_accuracies(photos.comparisons, folds, one) for one in ratings)
    alike = photos.comparisons.restricted(codes, "within")
    accuracies = [
        *(_estimate(one, photos.comparisons, folds) for one in (before, after)),
        *(_estimate(_accuracies(alike, folds, one), alike, folds) for one in ratings),
    ]
    means = [one.mean(axis=0) for one in ratings]  # (n,) over repeats
    return Nuisance(
        index=index.name,
        vector=vector.name,
        by=by,
        in_sample=seen and not anew,
        directions=len(content_directions(photos.X, codes)),
        gaps=_gaps(names, codes, *means),
        between_before=between_kinds(means[0], codes),
        between_after=between_kinds(means[1], codes),
        accuracy_before=accuracies[0],
        accuracy_after=accuracies[1],
        change=corrected_resampled_difference(
            after,
            before,
            test_share=folds.test_share,
            repeats=len(folds.codes),
            n_photos=len(photos.X),
        ),
        within_before=accuracies[2],
        within_after=accuracies[3],
    )


def without_content(
    name: str, index: Index, vector: MasterVector, *, by: str = "clusters", clusters: int = CLUSTERS
) -> MasterVector:
    """Return a vector without the directions in which the kinds of judged photos differ."""
    photos = judged_photos(index)
    codes, _ = _kinds(index, photos, by, clusters, 0, None)
    spanned = content_directions(photos.X, codes)
    rest = vector.direction - (vector.direction @ spanned.T) @ spanned
    return MasterVector(
        name,
        "projected",
        rest,
        vector.fingerprint,
        scale=vector.scale,
        bias=vector.bias,
        card=Card(
            parameters={"vectors": [vector.name], "without_content": by, "clusters": clusters},
            photos=vector.card.photos,
            n_photos=vector.card.n_photos,
            licence=vector.card.licence,
            source=f"{vector.name} without {len(spanned)} directions of content",
        ),
    )


def content_directions(X: Embeddings, codes: Codes) -> Floats:
    """Return orthonormal directions (r, d) in which the means of kinds of photos differ.

    Parameters
    ----------
    X : ndarray of shape (n, d)
    codes : ndarray of shape (n,)
        The kind of each photo, −1 for none.

    Returns
    -------
    ndarray of shape (r, d)
        One fewer than there are kinds, at most 16: those that tell most. A
        direction without them rates all kinds alike, up to what is left.

    Examples
    --------
    >>> content_directions(np.array([[1.0, 0.0], [0.0, 0.0]], np.float32), np.array([0, 1])).shape
    (1, 2)
    """
    kinds = np.unique(codes[codes >= 0])
    means = np.stack([X[codes == kind].astype(np.float64).mean(axis=0) for kind in kinds])
    sizes = np.array([np.count_nonzero(codes == kind) for kind in kinds])
    centred = (means - np.average(means, axis=0, weights=sizes)) * np.sqrt(sizes)[:, None]
    _, lengths, spanned = np.linalg.svd(centred, full_matrices=False)
    kept = min(len(kinds) - 1, _MOST)
    found: Floats = spanned[:kept][lengths[:kept] > _NOTHING * max(lengths[0], _NOTHING)]
    return found


def between_kinds(ratings: Floats, codes: Codes, *, level: float = 0.95) -> Estimate:
    """Return the share of the ratings' variance that lies between kinds of photos.

    Parameters
    ----------
    ratings : ndarray of shape (n,)
    codes : ndarray of shape (n,)
        −1 for photos that are left out.

    Returns
    -------
    Estimate
        Kelley's ε², corrected for what chance puts there: 0 (its expected value
        at chance; it may fall a little below) to 1. The interval is a jackknife
        over photos.

    References
    ----------
    Kelley, T. L. (1935). An unbiased correlation ratio measure.
    https://doi.org/10.1073/pnas.21.9.554

    Examples
    --------
    >>> two = np.repeat([0, 1], 10)
    >>> between_kinds(two.astype(float), two).value
    1.0
    """
    shown = np.flatnonzero(codes >= 0)
    r, kinds = ratings[shown], np.unique(codes[shown], return_inverse=True)[1]
    n = len(r)
    value = _epsilon(r, kinds)
    without = np.array([_epsilon(np.delete(r, at), np.delete(kinds, at)) for at in range(n)])
    error = float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
    spread = student(value, error, n - 1, level=level, limit=1.0)
    return Estimate(value, spread.low, spread.high, n, 0, "jackknife")


def _epsilon(r: Floats, kinds: Codes) -> float:
    sizes = np.bincount(kinds)
    sizes_known = sizes > 0
    means = np.bincount(kinds, r)[sizes_known] / sizes[sizes_known]
    total = float(((r - r.mean()) ** 2).sum())
    between = float((sizes[sizes_known] * (means - r.mean()) ** 2).sum())
    groups, n = int(sizes_known.sum()), len(r)
    if total == 0 or n <= groups:
        return nan
    return (between - (groups - 1) * (total - between) / (n - groups)) / total


def _held_out(
    photos: JudgedPhotos,
    codes: Codes,
    folds: Folds,
    direction: Callable[[Codes], Direction],
    on_fit: Callable[[], None] | None,
) -> tuple[Floats, Floats]:
    """Rate each photo by a direction without its fold, with content and without, (repeats, n).

    In standard deviations of the ratings of the photos learned from, so that folds may be pooled.
    """
    before, after = np.zeros(folds.codes.shape), np.zeros(folds.codes.shape)
    for repeat, fold_of in enumerate(folds.codes):
        for fold in range(folds.k):
            test, rows = fold_of == fold, folds.learned_from(repeat, fold)
            v = direction(rows)
            spanned = content_directions(photos.X[rows], codes[rows])
            rest = v - (v @ spanned.T) @ spanned
            for ratings, one in ((before, v), (after, rest)):
                known = photos.X[rows] @ one
                ratings[repeat, test] = (photos.X[test] @ one - known.mean()) / known.std()
            if on_fit is not None:
                on_fit()
    return before, after


def _accuracies(comparisons: Comparisons, folds: Folds, ratings: Floats) -> Floats:
    parts = [
        accuracy_sums(r, comparisons.restricted(codes, "within"), clusters=codes, couples=0)
        for r, codes in zip(ratings, folds.codes, strict=True)
    ]
    return values_by_fold(parts)


def _estimate(by_fold: Floats, comparisons: Comparisons, folds: Folds) -> Estimate:
    graphs = [comparisons.restricted(codes, "within") for codes in folds.codes]
    return corrected_resampled(
        by_fold,
        test_share=folds.test_share,
        repeats=len(folds.codes),
        n_photos=comparisons.n,
        n_pairs=round(sum(graph.n_pairs for graph in graphs) / len(graphs)),
    )


def _gaps(names: Sequence[str], codes: Codes, before: Floats, after: Floats) -> tuple[Gap, ...]:
    gaps = []
    for kind in np.unique(codes[codes >= 0]):
        own = codes == kind
        if np.count_nonzero(own) >= _LEAST:
            n = int(np.count_nonzero(own))
            gaps.append(Gap(names[kind], n, _mean(before[own]), _mean(after[own])))
    return tuple(sorted(gaps, key=lambda gap: -gap.before.value))


def _mean(values: Floats) -> Estimate:
    n = len(values)
    error = float(values.std(ddof=1)) / n**0.5
    spread = student(float(values.mean()), error, n - 1, level=0.95, limit=np.inf)
    return Estimate(spread.value, spread.low, spread.high, n, 0, "Student's t")


def _kinds(
    index: Index,
    photos: JudgedPhotos,
    by: str,
    clusters: int,
    seed: int,
    load: Callable[[], Encoder] | None,
) -> tuple[Codes, list[str]]:
    """Return the kind of each judged photo, and the kinds' names."""
    if by == "group":
        return photos.groups, list(index.labels().group_names)
    from sklearn.cluster import KMeans

    means = KMeans(min(clusters, len(photos.X)), n_init=4, random_state=seed).fit(photos.X)
    return means.labels_.astype(np.intp), _names(means.cluster_centers_, photos.X, load)


def _names(centres: Floats, X: Embeddings, load: Callable[[], Encoder] | None) -> list[str]:
    """Name clusters by what they show more of than the others; no name is given twice."""
    numbered = [f"cluster {number + 1}" for number in range(len(centres))]
    if load is None:
        return numbered
    try:
        texts = load().encode_texts(CONCEPTS)  # (c, d)
    except (MissingWeightsError, MissingExtraError):
        return numbered
    shown = X @ texts.T
    above = (centres @ texts.T - shown.mean(axis=0)) / shown.std(axis=0)  # (clusters, c)
    for _ in centres:
        cluster, concept = np.unravel_index(np.argmax(above), above.shape)
        numbered[cluster] = f"like {CONCEPTS[concept]}"
        above[cluster], above[:, concept] = -np.inf, -np.inf
    return numbered
