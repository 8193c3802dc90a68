"""Table cells of a leaderboard as text, shared by terminal, HTML and Markdown output."""

from math import isfinite
from pathlib import PurePath

from photorank.evaluation.result_types import ScopedDifference
from photorank.leaderboard.cost import Cost
from photorank.leaderboard.report import PanelReport, Row
from photorank.metrics.estimates import Limits
from photorank.typing import Scope

COLUMNS = (
    *("vector or learner", "index", "encoder", "framing", "pairwise accuracy", "Spearman's ρ"),
    *("behind the best", "ms to open + embed", "bytes a photo", "note"),
)


def cells(panel: PanelReport, scope: Scope) -> list[tuple[str, ...]]:
    """Table cells of each row of one scope (kind of photo pairs), in the order of `COLUMNS`."""
    leads = panel.against_best(scope)
    return [
        (
            row.contender,
            row.index,
            f"{_without_folder(row.encoder)} ({row.weights})",
            row.framing,
            limits(row.result.accuracy),
            limits(row.result.metrics["spearman"]),
            _behind(row, leads),
            _milliseconds(row.cost),
            f"{row.cost.bytes:,}" if row.cost and row.cost.bytes else "",
            note(row),
        )
        for row in panel.scope(scope)
    ]


def limits(found: Limits) -> str:
    """Value with its interval as text, or a dash if the value is nan."""
    if not isfinite(found.value):
        return "–"
    if not isfinite(found.low):
        return f"{found.value:.3f}"
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def note(row: Row) -> str:
    """Note on whether a vector or learner was tested on photos that it learned from."""
    result = row.result
    if result.in_sample:
        return "has seen these photos"
    if result.unknown:
        return "unknown which photos it learned from"
    if result.kind == "random":
        return result.interval
    return "learned anew in every fold" if result.refitted or row.contender == result.kind else ""


def _without_folder(encoder: str) -> str:
    """Encoder name without the folder of its weights file, so as not to publish local paths."""
    model, at, file = encoder.partition("@")
    return f"{model}{at}{PurePath(file).name}"


def _behind(row: Row, leads: dict[str, ScopedDifference]) -> str:
    found = leads.get(row.full_name)
    if found is None:
        return ""
    best = next(iter({found.a, found.b} - {row.full_name}))
    lead = found.lead_of(best)
    chance = "p < 0.001" if found.p_holm < 0.001 else f"p = {found.p_holm:.3f}"
    return f"{lead.value:.3f} [{lead.low:.3f}, {lead.high:.3f}], {chance}"


def _milliseconds(cost: Cost | None) -> str:
    if cost is None or not isfinite(cost.embed_seconds):
        return ""
    return f"{1000 * cost.open_seconds:.0f} + {1000 * cost.embed_seconds:.0f}"
