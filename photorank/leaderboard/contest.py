"""Evaluation of indexes of the same photos: vectors and learners on the same held-out pairs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError, PhotorankError
from photorank.evaluation.contender_results import differences_of, measured
from photorank.evaluation.contenders import (
    Contender,
    chosen_vectors,
    learner_contender,
    vector_contender,
)
from photorank.evaluation.random_directions import random_result
from photorank.index.opened import Index
from photorank.leaderboard.cost import Cost, cost_of
from photorank.leaderboard.panels import Panel
from photorank.leaderboard.report import PanelReport, Row, Shown
from photorank.learning.held_out_directions import Refits, fitting
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.metrics.folds import Folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.metrics.ranking import pairwise_accuracy
from photorank.typing import Scope
from photorank.vectors.master import MasterVector
from photorank.vectors.store import list_vectors

_COMPARED = ("pairwise_accuracy",)  # metrics tested for differences; one family of tests per scope
_SCOPES: tuple[Scope, ...] = ("all", "within")
_SHOWN = 6  # photos shown as best, and as worst


@dataclass(frozen=True)
class Contest:
    """Settings of a leaderboard: which vectors and learners are tested, and how."""

    vectors: tuple[str, ...] | None  # None: all that an index has
    learners: tuple[str, ...]
    protocol: Protocol
    costs: bool = True
    on_progress: Callable[[int, int], None] | None = None  # is told indexes done, of how many


@dataclass(frozen=True)
class _Entry:
    """Held-out ratings of one vector or learner of an index.

    `name` is unique in the index, `contender.name` among all indexes.
    """

    index: Index
    name: str
    contender: Contender


def run_contest(panel: Panel, contest: Contest) -> PanelReport:
    """Evaluate all vectors and learners of a panel (indexes of the same photos).

    Raises ComparisonsError if there are too few photos or groups for two folds.
    """
    first = panel.photos[0]
    fold_by = contest.protocol.fold_by or first.usual_fold_by
    protocol = replace(contest.protocol, fold_by=fold_by)
    folds = split_into_folds(first, protocol, panel.near_duplicates)
    pairs = HeldOutPairs.of(first.comparisons, folds)
    if not pairs.n_pairs:
        raise ComparisonsError(
            f"{len(first.X)} photos of {panel.name} were judged, and no two that were judged "
            f"differently are in one of {folds.k} folds: use fewer folds, or judge more photos"
        )
    entries: list[_Entry] = []
    notes = list(panel.notes)
    for done, (index, photos) in enumerate(zip(panel.indexes, panel.photos, strict=True), start=1):
        entries += _entries(index, photos, folds, contest, notes)
        if contest.on_progress:
            contest.on_progress(done, len(panel.indexes))
    costs = {index.name: _cost(index, photos, contest) for index, photos in _each(panel)}
    notes += [f"{name} has no cost: {cost.why_not}" for name, cost in costs.items() if cost.why_not]
    rows: list[Row] = []
    differences = []
    for scope in _SCOPES:
        inside = pairs.inside(first.codes(protocol.within or "group"), scope)
        if not inside.n_pairs:
            continue
        found = measured(
            [one.contender for one in entries],
            inside,
            protocol.gap_power,
            lists=scope == "all",
        )
        rows += [
            Row.of(one.index, one.name, result.result(scope, fold_by), costs[one.index.name])
            for one, result in zip(entries, found, strict=True)
        ]
        rows += [
            Row.of(index, "random-direction", random_result(photos, inside, scope, protocol), None)
            for index, photos in _each(panel)
        ]
        differences += differences_of(found, scope, _COMPARED)
    return PanelReport(
        name=panel.name,
        indexes=tuple(index.name for index in panel.indexes),
        n_photos=len(first.X),
        protocol=replace(protocol, folds=folds.k),
        rows=tuple(sorted(rows, key=lambda row: row.order)),
        differences=tuple(differences),
        notes=tuple(notes),
        shown=_shown(entries, panel),
    )


def _entries(
    index: Index, photos: JudgedPhotos, folds: Folds, contest: Contest, notes: list[str]
) -> list[_Entry]:
    """Held-out ratings of each vector and learner of an index.

    Missing vectors are noted in `notes`.
    """
    vectors = _vectors(index, contest, notes)
    protocol, taught = contest.protocol, photos.compared_within(contest.protocol.within)
    with fitting(photos.X) as threads:
        refits = Refits(folds, threads)
        made = [vector_contender(index, vector, photos, refits) for vector in vectors]
        made += [
            learner_contender(kind, taught, refits, protocol, None) for kind in contest.learners
        ]
    # Differences name contenders alone, and every index may have one of a name.
    return [
        _Entry(index, one.name, replace(one, name=f"{one.name} @ {index.name}")) for one in made
    ]


def _vectors(index: Index, contest: Contest, notes: list[str]) -> list[MasterVector]:
    known = list_vectors(index)
    wanted = tuple(known) if contest.vectors is None else contest.vectors
    if missing := [name for name in wanted if name not in known]:
        notes.append(f"{index.name} has no vector {', '.join(missing)}")
    names = [name for name in wanted if name in known]
    if contest.vectors is not None:
        return [known[name] for name in names]
    try:  # with the plain prompt, where the encoder knows words
        return list(chosen_vectors(index, names, index.encoder).values())
    except PhotorankError as error:
        notes.append(f"{index.name} has no plain prompt: {error}")
        return [known[name] for name in names]


def _cost(index: Index, photos: JudgedPhotos, contest: Contest) -> Cost:
    return cost_of(index, photos.rows) if contest.costs else Cost()


def _each(panel: Panel) -> list[tuple[Index, JudgedPhotos]]:
    return list(zip(panel.indexes, panel.photos, strict=True))


def _shown(entries: Sequence[_Entry], panel: Panel) -> Shown | None:
    """Photos that the best vector or learner rates highest and lowest.

    Only those tested on unseen photos qualify as best; None if there is none.
    """
    fair = [one for one in entries if not (one.contender.in_sample or one.contender.unknown)]
    if not fair:
        return None
    graph = panel.photos[0].comparisons
    best = max(fair, key=lambda one: _accuracy(one.contender, graph))
    ratings = best.contender.ratings.mean(axis=0)
    order = np.argsort(-ratings, kind="stable")
    photos = panel.photos[panel.indexes.index(best.index)]

    def pictures(rows: list[int]) -> tuple[str, ...]:
        numbers = [int(photos.rows[row]) for row in rows]
        return tuple(str(best.index.thumbnail(best.index.photo(row))) for row in numbers)

    n = min(_SHOWN, len(order) // 2)
    top, bottom = order[:n].tolist(), order[::-1][:n].tolist()
    return Shown(f"{best.name} @ {best.index.name}", pictures(top), pictures(bottom))


def _accuracy(contender: Contender, graph: Comparisons) -> float:
    return pairwise_accuracy(contender.ratings.mean(axis=0), graph)
