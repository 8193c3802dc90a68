"""Output of all commands: results on standard output, messages on standard error."""

import json
import math
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from photorank.outside_text import printable

if TYPE_CHECKING:
    from rich.progress import Progress

    from photorank.metrics.estimates import Difference, Estimate, Limits
    from photorank.photos.find_photos import SkippedFile

_PIPE_COLUMNS = 100_000  # line width for pipes, so that no path is wrapped
_MAX_LISTED_LINES = 20


class Loudness(NamedTuple):
    """Verbosity of messages on standard error."""

    quiet: bool = False
    verbose: bool = False


_ORDINARY = Loudness()
loudness: ContextVar[Loudness] = ContextVar("loudness", default=_ORDINARY)
_at_success: ContextVar[list[str]] = ContextVar("messages at success")


def message(text: object) -> None:
    """Print one line on standard error, unless the option --quiet is given."""
    if not loudness.get().quiet:
        fault(text)


def message_at_success(text: str) -> None:
    """Print one line on standard error once the command has succeeded.

    Nothing is printed if it fails: an error is then the only line.
    """
    _at_success.get().append(text)


def print_messages_left() -> None:
    """Print, and then forget, all messages that were waiting for the command to succeed."""
    while _at_success.get():
        message(_at_success.get().pop(0))


@contextmanager
def messages_at_success() -> Iterator[None]:
    """Context manager of a command; prints collected messages once the command has succeeded."""
    token = _at_success.set([])
    try:
        yield
        print_messages_left()
    finally:
        _at_success.reset(token)


def fault(text: object) -> None:
    """Print a one-line error message on standard error."""
    typer.echo(f"photorank: {printable(text)}", err=True)


def line(text: object) -> None:
    """Print one line of a result on standard output."""
    typer.echo(printable(text))


def print_json(data: object) -> None:
    """Print a value as ASCII JSON, which is safe for any file name and terminal encoding."""
    text = json.dumps(data, indent=2, ensure_ascii=True, allow_nan=False, default=os.fspath)
    typer.echo(text)


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Collection[str] = ()
) -> None:
    """Print a table, with the columns in `right` right-aligned and no markup interpreted."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_encodable(printable(cell))) for cell in row))
    width = None if sys.stdout.isatty() else _PIPE_COLUMNS
    Console(width=width, markup=False, highlight=False, emoji=False).print(table)


def _encodable(text: str) -> str:
    """Text in which characters that standard output cannot encode are escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def print_some(lines: Sequence[object]) -> None:
    """Print the first 20 lines of a list, and the number of lines omitted."""
    for entry in lines[:_MAX_LISTED_LINES]:
        line(f"  {entry}")
    if len(lines) > _MAX_LISTED_LINES:
        line(f"  … and {len(lines) - _MAX_LISTED_LINES} more; --json lists all")


def print_notes(notes: Iterable[str]) -> None:
    """Print notes on standard error, one per line."""
    for note in notes:
        message(note)


def skipped_files(files: Iterable["SkippedFile"]) -> list[dict[str, Any]]:
    """JSON objects of skipped files, each with path and reason."""
    return [{"path": file.path, "reason": file.reason} for file in files]


def interval(estimate: "Limits | Estimate | Difference | None") -> str:
    """Text of a value with its confidence interval, such as 0.791 [0.770, 0.810].

    The interval's width determines the number of decimals.

    >>> from photorank.metrics.estimates import Difference
    >>> interval(Difference(0.79123, 0.77, 0.81, 0.001))
    '0.791 [0.770, 0.810]'
    >>> interval(Difference(math.nan, math.nan, math.nan, 1.0)), interval(None)
    ('–', '')
    """
    if estimate is None:
        return ""
    value, low, high = estimate.value, estimate.low, estimate.high
    if math.isnan(value):
        return "–"
    if math.isnan(low) or math.isnan(high):
        return f"{value:.2f}"
    width = high - low
    digits = min(max(1 - math.floor(math.log10(width)), 2), 4) if width > 0 else 2
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def _bar(unit: str) -> "Progress":
    from photorank.cli.progress_bar import progress_bar

    return progress_bar(unit, quiet=loudness.get().quiet)


def chance(probability: float) -> str:
    """Text of a probability in percent, never rounded to 0 % or 100 %.

    Examples
    --------
    >>> chance(0.5), chance(0.00049), chance(0.99951), chance(0.9995)
    ('50.0%', '<0.1%', '>99.9%', '>99.9%')
    """
    if probability < 0.0005:
        return "<0.1%"
    return ">99.9%" if probability >= 0.9995 else f"{probability:.1%}"


@contextmanager
def progress(task: str, unit: str) -> Iterator[Callable[[int, int | None], None]]:
    """Context that shows a progress bar; yields its update function, called with (done, total)."""
    with _bar(unit) as bar:
        number = bar.add_task(task, total=None)
        yield lambda done, total: bar.update(number, completed=done, total=total)


@contextmanager
def stages() -> Iterator[Callable[[str, int, int], None]]:
    """Context that shows one progress bar per stage; yields a function that updates the bars.

    The function is called with (stage, done, total).
    """
    with _bar("") as bar:
        numbers: dict[str, Any] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in numbers:
                numbers[stage] = bar.add_task(stage, total=None)
            bar.update(numbers[stage], completed=done, total=total)

        yield report
