"""Protocol of held-out results: how judged photos are split, learned from and tested on."""

from dataclasses import asdict, dataclass
from typing import Literal, get_args

from photorank.typing import Json

FoldBy = Literal["photo", "group", "series", "split"]
WITHIN = (None, "group", "series")


@dataclass(frozen=True)
class Protocol:
    """How held-out results are made.

    Parameters
    ----------
    fold_by : {"photo", "group", "series", "split"}
        What is never split between learning and testing; near-duplicates never
        are. Where choices link few photos each, photo folds keep them together,
        for a choice whose photos are in two folds cannot be tested. "split" is
        the dataset's official one: learn from its training part, test on its
        test part, once.
    folds : int
        K; at most the number of photos or groups.
    repeats : int
        How often all photos are split anew.
    seed : int
        Decides the splits, the random baseline and sampled pairs.
    within : {"group", "series"} or None
        Learn only from pairs of one group or series, and make it the scope.
    by_raters : bool
        Trust each score by the number of people it is the mean of, in learning
        and in measuring.
    """

    fold_by: FoldBy = "photo"
    folds: int = 10
    repeats: int = 3
    seed: int = 0
    within: Literal["group", "series"] | None = None
    by_raters: bool = False

    def to_json(self) -> Json:
        """Protocol as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> "Protocol":
        """Protocol that :meth:`to_json` wrote; what an older photorank did not know is the default.

        Raises ValueError if a value is none of those it can have.
        """
        if data["fold_by"] not in get_args(FoldBy) or data["within"] not in WITHIN:
            raise ValueError(f"no protocol: {data}")
        numbers = {name: int(data[name]) for name in ("folds", "repeats", "seed")}
        by_raters = bool(data.get("by_raters", False))
        return cls(fold_by=data["fold_by"], within=data["within"], by_raters=by_raters, **numbers)
