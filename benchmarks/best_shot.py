"""Accuracy of choosing a series' best shot by sharpness, `technical`, rating, and all.

    python benchmarks/best_shot.py --photos DIR --work DIR

DIR of photos holds `ratings.csv` (`file`, `score`, `series`) and the files. Pairs of one series
count whose scores, 0 to 1, differ by more than 0.1; intervals of 95 % leave out series.
"""

import csv
from argparse import ArgumentParser
from pathlib import Path

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.opened import Index
from photorank.metrics.jackknife_intervals import jackknife
from photorank.metrics.ranking import accuracy_sums
from photorank.rating.best_shot import merit_terms, technical_vector
from photorank.vectors.store import load_vector
from photorank.workspace import Workspace

_LEAST_GAP = 0.1  # of scores from 0 to 1: less is noise of single ratings


def main() -> None:
    """Print a row for each rule, after indexing the photos if needed."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, required=True, help="folder with ratings.csv")
    parser.add_argument("--work", type=Path, required=True, help="keeps the index between runs")
    arguments = parser.parse_args()
    paths = Workspace(arguments.work).index("series")
    build_index(paths, BuildRequest([arguments.photos], encoder_spec="embedded"))
    index = Index.open(paths)
    with (arguments.photos / "ratings.csv").open(newline="", encoding="utf-8") as file:
        rated = {Path(row["file"]).name: row for row in csv.DictReader(file)}
    rows = [rated.get(photo.path.name) for photo in index.photos()]
    known = np.flatnonzero([row is not None for row in rows])
    scores = np.array([float(rows[at]["score"]) for at in known])
    series = np.unique([rows[at]["series"] for at in known], return_inverse=True)[1]
    graph = clear_pairs(scores, series)

    worth = index.rate(load_vector(index, "worth"))
    technical, signals = index.rate(technical_vector(index)), index.signals()
    signals = signals._replace(values=signals.values[known])
    rules = {
        "sharpness of the subject": signals.column("subject_sharpness"),
        "`technical`": technical[known],
        "`worth`": worth[known],
        "all together": merit_terms(worth[known], signals, series, technical[known]).merit,
    }
    print("| rule | pairs in the right order | the best shot first |\n|---|---|---|")
    for name, merit in rules.items():
        sums = accuracy_sums(merit, graph, clusters=series)
        found = jackknife(sums.leave_one_out(), n_photos=len(graph.active), n_pairs=graph.n_pairs)
        first = np.mean([is_best(scores[own], merit[own]) for own in members(series)])
        print(f"| {name} | {found.value:.3f} [{found.low:.3f}, {found.high:.3f}] | {first:.2f} |")
    print(f"\n{graph.n_pairs} pairs of {len(members(series))} series")


def clear_pairs(scores: np.ndarray, series: np.ndarray) -> Comparisons:
    """Pairs of photos in one series with clearly different scores."""
    first, second = np.triu_indices(len(scores), 1)
    gap = scores[first] - scores[second]
    kept = (series[first] == series[second]) & (np.abs(gap) > _LEAST_GAP)
    first, second, gap = first[kept], second[kept], gap[kept]
    winners = np.where(gap > 0, first, second)
    return Comparisons.from_choices(winners, first + second - winners, n=len(scores))


def members(series: np.ndarray) -> list[np.ndarray]:
    """Rows of each series with two or more photos."""
    every = [np.flatnonzero(series == code) for code in np.unique(series)]
    return [rows for rows in every if len(rows) > 1]


def is_best(scores: np.ndarray, merit: np.ndarray) -> bool:
    """True if the shot with the highest merit has the highest score."""
    return bool(scores[merit.argmax()] == scores.max())


if __name__ == "__main__":
    main()
