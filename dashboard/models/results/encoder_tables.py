"""View-model of the page Encoders: the latest leaderboard as tables, charts and texts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dashboard.formatting import family
from dashboard.formatting import plain as shown_text
from dashboard.models.results.forest import Forest, forest_of_table
from dashboard.models.results.metric_texts import METRICS
from photorank.errors import BrokenEvaluationError
from photorank.json_values import from_json
from photorank.leaderboard import explanations, summary
from photorank.leaderboard.report import Leaderboard, PanelReport, Row
from photorank.leaderboard.tables import (
    SCOPE_TITLES,
    Table,
    encoder_table,
    index_table,
    note,
    result_table,
    seen_table,
)

# Widths of the columns, in which no number, interval or p-value is cut, and which together fit a
# window of 1366 pixels.
WIDTHS_PX = {
    "vector or learner": 150,
    "index": 110,
    "how tested": 270,
    "pairwise accuracy": 170,
    "Spearman's ρ": 180,
    "behind the best": 180,
    "p alone": 90,
    "p corrected": 110,
    "against index": 120,
    "ahead by": 180,
    "encoder": 300,
    "digest of its weights": 150,
    "framing": 90,
    "dimensions": 100,
    "bytes a photo": 110,
    "ms to open": 100,
    "ms to embed": 110,
}
METRIC = METRICS["pairwise_accuracy"]
CAPTION = (
    "How many pairs of photos stand in people’s order, with 95 % intervals. Dots: learned from "
    "judgements; diamonds: made of words; squares: random directions, the middle 95 % of them. "
    "Dashed: chance. Hollow, at the end: has seen the photos, or may have, so this is no fair test."
)


@dataclass(frozen=True)
class ScopeShown:
    """Encoder leaderboard for one kind of photo pairs, such as pairs in one group."""

    key: str  # unlike any other's on the page
    title: str
    forest: Forest
    tables: list[Table]


@dataclass(frozen=True)
class PanelShown:
    """Encoder leaderboard on one set of judged photos: texts, tables and charts."""

    title: str
    summary: str
    indexes: Table
    scopes: list[ScopeShown]
    encoders: Table
    made: str
    notes: list[str]


def latest(path: Path) -> Leaderboard | None:
    """Leaderboard of image encoders read from a JSON file; None if there is no such file."""
    try:
        return from_json(Leaderboard, json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenEvaluationError(path, "leaderboard") from error


def panels(board: Leaderboard) -> list[PanelShown]:
    """Encoder leaderboards as texts, tables and charts, one for each set of judged photos.

    Texts are escaped for Markdown.
    """
    shown = []
    for number, panel in enumerate(board.panels):
        first, *rest = map(shown_text, summary.summary(panel))
        shown.append(
            PanelShown(
                shown_text(panel.title),
                "\n".join([f"**{first}**", "", *(f"- {sentence}" for sentence in rest)]),
                index_table(panel),
                _scopes(panel, number),
                encoder_table(panel),
                _terms(explanations.how_made(board, panel)),
                [shown_text(note) for note in panel.notes],
            )
        )
    return shown


def terms_explained() -> str:
    """Markdown list that explains the terms of a leaderboard."""
    return _terms(explanations.HOW_TO_READ)


def made_by_sentence(board: Leaderboard) -> str:
    """Sentence on when and by which version of photorank a leaderboard was made."""
    return shown_text(explanations.made(board))


def left_out(board: Leaderboard) -> list[str]:
    """Sentences about the indexes that an encoder comparison leaves out, with reasons."""
    return [f"Left out: {shown_text(note)}" for note in board.left_out]


def _terms(terms: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"- **{shown_text(term)}**: {shown_text(text)}" for term, text in terms)


def _scopes(panel: PanelReport, number: int) -> list[ScopeShown]:
    return [
        ScopeShown(
            f"{number}-{scope}",
            title,
            forest_of_table(
                pd.DataFrame([_interval(row) for row in panel.scope(scope)]), METRIC, CAPTION
            ),
            [result_table(panel, scope), seen_table(panel, scope)],
        )
        for scope, title in SCOPE_TITLES.items()
        if panel.scope(scope)
    ]


def _interval(row: Row) -> dict[str, object]:
    found = row.result.accuracy
    return {
        "vector": row.full_name,
        "family": family(row.result.kind),
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "baseline": row.result.baseline,
        "apart": not row.result.competes,
        "note": note(row),
    }
