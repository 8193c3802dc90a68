"""Progress bar of a long command, on a terminal's standard error."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _Speed(ProgressColumn):
    """Column of a progress bar that shows the speed in units per second."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self.unit = unit

    def render(self, task: Task) -> Text:
        if not task.speed or not self.unit:
            return Text("")
        return Text(f"{task.speed:.{0 if task.speed >= 10 else 1}f} {self.unit}/s")


def progress_bar(unit: str, *, quiet: bool) -> Progress:
    """Progress bar that also shows the speed in units per second, if `unit` is not empty."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Speed(unit),
        TimeRemainingColumn(),
        console=console,
        transient=not unit,
        disable=not console.is_terminal or quiet,  # a log file is no place for a moving bar
    )
