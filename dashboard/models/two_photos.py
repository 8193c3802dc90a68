"""View-model of the page Compare: the probability that each photo is better, with texts."""

from dataclasses import dataclass

import numpy as np

from dashboard.formatting import chances, plain
from dashboard.models.photo_tiles import percentile_text, short_number
from photorank.rating.percentiles import share_below
from photorank.rating.probability import Slope, probability
from photorank.typing import Embeddings, Ratings
from photorank.vectors.master import MasterVector


@dataclass(frozen=True)
class Verdict:
    """Comparison of two photos: probability, ratings and explanatory texts."""

    probability: float  # that the first is better, 0 to 1
    chances: tuple[str, str]  # of each, in per cent; they sum to 100 %
    facts: tuple[str, str]  # rating and percentile of each
    sentence: str
    summary: str  # of the bar
    trust: str  # where the probability's scale is from
    calibrated: bool


def verdict(vector: MasterVector, pair: Embeddings, slope: Slope, of_index: Ratings) -> Verdict:
    """Comparison of two photos with embeddings (2, d) by a vector and its ratings of the index."""
    first, second = vector.rate(pair, vector.fingerprint)
    better = probability(first, second, slope.value)
    each = chances(better)
    among = share_below(np.array([first, second]), of_index)
    if each[0] == each[1]:
        sentence = f"**{plain(vector.name)}** sees no difference between them."
    else:
        winner, chance = ("first", each[0]) if better > 0.5 else ("second", each[1])
        sentence = (
            f"**{plain(vector.name)}** prefers the **{winner}** photo for an album, with a "
            f"probability of {chance}."
        )
    facts = [
        f"rating {short_number(rating)} · better than {percentile_text(place)} of the index"
        for rating, place in zip((first, second), among, strict=True)
    ]
    reason = slope.reason.removeprefix("not calibrated: ")
    known = "Calibrated" if slope.calibrated else ":orange-badge[Not calibrated]"
    trust = f"{known}: {plain(reason)}."
    summary = f"first photo {each[0]}, second photo {each[1]}"
    return Verdict(better, each, (facts[0], facts[1]), sentence, summary, trust, slope.calibrated)
