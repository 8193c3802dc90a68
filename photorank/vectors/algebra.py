"""Algebra of rating vectors: blend, negate, project out, compare by cosine.

What comes out is not calibrated, and its card names the photos that any of
the vectors has seen: on those it is in-sample.
"""

from collections.abc import Sequence

import numpy as np

from photorank.errors import DegenerateDirectionError
from photorank.typing import Floats, Json
from photorank.vectors.master import MOST, Card, MasterVector
from photorank.vectors.seen_pictures import SeenPictures

_ROUNDING = 1e-6  # length, relative to what went in, below which a direction is rounding


def blend(name: str, vectors: Sequence[MasterVector], weights: Sequence[float]) -> MasterVector:
    """Rating vector from the weighted sum of several vectors' unit directions.

    Directions are blended, not ratings: each vector counts by its weight,
    whatever the scale of its ratings. A rating by the blend is the weighted
    sum of the cosines; published scales and biases are left behind. A negative
    weight turns a vector round.

    Raises
    ------
    EncoderMismatchError
        If the vectors belong to different embeddings.
    DegenerateDirectionError
        If there is no vector, the weights are not numbers up to 1e100 in all, or they cancel out.

    Examples
    --------
    >>> from photorank.encoders.base import Fingerprint
    >>> space = Fingerprint("embedded", "0" * 64, "whole", 224)
    >>> calm = MasterVector("calm", "prompt", np.array([1.0, 0.0]), space)
    >>> sharp = MasterVector("sharp", "prompt", np.array([0.0, 1.0]), space)
    >>> both = blend("both", [calm, sharp], [3, 4])
    >>> both.direction, both.scale
    (array([0.6, 0.8]), 5.0)
    """
    weights = [float(weight) for weight in weights]
    if not vectors or not sum(map(abs, weights)) <= MOST:
        raise DegenerateDirectionError(f"a blend needs a vector and weights up to {MOST:g} in all")
    _require_one_space(vectors)
    parts = zip(weights, vectors, strict=True)
    total = np.sum([weight * vector.direction for weight, vector in parts], axis=0)  # (d,)
    if not np.linalg.norm(total) > _ROUNDING * sum(map(abs, weights)):
        raise DegenerateDirectionError(
            "the blended vectors cancel out, so they define no direction: change the weights"
        )
    return MasterVector(
        name,
        "blend",
        total,
        vectors[0].fingerprint,
        card=_card(
            vectors,
            {"vectors": [vector.name for vector in vectors], "weights": weights},
            "a blend of " + _names(vectors),
        ),
    )


def negated(name: str, vector: MasterVector) -> MasterVector:
    """Rating vector that ranks photos in the opposite order to the given vector."""
    return MasterVector(
        name,
        "negated",
        -vector.direction,
        vector.fingerprint,
        scale=vector.scale,
        bias=-vector.bias,
        card=_card([vector], {"vectors": [vector.name]}, f"the opposite of {vector.name}"),
    )


def projected_out(
    name: str, vector: MasterVector, nuisances: Sequence[MasterVector]
) -> MasterVector:
    """Rating vector minus its projection on the span of the given nuisance vectors.

    Moving a photo along a nuisance (say, "sunset") then leaves its rating as it
    is. Scale and bias are kept: a rating changes by the nuisances' share alone.

    Raises
    ------
    EncoderMismatchError
        If the vectors belong to different embeddings.
    DegenerateDirectionError
        If nothing of the vector is left.
    """
    _require_one_space([vector, *nuisances])
    rest = vector.direction
    if nuisances:
        # Nuisances may repeat each other: only the directions they span are taken out.
        _, lengths, spanned = np.linalg.svd(
            np.stack([nuisance.direction for nuisance in nuisances]), full_matrices=False
        )
        spanned = spanned[lengths > _ROUNDING * lengths[0]]  # (r, d), orthonormal rows
        rest = rest - (rest @ spanned.T) @ spanned
        if not np.linalg.norm(rest) > _ROUNDING:
            raise DegenerateDirectionError(
                f"nothing of vector {vector.name!r} is left without {_names(nuisances)}, so there "
                "is no direction: take out fewer vectors"
            )
        # Once more: where little is left, the first round's rounding is a part of it.
        rest = rest - (rest @ spanned.T) @ spanned
    parameters: Json = {
        "vectors": [vector.name],
        "without": [nuisance.name for nuisance in nuisances],
        "of": {"kind": vector.kind, **vector.card.parameters},
    }
    return MasterVector(
        name,
        "projected",
        rest,
        vector.fingerprint,
        scale=vector.scale,
        bias=vector.bias,
        card=_card([vector, *nuisances], parameters, f"{vector.name} without {_names(nuisances)}"),
    )


def combined(
    name: str,
    vectors: Sequence[MasterVector],
    weights: Sequence[float],
    without: Sequence[MasterVector] = (),
) -> MasterVector:
    """Rating vector from a weighted sum of vectors, with other vectors' directions projected out.

    A single vector, as it is or turned round (weight -1), keeps its published
    scale and bias: see :func:`negated` and :func:`projected_out`, also for errors.
    """
    alone = list(weights) if len(vectors) == 1 else None
    if alone == [-1]:
        vector = negated(name, vectors[0])
    elif alone == [1] and without:
        vector = vectors[0]
    else:
        vector = blend(name, vectors, weights)
    return projected_out(name, vector, without) if without else vector


def cosine_table(vectors: Sequence[MasterVector]) -> tuple[list[str], Floats]:
    """Names of k vectors, and the cosines (k, k) between their directions.

    1 is the same order of photos, -1 the opposite one; two directions drawn at
    random are about 0 ± 1/√d.

    Raises
    ------
    EncoderMismatchError
        If the vectors belong to different embeddings.
    """
    _require_one_space(vectors)
    names = [vector.name for vector in vectors]
    if not vectors:
        return names, np.zeros((0, 0))
    directions = np.stack([vector.direction for vector in vectors])  # (k, d)
    return names, np.clip(directions @ directions.T, -1, 1)


def _require_one_space(vectors: Sequence[MasterVector]) -> None:
    for vector in vectors[1:]:
        vector.fingerprint.require(vectors[0].fingerprint, vector=vector.name)


def _names(vectors: Sequence[MasterVector]) -> str:
    return ", ".join(vector.name for vector in vectors)


def _card(vectors: Sequence[MasterVector], parameters: Json, source: str) -> Card:
    """Metadata card of a derived vector, with the source vectors' training photos and licences."""
    photos = frozenset[str]().union(*(vector.card.photos for vector in vectors))
    licences = dict.fromkeys(vector.card.licence for vector in vectors if vector.card.licence)
    origins = dict.fromkeys(vector.card.source for vector in vectors if vector.card.source)
    return Card(
        parameters=parameters,
        photos=photos,
        pictures=SeenPictures.union(vector.card.pictures for vector in vectors),
        unknown=any(vector.card.unknown for vector in vectors),
        n_photos=len(photos),
        licence="; ".join(licences),
        source=f"{source} ({'; '.join(origins)})" if origins else source,
    )
