"""Which shot of a series is the best: its rating alone, its signals alone, and both.

    python benchmarks/best_shot.py --oasis DIR --work DIR

On the sample, and on 60 photos of OASIS spoilt as the sample is; both folders are those of
`signals.py`. Intervals are of 95 %, by leaving out scenes or drawing them anew.
"""

from argparse import ArgumentParser
from pathlib import Path

import numpy as np
from signals import cell, measured

from photorank.index.opened import Index
from photorank.index.reading.records import IndexSignals
from photorank.metrics.jackknife_intervals import jackknife, paired_difference
from photorank.metrics.ranking import accuracy_sums
from photorank.rating.best_shot import order_in_series, within_series_score
from photorank.sample import DEFECTS
from photorank.similarity.series import find_series
from photorank.typing import Codes, Floats, Ratings
from photorank.vectors.store import load_vector
from photorank.workspace import Workspace


def main() -> None:
    """Build what is missing, and print a table a question."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--oasis", type=Path, required=True, help="folder of images/, ratings.csv")
    parser.add_argument("--work", type=Path, required=True, help="keeps indexes between runs")
    arguments = parser.parse_args()
    indexes = measured(Workspace(arguments.work), arguments.oasis)

    print("| photos | signals | `technical` | signals less `technical` | rating | both |"
          " both less rating |\n|---|---|---|---|---|---|---|")  # fmt: skip
    for name in ("sample", "spoilt"):
        print(pairs_in_scenes(indexes[name]), flush=True)
    print("\n| shots of | how many | rating | signals | both | any shot | both less rating |")
    print("|---|---|---|---|---|---|---|")
    print("\n".join(one_of_each(indexes["spoilt"])), flush=True)
    print("\n| series | defect | severity 1 | 2 | 3 | 4 |\n|---|---|---|---|---|---|")
    print("\n".join(by_defect(indexes["spoilt"])))


def pairs_in_scenes(index: Index) -> str:
    """Return a row: pairs of versions with one defect that are ordered right, within scenes."""
    comparisons = index.comparisons(within="group")
    rows, series = comparisons.active, index.labels().groups
    graph, signals = comparisons.take(rows), index.signals()
    rating = index.rate(load_vector(index, "beauty"))
    ways = (
        within_series_score(signals, series),
        index.rate(load_vector(index, "technical")),
        rating,
        order_in_series(rating, signals, series).astype(np.float64),
    )
    score, technical, alone, both = (leave_one_out(way[rows], graph, series[rows]) for way in ways)
    cells = [
        cell(jackknife(one, n_photos=len(rows), n_pairs=graph.n_pairs))
        for one in (score, technical, alone, both)
    ]
    seen = " (has seen the photos)" if index.name == "spoilt" else ""
    return (
        f"| {index.name} | {cells[0]} | {cells[1]}{seen} | {paired_difference(score, technical)} | "
        f"{cells[2]} | {cells[3]} | {paired_difference(both, alone)} |"
    )


def one_of_each(index: Index) -> list[str]:
    """Return rows: how much more spoilt than the best shot the one is that is taken of a series."""
    photos, scenes, signals = index.photos(), index.labels().groups, index.signals()
    names = [photo.path.stem.replace("original", "original-0") for photo in photos]
    severity = np.array([int(name.rpartition("-")[2]) for name in names], dtype=np.float64)
    rating = index.rate(load_vector(index, "beauty"))
    rows = []
    for what, series in (("one scene", scenes), ("one series as found", find_series(index).codes)):
        ways = (
            rating,
            within_series_score(signals, series),
            order_in_series(rating, signals, series),
        )
        members = [np.flatnonzero(series == code) for code in np.unique(series)]
        members = [shots for shots in members if len(shots) > 2]
        taken = [[severity[shots[np.argmax(way[shots])]] for way in ways] for shots in members]
        best = np.array([[severity[shots].min()] for shots in members])
        above = np.array(taken) - best
        anyone = np.mean([severity[shots].mean() for shots in members]) - best.mean()
        of_scene = scenes[[shots[0] for shots in members]]
        cells = [drawn_anew(column, of_scene) for column in above.T]
        gain = drawn_anew(above[:, 2] - above[:, 0], of_scene)
        rows.append(f"| {what} | {len(members)} | {' | '.join(cells)} | {anyone:.2f} | {gain} |")
    return rows


def by_defect(index: Index) -> list[str]:
    """Return rows: how often the rule puts an original above its spoilt copy, by defect.

    Of the half of the scenes that its numbers were not chosen on. A series is all shots of the
    scene, those with one defect, or two shots.
    """
    names = [photo.path.stem.rpartition("-") for photo in index.photos()]
    defects = np.array([defect or "original" for defect, _, _ in names])
    severity = np.array([int(number) if defect else 0 for defect, _, number in names])
    signals, scenes = index.signals(), index.labels().groups
    drawn = np.random.default_rng(1).permutation(np.unique(scenes))
    held = drawn[len(drawn) // 2 :]

    def won(rows: Codes) -> list[float]:
        """Return for each shot after the first, the original, whether it is put below it."""
        part = IndexSignals(signals.names, signals.values[rows])
        score = within_series_score(part, np.zeros(len(rows), dtype=np.intp))
        return (0.5 * (1 + np.sign(np.round(score[0] - score[1:], 9)))).tolist()

    found: dict[tuple[str, str], list[list[float]]] = {}
    for scene in held:
        rows = np.flatnonzero(scenes == scene)
        rows = rows[np.lexsort((severity[rows], defects[rows], severity[rows] > 0))]
        of_all = dict(zip(rows[1:].tolist(), won(rows), strict=True))
        for defect in DEFECTS:
            copies = rows[defects[rows] == defect]
            ladder = np.concatenate([rows[:1], copies])
            pairs = [won(np.array([rows[0], copy]))[0] for copy in copies]
            found.setdefault(("a scene", defect), []).append([of_all[row] for row in copies])
            found.setdefault(("one defect", defect), []).append(won(ladder))
            found.setdefault(("two shots", defect), []).append(pairs)
    return [
        f"| {kind} | {defect} | "
        + " | ".join(drawn_anew(column, held) for column in np.array(found[kind, defect]).T)
        + " |"
        for kind, defect in sorted(found)
    ]


def drawn_anew(values: Floats, scenes: Codes) -> str:
    """Return a mean and its 95 % interval, by drawing scenes anew."""
    rng = np.random.default_rng(0)
    by_scene = [values[scenes == scene] for scene in np.unique(scenes)]
    draws = rng.integers(0, len(by_scene), (2000, len(by_scene)))
    means = [np.concatenate([by_scene[scene] for scene in draw]).mean() for draw in draws]
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{values.mean():.2f} [{low:.2f}, {high:.2f}]"


def leave_one_out(ratings: Ratings, graph, scenes: Codes):  # noqa: ANN001, ANN201
    """Return the accuracy with and without each scene."""
    return accuracy_sums(ratings, graph, clusters=scenes).leave_one_out()


if __name__ == "__main__":
    main()
