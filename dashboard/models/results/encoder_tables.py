"""View-model of the page Encoders: the latest leaderboard as tables, charts and texts."""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dashboard.formatting import family
from dashboard.formatting import plain as shown_text
from dashboard.models.results.forest import Forest, plain_forest
from dashboard.models.results.metric_texts import METRICS
from photorank.errors import BrokenEvaluationError
from photorank.json_values import from_json
from photorank.leaderboard.report import Leaderboard, PanelReport, Row
from photorank.leaderboard.tables import COLUMNS, cells, note
from photorank.leaderboard.write_report import HOW_TO_READ, SCOPE_TITLES

# Widths of the table's columns, in which no number, interval or p-value is cut, and which together
# fit a window of 1366 pixels.
WIDTHS_PX = [138, 72, 146, 62, 130, 140, 190, 134, 92, 214]
METRIC = METRICS["pairwise_accuracy"]
CAPTION = (
    "How many pairs of photos stand in people’s order, with 95 % intervals. Dashed: chance. "
    "Hollow, at the end: not held out."
)

__all__ = ["COLUMNS", "HOW_TO_READ", "METRIC", "latest", "left_out", "panels", "shown_text"]


@dataclass(frozen=True)
class ScopeShown:
    """Results of compared indexes on one kind of photo pairs: table, chart and texts."""

    key: str  # unlike any other's on the page
    title: str
    forest: Forest
    table: pd.DataFrame


@dataclass(frozen=True)
class PanelShown:
    """Results of indexes compared on the same judged photos, for each kind of photo pairs."""

    name: str
    summary: str
    scopes: list[ScopeShown]
    notes: list[str]


def latest(path: Path) -> Leaderboard | None:
    """Leaderboard of encoders read from a JSON file; None if there is no such file."""
    try:
        return from_json(Leaderboard, json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenEvaluationError(path, "leaderboard") from error


def panels(board: Leaderboard) -> list[PanelShown]:
    """Texts and tables of a leaderboard's results, separately for each set of photos.

    Texts are escaped for Markdown.
    """
    return [
        PanelShown(
            shown_text(panel.name),
            shown_text(panel.summary()),
            _scopes(panel, number),
            [shown_text(note) for note in panel.notes],
        )
        for number, panel in enumerate(board.panels)
    ]


def left_out(board: Leaderboard) -> list[str]:
    """Sentences about the indexes that an encoder comparison leaves out, with reasons."""
    return [f"Left out: {shown_text(note)}" for note in board.left_out]


def _scopes(panel: PanelReport, number: int) -> list[ScopeShown]:
    return [
        ScopeShown(
            f"{number}-{scope}",
            title,
            plain_forest(
                pd.DataFrame([_interval(row) for row in panel.scope(scope)]), METRIC, CAPTION
            ),
            pd.DataFrame(cells(panel, scope), columns=list(COLUMNS)).assign(
                note=lambda table: table["note"].str.removeprefix("range of ")
            ),
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
