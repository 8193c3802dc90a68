"""Prompt vectors of the packaged encoder, by comparison with quality phrases and antonyms.

Its own words know things and not qualities. So a prompt is compared with class names and with a
fixed table of phrases, of which each has a direction: a built-in vector, or one technical signal.
The table and the softness were fixed before any prompt was tried on photos.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np

from photorank.encoders.base import Encoder
from photorank.encoders.blocks import Blocks
from photorank.photos.signals.signals_block import NAMES
from photorank.typing import Direction, Floats, Json
from photorank.vectors.master import MasterVector
from photorank.vectors.prompts import prompt_vector
from photorank.vectors.seen_pictures import SeenPictures
from photorank.vectors.shipped import BUILTIN, FOLDER, shipped_for

KIND = "prompt+qualities"
# A phrase, its antonym, and what tells the quality: a built-in vector, or "+" or "-" and a signal.
TABLE = (
    ("a beautiful photograph", "an ugly photograph", "beauty"),
    ("an attractive picture", "an unattractive picture", "beauty"),
    ("a stunning photo", "a boring photo", "beauty"),
    ("a pleasant sight", "an unpleasant sight", "beauty"),
    ("elegant and artistic", "tasteless and crude", "beauty"),
    ("a tidy, simple scene", "a messy, cluttered scene", "beauty"),
    ("a professional photograph", "an amateur snapshot", "worth"),
    ("a well composed picture", "a badly composed picture", "worth"),
    ("a picture to print for an album", "a picture to throw away", "worth"),
    ("a high quality photo", "a low quality photo", "worth"),
    ("a good photo", "a bad photo", "worth"),
    ("an award-winning photograph", "a failed photograph", "worth"),
    ("a careful photograph", "a careless photograph", "worth"),
    ("a memorable photo", "a forgettable photo", "worth"),
    ("well lit", "badly lit", "worth"),
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
PHRASES = tuple(phrase for *both, _ in TABLE for phrase in both)
# How much a quality counts beside a class name that is as close to the prompt: 1 would spread the
# ratings of everyday photographs as the median class does.
STRENGTH = 1.5
_NAMED_QUALITIES = 5  # that a card lists


@runtime_checkable
class ComparesPhrases(Protocol):
    """Encoder of texts by class names that also compares texts with given phrases."""

    def compare(self, texts: Sequence[str], phrases: Sequence[str]) -> tuple[Floats, Floats]:
        """Directions (n, dh) of texts from class names, and weights (n, p) of the phrases."""


def worded_vector(
    name: str, texts: Sequence[str], encoder: Encoder, *, negatives: Sequence[str] = ()
) -> MasterVector:
    """Master-vector from text prompts, by quality phrases if the encoder needs them.

    Other encoders' and framings' is that of :func:`prompt_vector`, which raises as this does.
    """
    plain = prompt_vector(name, texts, encoder, negatives=negatives)
    directions = quality_directions(encoder)
    if directions is None or not isinstance(encoder, ComparesPhrases):
        return plain
    wanted = _through(encoder, texts, directions)
    unwanted = _through(encoder, negatives, directions) if negatives else (0.0, 0.0)
    direction, weights = wanted[0] - unwanted[0], wanted[1] - unwanted[1]
    strongest = np.argsort(-np.abs(weights), kind="stable")[:_NAMED_QUALITIES].tolist()
    listed = {TABLE[at][0]: round(float(weights[at]), 4) for at in strongest}
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
    """Weights of a card's strongest qualities in words; "" where it lists none.

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


def quality_directions(encoder: Encoder) -> Floats | None:
    """Direction (q, d) of each line of `TABLE`; None where built-in vectors are missing."""
    blocks, path = encoder.fingerprint.blocks, FOLDER / "quality_spreads.json"
    builtin = _builtin(encoder)
    if blocks is None or len(builtin) < len(BUILTIN):
        return None
    spreads = json.loads(path.read_bytes())[encoder.fingerprint.framing]
    return np.stack([scaled(source, builtin, blocks, spreads) for *_, source in TABLE])


def scaled(
    source: str,
    builtin: Mapping[str, MasterVector],
    blocks: Blocks,
    spreads: Mapping[str, float],
) -> Direction:
    """Direction (d,) of a quality; its ratings spread `STRENGTH` times as much as a class's.

    `spreads` are the standard deviations of everyday photographs' ratings by each source's unit
    direction, and by the median class ("class").
    """
    return STRENGTH * spreads["class"] / spreads[source] * unit(source, builtin, blocks)


def unit(source: str, builtin: Mapping[str, MasterVector], blocks: Blocks) -> Direction:
    """Unit direction (d,) of a built-in vector, or of a signal with its sign."""
    if source in builtin:
        return builtin[source].direction
    direction = np.zeros(blocks.dimensions)
    direction[blocks.head + blocks.stages + NAMES.index(source[1:])] = float(f"{source[0]}1")
    return direction


def _builtin(encoder: Encoder) -> dict[str, MasterVector]:
    found = shipped_for(encoder.fingerprint)
    return {name: one for name in BUILTIN if isinstance(one := found.get(name), MasterVector)}


def _through(
    encoder: ComparesPhrases, texts: Sequence[str], directions: Floats
) -> tuple[Direction, Floats]:
    """Mean unit direction (d,) of texts, and the net weight (q,) of each line of `TABLE`."""
    classes, weights = encoder.compare(texts, PHRASES)
    net = weights[:, 0::2] - weights[:, 1::2]  # an antonym's direction is the opposite
    rows = net @ directions
    rows[:, : classes.shape[1]] += classes
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    mean = rows.mean(axis=0)
    return mean / np.linalg.norm(mean), net.mean(axis=0)
