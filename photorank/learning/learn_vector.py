"""Learn a vector from judgements, together with its held-out accuracy and its calibration."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from sklearn.base import clone

from photorank.evaluation.contenders import beginning, make_learner
from photorank.index.opened import Index
from photorank.learning.judged_photos import judged_photos
from photorank.learning.protocol import JudgedPhotos, Protocol, counted, out_of_fold_ratings
from photorank.metrics.folds import Folds
from photorank.metrics.pair_sums import values_by_fold
from photorank.metrics.ranking import accuracy_sums
from photorank.metrics.resampled import corrected_resampled
from photorank.rating.probability import fit_slope
from photorank.typing import Direction, Floats, Json
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.learners_by_name import LEARNERS
from photorank.vectors.master import Card, MasterVector, shortened
from photorank.vectors.store import load_vector
from photorank.vectors.taste.personal import learner_for_tests

# Held-out pairs that calibration looks at: more would not change the slope's second digit.
_CALIBRATION_PAIRS = 20_000
# What a card calls an accuracy that is not held out, for the prior had seen the photos.
IN_SAMPLE = "in_sample_accuracy"


@dataclass(frozen=True)
class Learned:
    """A direction, and what photos it had not seen say of it."""

    direction: Direction  # (d,)
    slope: float | None  # logits per unit of rating difference; None without held-out pairs
    metrics: Json  # held-out, for the card


def fit_and_test(
    estimator: DirectionLearner,
    photos: JudgedPhotos,
    protocol: Protocol,
    *,
    folds: Folds | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Learned:
    """Fit to all photos, and to the folds of the protocol for its accuracy and its slope.

    Photos that are made, not taken, bring their own `folds`.

    Raises
    ------
    ComparisonsError
        If there are too few photos or groups for two folds.
    """
    folds = folds or photos.split(protocol)
    ratings = out_of_fold_ratings(
        estimator,
        photos,
        folds,
        within=protocol.within,
        on_fit=counted(on_progress, len(folds.codes) * folds.k),
    )
    graphs = [photos.comparisons.restricted(codes, "within") for codes in folds.codes]
    values = values_by_fold(
        [
            accuracy_sums(r, graph, clusters=codes, couples=0)
            for r, graph, codes in zip(ratings, graphs, folds.codes, strict=True)
        ]
    )
    accuracy = corrected_resampled(
        values,
        test_share=folds.test_share,
        repeats=len(folds.codes),
        n_photos=len(photos.X),
        n_pairs=round(sum(graph.n_pairs for graph in graphs) / len(graphs)),
    )

    rng = np.random.default_rng(protocol.seed)
    differences: list[Floats] = []
    for r, graph in zip(ratings, graphs, strict=True):
        if graph.n_pairs:
            pairs = graph.sample(_CALIBRATION_PAIRS // len(graphs), rng=rng).pairs
            differences.append(r[pairs[:, 0]] - r[pairs[:, 1]])

    return Learned(
        direction=_direction(estimator, photos, protocol.within),
        slope=fit_slope(np.concatenate(differences)) if differences else None,
        metrics={
            "pairwise_accuracy": accuracy.to_json(),
            "protocol": protocol.to_json() | {"folds": folds.k},
        },
    )


def _direction(
    estimator: DirectionLearner, photos: JudgedPhotos, within: Literal["group", "series"] | None
) -> Direction:
    """Return what all photos teach, (d,)."""
    taught = photos.comparisons
    if within is not None:
        taught = taught.restricted(photos.codes(within), "within")
    direction: Direction = clone(estimator).fit(photos.X, taught).direction_
    return direction


def learn_vector(
    index: Index,
    name: str,
    learner: str,
    *,
    within: Literal["group", "series"] | None = None,
    prior: str | None = None,
    rater: str | None = None,
    gap_power: int | None = None,
    by_raters: bool = False,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> MasterVector:
    """Learn a vector from an index's judgements; it is returned, not stored.

    Its held-out accuracy is by group where there are groups, the harder and
    more honest test, else by photo. Where the prior has seen some of the
    photos nothing is held out from it: the accuracy is then named in-sample,
    and the vector is not calibrated. Other people's ratings of the photos may
    teach a personal vector how tastes differ, but not the one that is tested.

    Raises
    ------
    NoLabelsError
        If nobody judged the photos, or all the same.
    UnknownNameError
        If there is no such learner, or it does not understand an argument.
    """
    arguments: Json = {} if gap_power is None else {"gap_power": gap_power}
    believed = None if prior is None else load_vector(index, prior)
    given: Json = {}
    if believed is not None and learner in LEARNERS:
        given = {"prior": beginning(index, learner, believed, rater=rater)}
    estimator = make_learner(learner, seed=seed, **arguments, **given)
    tested = learner_for_tests(estimator)
    photos = judged_photos(index, rater=rater, by_raters=by_raters)
    protocol = Protocol(
        fold_by="group" if len(np.unique(photos.groups)) > 2 else "photo",
        seed=seed,
        within=within,
        by_raters=by_raters,
    )
    learned = fit_and_test(tested, photos, protocol, on_progress=on_progress)
    if tested is not estimator:
        learned = replace(learned, direction=_direction(estimator, photos, within))
    known = frozenset() if believed is None else believed.card.photos
    own = frozenset(map(shortened, photos.digests))
    if own & known:
        metrics = {IN_SAMPLE: learned.metrics["pairwise_accuracy"]}
        learned = replace(learned, slope=None, metrics=metrics)
    return MasterVector(
        name,
        learner,
        learned.direction,
        index.fingerprint,
        slope=learned.slope,
        card=Card(
            parameters={
                "learner": arguments,
                "within": within,
                "prior": prior,
                "rater": rater,
                "by_raters": by_raters,
            },
            index=index.name,
            photos=own | known,
            labels=judgements_digest(photos),
            n_photos=len(photos.X),
            n_pairs=photos.comparisons.n_pairs,
            seed=seed,
            metrics=learned.metrics,
            source=f"judgements in the index {index.name!r}",
        ),
    )


def judgements_digest(photos: JudgedPhotos) -> str:
    """Return a SHA-256 of who was preferred to whom, whatever the order of the photos."""
    preference = photos.comparisons.preference()
    lines = sorted(
        f"{digest} {value:.9g}" for digest, value in zip(photos.digests, preference, strict=True)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
