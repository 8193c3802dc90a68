"""Chart of values with confidence intervals, as SVG text; each row shows one value."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["tested", "random", "seen"]

_NAME_WIDTH, _PLOT_WIDTH, _LINE, _TOP = 330, 470, 24, 72  # pixels
_NAME_LETTERS = 52  # that fit into the column of names
_TICKS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_KEY: dict[Kind, str] = {
    "tested": "tested on unseen photos",
    "random": "random directions (middle 95 %)",
    "seen": "has seen the photos, or may have: no fair test",
}


class ChartRow(NamedTuple):
    """Row of the chart: a value with its name, confidence interval and kind, such as "random"."""

    name: str
    value: float
    low: float
    high: float
    kind: Kind


def interval_chart(bars: Sequence[ChartRow], axis: str) -> str:
    """SVG text of a chart of values with confidence intervals, with axis title and legend.

    A line marks the chance level 0.5; what has seen the photos stands apart, at the end.
    """
    told = [end for bar in bars for end in (bar.low, bar.high, bar.value) if end == end]
    low = max((tick for tick in _TICKS if tick <= min(told, default=0.0)), default=0.0)
    high = min((tick for tick in _TICKS if tick >= max(told, default=1.0)), default=1.0)
    high = high if high > low else low + 0.1
    seen = [bar for bar in bars if bar.kind == "seen"]
    height = _TOP + _LINE * (len(bars) + bool(seen)) + 8

    def x(value: float) -> float:
        return round(_NAME_WIDTH + _PLOT_WIDTH * (value - low) / (high - low), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(axis)}" '
        f'viewBox="0 0 {_NAME_WIDTH + _PLOT_WIDTH + 30} {height}">',
        _key([kind for kind in _KEY if any(bar.kind == kind for bar in bars)]),
        f'<text class="axis" x="{_NAME_WIDTH + _PLOT_WIDTH / 2}" y="40">{escape(axis)}</text>',
    ]
    for tick in (tick for tick in _TICKS if low <= tick <= high):
        kind, said = ("chance", "0.5 = chance") if tick == 0.5 else ("grid", f"{tick:.1f}")
        parts.append(
            f'<line class="{kind}" x1="{x(tick)}" x2="{x(tick)}" y1="{_TOP - 6}" y2="{height}"/>'
            f'<text class="tick" x="{x(tick)}" y="60">{said}</text>'
        )
    y = _TOP + _LINE / 2
    for bar in [bar for bar in bars if bar.kind != "seen"]:
        parts.append(_row(bar, y, x))
        y += _LINE
    if seen:
        ends = f'x1="0" x2="{_NAME_WIDTH + _PLOT_WIDTH}" y1="{y}" y2="{y}"'
        parts.append(f'<line class="apart" {ends}/>')
    for bar in seen:
        y += _LINE
        parts.append(_row(bar, y, x))
    return "".join([*parts, "</svg>"])


def _row(bar: ChartRow, y: float, x: Callable[[float], float]) -> str:
    """SVG text of a chart row: name, interval and mark; only the name if the value is undefined."""
    name = bar.name if len(bar.name) <= _NAME_LETTERS else bar.name[: _NAME_LETTERS - 1] + "…"
    at = f'x="{_NAME_WIDTH - 10}" y="{y + 4}"'
    parts = [f'<text class="name {bar.kind}" {at}>{escape(name)}</text>']
    if bar.low == bar.low:
        ends = f'x1="{x(bar.low)}" x2="{x(bar.high)}" y1="{y}" y2="{y}"'
        parts.append(f'<line class="reach {bar.kind}" {ends}/>')
    if bar.value == bar.value:
        parts.append(_mark(bar.kind, x(bar.value), y))
    return "".join(parts)


def _mark(kind: Kind, x: float, y: float) -> str:
    return f'<circle class="value {kind}" cx="{x}" cy="{y}" r="4.5"/>'


def _key(kinds: Sequence[Kind]) -> str:
    """SVG text of the chart's legend, which explains the marks."""
    parts, x = [], 8
    for kind in kinds:
        parts.append(_mark(kind, x, 11) + f'<text x="{x + 10}" y="15">{_KEY[kind]}</text>')
        x += 40 + 7 * len(_KEY[kind])
    return "".join(parts)
