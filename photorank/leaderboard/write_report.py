"""Leaderboard as a self-contained HTML page, as Markdown, or as JSON."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path

from photorank.errors import ExportError
from photorank.json_values import to_json
from photorank.leaderboard.interval_chart import Bar, interval_chart
from photorank.leaderboard.report import Leaderboard, PanelReport
from photorank.leaderboard.tables import COLUMNS, cells
from photorank.typing import Scope
from photorank.workspace import write_bytes

FORMS = (".html", ".md", ".json")
SCOPE_TITLES: dict[Scope, str] = {
    "all": "All pairs of photos",
    "within": "Pairs of one group alone: the photos that one chooses between",
}
HOW_TO_READ = (
    "Pairwise accuracy is the share of pairs of photos that a vector orders as people did; 0.5 is "
    "chance. All rows of a panel were tested on the same pairs of the same held-out photos, and "
    "brackets hold the true value in 95 % of cases. “Behind the best” is the paired difference, "
    "which is surer than two brackets side by side, with a p-value adjusted for all comparisons of "
    "the table (Holm). Milliseconds are those of opening a photo and of the network, in one "
    "process of this machine; bytes those of one stored embedding. What has seen the photos, or "
    "may have, is shown below the others and is never called best."
)


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
    """Write the leaderboard, in the format given by the file's suffix."""
    check_path(path)
    write_bytes(path, report_bytes(board, path.suffix.lower()))


def _html(board: Leaderboard) -> str:
    from jinja2 import Environment, PackageLoader

    page = Environment(
        loader=PackageLoader("photorank.leaderboard", "."), autoescape=True, trim_blocks=True
    ).get_template("report.html.jinja")
    panels = [
        {
            "panel": panel,
            "shown": panel.shown
            and {
                "by": panel.shown.by,
                "best": _pictures(panel.shown.best),
                "worst": _pictures(panel.shown.worst),
            },
            "scopes": [
                {
                    "title": title,
                    "rows": cells(panel, scope),
                    "chart": _chart(panel, scope),
                }
                for scope, title in SCOPE_TITLES.items()
                if panel.scope(scope)
            ],
        }
        for panel in board.panels
    ]
    return page.render(board=board, panels=panels, columns=COLUMNS, how=HOW_TO_READ)


def _chart(panel: PanelReport, scope: Scope) -> str:
    rows, fair = panel.scope(scope), panel.fair(scope)
    bars = [
        Bar(row.full_name, found.value, found.low, found.high, faint=row not in fair)
        for row in rows
        for found in [row.result.accuracy]
    ]
    return interval_chart(bars, f"Pairwise accuracy with 95 % intervals, {panel.name}")


def _pictures(files: Sequence[str]) -> list[str]:
    """Data URLs of image files; empty text for a missing file."""
    return [_address(Path(file)) for file in files]


def _address(file: Path) -> str:
    try:
        return f"data:image/webp;base64,{base64.b64encode(file.read_bytes()).decode()}"
    except FileNotFoundError:
        return ""


def _markdown(board: Leaderboard) -> str:
    parts = [f"# Leaderboard\n\n{HOW_TO_READ}\n\n{_made(board)}\n"]
    for panel in board.panels:
        parts.append(f"\n## {_plain(panel.name)}\n\n{_plain(panel.summary())}\n")
        for scope, title in SCOPE_TITLES.items():
            if rows := cells(panel, scope):
                parts.append(f"\n### {title}\n\n{_table(rows)}")
        parts.append("".join(f"\n- {_plain(note)}" for note in panel.notes))
    if board.left_out:
        lines = "".join(f"- {_plain(note)}\n" for note in board.left_out)
        parts.append(f"\n## Left out\n\n{lines}")
    return "".join(parts).rstrip() + "\n"


def _made(board: Leaderboard) -> str:
    return f"Made {board.created} by photorank {board.version} on {_plain(board.machine)}."


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = [COLUMNS, ["---"] * len(COLUMNS), *rows]
    return "".join(f"| {' | '.join(map(_plain, line))} |\n" for line in lines)


def _plain(text: str) -> str:
    """Text with Markdown's special characters escaped."""
    for sign in "\\|<>*_`[]":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
