"""Tables of judgements: CSV files of scores, tiers, stars or choices, read with care."""

from dataclasses import dataclass, field
from pathlib import Path

from photorank.labels.csvtable import Cells, filled, number, open_table, people, truth

LABEL_COLUMNS = ("score", "tier", "stars")  # the first one that is there counts


@dataclass(frozen=True)
class LabelRow:
    """One photo's label by one rater, or by several."""

    line: int  # of the file, from 1
    file: str  # absolute, or relative to the folder of the photos
    score: float  # higher is better
    rater: str  # "" where the table does not tell
    group: str | None
    series: str | None
    n_raters: int | None  # people whose mean the score is


@dataclass(frozen=True)
class LabelTable:
    """Labels of one source."""

    source: str  # importing it again replaces what it said before
    rows: list[LabelRow]
    notes: list[str] = field(default_factory=list)  # one line each


@dataclass(frozen=True)
class ChoiceRow:
    """One choice between two photos."""

    line: int  # of the file, from 1
    winner: str
    loser: str
    tie: bool  # the person could not decide; who is called winner is then moot
    rater: str  # "" where the table does not tell


@dataclass(frozen=True)
class ChoiceTable:
    """Choices of one source."""

    source: str  # importing it again replaces what it said before
    rows: list[ChoiceRow]
    notes: list[str] = field(default_factory=list)  # one line each


def read_labels(
    path: Path, *, group_column: str | None = None, partial: bool = False
) -> LabelTable:
    """Read a CSV file of labels.

    Columns are told by their names in any order: `file`, one of `score`, `tier` and
    `stars`, and perhaps `rater`, `group`, `series` and `n_raters`. Scores and tiers
    are any finite numbers, stars 1 to 5, where 0 means not rated. Higher is better.

    Parameters
    ----------
    path : Path
        In UTF-8, with or without a byte order mark, or in Latin-1.
    group_column : str, optional
        The column that tells the group. Default: ``group``.
    partial : bool, default=False
        Leave rows out that cannot be used, with a note, instead of refusing them all.

    Raises
    ------
    MissingPathError
        If there is no such file.
    LabelsError
        If it is no such table, or one of its rows cannot be used.
    """
    with open_table(path) as table:
        table.require("file")
        label = table.first_of(LABEL_COLUMNS)
        group = group_column.strip().lower() if group_column else "group"
        if group_column:
            table.require(group)
        table.ignore_all_but("file", *LABEL_COLUMNS, "rater", group, "series", "n_raters")

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
            )

        rows = table.rows(understood, partial=partial)
        return LabelTable(str(path.absolute()), rows, table.notes)


def read_choices(path: Path, *, partial: bool = False) -> ChoiceTable:
    """Read a CSV file of choices: `winner`, `loser`, and perhaps `tie` and `rater`.

    A tie is told by ``1``, ``true`` or ``yes``; ``0``, ``false``, ``no`` or nothing is none.

    Parameters
    ----------
    path : Path
        In UTF-8, with or without a byte order mark, or in Latin-1.
    partial : bool, default=False
        Leave rows out that cannot be used, with a note, instead of refusing them all.

    Raises
    ------
    MissingPathError
        If there is no such file.
    LabelsError
        If it is no such table, or one of its rows cannot be used.
    """
    with open_table(path) as table:
        table.require("winner", "loser")
        table.ignore_all_but("winner", "loser", "tie", "rater")

        def understood(line: int, cells: Cells) -> ChoiceRow:
            return ChoiceRow(
                line=line,
                winner=filled(cells, "winner"),
                loser=filled(cells, "loser"),
                tie=truth(cells, "tie"),
                rater=cells.get("rater", ""),
            )

        rows = table.rows(understood, partial=partial)
        return ChoiceTable(str(path.absolute()), rows, table.notes)
