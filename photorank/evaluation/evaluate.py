"""Accuracy of every vector and learner on the same held-out pairs, with intervals."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from photorank.encoders.base import Encoder
from photorank.errors import ComparisonsError
from photorank.evaluation import details
from photorank.evaluation.contender_results import Measured, differences_of
from photorank.evaluation.contenders import (
    MEAN_DIFFERENCE,
    Contender,
    chosen_vectors,
    learner_contender,
    random_contender,
    vector_contender,
)
from photorank.evaluation.report import Evaluation
from photorank.evaluation.results import Details, Result, ScopedDifference, ranked
from photorank.index.opened import Index
from photorank.learning.held_out import counted
from photorank.learning.judged_photos import JudgedPhotos, judged_photos
from photorank.learning.protocol import Protocol
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.typing import Scope
from photorank.vectors.learners_by_name import LEARNERS, make_learner

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
    """Measure how well vectors and learners order held-out photos compared with people.

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
    total = (len(kinds) * len(folds.codes) + len(details.LEARNING_CURVE_SHARES)) * folds.k
    on_fit = counted(on_progress, total)

    contenders = [random_contender(photos, folds, protocol.seed)]
    for vector in chosen_vectors(index, vectors, load).values():
        contenders.append(vector_contender(index, vector, photos, folds))
    for kind in kinds:
        contenders.append(learner_contender(kind, photos, folds, protocol, on_fit))

    pairs = HeldOutPairs.of(photos.comparisons, folds)
    if not pairs.n_pairs:
        raise ComparisonsError(
            f"{len(photos.X)} judged photos in {folds.k} folds leave no fold with two photos that "
            "were judged differently. Use fewer folds with `--folds 2`, or judge more photos"
        )
    results: list[Result] = []
    differences: list[ScopedDifference] = []
    for scope in SCOPES:
        inside = pairs.inside(photos.codes(protocol.within or "group"), scope)
        if inside.n_pairs:
            measured = [Measured.of(contender, inside) for contender in contenders]
            results += ranked([one.result(scope) for one in measured])
            differences += differences_of(measured, scope)
    looked_closer = _details(index, photos, pairs, protocol, contenders, results, on_fit)
    if on_progress is not None:
        on_progress(total, total)  # a learning curve may begin late and have fewer fits
    return Evaluation(
        index=index.name,
        encoder=index.manifest.encoder,
        framing=index.fingerprint.framing,
        n_photos=len(photos.X),
        judgements=index.manifest.judgements,
        protocol=replace(protocol, folds=folds.k),
        results=tuple(results),
        differences=tuple(differences),
        details=looked_closer,
        created=datetime.now(UTC).isoformat(timespec="milliseconds"),
    )


def _details(
    index: Index,
    photos: JudgedPhotos,
    pairs: HeldOutPairs,
    protocol: Protocol,
    contenders: Sequence[Contender],
    results: Sequence[Result],
    on_fit: Callable[[], None] | None,
) -> Details:
    """Details of the best held-out contender, with the baselines for comparison."""
    order = [row for row in results if row.scope == results[0].scope and not row.in_sample]
    by_name = {contender.name: contender for contender in contenders}
    leader = by_name[order[0].vector]
    shown = [leader, *(one for one in contenders if one.baseline and one is not leader)]
    taught = next((row.vector for row in order if row.vector in LEARNERS), MEAN_DIFFERENCE)
    learner = make_learner(taught, seed=protocol.seed)
    return Details(
        details.gap_curve(shown, pairs),
        details.group_table(leader, pairs, photos.groups, index.labels().group_names),
        details.learning_curve(taught, learner, photos, pairs.folds, protocol, on_fit),
        details.calibration(leader, pairs),
        details.people(index.single_ratings(), protocol.seed),
    )
