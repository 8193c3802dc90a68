"""Layouts of a page with one to four uncropped photos, as trees of nested rows and columns.

A tree's width is a·height + b at every node: of photos side by side widths add up, of photos above
each other they are equal, so that ratios and gaps are exact. All trees and orders are tried.
Slicing structures for photo pages: Atkins 2004, https://doi.org/10.1145/1030397.1030402
"""

from functools import cache
from itertools import permutations
from typing import NamedTuple, TypeAlias

import numpy as np

from photorank.typing import Floats

MAX_PHOTOS = 4  # on one page
Tree: TypeAlias = "int | Split"


class Split(NamedTuple):
    """Node of a layout tree: its parts lie side by side, or one above the other."""

    beside: bool
    parts: tuple[Tree, ...]  # numbers are photos, in reading order of the page


class Block(NamedTuple):
    """Width and height of a page's area for photos, and the gap between photos, in mm."""

    width: float
    height: float
    gap: float


@cache
def trees(k: int) -> tuple[Tree, ...]:
    """All trees of nested rows and columns that lay out the photos 0 to k - 1 in reading order.

    >>> [len(trees(k)) for k in (1, 2, 3, 4)]
    [1, 2, 6, 22]
    """
    if k == 1:
        return (0,)
    return tuple(tree for beside in (True, False) for tree in _splits(0, k, beside))


def _splits(start: int, k: int, beside: bool) -> list[Split]:
    """Layout trees of k photos from `start` on; the root is a row if `beside`, else a column."""
    return [Split(beside, parts) for parts in _parts(start, k, beside, least=2)]


def _parts(start: int, k: int, beside: bool, least: int) -> list[tuple[Tree, ...]]:
    if not k:
        return [()] if least <= 0 else []
    found = []
    for size in range(1, k + 1):
        if least > 1 and size == k:
            continue
        heads: list[Tree] = [start] if size == 1 else list(_splits(start, size, not beside))
        rests = _parts(start + size, k - size, beside, least - 1)
        found += [(head, *rest) for head in heads for rest in rests]
    return found


def boxes_of(tree: Tree, ratios: Floats, block: Block, height: Floats | None = None) -> Floats:
    """Boxes (m, k, 4) of the k photos on each of m pages with the same layout tree.

    A box is x, y, width, height in mm. `ratios` (m, k) are widths by heights in reading order. The
    pages are as large as the block lets them be, or of the given heights (m,). Boxes that cannot be
    have sides that are nan.
    """
    a, b = _width_by_height(tree, ratios, block.gap)
    with np.errstate(invalid="ignore", divide="ignore"):
        tall = np.minimum(block.height, (block.width - b) / a) if height is None else height
    boxes = np.empty((*ratios.shape, 4))
    zero = np.zeros(len(ratios))
    _fill_boxes(tree, ratios, block.gap, (zero, zero, tall), boxes)
    boxes[(boxes[..., 2:] <= 0).any(axis=(1, 2))] = np.nan
    return boxes


def orders(k: int) -> list[tuple[int, ...]]:
    """All permutations of the numbers 0 to k - 1, the unchanged order first."""
    return list(permutations(range(k)))


def inversions(order: tuple[int, ...]) -> int:
    """Number of photo pairs whose order a permutation reverses."""
    return sum(one > other for place, one in enumerate(order) for other in order[place + 1 :])


def _width_by_height(tree: Tree, ratios: Floats, gap: float) -> tuple[Floats, Floats]:
    """Slope and offset (m,) of m layouts' widths as a linear function of their heights."""
    if isinstance(tree, int):
        return ratios[:, tree], np.zeros(len(ratios))
    lines = [_width_by_height(part, ratios, gap) for part in tree.parts]
    slopes, offsets = (np.stack(some) for some in zip(*lines, strict=True))
    gaps = gap * (len(lines) - 1)
    if tree.beside:
        return slopes.sum(axis=0), offsets.sum(axis=0) + gaps
    slope = 1 / (1 / slopes).sum(axis=0)
    return slope, slope * ((offsets / slopes).sum(axis=0) - gaps)


def _fill_boxes(
    tree: Tree, ratios: Floats, gap: float, at: tuple[Floats, Floats, Floats], boxes: Floats
) -> None:
    """Fill `boxes` (m, k, 4) with x, y, width, height of k photos on m pages of the same layout.

    `at` is the left, top and height (m,) of the tree in mm.
    """
    x, y, height = at
    if isinstance(tree, int):
        boxes[:, tree] = np.stack([x, y, ratios[:, tree] * height, height], axis=1)
        return
    slope, offset = _width_by_height(tree, ratios, gap)
    for part in tree.parts:
        own, shift = _width_by_height(part, ratios, gap)
        if tree.beside:
            _fill_boxes(part, ratios, gap, (x, y, height), boxes)
            x = x + own * height + shift + gap
        else:
            tall = (slope * height + offset - shift) / own
            _fill_boxes(part, ratios, gap, (x, y, tall), boxes)
            y = y + tall + gap
