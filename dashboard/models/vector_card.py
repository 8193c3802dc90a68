"""View-model of the page Vectors: each rating vector's origin, accuracy and facts."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import pandas as pd

from dashboard.formatting import FROM_WORDS, accuracy_text, family, listing, plain
from photorank.encoders.base import Fingerprint
from photorank.errors import counted
from photorank.evaluation.saved_evaluation import Evaluation
from photorank.index.opened import IndexLabels
from photorank.json_values import json_line
from photorank.outside_text import printable
from photorank.vectors.master import MasterVector
from photorank.vectors.quality_prompts import quality_text
from photorank.vectors.store import ME, is_of_rater

_STAND_IN = (
    "This index was made with the small `embedded` encoder. Its words are a stand-in: it knows "
    "*what* is in a picture, {qualities}. Vectors learned from judgements do not have that "
    "weakness."
)
_NO_QUALITIES = "hardly *how well* it is taken"
_BY_TABLE = (
    "and *how well* it is taken only by praise, blame and a fixed table, such as “sharp and "
    "in focus”, each told by a built-in vector or a measured signal"
)

PROMPT_HELP = (
    "Say what is in the photo. Several lines are several ways to say it; they are averaged."
)
# The learners, in the words of the page.
LEARNERS = {
    "all-pairs": "all pairs at once (recommended)",
    "bradley-terry": "Bradley–Terry, a model of choices",
    "rank-svm": "RankSVM, a margin for every pair",
    "personal": "one person's taste, from few judgements",
    "spanning-pairs": "few pairs that still link all photos",
    "mean-difference": "liked minus disliked, the simplest",
    "pair-least-squares": "1,000 sampled pairs, as it was first done",
}
Within: TypeAlias = Literal["group", "series"] | None
WITHIN: dict[Within, str] = {
    None: "all photos",
    "group": "photos of one group",
    "series": "photos of one series",
}

# What was never split between learning and testing: it changes what figures mean.
HELD_OUT = {
    "photo": ", with photos held out",
    "group": ", with whole groups held out",
    "series": ", with whole series held out",
    "split": ", on its dataset's own split",
}


@dataclass(frozen=True)
class VectorCard:
    """Texts and facts about one rating vector."""

    name: str
    made: str  # its family
    origin: str  # a sentence
    held_out: str  # a sentence
    own: bool  # of this index, so that it may be removed
    facts: pd.DataFrame  # fact, value: the whole card


def weak_words_note(made_by: Fingerprint) -> str | None:
    """Warning that the built-in encoder understands texts only partly; None for other encoders."""
    if not made_by.is_embedded:
        return None
    return _STAND_IN.format(qualities=_NO_QUALITIES if made_by.blocks is None else _BY_TABLE)


def card(vector: MasterVector, evaluation: Evaluation | None, *, own: bool) -> VectorCard:
    """Texts about a rating vector: origin, facts, and accuracy if it was measured."""
    fair = [] if evaluation is None else evaluation.competing()
    here = accuracy_text(next((row.accuracy for row in fair if row.vector == vector.name), None))
    tested = accuracy_text(vector.card.accuracy)
    if evaluation is not None and here is not None:
        held_out = f"Here it puts {here}{HELD_OUT[evaluation.protocol.fold_by or 'photo']}."
    elif tested is not None:
        held_out = f"When it was made, it put {tested}{HELD_OUT.get(vector.card.fold_by, '')}."
    else:
        held_out = "Not tested here: measure again on the page “Discerning power”."
    made = family(vector.kind)
    return VectorCard(vector.name, made, _origin(vector), held_out, own, _facts(vector))


def _origin(vector: MasterVector) -> str:
    """Sentence about the texts or judgements that a rating vector was made from."""
    seen = vector.card
    if family(vector.kind) == FROM_WORDS:
        wanted = listing([f"“{plain(text)}”" for text in seen.parameters.get("texts", [])] or ["—"])
        unwanted = [f"“{plain(text)}”" for text in seen.parameters.get("not", [])]
        likes = f"Likes {wanted}{', not ' + listing(unwanted) if unwanted else ''}."
        qualities = quality_text(seen.parameters)
        return (
            f"{likes} {plain(seen.source.capitalize())}: {plain(qualities)}."
            if qualities
            else likes
        )
    if not seen.n_pairs:  # published elsewhere, or made from other vectors
        return (
            f"Made by {plain(vector.kind)}: {plain(seen.source or 'its source is not recorded')}."
        )
    data = f"{counted(seen.n_photos, 'photo')} and {counted(seen.n_pairs, 'pair')}"
    source = f": {plain(seen.source)}" if seen.source else ""
    return f"Learned (by {plain(vector.kind)}) from {data}{source}."


def _facts(vector: MasterVector) -> pd.DataFrame:
    seen = vector.card
    facts = {
        "kind": vector.kind,
        "encoder and framing": str(vector.fingerprint),
        "calibrated": (
            "no" if vector.slope is None else f"yes, {vector.slope:.4g} logits a unit of rating"
        ),
        "learned in index": seen.index or "—",
        "photos seen": "unknown" if seen.unknown else f"{seen.n_photos:,}",
        "pairs seen": f"{seen.n_pairs:,}",
        "parameters": json_line(seen.parameters),
        "held-out": json_line(seen.metrics),
        "seed": "—" if seen.seed is None else str(seen.seed),
        "made on": seen.created or "—",
        "source": seen.source or "—",
        "licence": seen.licence or "—",
        "judgements’ digest": seen.labels or "—",
    }
    return pd.DataFrame({"fact": list(facts), "value": list(map(printable, facts.values()))})


def free_name(stem: str, taken: Container[str]) -> str:
    """Unused name for a rating vector: `stem`, or `stem` with a number if it is taken.

    Examples
    --------
    >>> free_name("my-taste", {"my-taste"})
    'my-taste-2'
    """
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name


def taste_name(rater: str, known: Mapping[str, MasterVector]) -> str:
    """Name under which a person's taste vector is saved; a new name if none is saved yet."""
    own = [name for name, vector in known.items() if is_of_rater(vector, rater)]
    return own[0] if own else free_name("my-taste" if rater == ME else default_name(rater), known)


def default_name(rater: str) -> str:
    """Default name of a person's taste vector, with characters that file names allow.

    Examples
    --------
    >>> default_name("Ann Ö."), default_name("李")
    ('Ann-taste', 'my-taste')
    """
    return "-".join([*re.findall("[A-Za-z0-9]+", rater)[:3]] or ["my"])[:40] + "-taste"


def lines(text: str) -> list[str]:
    """Non-blank lines of a text, stripped."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def pair_kinds(labels: IndexLabels) -> list[Within]:
    """Kinds of photo pairs that an index's labels allow: any, within a group or within a series."""
    known: list[tuple[Within, bool]] = [
        (None, True),
        ("group", bool(labels.group_names)),
        ("series", bool(labels.series_names)),
    ]
    return [within for within, there in known if there]
