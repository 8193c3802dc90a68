"""Contenders of an evaluation: fixed vectors, learners and baselines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from photorank.encoders.base import Encoder
from photorank.errors import MissingWeightsError, NoTextError
from photorank.index.opened import Index
from photorank.learning.held_out_directions import Refits, held_out, ratings_by_fold
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.protocol import Protocol
from photorank.typing import Floats
from photorank.vectors.learners_by_name import make_learner
from photorank.vectors.master import MasterVector
from photorank.vectors.plain_prompts import PLAIN_PROMPT, prompt_vector
from photorank.vectors.store import RANDOM_NAME, add_vector, list_vectors, load_vector

PLAIN_PROMPT_NAME = "plain-prompt"
MEAN_DIFFERENCE = "mean-difference"
BASELINES = (RANDOM_NAME, PLAIN_PROMPT_NAME, MEAN_DIFFERENCE)


@dataclass(frozen=True)
class Contender:
    """Vector or learner under evaluation, with its ratings of the photos.

    Ratings are held out if possible: by a model that has not learned from the photo.
    """

    name: str
    kind: str
    ratings: Floats  # (repeats, n)
    refitted_per_fold: bool  # its uncertainty then includes the fitting
    in_sample: bool = False  # it has seen photos that it is tested on
    unknown: bool = False  # nobody knows which photos it learned from
    refitted: bool = False  # a stored vector, learned again in every fold

    @property
    def baseline(self) -> bool:
        """True for a baseline, such as random directions, evaluated only for comparison."""
        return self.name in BASELINES


def chosen_vectors(
    index: Index, names: Sequence[str] | None, load: Callable[[], Encoder] | None
) -> dict[str, MasterVector]:
    """Vectors to evaluate, keyed by name, including a baseline made from a simple text prompt.

    That baseline is left out if it is not among the vectors and cannot be made.
    """
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
    """Baseline vector of a simple text prompt, saved if it is new; None if it cannot be made."""
    stored = list_vectors(index).get(PLAIN_PROMPT_NAME)
    if stored is not None:
        return stored
    try:
        vector = prompt_vector(PLAIN_PROMPT_NAME, [PLAIN_PROMPT], load())
    except (MissingWeightsError, NoTextError):
        return None  # the table is then without this baseline, and says so
    add_vector(index, vector)
    return load_vector(index, vector.name)  # rounded as the next run will find it


def vector_contender(
    index: Index, vector: MasterVector, photos: JudgedPhotos, refits: Refits
) -> Contender:
    """Contender made from a saved vector, refitted per fold if it learned from the test photos."""
    folds = refits.folds
    found = held_out(index, vector, photos, folds, refits=refits)
    if found.testing == "refitted":
        ratings = ratings_by_fold(found.directions, photos, folds)
        return Contender(
            vector.name, vector.kind, ratings, refitted_per_fold=folds.refits, refitted=True
        )
    every = np.broadcast_to(vector.rate(photos.X, index.fingerprint), folds.codes.shape)
    return Contender(
        vector.name,
        vector.kind,
        every,
        refitted_per_fold=False,
        in_sample=found.testing == "in-sample",
        unknown=found.testing == "unknown",
    )


def learner_contender(
    kind: str,
    taught: JudgedPhotos,
    refits: Refits,
    protocol: Protocol,
    on_fit: Callable[[], None] | None,
) -> Contender:
    """Contender made from a learner: each photo is rated by a model fitted without its fold."""
    learner = make_learner(kind, seed=protocol.seed)
    ratings = ratings_by_fold(refits.directions(learner, taught, on_fit), taught, refits.folds)
    return Contender(kind, kind, ratings, refitted_per_fold=refits.folds.refits)
