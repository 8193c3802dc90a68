"""Summary of a leaderboard in sentences: which row is best, and how certain that is."""

from collections.abc import Sequence

from photorank.errors import counted
from photorank.leaderboard.report import PanelReport
from photorank.leaderboard.tables import limits
from photorank.metrics.estimates import Limits

_SURE = 0.05  # corrected p-value below which a difference counts as proven
_NAMED = 6  # rows that one sentence names
# Photos or groups dealt into folds from which more folds prove more; fewer prove as little by any.
_MANY_UNITS = 30
_FEW_TESTS = 20  # test folds of all repeats, below which the summary says that they are few


def summary(panel: PanelReport) -> tuple[str, ...]:
    """Sentences that name the leaderboard's best row and say how far the others are behind."""
    fair, leads = panel.fair(), panel.against_best()
    if not fair:
        return ("Nothing here was tested on photos that it had not seen.",)
    best = fair[0]
    found, of = best.result.accuracy, best.result
    said = [
        f"Of {counted(len(fair), 'row')} tested on photos that they had not seen, {best.contender} "
        f"on the index {best.index} ({best.encoder_name}, framing {best.framing}) is best: it puts "
        f"the better of two photos first in {limits(found)} of {counted(of.n_pairs, 'pair')} of "
        f"{counted(of.n_photos, 'photo')} (in brackets the 95 % interval; 0.5 is chance). Picked "
        "as the highest, its value flatters a little."
    ]
    # Those of whom even the difference's own interval, the mildest test, says nothing come first.
    alike: list[tuple[str, Limits]] = []
    behind: list[tuple[str, Limits]] = []
    worse: list[tuple[str, Limits]] = []
    for name, one in leads.items():
        lead = one.lead_of(best.full_name)
        told = (name, Limits(lead.value, lead.low, lead.high))
        (worse if one.p_holm < _SURE else behind if lead.low > 0 else alike).append(told)
    family = f"correction for {counted(len(panel.compared()), 'comparison')}"
    if alike:
        said.append(
            f"Not told apart from it (the interval of the difference includes 0): {_named(alike)}."
        )
    if behind:
        said.append(
            f"Not proven worse than it after {family} (p ≥ {_SURE}), although the interval of the "
            f"difference by itself excludes 0: {_named(behind)}. That is no proof of being as good."
        )
    if leads and not worse:
        said.append("So no row is proven worse than it; whether one is as good stays open.")
    elif len(worse) == len(leads) > 0:
        said.append(f"It is ahead of each of the others (p < {_SURE} after {family}).")
    elif worse:
        said.append(f"Proven worse than it (p < {_SURE} after {family}): {_named(worse)}.")
    return (*said, *_warning_of_few_folds(panel, proven=not (alike or behind)))


def _named(rows: Sequence[tuple[str, Limits]]) -> str:
    named = "; ".join(f"{name}, {limits(found)} behind" for name, found in rows[:_NAMED])
    rest = rows[_NAMED:]
    most = max((found.value for _, found in rest), default=0.0)
    return f"{named}; and {len(rest)} more, up to {most:.3f} behind" if rest else named


def _warning_of_few_folds(panel: PanelReport, *, proven: bool) -> list[str]:
    """List with a warning that few test folds prove little; empty if no warning is needed."""
    k, repeats = panel.protocol.folds, panel.protocol.repeats
    tests = k * repeats
    anew = any(row.is_learned_anew for row in panel.fair())
    if proven or not anew or k < 2 or tests >= _FEW_TESTS:
        return []
    said = (
        f"Little can be proven with {tests} test folds: where a row is learned anew, a difference "
        f"is a mean over them, tested by Student's t with "
        f"{counted(min(tests, panel.most_folds or tests) - 1, 'degree')} of freedom. "
    )
    if panel.most_folds >= _MANY_UNITS:
        said += "--folds 10 --repeats 3 proves more. "
    return [f"{said}Fewer rows (--vectors, --learners) need less correction."]
