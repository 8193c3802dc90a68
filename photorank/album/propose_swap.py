"""Proposal to swap one photo of an album for another."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from photorank.album.greedy_choice import ROWS_A_BLOCK, Choice, Covers, Mask, Rules, in_blocks
from photorank.typing import Codes, Floats


class Swap(NamedTuple):
    """Swap of one chosen photo for another, with the change in the album's value."""

    out: int
    into: int
    gain: float  # of value; negative if it would cost some


def propose_swap(worth: Floats, covers: Covers, rules: Rules, choice: Choice) -> Swap | None:
    """Best swap of one unpinned photo: the greatest gain, or the smallest loss, in value.

    Where the album has more places than series, only further shots of series are exchanged.
    """
    rows = choice.rows
    swappable = np.flatnonzero(rules.first[rows] == rules.first[choice.open].all())
    swappable = swappable[swappable >= len(rules.pinned)]
    comers = np.flatnonzero(choice.open)
    if not len(swappable) or not len(comers):
        return None
    best, second, owner = _two_best(covers[rows])
    order = np.argsort(owner, kind="stable")
    owners, begins = np.unique(owner[order], return_index=True)

    def best_of(start: int) -> Swap:
        some = comers[start : start + ROWS_A_BLOCK]
        part = covers[some][:, order]
        with_all = np.maximum(part, best[order])
        gain = worth[some][:, None] - worth[rows]
        gain += (with_all - best[order]).sum(axis=1, dtype=np.float64)[:, None]
        if len(order):
            fall = with_all - np.maximum(part, second[order])
            gain[:, owners] -= np.add.reduceat(fall, begins, axis=1, dtype=np.float64)
        if rules.parts is not None:
            gain[~_exchangeable(rules, rows, some)] = -np.inf
        gain = gain[:, swappable]
        into, out = np.unravel_index(np.argmax(gain), gain.shape)
        return Swap(int(rows[swappable[out]]), int(some[into]), float(gain[into, out]))

    found = max(in_blocks(best_of, len(comers)), key=lambda swap: swap.gain)
    return found if found.gain > -np.inf else None


def _two_best(
    covers: Covers,
) -> tuple[NDArray[np.float32], NDArray[np.float32], Codes]:
    """Best and second-best cover of each client (c,), and the photo that gives the best."""
    owner = covers.argmax(axis=0)
    clients = np.arange(covers.shape[1])
    others = covers.copy()
    others[owner, clients] = 0
    return covers[owner, clients], others.max(axis=0), owner


def _exchangeable(rules: Rules, rows: Codes, comers: Codes) -> Mask:
    """Mask (m, k) of the candidates that may replace each chosen photo under the quotas."""
    room = rules.room(rows)
    if rules.parts is None or room is None:
        return np.ones((len(comers), len(rows)), dtype=bool)
    part = rules.parts[comers]
    free = (part < 0) | (room[np.maximum(part, 0)] > 0)
    same: Mask = free[:, None] | (part[:, None] == rules.parts[rows])
    return same
