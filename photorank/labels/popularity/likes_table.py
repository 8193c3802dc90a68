"""Tables of likes: CSV files of a website's counts, read as one score per photo."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from photorank.errors import LabelsError
from photorank.labels.popularity.scores_from_likes import account_tiers, age_corrected, rate
from photorank.labels.tables.cells import Cells, count, day, filled
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from photorank.labels.tables.open_table import open_table
from photorank.row_problems import Problems
from photorank.typing import Floats

_LIKES = ("likes", "favourites", "favorites")  # columns that are summed
_SEEN = ("views", "followers")  # columns of exposure; the first one present counts


class _Counts(NamedTuple):
    """Likes, exposure (views or followers), account and publication date in one table row."""

    line: int  # of the file, from 1
    file: str
    likes: float
    seen: float  # 1 where the table does not tell
    account: str | None
    published: date | None


def read_popularity(path: Path, *, tiers: int | None = None) -> LabelTable:
    """Label table from a CSV file or workbook of likes: one score per photo, higher is better.

    Its columns are `file`, `likes` or `favourites` (or both, which are added up), and
    perhaps `views`, `followers`, `account` and `date`. Likes are divided by views, else
    by followers, with shrinkage; with dates they are corrected for the time a photo
    has been out, up to the table's latest date. The score is the logarithm of that,
    or one of so many `tiers` among the account's photos, which are a group. The first
    note says in words how scores were made. Raises as
    :func:`~photorank.labels.tables.judgement_tables.read_labels`, and LabelsError if
    nothing was liked.
    """
    with open_table(path) as table:
        likes = [name for name in _LIKES if name in table.columns]
        seen = next((name for name in _SEEN if name in table.columns), None)
        if "file" not in table.columns or not likes:
            raise LabelsError(
                f"{path} is no table of popularity: its columns must be file, likes or favourites, "
                "and perhaps views, followers, account and date."
            )
        needed = ["file", *likes, *([seen] if seen else [])]
        table.require(*needed)
        table.ignore_all_but(*needed, "account", "date")
        table.spaced = {"file"}

        def parse(line: int, cells: Cells) -> _Counts:
            counts = _Counts(
                line=line,
                file=filled(cells, "file"),
                likes=sum(count(cells, name) for name in likes),
                seen=count(cells, seen) if seen else 1.0,
                account=cells.get("account") or None,
                published=day(cells, "date") if "date" in cells else None,
            )
            if counts.likes and not counts.seen:
                raise ValueError(f"{counts.likes:.0f} likes with 0 {seen}")
            return counts

        problems = Problems()
        rows = list(table.usable_rows(parse, problems))
        if not rows:
            problems.settle(str(path.absolute()), 0, partial=False)
        what = " + ".join(likes)
        if seen:
            what += f" per {seen.removesuffix('s')}, drawn to the usual rate where {seen} are few"
        scores, how = _scores(rows, what, tiers)
        table.notes.insert(0, f"a photo's score is {how}")
        if np.ptp(scores) == 0:
            table.notes.append("all scores are the same: the counts differ no more than by chance")
        labels = [
            LabelRow(row.line, row.file, score, group=row.account)
            for row, score in zip(rows, scores.tolist(), strict=True)
        ]
        return LabelTable(str(path.absolute()), labels, table.notes, problems=problems)


def _scores(rows: Sequence[_Counts], how: str, tiers: int | None) -> tuple[Floats, str]:
    """Popularity scores (n,) of table rows, and a phrase that says how scores are computed."""
    scores = rate([row.likes for row in rows], [row.seen for row in rows])
    if days := [row.published for row in rows if row.published]:
        latest = max(days)
        scores = age_corrected(scores, [(latest - day).days for day in days])
        how += f", corrected for the days it was out until {latest}"
    if tiers is None:
        return np.log(scores), f"the logarithm of {how}"
    accounts = [row.account or "" for row in rows]
    where = "among the photos of its account" if any(accounts) else "among all photos"
    tier = account_tiers(scores, accounts, n_tiers=tiers)
    return tier, f"its tier of {tiers} {where}, by {how}"
