"""What an evaluation measures, in a photographer's words: the metrics and the scopes."""

from dataclasses import dataclass

from dashboard.formatting import share
from photorank.typing import Json

PNG_HELP = "Each chart can be saved as PNG from the menu in its upper right corner."


@dataclass(frozen=True)
class Metric:
    """A way to measure agreement, in a photographer's words."""

    label: str  # on the selector
    axis: str  # under the chart
    chance: float | None  # what guessing gets, where that is one number
    meaning: str
    as_share: bool = False  # said in per cent

    def said(self, value: float, low: float | None = None, high: float | None = None) -> str:
        """Return a value with as many digits as its interval allows."""
        precise = low is not None and high is not None and high - low < 0.01
        if self.as_share:
            return share(value, 1 if precise else 0)
        return f"{value:.{3 if precise else 2}f}".replace("-", "−")


METRICS = {
    "pairwise_accuracy": Metric(
        "Pairs in order",
        "pairs put in the right order",
        0.5,
        "Of two photos that were judged differently, how often does the vector prefer the same "
        "one? Guessing gets half of them.",
        as_share=True,
    ),
    "kendall_tau_b": Metric(
        "Kendall’s τ",
        "Kendall’s τ-b",
        0.0,
        "Pairs in order minus pairs in the wrong order, ties allowed for: 1 is the same order, "
        "0 no relation, −1 the reverse.",
    ),
    "spearman": Metric(
        "Spearman’s ρ",
        "Spearman’s ρ",
        0.0,
        "How well the two rankings agree; big misplacements count more. 1 is the same order, "
        "0 no relation.",
    ),
    "pearson": Metric(
        "Pearson’s r",
        "Pearson’s r",
        0.0,
        "How well ratings and labels lie on one straight line: 1 exactly, 0 not at all.",
    ),
    "ndcg": Metric(
        "Best on top",
        "NDCG",
        None,
        "How much of the best stands at the top of the vector’s ranking: 1 is the best "
        "possible. What guessing gets depends on the labels: see the random direction.",
    ),
}

SCOPES = {
    "all": ("All pairs", "over all pairs"),
    "within": ("Within groups", "over pairs of one group"),
    "across": ("Across groups", "over pairs of different groups"),
}


def scopes(evaluation: Json) -> list[str]:
    """Return the scopes that were evaluated."""
    return list(dict.fromkeys(row["scope"] for row in evaluation["results"]))


def metrics(evaluation: Json, scope: str) -> list[str]:
    """Return the metrics that some vector has in a scope."""
    return [
        name
        for name in METRICS
        if any(
            row["scope"] == scope and (row["metrics"].get(name) or {}).get("value") is not None
            for row in evaluation["results"]
        )
    ]
