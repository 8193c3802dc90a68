"""Comparison of rating directions and learners across encoders, on the same held-out pairs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

import numpy as np

from photorank.errors import PhotorankError, counted
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
from photorank.leaderboard.indexes_of_same_photos import Panel
from photorank.leaderboard.report import PanelReport, Row, Shown
from photorank.learning.held_out_directions import Refits, fitting
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.learn_vector import judgements_digest
from photorank.learning.protocol import Protocol, fewer_folds
from photorank.learning.split_into_folds import split_into_folds
from photorank.metrics.folds import Folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.typing import Codes, Scope
from photorank.vectors.master import MasterVector
from photorank.vectors.plain_prompts import KINDS_FROM_WORDS
from photorank.vectors.store import list_vectors

_COMPARED = ("pairwise_accuracy",)  # metrics tested for differences; one family of tests per scope
_SCOPES: tuple[Scope, ...] = ("all", "within")
_SHOWN = 6  # photos shown as best, and as worst


@dataclass(frozen=True)
class Contest:
    """Settings of a leaderboard: which rating directions and learners are tested, and how."""

    vectors: tuple[str, ...] | None  # None: all that an index has
    learners: tuple[str, ...]
    protocol: Protocol
    costs: bool = True
    on_progress: Callable[[int, int], None] | None = None  # is told indexes done, of how many


@dataclass(frozen=True)
class _Entry:
    """Rating direction or learner tested on an index, and its ratings of the judged photos.

    `name` is unique in the index, `contender.name` among all indexes.
    """

    index: Index
    name: str
    contender: Contender


def run_contest(panel: Panel, contest: Contest) -> PanelReport:
    """Test rating directions and learners on indexes of the same photos, and return a report.

    Raises ComparisonsError if there are too few photos or groups for two folds.
    """
    first = panel.photos[0]
    fold_by = contest.protocol.fold_by or first.usual_fold_by
    protocol = replace(contest.protocol, fold_by=fold_by)
    folds = split_into_folds(first, protocol, panel.near_duplicates)
    pairs = HeldOutPairs.of(first.comparisons, folds)
    pairs.require()
    entries: list[_Entry] = []
    protocol = replace(protocol, folds=folds.k, repeats=len(folds.codes))
    notes = [*panel.notes, *fewer_folds(contest.protocol, protocol)]
    sources: dict[str, dict[str, list[str]]] = {}  # indexes, by vector and what it was made from
    for done, (index, photos) in enumerate(zip(panel.indexes, panel.photos, strict=True), start=1):
        vectors = _vectors(index, contest, notes)
        for vector in vectors:
            told = sources.setdefault(vector.name, {})
            told.setdefault(_source_of_vector(vector), []).append(index.name)
        entries += _entries(index, vectors, photos, folds, contest)
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
    rows.sort(key=lambda row: row.order)
    report = PanelReport(
        name=panel.name,
        indexes=tuple(index.name for index in panel.indexes),
        n_photos=len(first.X),
        protocol=protocol,
        most_folds=folds.n_units,
        rows=tuple(rows),
        differences=tuple(differences),
        notes=tuple(notes),
        labels=_judgements_text(panel),
        n_copies=_n_near_duplicates(panel.near_duplicates),
        vectors={name: _source_by_index(told) for name, told in sources.items()},
    )
    return replace(report, shown=_shown(report, entries, panel))


def _entries(
    index: Index,
    vectors: Sequence[MasterVector],
    photos: JudgedPhotos,
    folds: Folds,
    contest: Contest,
) -> list[_Entry]:
    """Rating vectors and learners of an index, each with its ratings of the judged photos."""
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
    """Rating vectors to test on an index; requested vectors that it lacks are named in `notes`."""
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


def _source_of_vector(vector: MasterVector) -> str:
    """Phrase that says what a rating direction was made from: data, method or prompt."""
    kind = "" if vector.kind in KINDS_FROM_WORDS else vector.kind
    told = ", ".join(filter(None, (kind, vector.card.source)))
    texts, unwanted = (vector.card.parameters.get(key) or [] for key in ("texts", "not"))
    wanted = ", ".join(f"“{text}”" for text in texts)
    against = ", ".join(f"“{text}”" for text in unwanted)
    return told + (wanted and f": {wanted}") + (against and f", and not {against}")


def _source_by_index(told: dict[str, list[str]]) -> str:
    """Text that tells a rating vector's source; if sources differ, with the indexes of each."""
    if len(told) == 1:
        return next(iter(told))
    return "; ".join(f"on {', '.join(names)}: {source}" for source, names in told.items())


def _cost(index: Index, photos: JudgedPhotos, contest: Contest) -> Cost:
    return cost_of(index, photos.rows) if contest.costs else Cost()


def _each(panel: Panel) -> list[tuple[Index, JudgedPhotos]]:
    return list(zip(panel.indexes, panel.photos, strict=True))


def _sources(index: Index) -> str:
    """Names, joined by commas, of the files and apps that an index's judgements come from."""
    kind = index.manifest.judgements
    return ", ".join(PurePath(source).name for source in index.sources(kind))


def _n_near_duplicates(codes: Codes) -> int:
    """Number of photos that share a cluster of near-duplicates with another photo.

    `codes` are the photos' cluster numbers, −1 for none.
    """
    _, sizes = np.unique(codes[codes >= 0], return_counts=True)
    return int(sizes[sizes > 1].sum())


def _judgements_text(panel: Panel) -> str:
    """Text on the judgements used: sources, range of scores, numbers of raters and photos."""
    index, photos = panel.indexes[0], panel.photos[0]
    told = f"Judgements of the index {index.name}, from {_sources(index)}: "
    scores = photos.comparisons.scores
    if scores is None:
        told += f"{counted(photos.comparisons.n_pairs, 'pair')} of photos that people chose between"
    else:
        told += f"scores from {scores.min():g} to {scores.max():g}"
        raters = index.labels().n_raters[photos.rows]
        low, high = int(raters.min()), int(raters.max())
        people = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        one = ", one a photo: a person's, or a mean that was made before"
        told += f", each the mean of {people} people's" if high > 1 else one
    digest = judgements_digest(photos)[:8]
    return f"{told}, for {len(photos.X):,} photos. Digest of photos and judgements: {digest}."


def _shown(report: PanelReport, entries: Sequence[_Entry], panel: Panel) -> Shown | None:
    """Photos that the best entry rates highest and lowest; None if no entry can be best.

    Only a row tested on unseen photos can be the best.
    """
    if not (fair := report.fair()):
        return None
    best = next(one for one in entries if one.contender.name == fair[0].full_name)
    order = np.argsort(-best.contender.ratings.mean(axis=0), kind="stable")
    photos = panel.photos[panel.indexes.index(best.index)]
    n, scores = min(_SHOWN, len(order) // 2), photos.comparisons.scores

    def pictures(rows: Codes) -> tuple[str, ...]:
        numbers = photos.rows[rows].tolist()
        return tuple(str(best.index.thumbnail(best.index.photo(row))) for row in numbers)

    def judged(rows: Codes) -> tuple[float, ...]:
        return () if scores is None else tuple(scores[rows].tolist())

    top, bottom = order[:n], order[::-1][:n]
    return Shown(fair[0].full_name, pictures(top), pictures(bottom), judged(top), judged(bottom))
