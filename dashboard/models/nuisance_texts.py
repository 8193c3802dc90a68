"""View-model of a vector's ratings with and without the influence of photo content."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dashboard.formatting import percent, plain
from photorank.errors import counted
from photorank.metrics.estimates import Estimate
from photorank.outside_text import printable

if TYPE_CHECKING:  # scikit-learn takes a second, and few pages need it
    from photorank.evaluation.nuisance import KindMean, Nuisance

KINDS_AT_EACH_END = 6  # shown where there are many
WITH, WITHOUT = "as it is", "without content"
BY = {"clusters": "Photos that look alike", "group": "Groups"}


@dataclass(frozen=True)
class ContentRemoval:
    """Texts and chart data on a vector's ratings with and without the effect of subject matter."""

    sentence: str
    reading: str
    title: str  # for those who cannot see the chart
    rows: pd.DataFrame  # kind, version, value, low, high
    csv: str


def removal_texts(found: "Nuisance") -> ContentRemoval:
    """Texts and chart data on a vector's ratings with and without the effect of subject matter."""
    name = plain(found.vector)
    kinds = "groups" if found.by == "group" else "kinds of photos"
    seen = " It has seen these photos, so the figures flatter it." if found.in_sample else ""
    sentence = (
        f"{_share_text(found.between.before)} of the differences between ratings by **{name}** are "
        f"differences between {kinds}. Without content {_share_text(found.between.after)} are, and "
        f"it puts {_share_text(found.pairwise_accuracy.after)} of pairs in the right order "
        f"instead of {_share_text(found.pairwise_accuracy.before)}.{seen}"
    )
    reading = (
        f"Mean ratings of {kinds} of held-out photos, in standard deviations; the lines are 95 % "
        f"intervals. Content here means {counted(found.directions, 'direction')}. Of pairs of one "
        f"kind, which content cannot order, {_share_text(found.within.before)} are in the right "
        f"order with it and {_share_text(found.within.after)} without. People may well like some "
        "kinds better: what is taken out need not be wrong."
    )
    rows = pd.DataFrame(
        [
            {"kind": printable(gap.group), "photos": gap.n_photos, "version": version}
            | {"value": one.value, "low": one.low, "high": one.high}
            for gap in _best_and_worst(found)
            for version, one in ((WITH, gap.before), (WITHOUT, gap.after))
        ],
        columns=["kind", "photos", "version", "value", "low", "high"],
    )
    title = f"Mean rating of each kind of photo by {found.vector}, with content and without"
    return ContentRemoval(sentence, reading, title, rows, rows.to_csv(index=False))


def _best_and_worst(found: "Nuisance") -> "list[KindMean]":
    """Kinds of subject matter rated best and worst on average; all kinds if there are few."""
    gaps = list(found.gaps)
    return (
        gaps
        if len(gaps) <= 2 * KINDS_AT_EACH_END
        else gaps[:KINDS_AT_EACH_END] + gaps[-KINDS_AT_EACH_END:]
    )


def _share_text(estimate: Estimate) -> str:
    """Share and its confidence interval as text in percent; negative values become 0."""
    value, low, high = (
        percent(max(one, 0)) for one in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} ({low} to {high})"
