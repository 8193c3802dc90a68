"""Discerning power: every vector and learner on the same held-out pairs, with intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations

import numpy as np

from photorank.encoders.base import Encoder
from photorank.errors import ComparisonsError, NoLabelsError
from photorank.evaluation import details
from photorank.evaluation.contenders import (
    MEAN_DIFFERENCE,
    Contender,
    chosen_vectors,
    learner_contender,
    make_learner,
    random_contender,
    vector_contender,
)
from photorank.evaluation.lists import FLOORS, values_by_fold_of_lists
from photorank.evaluation.protocol import JudgedPhotos, Protocol, counted
from photorank.evaluation.report import Evaluation, Result, ScopedDifference
from photorank.index.store import Index
from photorank.labels.comparisons import Comparisons
from photorank.metrics.estimates import Difference, Estimate
from photorank.metrics.folds import Folds
from photorank.metrics.intervals import holm, jackknife, paired_difference
from photorank.metrics.pair_sums import PairSums, values_by_fold
from photorank.metrics.ranking import PAIR_METRICS
from photorank.metrics.resampled import corrected_resampled, corrected_resampled_difference
from photorank.typing import Codes, Floats, Json, Scope
from photorank.vectors.learners import LEARNERS

DEFAULT_LEARNERS = ("mean-difference", "pair-least-squares", "all-pairs")
SCOPES: tuple[Scope, ...] = ("all", "within", "across")
# Differences are tested for these; each metric and scope is a family of its own.
COMPARED_METRICS = ("pairwise_accuracy", "kendall_tau_b", "spearman")


@dataclass(frozen=True)
class Field:
    """The pairs of one scope, by repeat, and how their uncertainty is counted."""

    scope: Scope
    graphs: tuple[Comparisons, ...]  # one a repeat: pairs within a test fold, in scope
    folds: Folds
    clusters: Codes | None  # photos sampled together; None: each on its own
    n_photos: int
    n_pairs: int  # of one repeat, on average


def evaluate(
    index: Index,
    *,
    vectors: Sequence[str] | None = None,
    learners: Sequence[str] = DEFAULT_LEARNERS,
    protocol: Protocol | None = None,
    load: Callable[[], Encoder] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Measure how well vectors and learners order held-out photos as people did.

    Pairs are counted within a test fold, so that one fitted model rates both
    photos. Vectors are fixed, and their intervals are a jackknife over photos
    (over groups, when folds are by group); learners are fitted anew in every
    fold, and theirs include it by the corrected resampled variance of Nadeau
    & Bengio for one repeat (2003, https://doi.org/10.1023/A:1024068626366).

    Parameters
    ----------
    index : Index
    vectors : sequence of str, optional
        Stored vectors; all that may rate the index by default.
    learners : sequence of str
        Learners to fit out of fold; ``mean-difference`` is always among them.
    protocol : Protocol, optional
        Folds, repeats and seed.
    load : callable, optional
        Loads the index's encoder, for the plain-prompt baseline if the index
        has none yet; without it that baseline may be missing.
    on_progress : callable, optional
        Called with the number of fits done and to do.

    Raises
    ------
    NoLabelsError
        If nobody judged the photos, or all the same.
    ComparisonsError
        If there are too few photos or groups for two folds.
    UnknownNameError
        If there is no such learner.
    """
    protocol = protocol or Protocol()
    kinds = tuple(dict.fromkeys((*learners, MEAN_DIFFERENCE)))
    for kind in kinds:
        make_learner(kind, seed=protocol.seed)  # a wrong name fails before any work
    photos = judged_photos(index, by_raters=protocol.by_raters)
    folds = photos.split(protocol)

    # Every learner in every fold, and one of them again on fewer and fewer photos.
    total = (len(kinds) * len(folds.codes) + len(details.SHARES)) * folds.k
    on_fit = counted(on_progress, total)

    contenders = [random_contender(photos, folds, protocol.seed)]
    for vector in chosen_vectors(index, vectors, load).values():
        contenders.append(vector_contender(index, vector, photos, folds))
    for kind in kinds:
        contenders.append(learner_contender(kind, photos, folds, protocol, on_fit))

    fields = [field for scope in SCOPES if (field := _field(photos, folds, protocol, scope))]
    if not fields:
        raise ComparisonsError(
            f"{len(photos.X)} judged photos in {folds.k} folds leave no fold with two photos that "
            "were judged differently. Use fewer folds with `--folds 2`, or judge more photos"
        )
    results: list[Result] = []
    differences: list[ScopedDifference] = []
    for field in fields:
        measured = {contender.name: _Measured.of(contender, field) for contender in contenders}
        results += [one.result(field) for one in measured.values()]
        differences += _differences(list(measured.values()), field)
    looked_closer = _details(index, photos, folds, protocol, contenders, results, on_fit)
    if on_progress is not None:
        on_progress(total, total)  # a learning curve may begin late and have fewer fits
    return Evaluation(
        index=index.name,
        encoder=index.manifest.encoder,
        framing=index.fingerprint.framing,
        n_photos=len(photos.X),
        judgements=index.manifest.judgements,
        protocol=protocol.to_json() | {"folds": folds.k},
        results=tuple(results),
        differences=tuple(differences),
        details=looked_closer,
        created=datetime.now(UTC).isoformat(timespec="milliseconds"),
    )


def judged_photos(
    index: Index, *, rater: str | None = None, by_raters: bool = False
) -> JudgedPhotos:
    """Return the photos of an index that somebody judged, with their comparisons.

    Pairs count once each, or by how many people rated both photos. Of one person
    choices count where there are no scores, whatever the index is evaluated by.

    Raises
    ------
    NoLabelsError
        If there are none, or all were judged the same.
    """
    comparisons = _comparisons(index, rater, by_raters)
    if comparisons.n_pairs == 0:
        labels = index.labels(rater=rater)
        unlabelled = not np.isfinite(labels.scores).any() and not len(index.choices(rater).winners)
        if index.manifest.judgements == "choices" and not unlabelled:
            raise NoLabelsError(index.name, "has choices that are all ties", "choices")
        why = "has no labels" if unlabelled else "has labels that are all the same"
        raise NoLabelsError(index.name, why)
    rows = comparisons.active
    labels = index.labels(rater=rater)
    digests, splits = index.digests(), index.splits()
    return JudgedPhotos(
        X=index.embeddings_of(rows),
        comparisons=comparisons.take(rows),
        groups=labels.groups[rows],
        series=labels.series[rows],
        digests=tuple(digests[row] for row in rows),
        splits=tuple(splits[row] for row in rows),
        by_raters=by_raters,
    )


def _comparisons(index: Index, rater: str | None, by_raters: bool) -> Comparisons:
    """Return what everybody, or one person, said in the way the index is evaluated by."""
    try:
        return index.comparisons(rater=rater, by_raters=by_raters)
    except NoLabelsError:
        winners, losers, ties, _, weights = index.choices(rater)
        if rater is None or not len(winners):
            raise
        return Comparisons.from_choices(winners, losers, n=len(index), ties=ties, weights=weights)


def _field(photos: JudgedPhotos, folds: Folds, protocol: Protocol, scope: Scope) -> Field | None:
    """Return the pairs of one scope, or None if there is none."""
    codes = photos.codes(protocol.within or "group")
    graphs = tuple(
        photos.comparisons.restricted(fold, "within").restricted(codes, scope)
        for fold in folds.codes
    )
    n_pairs = sum(graph.n_pairs for graph in graphs)
    if not n_pairs:
        return None
    return Field(
        scope=scope,
        graphs=graphs,
        folds=folds,
        clusters=folds.by,
        n_photos=len(set().union(*(graph.active.tolist() for graph in graphs))),
        n_pairs=round(n_pairs / len(graphs)),
    )


@dataclass(frozen=True)
class _Measured:
    """One contender's sums over the pairs of one scope."""

    contender: Contender
    pooled: dict[str, PairSums]  # by metric, over repeats; without each photo or cluster
    by_fold: dict[str, Floats]  # by metric, (repeats * K,): their mean is the pooled value
    lists: dict[str, Floats]  # by metric of lists, (repeats * K,) likewise

    @classmethod
    def of(cls, contender: Contender, field: Field) -> "_Measured":
        pooled, by_fold = {}, {}
        rounds = list(zip(contender.ratings, field.graphs, field.folds.codes, strict=True))
        for name, sums in PAIR_METRICS.items():
            first, *others = [sums(r, graph, clusters=field.clusters) for r, graph, _ in rounds]
            pooled[name] = sum(others, start=first)
            parts = [sums(r, graph, clusters=codes, couples=0) for r, graph, codes in rounds]
            by_fold[name] = values_by_fold(parts)
        lists = values_by_fold_of_lists(contender.ratings, field.graphs, field.folds)
        return cls(contender, pooled, by_fold, lists)

    def result(self, field: Field) -> Result:
        one = self.contender
        counts = {"n_photos": field.n_photos, "n_pairs": field.n_pairs}
        metrics: dict[str, Estimate] = {}
        for name, sums in self.pooled.items():
            if one.fitted:
                metrics[name] = corrected_resampled(
                    self.by_fold[name],
                    test_share=field.folds.test_share,
                    repeats=len(field.graphs),
                    floor=sums.floor,
                    **counts,
                )
            else:
                metrics[name] = jackknife(sums.leave_one_out(), **counts)
        for name, values in self.lists.items():
            metrics[name] = corrected_resampled(
                values,
                test_share=field.folds.test_share if one.fitted else 0.0,
                repeats=len(field.graphs),
                floor=FLOORS.get(name, 0.0),
                **counts,
            )
        return Result(
            vector=one.name,
            kind=one.kind,
            scope=field.scope,
            in_sample=one.in_sample,
            refitted=one.refitted,
            baseline=one.baseline,
            interval="corrected resampled" if one.fitted else "jackknife",
            metrics=metrics,
            n_photos=field.n_photos,
            n_pairs=field.n_pairs,
        )


def _details(
    index: Index,
    photos: JudgedPhotos,
    folds: Folds,
    protocol: Protocol,
    contenders: Sequence[Contender],
    results: Sequence[Result],
    on_fit: Callable[[], None] | None,
) -> Json:
    """Look closer at the best contender that has not seen the photos, and at its baselines."""
    graphs = [photos.comparisons.restricted(codes, "within") for codes in folds.codes]
    fair = [row for row in results if row.scope == results[0].scope and not row.in_sample]
    order = sorted(fair, key=lambda row: -row.metrics["pairwise_accuracy"].value)
    by_name = {contender.name: contender for contender in contenders}
    leader = by_name[order[0].vector]
    shown = [leader, *(one for one in contenders if one.baseline and one is not leader)]
    taught = next((row.vector for row in order if row.vector in LEARNERS), MEAN_DIFFERENCE)
    learner = make_learner(taught, seed=protocol.seed)
    return {
        "by_gap": details.gap_curve(shown, graphs, folds),
        "by_group": details.group_table(leader, graphs, photos, index.labels().group_names),
        "learning_curve": details.learning_curve(taught, learner, photos, folds, protocol, on_fit),
        "calibration": details.calibration(leader, graphs, folds),
        "people": details.people(index.single_ratings(), protocol.seed),
    }


def _differences(measured: Sequence[_Measured], field: Field) -> list[ScopedDifference]:
    """Compare every two contenders on the same pairs; those that saw the photos are left out."""
    fair = [one for one in measured if not one.contender.in_sample]
    found = []
    for metric in COMPARED_METRICS:
        family: list[tuple[_Measured, _Measured, Difference]] = []
        for a, b in combinations(fair, 2):
            if a.contender.fitted or b.contender.fitted:
                difference = corrected_resampled_difference(
                    a.by_fold[metric],
                    b.by_fold[metric],
                    test_share=field.folds.test_share,
                    repeats=len(field.graphs),
                    n_photos=field.n_photos,
                )
            else:
                difference = paired_difference(
                    a.pooled[metric].leave_one_out(), b.pooled[metric].leave_one_out()
                )
            if np.isfinite(difference.p):
                family.append((a, b, difference))
        adjusted = holm(np.array([difference.p for _, _, difference in family]))
        found += [
            ScopedDifference(
                a.contender.name, b.contender.name, field.scope, metric, difference, float(p_holm)
            )
            for (a, b, difference), p_holm in zip(family, adjusted, strict=True)
        ]
    return found
