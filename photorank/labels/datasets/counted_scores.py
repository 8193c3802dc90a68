"""Scores that are counted: means of histograms, likes for what was seen."""

import math
from pathlib import Path

import numpy as np

from photorank.labels.datasets.dataset_manifest import TableSpec
from photorank.labels.datasets.label_file_rows import label_file_rows
from photorank.labels.popularity.scores_from_likes import rate
from photorank.labels.tables.cells import Cells, number
from photorank.labels.tables.usable_rows import Problems
from photorank.typing import Floats


def mean_rating(counts: list[float]) -> float:
    """Return the mean of ratings 1, 2, …, of which there are so many each."""
    total = sum(counts)
    if not total:
        raise ValueError("nobody rated it: all counts are 0")
    return sum(rating * count for rating, count in enumerate(counts, start=1)) / total


def counted(cells: Cells, columns: tuple[str, ...]) -> list[float]:
    """Return how often each column was chosen."""
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


def rates(root: Path, spec: TableSpec) -> dict[int, float]:
    """Return each line's rate, drawn to what is usual in the table where little was seen."""
    lines: list[int] = []
    counts: list[list[float]] = []
    for line, cells in label_file_rows(root, spec, Problems()):
        try:
            counts.append(counted(cells, spec.rate or ()))
        except ValueError:
            continue  # it is told when the row is read
        lines.append(line)
    if not lines:
        return {}
    likes, exposure = np.array(counts).T
    found: Floats = rate(likes, exposure, log=True)
    return dict(zip(lines, found.tolist(), strict=True))
