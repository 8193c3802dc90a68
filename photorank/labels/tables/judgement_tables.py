"""Tables of judgements: rows of labels and rows of choices, read from CSV files."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from photorank.labels.tables.cells import (
    Cells,
    Split,
    filled,
    number,
    people,
    split_name,
    truth,
    votes,
)
from photorank.labels.tables.csv_file import CsvRows
from photorank.labels.tables.formula_cells import cell_text
from photorank.labels.tables.table import Table

# What a source of labels is. Scores of one kind are on one scale, but for tables'.
SourceKind: TypeAlias = Literal[
    "table",
    "clicks",  # a person's own, and kept nowhere else
    "stars",  # this and the others are of a photo library
    "colours",
    "favourites",
    "folders",
    "album",
    "edited",
    "groups",
]

LABEL_COLUMNS = ("score", "tier", "stars")  # the first one that is there counts


class LabelRow(NamedTuple):
    """Label of one photo by one or more raters: optional score, group, series and split."""

    line: int  # of the file, from 1
    file: str  # absolute, or relative to the folder of the photos
    score: float | None = None  # higher is better
    rater: str = ""  # where the table does not tell
    group: str | None = None
    series: str | None = None
    n_raters: int | None = None  # people whose mean the score is
    split: Split | None = None  # the part of a dataset's official split
    table: str = ""  # the file, where a source has several

    @property
    def files(self) -> tuple[str]:
        """File name of the labelled photo, as a tuple of one."""
        return (self.file,)


@dataclass(frozen=True)
class LabelTable:
    """Labels of one source."""

    source: str  # importing it again replaces what it said before
    rows: Iterable[LabelRow]
    notes: list[str] = field(default_factory=list)  # one line each
    kind: SourceKind = "table"


class ChoiceRow(NamedTuple):
    """Choice between two photos: winner and loser, or a tie."""

    line: int  # of the file, from 1
    winner: str
    loser: str
    tie: bool = False  # the person could not decide; who is called winner is then moot
    rater: str = ""  # where the table does not tell
    weight: float = 1  # people who chose so
    table: str = ""  # the file, where a source has several

    @property
    def files(self) -> tuple[str, str]:
        """File names of the winner and the loser."""
        return self.winner, self.loser


@dataclass(frozen=True)
class ChoiceTable:
    """Choices of one source."""

    source: str  # importing it again replaces what it said before
    rows: Iterable[ChoiceRow]
    notes: list[str] = field(default_factory=list)  # one line each


def read_labels(
    path: Path, *, group_column: str | None = None, partial: bool = False
) -> LabelTable:
    """Labels of a CSV file in UTF-8 or Latin-1, plain or gzipped; rows are read lazily.

    Columns are told by their names in any order: `file`, one of `score`, `tier` and `stars`,
    and perhaps `rater`, `group` (or the column that is named), `series`, `n_raters` and `split`
    (train, validation or test). Scores and tiers are any finite numbers, stars 1 to 5, where 0
    means not rated. Higher is better. Raises MissingPathError if there is no such file;
    LabelsError if it is no such table, or one of its rows cannot be used and, without
    `partial`, none may be left out.
    """

    def understood_in(table: Table) -> Callable[[int, Cells], LabelRow | None]:
        table.require("file")
        label = table.first_of(LABEL_COLUMNS)
        group = group_column.strip().lower() if group_column else "group"
        if group_column:
            table.require(group)
        table.ignore_all_but("file", *LABEL_COLUMNS, "rater", group, "series", "n_raters", "split")

        def understood(line: int, cells: Cells) -> LabelRow | None:
            score = number(cells, label)
            if label == "stars" and score == 0:
                return None
            if label == "stars" and not 1 <= score <= 5:
                raise ValueError(f"stars are 1 to 5, not {cells[label]!r}")
            return LabelRow(
                line=line,
                file=filled(cells, "file"),
                score=score,
                rater=cells.get("rater", ""),
                group=cells.get(group) or None,
                series=cells.get("series") or None,
                n_raters=people(cells, "n_raters"),
                split=split_name(cells.get("split", "")),
            )

        return understood

    rows = CsvRows(path, understood_in, partial=partial)
    return LabelTable(str(path.absolute()), rows, rows.checked())


def read_choices(path: Path, *, partial: bool = False) -> ChoiceTable:
    """Choices of a CSV file with columns `winner`, `loser`, optional `tie`, `rater`, `votes`.

    A tie is told by ``1``, ``true`` or ``yes``; ``0``, ``false``, ``no`` or nothing is none.
    Votes say how many people chose so, 1 where the cell is empty. Raises as :func:`read_labels`.
    """

    def understood_in(table: Table) -> Callable[[int, Cells], ChoiceRow]:
        table.require("winner", "loser")
        table.ignore_all_but("winner", "loser", "tie", "rater", "votes")

        def understood(line: int, cells: Cells) -> ChoiceRow:
            return ChoiceRow(
                line=line,
                winner=filled(cells, "winner"),
                loser=filled(cells, "loser"),
                tie=truth(cells, "tie"),
                rater=cell_text(cells.get("rater", "")),
                weight=votes(cells, "votes"),
            )

        return understood

    rows = CsvRows(path, understood_in, partial=partial)
    return ChoiceTable(str(path.absolute()), rows, rows.checked())
