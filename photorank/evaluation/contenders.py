"""What is compared: vectors as they are, learners out of fold, and the baselines beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.base import clone

from photorank.encoders.base import Encoder
from photorank.errors import (
    ComparisonsError,
    DegenerateDirectionError,
    MissingWeightsError,
    NoLabelsError,
    UnknownNameError,
)
from photorank.index.opened import Index
from photorank.learning.protocol import JudgedPhotos, Protocol, out_of_fold_ratings
from photorank.metrics.folds import Folds
from photorank.typing import Direction, Floats
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.learners_by_name import LEARNERS
from photorank.vectors.master import Card, MasterVector
from photorank.vectors.prompts import PLAIN_PROMPT, prompt_vector
from photorank.vectors.store import RANDOM_NAME, add_vector, list_vectors, load_vector
from photorank.vectors.taste.personal import KIND as PERSONAL
from photorank.vectors.taste.personal import learner_for_tests
from photorank.vectors.taste.population_prior import prior_in
from photorank.vectors.taste.posterior import TastePrior

PLAIN_PROMPT_NAME = "plain-prompt"
MEAN_DIFFERENCE = "mean-difference"
BASELINES = (RANDOM_NAME, PLAIN_PROMPT_NAME, MEAN_DIFFERENCE)


@dataclass(frozen=True)
class Contender:
    """Ratings of the judged photos by one vector or learner, for each repeat of the folds."""

    name: str
    kind: str
    ratings: Floats  # (repeats, n)
    fitted: bool  # anew in each of several folds: its uncertainty includes the fitting
    in_sample: bool = False  # it has seen photos that it is tested on
    refitted: bool = False  # a stored vector, learned again in every fold

    @property
    def baseline(self) -> bool:
        """Whether it is there to be beaten."""
        return self.name in BASELINES


def make_learner(kind: str, *, seed: int, **parameters: object) -> DirectionLearner:
    """Return a fresh learner by name.

    Raises
    ------
    UnknownNameError
        If there is no learner of that name, or it lacks a parameter.
    """
    if kind not in LEARNERS:
        raise UnknownNameError("learner", kind, list(LEARNERS))
    learner = clone(LEARNERS[kind])
    known = learner.get_params()
    for parameter in parameters:
        if parameter not in known:
            raise UnknownNameError(f"argument of {kind}", parameter.replace("_", "-"), list(known))
    learner.set_params(**parameters)
    if "random_state" in known:
        learner.set_params(random_state=seed)
    return learner


def chosen_vectors(
    index: Index, names: Sequence[str] | None, load: Callable[[], Encoder] | None
) -> dict[str, MasterVector]:
    """Return the vectors to evaluate, the plain prompt among them where words can be had."""
    if names is None:
        vectors = list_vectors(index)
    else:
        vectors = {name: load_vector(index, name) for name in names}
    if PLAIN_PROMPT_NAME not in vectors and load is not None:
        plain = plain_prompt(index, load)
        return vectors | ({} if plain is None else {plain.name: plain})
    if names is None and PLAIN_PROMPT_NAME in vectors:  # last, as when it was made
        vectors[PLAIN_PROMPT_NAME] = vectors.pop(PLAIN_PROMPT_NAME)
    return vectors


def plain_prompt(index: Index, load: Callable[[], Encoder]) -> MasterVector | None:
    """Return the plain prompt's vector, kept in the index once made; None without a text tower."""
    stored = list_vectors(index).get(PLAIN_PROMPT_NAME)
    if stored is not None:
        return stored
    try:
        vector = prompt_vector(PLAIN_PROMPT_NAME, [PLAIN_PROMPT], load())
    except MissingWeightsError:
        return None  # the table is then without this baseline, and says so
    add_vector(index, vector)
    return load_vector(index, vector.name)  # rounded as the next run will find it


def vector_contender(
    index: Index, vector: MasterVector, photos: JudgedPhotos, folds: Folds
) -> Contender:
    """Rate the photos by a stored vector; if they taught it, by its learner out of fold."""
    in_sample = any(vector.card.saw(digest) for digest in photos.digests)
    if in_sample and vector.card.index == index.name and vector.kind in LEARNERS:
        ratings = _ratings_learned_anew(index, vector, photos, folds)
        if ratings is not None:
            return Contender(vector.name, vector.kind, ratings, fitted=folds.refits, refitted=True)
    ratings = vector.rate(photos.X, index.fingerprint)
    every = np.broadcast_to(ratings, folds.codes.shape)
    return Contender(vector.name, vector.kind, every, fitted=False, in_sample=in_sample)


def _ratings_learned_anew(
    index: Index, vector: MasterVector, photos: JudgedPhotos, folds: Folds
) -> Floats | None:
    """Learn a vector out of fold from what its card says it was learned from.

    None where that cannot be: its prior has seen the photos, so nothing would be
    held out, or is gone; or the person it was learned from has too few judgements.
    """
    card = vector.card.parameters
    if (prior := card.get("prior")) is not None:
        believed = list_vectors(index).get(prior)
        if believed is None or any(believed.card.saw(digest) for digest in photos.digests):
            return None
    try:
        taught = photos.comparisons
        if card.get("rater") or bool(card.get("by_raters")) != photos.by_raters:
            every = index.comparisons(
                rater=card.get("rater"), by_raters=bool(card.get("by_raters"))
            )
            row_of = {photo.digest: row for row, photo in enumerate(index.photos())}
            taught = every.take(np.array([row_of[digest] for digest in photos.digests]))
        return out_of_fold_ratings(
            learner_for_tests(learner_of(index, vector)),
            photos,
            folds,
            within=card.get("within"),
            taught=taught,
        )
    except (NoLabelsError, ComparisonsError, DegenerateDirectionError):
        return None


def beginning(
    index: Index, kind: str, vector: MasterVector, *, rater: str | None = None
) -> Direction | TastePrior:
    """Return a vector as the prior of a learner of that kind, for one person or all."""
    if kind == PERSONAL:
        return prior_in(index, vector.direction, rater=rater)
    return vector.direction


def learner_of(index: Index, vector: MasterVector) -> DirectionLearner:
    """Return the learner that a vector's card describes, its prior looked up by name."""
    card: Card = vector.card
    parameters = dict(card.parameters.get("learner", {}))
    prior = card.parameters.get("prior")
    if prior is not None:
        parameters["prior"] = beginning(
            index, vector.kind, load_vector(index, prior), rater=card.parameters.get("rater")
        )
    return make_learner(vector.kind, seed=card.seed or 0, **parameters)


def learner_contender(
    kind: str,
    photos: JudgedPhotos,
    folds: Folds,
    protocol: Protocol,
    on_fit: Callable[[], None] | None,
) -> Contender:
    """Learn in every fold and rate the photos left out."""
    learner = make_learner(kind, seed=protocol.seed)
    ratings = out_of_fold_ratings(learner, photos, folds, within=protocol.within, on_fit=on_fit)
    return Contender(kind, kind, ratings, fitted=folds.refits)


def random_contender(photos: JudgedPhotos, folds: Folds, seed: int) -> Contender:
    """Rate the photos by a direction drawn at random: what chance looks like on these photos."""
    direction = np.random.default_rng(seed).normal(size=photos.X.shape[1])
    ratings = photos.X.astype(np.float64) @ (direction / np.linalg.norm(direction))
    every = np.broadcast_to(ratings, folds.codes.shape)
    return Contender(RANDOM_NAME, "random", every, fitted=False)
