"""Tables of a leaderboard as text, for the terminal, HTML, Markdown and the dashboard."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isfinite

from photorank.leaderboard.cost import Cost
from photorank.leaderboard.report import PanelReport, Row
from photorank.metrics.estimates import Difference, Limits
from photorank.typing import Scope

SCOPE_TITLES: dict[Scope, str] = {
    "all": "All held-out pairs",
    "within": "Held-out pairs of one group: the photos that one chooses between",
}
SEEN = "Not held out: these have seen the photos, or may have, so this is no fair test"
_ROW = ("vector or learner", "index", "how tested", "pairwise accuracy", "Spearman's ρ")


@dataclass(frozen=True)
class Table:
    """Table of text cells: columns of words on the left, columns of numbers on the right."""

    title: str
    columns: tuple[str, ...]
    n_words: int  # columns of words
    rows: Sequence[tuple[str, ...]]


def index_table(panel: PanelReport) -> Table:
    """Table of the compared indexes: encoder, and storage and computing time per photo."""
    costly_last = sorted(panel.rows, key=lambda row: row.cost is not None)
    rows = []
    for name, row in {row.index: row for row in costly_last}.items():
        cost = row.cost or Cost()
        stored = f"{cost.bytes:,}" if cost.bytes else ""
        told = (stored, _milliseconds(cost.open_seconds), _milliseconds(cost.embed_seconds))
        size = f"{row.dimensions:,}" if row.dimensions else ""
        rows.append((name, row.encoder_name, row.weights, row.framing, size, *told))
    return Table(
        "Indexes",
        (
            *("index", "encoder", "digest of its weights", "framing", "dimensions"),
            *("bytes a photo", "ms to open", "ms to embed"),
        ),
        4,
        sorted(rows, key=lambda row: panel.indexes.index(row[0])),
    )


def result_table(panel: PanelReport, scope: Scope) -> Table:
    """Table of rating directions and learners tested on unseen photos, best first."""
    leads, fair = panel.against_best(scope), panel.fair(scope)
    rows = []
    for row in panel.scope(scope):
        if not row.result.competes:
            continue
        lead = leads.get(row.full_name)
        behind = _difference(lead.lead_of(fair[0].full_name), lead.p_holm) if lead else None
        if behind is None:
            behind = ("best" if row in fair[:1] else "", "", "")
        rows.append((*_measured(row), *behind))
    columns = (*_ROW, "behind the best", "p alone", "p corrected")
    return Table(SCOPE_TITLES[scope], columns, 3, rows)


def seen_table(panel: PanelReport, scope: Scope) -> Table:
    """Table of rating directions and learners that have, or may have, learned from test photos."""
    seen = [row for row in panel.scope(scope) if not row.result.competes]
    return Table(SEEN, _ROW, 3, [_measured(row) for row in seen])


def encoder_table(panel: PanelReport, scope: Scope = "all") -> Table:
    """Table of accuracy differences between indexes (encoders), for each vector or learner."""
    known = {frozenset((one.a, one.b)): one for one in panel.compared(scope)}
    fair = panel.fair(scope)
    rows = []
    for contender in dict.fromkeys(row.contender for row in fair):
        for better, other in combinations([row for row in fair if row.contender == contender], 2):
            found = known.get(frozenset((better.full_name, other.full_name)))
            if found is not None:
                told = _difference(found.lead_of(better.full_name), found.p_holm)
                rows.append((contender, better.index, other.index, *told))
    columns = ("vector or learner", "index", "against index", "ahead by", "p alone", "p corrected")
    return Table("Same vector or learner, other index", columns, 3, rows)


def limits(found: Limits) -> str:
    """Text of a value and its interval, such as 0.700 [0.650, 0.750]; a dash if it is nan."""
    if not isfinite(found.value):
        return "–"
    if not isfinite(found.low):
        return f"{found.value:z.3f}"
    return f"{found.value:z.3f} [{found.low:z.3f}, {found.high:z.3f}]"


def note(row: Row) -> str:
    """Phrase that says how a row was tested, or why its test is not fair."""
    result = row.result
    if result.in_sample:
        return "has seen these photos"
    if result.unknown:
        return "unknown which photos it learned from"
    if row.is_random:
        return result.interval
    return "learned anew in every fold" if row.is_learned_anew else "as stored"


def _measured(row: Row) -> tuple[str, ...]:
    result = row.result
    found = (limits(result.accuracy), limits(result.metrics["spearman"]))
    return row.contender, row.index, note(row), *found


def _difference(found: Difference, p_holm: float) -> tuple[str, str, str]:
    """Three texts: a difference with interval, then the p-value, then the corrected p-value."""
    return limits(Limits(found.value, found.low, found.high)), _p(found.p), _p(p_holm)


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f}" if isfinite(seconds) else ""
