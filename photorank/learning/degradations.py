"""Rating vector learned without labels, by ranking photos above their degraded copies."""

from collections.abc import Callable

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.encoders.base import Encoder
from photorank.errors import counted
from photorank.index.opened import Index
from photorank.learning.embed_degraded import DegradedCopies, embed_degraded
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.learn_vector import DEGRADATIONS, fit_and_test, judgements_digest
from photorank.learning.protocol import Protocol
from photorank.metrics.folds import Folds, make_folds
from photorank.metrics.pair_sums import unit_codes
from photorank.photos.degraded.degrade import BESIDE_SCORES, FINE
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.master import Card, MasterVector, shortened
from photorank.vectors.seen_pictures import SeenPictures

PHOTOS = 200  # used; more photos help more than more copies of each
# Penalty in units of the mean squared distance of a photo from its copies. Copies say nothing of
# how far to trust them, so it is strong: of 0.0001 to 0.1 the best one on series of phone shots.
PENALTY = 0.1


def learn_degradations(
    index: Index,
    name: str,
    load: Callable[[], Encoder],
    *,
    photos: int = PHOTOS,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> MasterVector:
    """Rating vector that ranks photos above their degraded copies, learned without labels.

    Each photo gets the copies of :data:`photorank.photos.degraded.degrade.FINE`, embedded with
    the index's encoder and framing; where embeddings have no signals, which alone see such slight
    defects, those of :data:`photorank.photos.degraded.degrade.BESIDE_SCORES`. Photos that nobody
    judged are taken first, so that the others can still test the vector. Its held-out
    accuracy is on copies of photos that were not learned from; how well it orders
    *photos* as people do, an evaluation tells. The vector is returned, not stored.

    Parameters
    ----------
    index : Index
    name : str
        The vector's.
    load : callable
        Loads the encoder that made the index.
    photos : int, default=200
        How many to learn from at most, drawn at random.
    seed : int, default=0
        Draws photos and the random parts of copies.
    on_progress : callable, optional
        Called with the number of photos done and to do.

    Raises
    ------
    TooFewPhotosError
        If fewer than ten photos can be read.

    References
    ----------
    Liu, X., van de Weijer, J. & Bagdanov, A. D. (2017). RankIQA: learning from
    rankings for no-reference image quality assessment.
    https://doi.org/10.1109/ICCV.2017.118
    """
    blocks = index.fingerprint.blocks
    fine = blocks is not None and bool(blocks.signals)
    degradations = FINE if fine else BESIDE_SCORES
    copies = embed_degraded(
        index, load, _random_rows(index, seed), degradations, photos, seed, on_progress
    )
    judged = with_degraded(copies, index.manifest.head)
    protocol = Protocol(fold_by="group", repeats=1, seed=seed)
    learner = degradations_learner(judged) if fine else AllPairs()
    folds = folds_of_degraded(judged, protocol)
    learned = fit_and_test(learner, judged, protocol, folds=folds)
    n = len(copies.digests)
    return MasterVector(
        name,
        DEGRADATIONS,
        learned.direction,
        index.fingerprint,
        slope=learned.slope,
        card=Card(
            parameters={"copies": [one.name for one in degradations]},
            index=index.name,
            photos=frozenset(map(shortened, copies.digests)),
            pictures=SeenPictures.of(copies.X[:, 0, : index.manifest.head], copies.greys),
            labels=judgements_digest(judged),
            n_photos=n,
            n_pairs=judged.comparisons.n_pairs,
            seed=seed,
            metrics=learned.metrics,
            source=(
                f"{counted(n, 'photo')} of the index {index.name!r}, each ranked above its own "
                "degraded copies, no labels; tested on copies of other photos"
            ),
        ),
    )


def degradations_learner(judged: JudgedPhotos) -> AllPairs:
    """Unfitted learner of a direction that ranks photos above their degraded copies.

    The penalty is proportional to the sum of squared embedding differences over the comparisons.
    """
    X = judged.X.astype(np.float64)
    return AllPairs(PENALTY * float(np.einsum("nd,nd->", X, judged.comparisons.laplacian(X))))


def compare_with_degraded(n: int, copies: int) -> Comparisons:
    """Comparisons in which each of n photos is preferred to all of its degraded copies.

    Each photo's row is followed by the rows of its copies.

    Examples
    --------
    >>> compare_with_degraded(2, 3).n_pairs
    6
    """
    rows = np.arange(n * (1 + copies)).reshape(n, 1 + copies)
    winners = np.repeat(rows[:, 0], copies)
    return Comparisons.from_choices(winners, rows[:, 1:].ravel(), n=rows.size)


def with_degraded(copies: DegradedCopies, head: int) -> JudgedPhotos:
    """Training set in which each photo is preferred to its degraded copies.

    Each photo and its copies form a group.
    """
    n, versions, d = copies.X.shape
    return JudgedPhotos(
        X=copies.X.reshape(n * versions, d),
        comparisons=compare_with_degraded(n, versions - 1),
        groups=np.repeat(np.arange(n), versions),
        series=np.full(n * versions, -1),
        digests=tuple(np.repeat(copies.digests, versions).tolist()),
        greys=np.repeat(copies.greys, versions, axis=0),
        head=head,
    )


def folds_of_degraded(judged: JudgedPhotos, protocol: Protocol) -> Folds:
    """Cross-validation folds that keep a photo, its degraded copies and near-duplicates together.

    Dark copies of two photos look alike without telling each other's order, so only likeness
    of the photos themselves counts.
    """
    _, taken, photo = np.unique(judged.groups, return_index=True, return_inverse=True)
    units = unit_codes(judged.take(taken).near_duplicates, n=len(taken))
    return make_folds(
        len(judged.X),
        k=protocol.folds,
        repeats=protocol.repeats,
        by=units[photo],
        seed=protocol.seed,
    )


def _random_rows(index: Index, seed: int) -> list[int]:
    """Row numbers of all photos in the index, in random order but with unjudged photos first."""
    choices = index.choices()
    judged = np.isfinite(index.labels().scores)
    judged[choices.winners] = judged[choices.losers] = True
    order = np.random.default_rng(seed).permutation(len(judged))
    return order[np.argsort(judged[order], kind="stable")].tolist()
