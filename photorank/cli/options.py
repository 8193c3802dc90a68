"""Options shared by several commands, and the example in each command's help."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from photorank.cli.completion import index_names, vector_names
from photorank.hosts import ALLOWED_HOSTS
from photorank.outside_text import typed_path

_MAX_SEED = 2**32 - 1  # which every reader of JSON keeps
MaybeFoldBy = Annotated[
    Literal["photo", "group", "series", "split"] | None,
    typer.Option(
        help="What is never split between learning and testing; split: the dataset's own. "
        "Default: the coarser of groups and series that are known, else photo."
    ),
]
IndexName = Annotated[
    str | None,
    typer.Option(
        "--index",
        metavar="NAME",
        autocompletion=index_names,
        help="The index; may be left out when there is one.",
    ),
]
PhotosOrIndex = Annotated[
    list[Path] | None,
    typer.Argument(
        parser=typed_path,
        metavar="[PHOTO]...",
        show_default=False,
        help="Files, indexed or not. Default: what is new in an index, summed up.",
    ),
]
ProgressFile = Annotated[
    Path | None,
    typer.Option(
        "--progress",
        parser=typed_path,
        metavar="FILE",
        help="Keep progress, and in the end how it went, as JSON in this file, replaced whole.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
_BEST_VECTOR = "Default: your taste, else the best of the latest evaluation, else a built-in one."
MaybeVector = Annotated[
    str | None,
    typer.Option("--vector", metavar="NAME", autocompletion=vector_names, help=_BEST_VECTOR),
]
Count = Annotated[int, typer.Option("-k", min=1, metavar="N", help="How many photos.")]
Approximate = Annotated[
    bool,
    typer.Option(
        "--approximate",
        help="Search in inverted lists, made once. Faster in millions of photos; misses some.",
    ),
]
Port = Annotated[
    int | None,
    typer.Option(min=1, max=65535, metavar="N", help="Default: 8501, or the next free one."),
]
Listen = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Let other machines in, such as 0.0.0.0: anybody who reaches it sees your photos.",
    ),
]
AllowedHosts = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host",
        metavar="NAME",
        envvar=ALLOWED_HOSTS,
        help="Answer to this name, too, as of a proxy in front of it; may be given several times.",
    ),
]
Within = Annotated[
    Literal["group", "series"] | None,
    typer.Option(help="Learn only from photos of one group, or one series."),
]
ByRaters = Annotated[
    bool,
    typer.Option(
        "--weigh-by-raters", help="Trust a score by the number of people it is the mean of."
    ),
]
Folds = Annotated[int, typer.Option(min=2, max=1000, metavar="N", help="Parts of the photos.")]
Repeats = Annotated[
    int, typer.Option(min=1, max=1000, metavar="N", help="How often they are split anew.")
]
Seed = Annotated[int, typer.Option(min=0, max=_MAX_SEED, metavar="N", help="Decides the splits.")]
GroupColumn = Annotated[
    str | None,
    typer.Option(metavar="C", help="The labels' column that names the group. Default: group."),
]
FileColumn = Annotated[
    str | None, typer.Option(metavar="C", help="The column of file names. Default: file.")
]
ScoreColumn = Annotated[
    str | None,
    typer.Option(metavar="C", help="The labels' column. Default: score, tier or stars."),
]
RaterColumn = Annotated[
    str | None, typer.Option(metavar="C", help="The column of who judged. Default: rater.")
]
COLUMN_OPTIONS = ("--file-column", "--score-column", "--rater-column", "--group-column")
Partial = Annotated[
    bool, typer.Option("--partial", help="Leave bad rows out instead of refusing the table.")
]
Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
TableFile = Annotated[Path, typer.Argument(parser=typed_path, metavar="FILE", show_default=False)]
PhotoFile = Annotated[Path, typer.Argument(parser=typed_path, show_default=False)]


def example(command: str) -> str:
    """Text of the example at the end of a command's help, marked so that it is not wrapped."""
    return f"\b\nExample:\n  {command}"


def names(text: str) -> list[str]:
    """List of names parsed from comma-separated text.

    >>> names("all-pairs, mean-difference")
    ['all-pairs', 'mean-difference']
    """
    named = [name.strip() for name in text.split(",") if name.strip()]
    if text and not named:
        raise typer.BadParameter(f"{text!r} names none")
    return named
