"""Search for concepts, such as "a sunset", that raise or lower a photo's rating most."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from photorank.encoders.base import Encoder
from photorank.encoders.blocks import lengths
from photorank.index.array_cache import cache_arrays, cached_arrays
from photorank.index.opened import Index
from photorank.typing import Codes, Embeddings, Floats
from photorank.vectors.master import MasterVector

CONCEPTS = (
    "a person",
    "a group of people",
    "a child",
    "a portrait",
    "a dog",
    "a cat",
    "a bird",
    "a wild animal",
    "a flower",
    "a tree in a forest",
    "a mountain",
    "a beach",
    "the sea",
    "a lake or a river",
    "snow",
    "a sunset",
    "the night sky",
    "clouds",
    "a city street",
    "a building",
    "a room inside a house",
    "food on a plate",
    "a car",
    "a boat",
    "a wedding",
    "sports",
    "a fire",
    "garbage",
    "a page of text",
    "a screen",
    "bright colours",
    "a black and white photo",
    "a dark photo",
    "a blurred photo",
    "a close-up",
    "a wide landscape",
)
_MAX_LENGTH_ERROR = 1e-3  # of a kept concept's embedding
_MAX_PHOTOS = 4000  # of the index: more would not move a correlation by 0.02, or a mean by 0.02 sd
_MIN_PHOTOS = 3


@dataclass(frozen=True)
class Concept:
    """Effect of one concept, such as "a sunset", on one photo's rating."""

    text: str
    shown: float  # how much of it is in the photo: standard deviations above the index's mean
    liked: float  # correlation of concept and rating over the index, -1 to 1
    pull: float  # their product: what the rating is expected to move, in its standard deviations


def moving_concepts(
    index: Index,
    vector: MasterVector,
    embedding: Embeddings,
    encoder: Encoder,
    *,
    k: int = 6,
) -> list[Concept]:
    """Effects of the k concepts that raise or lower a photo's rating most, strongest first.

    Each concept is taken alone, and all are seen through the encoder's text
    tower: where that does not know a quality, no concept of it says anything.
    An index of under three photos tells of none.
    """
    rows = sampled_rows(index)
    if len(rows) < _MIN_PHOTOS:
        return []
    others, head = index.embeddings_of(rows), index.manifest.head
    texts = concept_embeddings(index, lambda: encoder)
    shown, liked = shown_and_liked(
        (others[:, :head] @ texts.T).astype(np.float64),
        vector.rate(others, index.fingerprint),
        (embedding[:head] @ texts.T).astype(np.float64),
    )
    found = [
        Concept(text, float(one), float(other), float(one * other))
        for text, one, other in zip(CONCEPTS, shown, liked, strict=True)
    ]
    return sorted(found, key=lambda one: -abs(one.pull))[:k]


def sampled_rows(index: Index) -> Codes:
    """Evenly spaced sample of an index's row numbers; all of them for a small index."""
    return np.linspace(0, len(index) - 1, min(len(index), _MAX_PHOTOS)).round().astype(np.intp)


def concept_embeddings(index: Index, load: Callable[[], Encoder]) -> Embeddings:
    """Text embeddings (c, d), of unit length, of the c concepts in `CONCEPTS`.

    Concepts are encoded once an index and then kept beside it, for a text tower takes ten seconds
    to load; only for them is the index's encoder loaded. Raises MissingWeightsError or
    MissingExtraError if they are not known yet, and the encoder's text tower cannot be had.
    """
    path, encoder = index.paths.concepts, str(index.fingerprint)
    kept = cached_arrays(path, "encoder", "concepts", "embeddings")
    if kept and (str(kept["encoder"]), tuple(kept["concepts"].tolist())) == (encoder, CONCEPTS):
        found: Embeddings = kept["embeddings"].astype(np.float32)
        if found.shape == (len(CONCEPTS), index.manifest.head):
            errors = np.abs(lengths(found) - 1)
            if (errors < _MAX_LENGTH_ERROR).all():  # False for nan
                return found
    found = load().encode_texts(CONCEPTS)
    cache_arrays(path, encoder=encoder, concepts=CONCEPTS, embeddings=found)
    return found


def shown_and_liked(similarities: Floats, ratings: Floats, own: Floats) -> tuple[Floats, Floats]:
    """Strengths (c,) of concepts in one photo, and the concepts' correlations (c,) with ratings.

    Both follow from the similarities of n photos to c concepts (n, c), the photos' ratings (n,),
    and the similarities of the photo itself (c,).

    Examples
    --------
    >>> shown_and_liked(np.array([[0.0], [1.0], [2.0]]), np.array([3.0, 2.0, 1.0]), np.array([3.0]))
    (array([2.44948974]), array([-1.]))
    """
    centred = similarities - similarities.mean(axis=0)
    spread = centred.std(axis=0)
    known = spread > 0
    shown = np.divide(own - similarities.mean(axis=0), spread, out=np.zeros(len(own)), where=known)
    rated = ratings - ratings.mean()
    below = spread * ratings.std() * len(ratings)
    liked = np.divide(rated @ centred, below, out=np.zeros(len(own)), where=below > 0)
    return shown, liked
