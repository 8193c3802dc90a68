"""View-model of the page Compare: probability that each photo is better, with texts."""

from dataclasses import dataclass

import numpy as np

from dashboard.formatting import chances, plain
from dashboard.models.photo_tiles import percentile_text, short_number
from dashboard.models.results.evaluation_tables import SAMPLE
from dashboard.models.words import TYPED_WORDS, Mode, vector_text
from photorank.rating.percentiles import share_below
from photorank.rating.probability import Slope, probability
from photorank.typing import Embeddings, Ratings
from photorank.vectors.master import MasterVector

# What the cards of vectors say that were learned without people.
NO_PEOPLE = ("no ratings", f"in the index {SAMPLE!r}")


@dataclass(frozen=True)
class Verdict:
    """Comparison of two photos: probability that the first is better, ratings and texts."""

    probability: float  # that the first is better, 0 to 1
    chances: tuple[str, str]  # of each, in per cent; they sum to 100 %
    facts: tuple[str, str]  # rating and percentile of each
    sentence: str
    summary: str  # of the bar
    trust: str  # where the probability's scale is from
    calibrated: bool


def verdict(
    vector: MasterVector,
    pair: Embeddings,
    slope: Slope,
    of_index: Ratings,
    mode: Mode = "statistics",
) -> Verdict:
    """Comparison of two photos by a rating vector, from the photos' embeddings (2, d).

    `of_index` are the ratings of all photos of the index.
    """
    first, second = vector.rate(pair, vector.fingerprint)
    better = probability(first, second, slope.value)
    each, name = chances(better), f"**{vector_text(vector.name, mode)}**"
    if vector.name == TYPED_WORDS and mode == "plain":
        name = "your words"
    among = share_below(np.array([first, second]), of_index)
    if each[0] == each[1]:
        sentence = f"By {name} there is no difference between them."
    else:
        winner, chance = ("first", each[0]) if better > 0.5 else ("second", each[1])
        chance = chance.replace(">", "more than")
        sentence = f"By {name} the **{winner}** photo is better, with a probability of {chance}."
    facts = []
    for rating, place in zip((first, second), among, strict=True):
        fact = f"better than {percentile_text(place)} of the collection"
        facts.append(fact if mode == "plain" else f"rating {short_number(rating)} · {fact}")
    summary = f"first photo {each[0]}, second photo {each[1]}"
    trust = _calibration_sentence(slope, mode)
    return Verdict(better, each, (facts[0], facts[1]), sentence, summary, trust, slope.calibrated)


def _calibration_sentence(slope: Slope, mode: Mode) -> str:
    """Sentence saying how the probability was calibrated, or that it was not."""
    if mode == "plain":
        if slope.calibrated and any(said in slope.reason for said in NO_PEOPLE):
            return (
                "The percentages were tested on copies made worse on purpose, not on people’s "
                "choices."
            )
        return (
            "The percentages were tested on people’s choices."
            if slope.calibrated
            else ":orange-badge[A guess] The percentages were not tested on anybody’s choices here."
        )
    known = "Calibrated" if slope.calibrated else ":orange-badge[Not calibrated]"
    return f"{known}: {plain(slope.reason.removeprefix('not calibrated: '))}."
