"""Names and explanations of metrics and of kinds of photo pairs, in plain words."""

from dataclasses import dataclass

from dashboard.formatting import number, percent
from dashboard.models.words import Mode
from photorank.evaluation.saved_evaluation import Evaluation
from photorank.metrics.ranking import GAP_WEIGHTED
from photorank.typing import Scope

PNG_HELP = "Each chart can be saved as PNG from the menu in its upper right corner."


@dataclass(frozen=True)
class Metric:
    """Names, chance level and explanation of a metric of agreement with people's judgements."""

    label: str  # on the selector
    axis: str  # under the chart
    chance: float | None  # what guessing gets, where that is one number
    meaning: str
    as_share: bool = False  # shown in per cent

    def text(self, value: float, low: float = 0, high: float = 1) -> str:
        """Value of the metric as text, with as many digits as its confidence interval justifies."""
        digits = int(high - low < 0.01)
        return percent(value, digits) if self.as_share else number(value, f".{2 + digits}f")

    def lead_text(self, value: float) -> str:
        """Difference in this metric between two rating vectors, as text with a sign.

        The difference of shares is in percentage points.
        """
        return number(100 * value, "+.1f") if self.as_share else number(value, "+.2f")


METRICS = {
    "pairwise_accuracy": Metric(
        "Pairs in order",
        "pairs put in the right order",
        0.5,
        "Of two photos that were judged differently, how often does the vector prefer the same "
        "one? Guessing gets half of them.",
        as_share=True,
    ),
    GAP_WEIGHTED: Metric(
        "Pairs, by gap",
        "pairs put in the right order, weighted by gap",
        0.5,
        "As pairs in order, but a pair counts the more the further its labels are apart: big "
        "mistakes cost most. Guessing gets half.",
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

SCOPES: dict[Scope, tuple[str, str]] = {  # on the selector, and in a sentence
    "all": ("All pairs", "over all pairs"),
    "within": ("Within groups", "over pairs of one group"),
    "across": ("Across groups", "over pairs of different groups"),
}


PLAIN_SCOPES: dict[Scope, str] = {
    "all": "All photos",
    "within": "Photos of one event",
    "across": "Photos of different events",
}


def scopes(evaluation: Evaluation, mode: Mode = "statistics") -> dict[Scope, str]:
    """Dictionary from each kind of photo pairs in an evaluation to the kind's displayed name."""
    return {
        scope: PLAIN_SCOPES[scope] if mode == "plain" else SCOPES[scope][0]
        for scope in evaluation.scopes
    }


def metrics(evaluation: Evaluation, scope: Scope) -> dict[str, str]:
    """Displayed names of all metrics that are defined for the kind of photo pairs in `scope`."""
    rows = [row.metrics for row in evaluation.rows(scope)]
    return {
        name: metric.label
        for name, metric in METRICS.items()
        if any(name in found and found[name].is_defined for found in rows)
    }
