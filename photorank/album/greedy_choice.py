"""Greedy choice of K out of N photos by quality and variety, with a bound on the best value.

The value of a set S is F(S) = Σ worth(s) + scale · Σ over clients of the best cover by S: what
each photo is worth by itself, and how well the album stands for the collection (a facility
location). Both parts grow with S, the second ever more slowly, so F is monotone and submodular.
Then greedy reaches 1 − 1/e of the best value under a limit of places alone (Nemhauser, Wolsey &
Fisher 1978, https://doi.org/10.1007/BF01588971), and 1/2 where parts of the collection have limits
too (Fisher, Nemhauser & Wolsey 1978, https://doi.org/10.1007/BFb0121195).
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from photorank.album.coverage import Cover, Similarities
from photorank.album.value import Mask, Value
from photorank.typing import Codes, Floats

GREEDY_SHARE = 1 - 1 / np.e  # of the best value, guaranteed without quotas
GREEDY_SHARE_WITH_PARTS = 0.5  # of the best value, guaranteed with quotas

_ANEW = 32  # gains worked out anew together
_MORE = 2  # times as many, if those did not tell the next photo
_BOUND_STAGES = 5  # stages of the choice used for the upper bound


@dataclass(frozen=True)
class Rules:
    """Constraints on an album: number of photos, pinned photos, and quotas per day or event."""

    places: int  # photos at most
    pinned: Codes  # (p,) rows that are in
    first: Mask  # (n,) photos that go before all others: the best shot of each series
    parts: Codes | None = None  # (n,) the part of each photo, -1 for none
    limit: int | Codes = 0  # photos of one part at most, pinned ones too; or (parts,) of each
    held: Codes = field(default_factory=lambda: np.empty(0, dtype=np.intp))  # in, but not for good

    @property
    def promise(self) -> float:
        """Share of the best possible album value that a greedy choice is sure to reach, 0 to 1."""
        return GREEDY_SHARE if self.parts is None else GREEDY_SHARE_WITH_PARTS

    def still_allowed(self, chosen: list[int]) -> Mask:
        """Mask (n,) of photos not yet chosen that the quotas still allow."""
        rows = np.array(chosen, dtype=np.intp)
        left = np.ones(len(self.first), dtype=bool)
        left[rows] = False
        room = self.room(rows)
        if self.parts is not None and room is not None and len(room):
            left &= (self.parts < 0) | (room[np.maximum(self.parts, 0)] > 0)
        return left

    def room(self, chosen: Codes) -> Codes | None:
        """Remaining quota (p,) of photos for each of p days or events; None without quotas."""
        if self.parts is None:
            return None
        count = max(int(self.parts.max(initial=-1)) + 1, np.size(self.limit))
        taken = np.bincount(self.parts[chosen][self.parts[chosen] >= 0], minlength=count)
        return np.maximum(self.limit - taken, 0)

    def is_full(self, part: int, chosen: Codes) -> bool:
        """True if a day or event has used up its quota, and the quota is smaller than the album."""
        room = self.room(chosen)
        if room is None or part < 0 or room[part] > 0:
            return False
        return bool(np.broadcast_to(self.limit, room.shape)[part] < self.places)


class Choice(NamedTuple):
    """Row numbers and gains of greedily chosen photos, and an upper bound on any album's value."""

    rows: Codes  # (k,)
    gains: Floats  # (k,) what each added to the value when it was chosen
    value: float
    bound: float  # that no choice by these rules exceeds
    open: Mask  # (n,) photos that could have had the last place, but for limits of parts
    ceilings: Floats  # (n,) that the gain of no photo exceeds, added to those chosen


def choose(value: Value, rules: Rules) -> Choice:
    """Choose photos one by one, each time the one that adds most value (lazy greedy).

    Parameters
    ----------
    value : Value
        What each set of photos is worth.
    rules : Rules
        Pinned photos are in first, then those that are held; then those of `first` come, while
        any is left that its part has room for; then all others.

    Returns
    -------
    Choice
        Of equal gains the photo of greater worth is taken, then the earlier row.

    Examples
    --------
    >>> alike = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=np.float32)
    >>> rules = Rules(2, np.empty(0, dtype=np.intp), np.ones(3, dtype=bool))
    >>> choose(Value(np.array([0.3, 0.2, 0.1]), Similarities(alike)), rules).rows
    array([0, 2])
    """
    rows, gains, last = _picked(value, rules)
    left = last.copy()
    left[rows] = False
    among = rules.first if last is rules.first else np.ones(len(left), dtype=bool)
    ceilings = value.alone.copy()
    bound = _upper_bound(value, rules, rows, among, ceilings)
    return Choice(rows, gains, value(rows), bound, left, ceilings)


def most_cover(similarities: Similarities, rules: Rules) -> float:
    """Total coverage of the photo collection by an album chosen greedily, ignoring ratings."""
    value = Value(np.zeros(len(similarities)), similarities)
    return value(_picked(value, rules)[0])


def _picked(value: Value, rules: Rules) -> tuple[Codes, Floats, Mask]:
    """Row numbers (k,) and gains (k,) of k chosen photos, in the order of the choice.

    Pinned and held photos come first, then the best shots of all series and, in a second stage if
    they are too few, all others. The last result is the mask (n,) of the last stage's photos.
    """
    chosen: list[int] = []
    best: Cover = np.zeros(value.similarities.n_represented, dtype=np.float32)
    gains: list[float] = []
    for row in (*rules.pinned.tolist(), *rules.held.tolist()):
        chosen.append(row)
        gains += value.gains(best, np.array([row])).tolist()
        np.maximum(best, value.similarities[row], out=best)
    last = rules.first
    for stage in (rules.first, ~rules.first):
        waiting = stage & rules.still_allowed(chosen)
        if len(chosen) < rules.places and waiting.any():
            last = stage
            found = _greedy(value, best, waiting, rules, chosen)
            chosen += [row for row, _ in found]
            gains += [gain for _, gain in found]
    return np.array(chosen, dtype=np.intp), np.array(gains), last


def _upper_bound(value: Value, rules: Rules, rows: Codes, among: Mask, ceilings: Floats) -> float:
    """Upper bound on the value of albums that contain the pinned photos and respect the quotas.

    The other photos of a set are from `among` (n,). For any set S, a set O covers no more than S
    and all that its photos add to S one by one, so F(O) ≤ cover(S) + Σ over O of (worth(o) + gain
    of o over S); the sum is greatest for the best photos that places and parts allow. The
    smallest bound over some beginnings of `rows`, and over all photos together, counts.

    `ceilings` (n,), that no gain exceeds, are lowered to gains over all `rows`.
    """
    free = among.copy()
    free[rules.pinned] = False
    waiting = np.flatnonzero(free)
    places, room = rules.places - len(rules.pinned), rules.room(rules.pinned)

    def take(order: Codes) -> Codes:
        if rules.parts is None or room is None:
            return order
        return order[_allowed_by_quotas(rules.parts[order], room)]

    def bound(best: Cover, limits: Floats) -> float:
        taken = value.most_gaining(best, waiting, limits, take, places)
        added = limits[taken].sum() + value.gains(best, rules.pinned).sum()
        return value.of_cover(best) + float(added)

    looks = {
        round(step) for step in np.linspace(len(rules.pinned), len(rows), _BOUND_STAGES).tolist()
    }
    bounds = [bound(value.cover(rows[:count]), ceilings) for count in sorted(looks)]
    return min(*bounds, bound(value.similarities.most, value.worth.copy()))


def _greedy(
    value: Value, best: Cover, waiting: Mask, rules: Rules, chosen: list[int]
) -> list[tuple[int, float]]:
    """Greedily chosen photos among those marked in `waiting`, as pairs (row number, gain).

    The coverage `best` is updated in place.
    """
    rows = np.flatnonzero(waiting)
    own, places = value.worth[rows], min(rules.places - len(chosen), len(rows))
    room = rules.room(np.array(chosen, dtype=np.intp))
    # Gains only shrink as the choice grows: an old gain that is still the greatest after it was
    # worked out anew is the greatest of all.
    gains = value.alone[rows]
    fresh = np.full(len(rows), -1 if chosen else 0)  # how many were found when one was worked out
    found: list[tuple[int, float]] = []
    anew = _ANEW
    while len(found) < places and (most := gains.max()) > -np.inf:
        top = np.flatnonzero(gains == most)
        at = int(top[np.argmax(own[top])])
        if fresh[at] < len(found):
            some = np.append(np.argpartition(-gains, min(anew, len(rows)) - 1)[:anew], at)
            some = some[(fresh[some] < len(found)) & (gains[some] > -np.inf)]
            gains[some] = value.gains(best, rows[some])
            fresh[some] = len(found)
            anew *= _MORE
            continue
        row, anew = int(rows[at]), _ANEW
        found.append((row, float(most)))
        np.maximum(best, value.similarities[row], out=best)
        gains[at] = -np.inf
        if room is not None and rules.parts is not None and (part := rules.parts[row]) >= 0:
            room[part] -= 1
            if room[part] == 0:
                gains[rules.parts[rows] == part] = -np.inf
    return found


def _allowed_by_quotas(parts: Codes, room: Codes) -> Codes:
    """Sorted positions in `parts` of the photos that the quotas per day or event allow.

    `parts` (n,) has the day or event of each photo, -1 for none: those are always allowed. Of each
    day or event p, the first ``room[p]`` photos are allowed.
    """
    kept = np.flatnonzero(parts < 0)
    order = np.argsort(parts, kind="stable")
    order = order[parts[order] >= 0]
    begins = np.searchsorted(parts[order], np.arange(len(room)))
    rank = np.arange(len(order)) - begins[parts[order]]
    return np.sort(np.concatenate([kept, order[rank < room[parts[order]]]]))
