"""Leaderboard written as a self-contained HTML page, as Markdown, or as JSON."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path

from photorank.errors import ExportError
from photorank.json_values import to_json
from photorank.leaderboard.explanations import HOW_TO_READ, INTRODUCTION, how_made, made
from photorank.leaderboard.interval_chart import ChartRow, Kind, interval_chart
from photorank.leaderboard.report import Leaderboard, PanelReport, Row
from photorank.leaderboard.summary import summary
from photorank.leaderboard.tables import (
    SCOPE_TITLES,
    Table,
    encoder_table,
    index_table,
    result_table,
    seen_table,
)
from photorank.typing import Scope
from photorank.workspace import link_target, write_bytes

FORMS = (".html", ".md", ".json")


def report_bytes(board: Leaderboard, form: str) -> bytes:
    """Leaderboard as the bytes of an ``.html``, ``.md`` or ``.json`` file."""
    if form == ".json":
        return (json.dumps(to_json(board), indent=1) + "\n").encode()
    return (_html(board) if form == ".html" else _markdown(board)).encode()


def check_path(path: Path) -> None:
    """Raise ExportError if a path does not end in ``.html``, ``.md`` or ``.json``."""
    if path.suffix.lower() not in FORMS:
        raise ExportError(f"{path} says no form: name it with {', '.join(FORMS)} at its end.")


def write_report(board: Leaderboard, path: Path) -> None:
    """Write the leaderboard to a file, in the format that the file's suffix says."""
    check_path(path)
    write_bytes(link_target(path), report_bytes(board, path.suffix.lower()))


def _html(board: Leaderboard) -> str:
    from jinja2 import Environment, PackageLoader

    page = Environment(
        loader=PackageLoader("photorank.leaderboard", "."), autoescape=True, trim_blocks=True
    ).get_template("report.html.jinja")
    panels = [
        {
            "panel": panel,
            "summary": summary(panel),
            "made": how_made(board, panel),
            "indexes": index_table(panel),
            "encoders": encoder_table(panel),
            "shown": _photos(panel),
            "scopes": [
                {
                    "chart": _chart(panel, scope),
                    "results": result_table(panel, scope),
                    "seen": seen_table(panel, scope),
                }
                for scope in SCOPE_TITLES
                if panel.scope(scope)
            ],
        }
        for panel in board.panels
    ]
    return page.render(
        board=board,
        made=made(board),
        panels=panels,
        introduction=INTRODUCTION,
        how=HOW_TO_READ,
    )


def _chart(panel: PanelReport, scope: Scope) -> str:
    bars = [
        ChartRow(row.full_name, found.value, found.low, found.high, kind=_kind(row))
        for row in panel.scope(scope)
        for found in [row.result.accuracy]
    ]
    return interval_chart(
        bars, "pairwise accuracy: share of pairs in people’s order, 95 % interval"
    )


def _kind(row: Row) -> Kind:
    if not row.result.competes:
        return "seen"
    return "random" if row.is_random else "tested"


def _photos(panel: PanelReport) -> list[tuple[str, list[tuple[str, str]]]]:
    """Headings, data URLs and captions for the highest and the lowest rated photos."""
    shown = panel.shown
    if shown is None:
        return []
    sides = (
        ("highest", shown.best, shown.best_scores),
        ("lowest", shown.worst, shown.worst_scores),
    )
    return [
        (
            f"Photos that {shown.by} rates {side}, in order",
            list(
                zip(
                    _data_urls(files),
                    [f"people: {score:.4g}" for score in scores] or [""] * len(files),
                    strict=True,
                )
            ),
        )
        for side, files, scores in sides
    ]


def _data_urls(files: Sequence[str]) -> list[str]:
    """Data URLs of image files; an empty string for each missing file."""
    return [_address(Path(file)) for file in files]


def _address(file: Path) -> str:
    try:
        return f"data:image/webp;base64,{base64.b64encode(file.read_bytes()).decode()}"
    except FileNotFoundError:
        return ""


def _markdown(board: Leaderboard) -> str:
    parts = [f"# Leaderboard of encoders and vectors\n\n{INTRODUCTION}\n"]
    for panel in board.panels:
        first, *rest = summary(panel)
        parts.append(f"\n## {_escaped(panel.title)}\n\n**{_escaped(first)}**\n\n{_list(rest)}")
    parts.append(f"\n## How to read this\n\n{_terms(HOW_TO_READ)}")
    for panel in board.panels:
        parts.append(f"\n## Results: {_escaped(panel.title)}\n{_table(index_table(panel))}")
        for scope in SCOPE_TITLES:
            parts += [_table(result_table(panel, scope)), _table(seen_table(panel, scope))]
        parts.append(_table(encoder_table(panel)))
        parts.append(f"\n### How this was made\n\n{_terms(how_made(board, panel))}")
        parts.append(_list(panel.notes))
    if board.left_out:
        parts.append(f"\n## Left out\n\n{_list(board.left_out)}")
    parts.append(f"\n## Make it again\n\n{_escaped(made(board))}\n")
    if board.command:
        parts.append(f"\n    {board.command}\n")
    return "".join(parts).rstrip() + "\n"


def _list(sentences: Sequence[str]) -> str:
    return "".join(f"- {_escaped(sentence)}\n" for sentence in sentences)


def _terms(terms: Sequence[tuple[str, str]]) -> str:
    return "".join(f"- **{_escaped(term)}**: {_escaped(text)}\n" for term, text in terms)


def _table(table: Table) -> str:
    if not table.rows:
        return ""
    n = len(table.columns)
    rules = ["---"] * table.n_words + ["---:"] * (n - table.n_words)
    lines = [[*map(_escaped, table.columns)], rules, *([*map(_escaped, row)] for row in table.rows)]
    rows = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return f"\n### {_escaped(table.title)}\n\n{rows}"


def _escaped(text: str) -> str:
    """Text with Markdown's special characters escaped."""
    for sign in "\\|<>*_`[]":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
