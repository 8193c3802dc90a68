"""Protocol of held-out tests: the split of judged photos into training and test sets."""

from dataclasses import dataclass
from typing import Literal

FoldBy = Literal["photo", "group", "series", "split"]
WITHIN = (None, "group", "series")


@dataclass(frozen=True)
class Protocol:
    """Settings of a held-out test: how photos are split, and which photo pairs count.

    Parameters
    ----------
    fold_by : {"photo", "group", "series", "split"} or None
        What is never split between learning and testing; None is the coarser
        of groups and series that are known, else photos. Near-duplicates and
        altered copies never are split. Where choices link few photos each, photo
        folds keep them together, for a choice whose photos are in two folds
        cannot be tested. "split" is the dataset's official one: learn from its
        training part, test on its test part, once.
    folds : int
        K; at most the number of photos or groups.
    repeats : int
        How often all photos are split anew at most; equal splits count once.
    seed : int
        Decides the splits, the random baseline and sampled pairs.
    within : {"group", "series"} or None
        Learn only from pairs of one group or series, and make it the scope.
    gap_power : {0, 1, 2}
        Of the gap-weighted accuracy, in which a pair counts as much as its
        labels differ, to this power.
    by_raters : bool
        Trust each score by the number of people it is the mean of, in learning
        and in measuring.
    """

    fold_by: FoldBy | None = None
    folds: int = 10
    repeats: int = 3
    seed: int = 0
    within: Literal["group", "series"] | None = None
    gap_power: int = 1
    by_raters: bool = False


def fewer_folds(asked: Protocol, used: Protocol) -> list[str]:
    """Reason for fewer folds or repeats than requested, as a list of one sentence or none.

    >>> fewer_folds(Protocol(folds=20), Protocol("group", folds=6, repeats=1))
    ['6 folds instead of 20, dealt once: there are only 6 groups, copies of others not counted.']
    >>> fewer_folds(Protocol(), Protocol("series", repeats=2))
    ['10 folds, dealt 2 times instead of 3: other deals were the same.']
    """
    if used.fold_by == "split" or (used.folds, used.repeats) == (asked.folds, asked.repeats):
        return []
    times = "once" if used.repeats == 1 else f"{used.repeats} times"
    if used.folds == asked.folds:
        same = f"instead of {asked.repeats}: other deals were the same."
        return [f"{used.folds} folds, dealt {times} {same}"]
    units = "series" if used.fold_by == "series" else f"{used.fold_by}s"
    return [
        f"{used.folds} folds instead of {asked.folds}, dealt {times}: there are only "
        f"{used.folds} {units}, copies of others not counted."
    ]
