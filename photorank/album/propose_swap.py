"""Proposal to replace one photo of an album by another, for a greater album value."""

from typing import NamedTuple

import numpy as np

from photorank.album.coverage import ROWS_A_BLOCK, Cover, CoverRows, in_blocks
from photorank.album.greedy_choice import Choice, Rules
from photorank.album.value import Mask, Value
from photorank.typing import Codes

_ROUNDING = 1e-6  # of a value, by which a limit may fall short of what it limits


class Swap(NamedTuple):
    """Replacement of photo `out` by photo `into` (row numbers), and the gain in album value."""

    out: int
    into: int
    gain: float  # of value; negative if it would cost some


def propose_swap(value: Value, rules: Rules, choice: Choice) -> Swap | None:
    """Replacement of one album photo that raises the album's value most, or lowers it least.

    Where the album has more places than series, only further shots of series are exchanged.
    """
    rows = choice.rows
    swappable = np.flatnonzero(rules.first[rows] == rules.first[choice.open].all())
    swappable = swappable[swappable >= len(rules.pinned)]
    comers = np.flatnonzero(choice.open)
    if not len(swappable) or not len(comers):
        return None
    best, second, owner = _two_best(value.similarities[rows])
    order = np.argsort(owner, kind="stable")
    owners, begins = np.unique(owner[order], return_index=True)

    def by_owner(cover: CoverRows) -> CoverRows:
        return np.add.reduceat(cover, begins, axis=-1, dtype=np.float64)

    def best_of(some: Codes) -> Swap:
        part = value.similarities[some][:, order]
        with_all = np.maximum(part, best[order])
        new = (with_all - best[order]).sum(axis=1, dtype=np.float64)
        gain = value.worth[some][:, None] - value.worth[rows] + value.scale * new[:, None]
        if len(order):
            fall = with_all - np.maximum(part, second[order])
            gain[:, owners] -= value.scale * by_owner(fall)
        if rules.parts is not None:
            gain[~_exchangeable(rules, rows, some)] = -np.inf
        gain = gain[:, swappable]
        into, out = np.unravel_index(np.argmax(gain), gain.shape)
        return Swap(int(rows[swappable[out]]), int(some[into]), float(gain[into, out]))

    # No swap gains more than its comer adds where nothing is covered but a second time, less the
    # least that any photo takes with it. What the most promising comers reach rules out most.
    losses = value.worth[rows]
    if len(order):
        losses[owners] += value.scale * by_owner((best - second)[order])
    least = losses[swappable].min() - _ROUNDING
    first = comers[np.argsort(-choice.ceilings[comers], kind="stable")[:ROWS_A_BLOCK]]
    reached = best_of(first).gain
    comers = comers[value.alone[comers] - least >= reached]
    comers = comers[value.gains(second, comers) - least >= reached]
    found = max(
        in_blocks(lambda start: best_of(comers[start : start + ROWS_A_BLOCK]), len(comers)),
        key=lambda swap: swap.gain,
    )
    return found if found.gain > -np.inf else None


def _two_best(similarities: CoverRows) -> tuple[Cover, Cover, Codes]:
    """Largest and second largest value (c,) of each column, and row number of the largest."""
    owner = similarities.argmax(axis=0)
    clients = np.arange(similarities.shape[1])
    others = similarities.copy()
    others[owner, clients] = 0
    return similarities[owner, clients], others.max(axis=0), owner


def _exchangeable(rules: Rules, rows: Codes, comers: Codes) -> Mask:
    """Mask (m, k), True where candidate i may replace album photo j without exceeding a quota."""
    room = rules.room(rows)
    if rules.parts is None or room is None:
        return np.ones((len(comers), len(rows)), dtype=bool)
    part = rules.parts[comers]
    free = (part < 0) | (room[np.maximum(part, 0)] > 0)
    same: Mask = free[:, None] | (part[:, None] == rules.parts[rows])
    return same
