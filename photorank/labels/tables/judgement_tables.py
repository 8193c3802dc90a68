"""Tables of judgements: rows of labels or of choices, from CSV files and workbooks."""

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
    stars,
    votes,
    yes_or_no,
)
from photorank.labels.tables.formula_cells import cell_text
from photorank.labels.tables.open_table import TableRows
from photorank.labels.tables.table import Table
from photorank.row_problems import Problems

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

LABEL_COLUMNS = ("score", "tier", "stars")  # the first one present counts


class LabelRow(NamedTuple):
    """Row of a label table: a photo's file, and optional score, rater, group, series and split.

    The score is one person's, or the mean of several people's.
    """

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
    """People's labels of photos from one source, such as a CSV file.

    Notes for the user and unusable rows are included.
    """

    source: str  # importing it again replaces what it said before
    rows: Iterable[LabelRow]
    notes: list[str] = field(default_factory=list)  # one line each; complete once rows are read
    kind: SourceKind = "table"
    problems: Problems = field(default_factory=Problems)  # rows that cannot be used, likewise


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
        """File names of the two photos of a choice: the winner, then the loser."""
        return self.winner, self.loser


@dataclass(frozen=True)
class ChoiceTable:
    """People's choices of the better of two photos, from one source such as a CSV file.

    Notes for the user and unusable rows are included.
    """

    source: str  # importing it again replaces what it said before
    rows: Iterable[ChoiceRow]
    notes: list[str] = field(default_factory=list)  # one line each; complete once rows are read
    problems: Problems = field(default_factory=Problems)  # rows that cannot be used, likewise


def check_rows(table: LabelTable | ChoiceTable, *, partial: bool) -> list[str]:
    """Read all rows of a table once to find errors, and return notes for the user.

    Raises LabelsError if a row cannot be used and, without `partial`, none may be left out.
    """
    usable = sum(1 for _ in table.rows)
    return [*table.notes, *table.problems.settle(table.source, usable, partial=partial)]


@dataclass(frozen=True)
class LabelColumns:
    """Column names of a label table, in lower case."""

    file: str = "file"
    score: str | None = None  # None: the first of `LABEL_COLUMNS` that is there
    rater: str = "rater"
    group: str = "group"

    @classmethod
    def named(
        cls, file: str | None, score: str | None, rater: str | None, group: str | None
    ) -> "LabelColumns":
        """Column names of a label table: those that the user gave, and defaults for the rest."""
        names = {"file": file, "score": score, "rater": rater, "group": group}
        return cls(**{what: name.strip().lower() for what, name in names.items() if name})


def read_labels(path: Path, columns: LabelColumns | None = None) -> LabelTable:
    """Label table from a CSV file or workbook, with rows that are read lazily.

    Columns are told by their names in any order: `file`, one of `score`, `tier` and `stars`,
    and perhaps `rater`, `group`, `series`, `n_raters` and `split` (train, validation or test), or
    as `columns` name them. Scores and tiers are any numbers, stars 1 to 5, where 0 means not
    rated. Higher is better. Raises MissingPathError if there is no such file; LabelsError if it is
    no such table.
    """
    told = columns or LabelColumns()

    def row_parser(table: Table) -> Callable[[int, Cells], LabelRow | None]:
        named = [told.rater] * (told.rater != "rater") + [told.group] * (told.group != "group")
        table.require(told.file, *named)
        label = table.first_of([told.score] if told.score else LABEL_COLUMNS)
        known = ("series", "n_raters", "split")
        table.ignore_all_but(told.file, label, *LABEL_COLUMNS, told.rater, told.group, *known)
        table.spaced = {told.file}
        value = stars if label == "stars" else number
        comma = table.decimal_comma

        def parse(line: int, cells: Cells) -> LabelRow | None:
            score = value(cells, label, decimal_comma=comma)
            if label == "stars" and score == 0:
                return None
            return LabelRow(
                line=line,
                file=filled(cells, told.file),
                score=score,
                rater=cells.get(told.rater, ""),
                group=cells.get(told.group) or None,
                series=cells.get("series") or None,
                n_raters=people(cells, "n_raters"),
                split=split_name(cells.get("split", "")),
            )

        return parse

    rows = TableRows(path, row_parser)
    rows.check_columns()
    return LabelTable(str(path.absolute()), rows, rows.notes, problems=rows.problems)


@dataclass(frozen=True)
class ChoiceColumns:
    """Column names of a table of choices, in lower case."""

    winner: str = "winner"
    loser: str = "loser"
    rater: str = "rater"

    @classmethod
    def named(cls, winner: str | None, loser: str | None, rater: str | None) -> "ChoiceColumns":
        """Column names of a choice table: those that the user gave, and defaults for the rest."""
        names = {"winner": winner, "loser": loser, "rater": rater}
        return cls(**{what: name.strip().lower() for what, name in names.items() if name})


def read_choices(path: Path, columns: ChoiceColumns | None = None) -> ChoiceTable:
    """Table of choices from a CSV file or workbook, with rows that are read lazily.

    Columns are `winner` and `loser`, and perhaps `tie`, `rater` and `votes`; `columns` may give
    other names for `winner`, `loser` and `rater`.

    A tie is told by ``1``, ``true`` or ``yes``; ``0``, ``false``, ``no`` or nothing is none.
    Votes say how many people chose so, 1 where the cell is empty. Raises as :func:`read_labels`.
    """
    told = columns or ChoiceColumns()

    def row_parser(table: Table) -> Callable[[int, Cells], ChoiceRow]:
        table.require(told.winner, told.loser, *[told.rater] * (told.rater != "rater"))
        table.ignore_all_but(told.winner, told.loser, "tie", told.rater, "votes")
        table.spaced = {told.winner, told.loser}

        def parse(line: int, cells: Cells) -> ChoiceRow:
            return ChoiceRow(
                line=line,
                winner=filled(cells, told.winner),
                loser=filled(cells, told.loser),
                tie=yes_or_no(cells, "tie"),
                rater=cell_text(cells.get(told.rater, "")),
                weight=votes(cells, "votes"),
            )

        return parse

    rows = TableRows(path, row_parser)
    rows.check_columns()
    return ChoiceTable(str(path.absolute()), rows, rows.notes, problems=rows.problems)
