"""Evaluation: accuracy of all vectors and learners on the same held-out photo pairs."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from photorank.encoders.base import Encoder
from photorank.evaluation import details
from photorank.evaluation.contender_results import differences_of, measured
from photorank.evaluation.contenders import (
    MEAN_DIFFERENCE,
    Contender,
    chosen_vectors,
    learner_contender,
    vector_contender,
)
from photorank.evaluation.learning_curve import SHARES, LearningCurve
from photorank.evaluation.random_directions import random_result
from photorank.evaluation.result_types import (
    Details,
    DuplicateCounts,
    Result,
    ScopedDifference,
    ranked,
)
from photorank.evaluation.saved_evaluation import Evaluation
from photorank.index.opened import Index
from photorank.learning.held_out_directions import Refits, fitting, progress_callback
from photorank.learning.judged_photos import JudgedPhotos, judged_photos
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.metrics.folds import Folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.typing import Scope
from photorank.vectors.learners_by_name import is_learner, make_learner

DEFAULT_LEARNERS = ("mean-difference", "pair-least-squares", "all-pairs")
SCOPES: tuple[Scope, ...] = ("all", "within", "across")


def evaluate(
    index: Index,
    *,
    vectors: Sequence[str] | None = None,
    learners: Sequence[str] = DEFAULT_LEARNERS,
    protocol: Protocol | None = None,
    load: Callable[[], Encoder] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Evaluation of vectors and learners against people's judgements on held-out photos.

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
        Folds, repeats and seed. Without a `fold_by`, folds are by the coarser of
        the groups and series that are known, and by photo beside it.
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
    fold_by = protocol.fold_by or photos.usual_fold_by
    # Where photos come in groups or series, folds by photo show what their likeness adds.
    ways = [fold_by] if protocol.fold_by else list(dict.fromkeys((fold_by, "photo")))
    protocols = [replace(protocol, fold_by=way) for way in ways]
    candidates = chosen_vectors(index, vectors, load).values()
    taught = photos.compared_within(protocol.within)
    contests: list[_FoldResults] = []
    splits = [split_into_folds(photos, one) for one in protocols]
    with fitting(photos.X) as threads:
        # Every learner in every fold, and one of them again on fewer and fewer photos.
        fits = [len(kinds) * len(folds.codes) * folds.k for folds in splits]
        total = sum(fits) + len(SHARES) * splits[0].k
        on_fit = progress_callback(on_progress, total)
        refits = [Refits(folds, threads) for folds in splits]
        _start(kinds, taught, protocol, refits[0])
        for i, (one, refitted) in enumerate(zip(protocols, refits, strict=True)):
            contenders = [vector_contender(index, each, photos, refitted) for each in candidates]
            contenders += [learner_contender(kind, taught, refitted, one, on_fit) for kind in kinds]
            for following in refits[i + 1 : i + 2]:  # while these contenders are measured
                _start(kinds, taught, protocol, following)
            before = contests[0] if contests else None
            contests.append(_results_on_folds(photos, one, refitted.folds, contenders, before))
        main = contests[0]
        looked_closer = _details(index, photos, main, protocols[0], threads, on_fit)
    if on_progress is not None:
        on_progress(total, total)  # a learning curve may begin late and have fewer fits
    return Evaluation(
        index=index.name,
        encoder=index.manifest.encoder,
        framing=index.fingerprint.framing,
        n_photos=len(photos.X),
        judgements=index.manifest.judgements,
        protocol=replace(protocols[0], folds=splits[0].k, repeats=len(splits[0].codes)),
        results=tuple(row for contest in contests for row in contest.results),
        differences=main.differences,
        details=looked_closer,
        created=datetime.now(UTC).isoformat(timespec="milliseconds"),
        copies=DuplicateCounts.of(photos.near_duplicates),
        requested=protocol,
    )


@dataclass(frozen=True)
class _FoldResults:
    """Vectors and learners (contenders), and their results for one split of photos into folds."""

    contenders: list[Contender]
    pairs: HeldOutPairs
    results: tuple[Result, ...]
    differences: tuple[ScopedDifference, ...]


def _start(kinds: Sequence[str], taught: JudgedPhotos, protocol: Protocol, refits: Refits) -> None:
    """Start fitting learners in background threads, without waiting for them."""
    for kind in kinds:
        refits.begin(make_learner(kind, seed=protocol.seed), taught)


def _results_on_folds(
    photos: JudgedPhotos,
    protocol: Protocol,
    folds: Folds,
    contenders: list[Contender],
    before: "_FoldResults | None",
) -> _FoldResults:
    """Results of all vectors and learners (contenders) for one way of splitting photos into folds.

    What only the main way of folding tells is not measured again where one was `before`: metrics
    of lists, and random directions, which know no folds.

    Raises ComparisonsError if no fold holds two photos that were judged differently.
    """
    pairs = HeldOutPairs.of(photos.comparisons, folds)
    pairs.require()
    results: list[Result] = []
    differences: list[ScopedDifference] = []
    for scope in SCOPES:
        inside = pairs.inside(photos.codes(protocol.within or "group"), scope)
        if inside.n_pairs:
            found = measured(contenders, inside, protocol.gap_power, lists=before is None)
            rows = [one.result(scope, protocol.fold_by or "") for one in found]
            results += ranked([*rows, _chance(photos, inside, scope, protocol, before)])
            differences += differences_of(found, scope)
    return _FoldResults(contenders, pairs, tuple(results), tuple(differences))


def _chance(
    photos: JudgedPhotos,
    pairs: HeldOutPairs,
    scope: Scope,
    protocol: Protocol,
    before: _FoldResults | None,
) -> Result:
    """Result at chance level: metrics of random directions, on the held-out pairs.

    Random directions know no folds, so the result of a split `before` is used again.
    """
    for row in before.results if before else ():
        if (row.kind, row.scope) == ("random", scope):
            by = protocol.fold_by or ""
            return replace(row, fold_by=by, n_photos=pairs.n_photos, n_pairs=pairs.n_pairs)
    return random_result(photos, pairs, scope, protocol)


def _details(
    index: Index,
    photos: JudgedPhotos,
    contest: _FoldResults,
    protocol: Protocol,
    threads: Executor,
    on_fit: Callable[[], None] | None,
) -> Details:
    """Detailed results, such as accuracy by label difference, calibration and learning curve.

    Most are only of the best vector or learner.
    """
    contenders, pairs, results = contest.contenders, contest.pairs, contest.results
    by_name = {contender.name: contender for contender in contenders}
    order = [row for row in results if row.scope == results[0].scope and row.vector in by_name]
    order = [row for row in order if row.competes]
    leader = by_name[order[0].vector]
    shown = [leader, *(one for one in contenders if one.baseline and one is not leader)]
    taught = next((row.vector for row in order if is_learner(row.vector)), MEAN_DIFFERENCE)
    curve = LearningCurve.begin(by_name[taught], photos, pairs.folds, protocol, threads)
    return Details(
        details.gap_curve(shown, pairs),
        details.group_table(leader, pairs, photos.groups, index.labels().group_names),
        calibration=details.calibration(leader, pairs),
        people=details.rater_agreement(index.single_ratings(), protocol.seed),
        learning_curve=curve.points(on_fit),
    )
