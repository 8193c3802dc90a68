"""Protocol of held-out tests: the split of judged photos into training and test sets."""

from dataclasses import dataclass
from typing import Literal

FoldBy = Literal["photo", "group", "series", "split"]
WITHIN = (None, "group", "series")


@dataclass(frozen=True)
class Protocol:
    """Settings of a held-out test: how photos are split, and which pairs count.

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
        How often all photos are split anew.
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


def fewer_folds(asked: int, used: Protocol) -> list[str]:
    """Sentence that fewer folds were used than asked for; none where the number is as asked.

    >>> fewer_folds(1000, Protocol("group", folds=6))
    ['6 folds instead of 1000: there are only 6 groups, copies of others not counted.']
    """
    if used.fold_by == "split" or used.folds >= asked:
        return []
    units = "series" if used.fold_by == "series" else f"{used.fold_by}s"
    return [
        f"{used.folds} folds instead of {asked}: there are only {used.folds} {units}, copies of "
        "others not counted."
    ]
