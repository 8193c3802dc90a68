"""Rating vector learned from people's judgements, with held-out accuracy and calibration."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from photorank.encoders.base import Encoder
from photorank.errors import ComparisonsError
from photorank.index.opened import Index
from photorank.json_values import to_json
from photorank.learning.degraded_differences import differences_from_degraded
from photorank.learning.held_out_directions import (
    Fits,
    fitting,
    learner_of,
    progress_callback,
    ratings_by_fold,
)
from photorank.learning.how_tested import prior_has_seen
from photorank.learning.judged_photos import JudgedPhotos, judged_photos
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.metrics.folds import Folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.rating.probability import fit_slope
from photorank.similarity.near_duplicates import implausible_group_size
from photorank.typing import Direction, Floats, Json
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.master import Card, MasterVector, shortened
from photorank.vectors.seen_pictures import SeenPictures
from photorank.vectors.store import load_vector

# Held-out pairs that calibration looks at: more would not change the slope's second digit.
_CALIBRATION_PAIRS = 20_000
# Kind of a vector that is learned from degraded copies alone.
DEGRADATIONS = "degradations"
_MOST_DEGRADATIONS = 10  # greatest weight of degraded copies, where that of all judgements is 1
# Key on a card of an accuracy that is not held out, because the prior saw the photos.
IN_SAMPLE = "in_sample_accuracy"
# Key on a card of the photos that are too many to be copies of one picture, and shared a fold.
MISTAKEN = "mistaken_for_copies"


@dataclass(frozen=True)
class Learned:
    """Learned rating direction, with its held-out accuracy and its calibration slope."""

    direction: Direction  # (d,)
    slope: float | None  # logits per unit of rating difference; None without held-out pairs
    metrics: Json  # held-out, for the card


def fit_and_test(
    learner: DirectionLearner,
    photos: JudgedPhotos,
    protocol: Protocol,
    *,
    folds: Folds | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Learned:
    """Direction learned from all photos, with its accuracy measured by cross-validation.

    Degraded copies bring their own `folds`. Raises ComparisonsError if there are too few photos
    or groups for two folds.
    """
    taught = photos.compared_within(protocol.within)
    mistaken = 0 if folds else implausible_group_size(photos.near_duplicates)
    folds = folds or split_into_folds(photos, protocol)
    with fitting(taught.X) as threads:
        on_fit = progress_callback(on_progress, len(folds.codes) * folds.k)
        without = Fits(threads, learner.for_tests(), taught, folds)
        # Last in line and beside the others: alone its matrices would be split among the cores.
        whole = threads.submit(
            learner.unfitted().fit, taught.X, taught.comparisons, taught.scenes, taught.beside
        )
        ratings = ratings_by_fold(without.directions(on_fit), taught, folds)
        direction = whole.result().direction_
    pairs = HeldOutPairs.of(photos.comparisons, folds)
    return Learned(
        direction=direction,
        slope=_slope(ratings, pairs, protocol.seed),
        metrics={
            "pairwise_accuracy": to_json(pairs.accuracy(ratings)),
            "protocol": to_json(protocol)
            | {
                "fold_by": protocol.fold_by or photos.usual_fold_by,
                "folds": folds.k,
                "repeats": len(folds.codes),
            },
            **({MISTAKEN: mistaken} if mistaken else {}),
        },
    )


def _slope(ratings: Floats, pairs: HeldOutPairs, seed: int) -> float | None:
    """Slope of the logistic curve from rating differences to probabilities; None without pairs."""
    rng = np.random.default_rng(seed)
    differences: list[Floats] = []
    for row, graph in zip(ratings, pairs.graphs, strict=True):
        if graph.n_pairs:
            drawn = graph.sample(_CALIBRATION_PAIRS // len(ratings), rng=rng).pairs
            differences.append(row[drawn[:, 0]] - row[drawn[:, 1]])
    return fit_slope(np.concatenate(differences)) if differences else None


def learn_vector(
    index: Index,
    name: str,
    kind: str,
    *,
    within: Literal["group", "series"] | None = None,
    prior: str | None = None,
    rater: str | None = None,
    gap_power: int | None = None,
    by_raters: bool = False,
    with_degradations: float = 0.0,
    load: Callable[[], Encoder] | None = None,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
    on_copies: Callable[[int, int], None] | None = None,
) -> MasterVector:
    """Rating vector learned from an index's judgements, with test results; it is not saved.

    Its held-out accuracy is by group where there are groups, the harder and
    more honest test, else by photo. Where the prior has seen some of the
    photos nothing is held out from it: the accuracy is then named in-sample,
    and the vector is not calibrated. Other people's ratings of the photos may
    teach a personal vector how tastes differ, but not the one that is tested.
    `with_degradations` is the weight of differences from degraded copies of the
    judged photos beside the judgements (0.1 makes a vector prefer the sharp shot
    of two and costs it little else); `load` loads the index's encoder for them. They are cached in
    the index, so that an evaluation can learn the vector anew. `on_progress` is called with the
    number of fits done and to do, `on_copies` with those of photos whose copies are embedded.

    Raises
    ------
    NoLabelsError
        If nobody judged the photos, or all the same.
    UnknownNameError
        If there is no such learner, or it does not understand an argument.
    ComparisonsError
        If the learner takes no degradations, or their weight is outside 0 to 10.
    """
    card = Card(
        parameters={
            "learner": {} if gap_power is None else {"gap_power": gap_power},
            "within": within,
            "prior": prior,
            "rater": rater,
            "by_raters": by_raters,
            **({"with_degradations": with_degradations} if with_degradations else {}),
        },
        index=index.name,
        seed=seed,
        source=f"judgements in the index {index.name!r}",
    )
    learner = learner_of(index, kind, card)
    if not 0 <= with_degradations <= _MOST_DEGRADATIONS:
        raise ComparisonsError(
            f"the weight of degradations must be 0 to {_MOST_DEGRADATIONS}, not "
            f"{with_degradations:g}"
        )
    if with_degradations:  # refused before minutes of embedding copies, not after them
        learner.check_takes_differences()
    photos = judged_photos(index, rater=rater, by_raters=by_raters)
    protocol = Protocol(seed=seed, within=within, by_raters=by_raters)
    if not photos.compared_within(within).comparisons.n_pairs:
        raise ComparisonsError("no two photos were judged differently, so there is no pair")
    if with_degradations:
        told = differences_from_degraded(
            index, photos, load or index.encoder, with_degradations, on_progress=on_copies
        )
        photos = replace(photos, beside=told)
    learned = fit_and_test(learner, photos, protocol, on_progress=on_progress)
    believed = Card() if prior is None else load_vector(index, prior).card
    pictures = SeenPictures.of(photos.heads, photos.greys, seed=seed)
    card = replace(
        card,
        photos=believed.photos | frozenset(map(shortened, photos.digests)),
        pictures=SeenPictures.union([pictures, believed.pictures]),
        unknown=believed.unknown,
        labels=judgements_digest(photos),
        n_photos=len(photos.X),
        n_pairs=photos.comparisons.n_pairs,
    )
    vector = MasterVector(name, kind, learned.direction, index.fingerprint, card=card)
    slope, metrics = learned.slope, learned.metrics
    if prior_has_seen(index, card, photos):
        slope, metrics = None, {IN_SAMPLE: metrics["pairwise_accuracy"]}
    return replace(vector, slope=slope, card=replace(card, metrics=metrics))


def judgements_digest(photos: JudgedPhotos) -> str:
    """SHA-256, in hexadecimal, of the photos and their judgements; photo order does not matter."""
    preference = photos.comparisons.preference()
    lines = sorted(
        f"{digest} {value:.9g}" for digest, value in zip(photos.digests, preference, strict=True)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
