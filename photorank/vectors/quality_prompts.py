"""Rating vectors that are made from text prompts, for the built-in encoder.

Its own words know things and not qualities. So a prompt's valence (how much its words praise or
blame) goes into the directions of worth and of technical quality, and the prompt is compared with
class names and with a fixed table of phrases, of which each has a direction: `technical`, or one
technical signal.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np

from photorank.encoders.base import Encoder
from photorank.encoders.blocks import Blocks
from photorank.photos.signals.signals_block import NAMES
from photorank.typing import Direction, Floats, Json
from photorank.vectors.master import MasterVector
from photorank.vectors.plain_prompts import prompt_vector
from photorank.vectors.seen_pictures import SeenPictures
from photorank.vectors.shipped import BUILTIN, FOLDER, shipped_for

KIND = "prompt+qualities"
# A phrase, its antonym, and what tells the quality: a built-in vector, or "+" or "-" and a signal.
TABLE = (
    ("sharp and in focus", "blurry and out of focus", "technical"),
    ("crisp fine detail", "soft and smeared detail", "technical"),
    ("a steady shot", "motion blur from a shaking camera", "technical"),
    ("a clean image", "a noisy, grainy image", "-noise, octave 1"),
    ("bright", "dark", "+brightness"),
    ("high contrast", "flat and low in contrast", "+contrast"),
    ("colourful", "dull and colourless", "+colourfulness"),
    ("vivid", "faded", "+colourfulness"),
    ("warm colours", "cold colours", "+yellow over blue"),
    ("correctly exposed highlights", "overexposed and blown out", "-white"),
    ("detail in the shadows", "underexposed and too dark", "-black"),
)
SOURCES = (*(source for *_, source in TABLE), "worth")  # the last is for words of praise
PHRASES = tuple(phrase for *both, _ in TABLE for phrase in both)
# How much a quality counts beside a class name that is as close to the prompt: 1 would spread the
# ratings of everyday photographs as the median class does.
STRENGTH = 1.5
_PRAISE = "praise (worth and some technical quality)"  # its name on a card
# How much technical quality praise asks for beside worth. At 0, 0.4 and 1, the plain prompt orders
# 0.70, 0.68 and 0.63 of pairs by beauty (OASIS), and 0.53, 0.64 and 0.71 by quality (BIQ2021).
_TECHNICAL_SHARE = 0.4
# Valence that is taken for none: names of things have a standard deviation of 0.11.
_LEAST_VALENCE = 0.15
_NEGATION = re.compile(
    r"(\b(?:not|no|never|without|nothing|neither|nor|lack(?:s|ing)?|hardly|barely|scarcely|cannot"
    r"|\w+n['’]t|far from(?! (?:the|a|an|my|our|home|here|town)\b)|anything but|free (?:of|from)"
    r"|devoid of)\b)",
    re.IGNORECASE,
)
# What only looks like a negation: "not only sharp but bright" praises both.
_NO_NEGATION = re.compile(
    r"\b(?:not|\w+n['’]t) (?:only|merely|simply|just(?=.*(?:\bbut\b|\balso\b|,)))\b"
    r"|\b(?:could(?:n['’]t| not)|can(?:['’]t|not)) be (?:any )?(?=\w+er\b|more\b)"
    r"|\b(?:without (?:a )?|no )doubt\b|\b(?:nothing|no) (?:but|short of|less than)\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;.:]|\b(?:(?<!anything )but|and)\b", re.IGNORECASE)
_QUALITIES = (*(phrase for phrase, *_ in TABLE), _PRAISE)
_NAMED_QUALITIES = 5  # that a card lists


@runtime_checkable
class ComparesPhrases(Protocol):
    """Interface of encoders that compare texts with phrases and rate how positive texts are."""

    def compare(self, texts: Sequence[str], phrases: Sequence[str]) -> tuple[Floats, Floats]:
        """Embeddings (n, h) of n texts, and similarities (n, p) of the texts to p phrases.

        The similarities are from a softmax. The h dimensions are those of the embedding's part that
        is used for similarity.
        """

    def valence(self, texts: Sequence[str]) -> Floats:
        """Valence (n,) of texts: −1 for blame, 0 for neutral, 1 for praise."""


def worded_vector(
    name: str, texts: Sequence[str], encoder: Encoder, *, negatives: Sequence[str] = ()
) -> MasterVector:
    """Rating vector from text prompts that may name photo qualities, such as high contrast.

    The directions of these qualities are added to the direction of the texts.

    An encoder without quality directions gets the vector of :func:`prompt_vector`, whose errors are
    raised here, too.
    """
    plain = prompt_vector(name, texts, encoder, negatives=negatives)
    directions = quality_directions(encoder)
    if directions is None or not isinstance(encoder, ComparesPhrases):
        return plain
    wanted = direction_of(encoder, texts, directions)
    unwanted = direction_of(encoder, negatives, directions) if negatives else (0.0, 0.0)
    direction, weights = wanted[0] - unwanted[0], wanted[1] - unwanted[1]
    strongest = np.argsort(-np.abs(weights), kind="stable")[:_NAMED_QUALITIES].tolist()
    listed = {_QUALITIES[at]: round(float(weights[at]), 4) for at in strongest}
    taught = [one.card for one in _builtin(encoder).values()]
    return MasterVector(
        name,
        KIND,
        direction,
        encoder.fingerprint,
        scale=1 / float(np.linalg.norm(direction)),
        card=replace(
            plain.card,
            parameters=plain.card.parameters | {"qualities": listed},
            photos=frozenset().union(*(card.photos for card in taught)),
            pictures=SeenPictures.union([card.pictures for card in taught]),
            source="words, through built-in qualities",
        ),
    )


def quality_text(parameters: Json) -> str:
    """Text with the photo-quality weights stored in a vector's card; empty if there are none.

    Examples
    --------
    >>> quality_text({"qualities": {"bright": 0.25, "a good photo": -0.031}})
    'bright +0.250, a good photo −0.031'
    """
    weights = parameters.get("qualities")
    if not isinstance(weights, dict):
        return ""
    known = {phrase: one for phrase, one in weights.items() if isinstance(one, int | float)}
    return ", ".join(f"{phrase} {f'{one:+.3f}'.replace('-', '−')}" for phrase, one in known.items())


def quality_directions(encoder: Encoder, worth: Direction | None = None) -> Floats | None:
    """Rating directions (q, d) of photo qualities in `TABLE`, such as sharpness and contrast.

    The last direction is for words of praise. A unit direction `worth` (d,), if given, replaces the
    built-in vector of that name, for tests on photos that the built-in was learned from. None for
    an encoder without built-in vectors.
    """
    blocks, path = encoder.fingerprint.blocks, FOLDER / "quality_spreads.json"
    builtin = _builtin(encoder)
    if blocks is None or len(builtin) < len(BUILTIN):
        return None
    if worth is not None:
        builtin["worth"] = replace(builtin["worth"], direction=worth)
    spreads = json.loads(path.read_bytes())[encoder.fingerprint.framing]
    found = np.stack([scaled_direction(source, builtin, blocks, spreads) for source in SOURCES])
    found[-1] += _TECHNICAL_SHARE * found[SOURCES.index("technical")]
    return found


def scaled_direction(
    source: str,
    builtin: Mapping[str, MasterVector],
    blocks: Blocks,
    spreads: Mapping[str, float],
) -> Direction:
    """Embedding direction (d,) of one photo quality, such as sharpness, scaled to a fixed strength.

    It spreads ratings `STRENGTH` times as widely as the median class does.

    `spreads` are the standard deviations of everyday photographs' ratings by each source's unit
    direction, and by the median class ("class").
    """
    return STRENGTH * spreads["class"] / spreads[source] * unit_direction(source, builtin, blocks)


def unit_direction(source: str, builtin: Mapping[str, MasterVector], blocks: Blocks) -> Direction:
    """Unit direction (d,) of a photo quality, from a built-in vector or a technical signal.

    ``-black`` is less of the technical signal ``black``, ``+contrast`` is more contrast.
    """
    if source in builtin:
        return builtin[source].direction
    direction = np.zeros(blocks.dimensions)
    direction[blocks.head + blocks.stages + NAMES.index(source[1:])] = float(f"{source[0]}1")
    return direction


def direction_of(
    encoder: ComparesPhrases, texts: Sequence[str], directions: Floats
) -> tuple[Direction, Floats]:
    """Unit vector (d,) for the texts, and the texts' mean weight (q,) on each of `directions`.

    The mean is over the texts.

    `directions` (q, d) are those of :func:`quality_directions`, or others in their place.
    """
    classes, _ = encoder.compare(texts, PHRASES)
    net = np.array([_weights(encoder, text) for text in texts])
    rows = net @ directions
    rows[:, : classes.shape[1]] += classes
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    mean = rows.mean(axis=0)
    return mean / np.linalg.norm(mean), net.mean(axis=0)


def clauses_of(text: str) -> list[tuple[int, str]]:
    """Clauses of a text as pairs (sign, clause); the sign is −1 for a negated clause, else 1.

    Sentence networks take "not sharp" for "sharp". Any other text is one part. Words that only look
    like a negation ("not only") are left out.

    Examples
    --------
    >>> clauses_of("crisp and bright"), clauses_of("crisp without any noise, and bright")
    ([(1, 'crisp and bright')], [(1, 'crisp'), (-1, 'any noise'), (1, 'bright')])
    """
    plain = _NO_NEGATION.sub("", " ".join(text.split())).strip()
    if not re.search(r"\w", plain):
        return [(1, text)]
    if not _NEGATION.search(plain):
        return [(1, plain)]
    found = []
    for clause in _CLAUSE_END.split(plain):
        said, *others = _NEGATION.split(clause)
        sign, before = 1, said
        parts = [(sign, said)]
        for part in others[1::2]:
            # Two negations in a row cancel out: "not free of", "not far from".
            sign = -sign if len(parts) > 1 and not before.strip() else -1
            parts.append((sign, part))
            before = part
        found += [(sign, part.strip()) for sign, part in parts if re.search(r"\w", part)]
    return found or [(1, text)]


def _weights(encoder: ComparesPhrases, text: str) -> Floats:
    """Weights (q,) of photo qualities in a text; negated clauses count with the opposite sign."""
    signs, clauses = zip(*clauses_of(text), strict=True)
    _, weights = encoder.compare(clauses, PHRASES)
    net = weights[:, 0::2] - weights[:, 1::2]  # an antonym's direction is the opposite
    valence = encoder.valence(clauses) * [any(map(str.isalpha, one)) for one in clauses]
    praise = np.sign(valence) * np.maximum(np.abs(valence) - _LEAST_VALENCE, 0)
    return np.asarray(np.array(signs) @ np.column_stack([net, praise]))


def _builtin(encoder: Encoder) -> dict[str, MasterVector]:
    found = shipped_for(encoder.fingerprint)
    return {name: one for name in BUILTIN if isinstance(one := found.get(name), MasterVector)}
