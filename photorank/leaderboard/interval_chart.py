"""Chart of values with confidence intervals, as SVG text; one value per row."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

_NAME_WIDTH, _PLOT_WIDTH, _LINE, _TOP = 330, 470, 24, 26  # pixels
_NAME_LETTERS = 52  # that fit into the column of names
_TICKS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class Bar(NamedTuple):
    """Row of the chart: a named value with its interval.

    It is drawn pale if `faint`.
    """

    name: str
    value: float
    low: float
    high: float
    faint: bool


def interval_chart(bars: Sequence[Bar], label: str) -> str:
    """SVG of values with intervals on a common axis; a line marks the chance level 0.5."""
    told = [end for bar in bars for end in (bar.low, bar.high, bar.value) if end == end]
    low = max((tick for tick in _TICKS if tick <= min(told, default=0.0)), default=0.0)
    high = min((tick for tick in _TICKS if tick >= max(told, default=1.0)), default=1.0)
    high = high if high > low else low + 0.1
    height = _TOP + _LINE * len(bars) + 8

    def x(value: float) -> float:
        return round(_NAME_WIDTH + _PLOT_WIDTH * (value - low) / (high - low), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" '
        f'viewBox="0 0 {_NAME_WIDTH + _PLOT_WIDTH + 30} {height}">'
    ]
    for tick in (tick for tick in _TICKS if low <= tick <= high):
        kind = "chance" if tick == 0.5 else "grid"
        parts.append(
            f'<line class="{kind}" x1="{x(tick)}" x2="{x(tick)}" y1="{_TOP - 6}" y2="{height}"/>'
            f'<text class="tick" x="{x(tick)}" y="14">{tick:.1f}</text>'
        )
    for number, bar in enumerate(bars):
        y = _TOP + _LINE * number + _LINE / 2
        name = bar.name if len(bar.name) <= _NAME_LETTERS else bar.name[: _NAME_LETTERS - 1] + "…"
        kind = " faint" if bar.faint else ""
        at = f'x="{_NAME_WIDTH - 10}" y="{y + 4}"'
        parts.append(f'<text class="name{kind}" {at}>{escape(name)}</text>')
        if bar.low == bar.low:
            ends = f'x1="{x(bar.low)}" x2="{x(bar.high)}" y1="{y}" y2="{y}"'
            parts.append(f'<line class="reach{kind}" {ends}/>')
        if bar.value == bar.value:
            parts.append(f'<circle class="value{kind}" cx="{x(bar.value)}" cy="{y}" r="4.5"/>')
    return "".join([*parts, "</svg>"])
