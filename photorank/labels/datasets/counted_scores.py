"""Scores computed from counts: mean of a rating histogram, likes per view or follower."""

import math
from contextlib import suppress
from pathlib import Path

import numpy as np

from photorank.labels.datasets.dataset_manifest import TableSpec
from photorank.labels.datasets.label_file_rows import label_file_rows
from photorank.labels.popularity.scores_from_likes import rate
from photorank.labels.tables.cells import Cells, number
from photorank.row_problems import Problems


def mean_rating(counts: list[float]) -> float:
    """Mean rating of a histogram: `counts[i]` people gave the rating i + 1."""
    total = sum(counts)
    if not total:
        raise ValueError("nobody rated it: all counts are 0")
    return sum(rating * count for rating, count in enumerate(counts, start=1)) / total


def counted(cells: Cells, columns: tuple[str, ...]) -> list[float]:
    """Counts in the given columns of a table row; raises ValueError unless all are numbers ≥ 0."""
    try:
        found = [float(cells[column]) for column in columns]
        if math.isfinite(sum(found)) and min(found) >= 0:
            return found
    except ValueError:
        pass  # which column it is, is found below
    for column in columns:
        if number(cells, column) < 0:
            raise ValueError(f"{column} {cells[column]!r} is not a number from 0")
    raise ValueError(f"{', '.join(columns)} are too big together")


def likes_and_exposure(cells: Cells, columns: tuple[str, str]) -> list[float]:
    """Number of likes, and number of views or followers, in a table row."""
    likes, exposure = found = counted(cells, columns)
    if likes and not exposure:
        raise ValueError(f"{likes:g} {columns[0]} with 0 {columns[1]}")
    return found


def rates(root: Path, spec: TableSpec, columns: tuple[str, str]) -> dict[int, float]:
    """Dictionary from line number to the logarithm of the row's likes per view or follower.

    The rate is shrunk towards the mean; lines with invalid counts are left out.
    """
    counts: dict[int, list[float]] = {}
    for line, cells in label_file_rows(root, spec, Problems()):
        with suppress(ValueError):  # it is told when the row is read
            counts[line] = likes_and_exposure(cells, columns)
    if not counts:
        return {}
    likes, exposure = np.array(list(counts.values())).T
    return dict(zip(counts, rate(likes, exposure, log=True).tolist(), strict=True))
