"""Division of a book's photos into pages, by dynamic programming over pairs of facing pages."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from photorank.album.book.geometry import PageSize
from photorank.album.book.page_layouts import (
    MAX_PHOTOS,
    Tree,
    boxes_of,
    inversions,
    orders,
    trees,
)
from photorank.typing import Codes, Floats

PHOTOS_A_PAGE = 2.5  # on average, by default
_KEPT = 4  # best layouts kept for each page, to choose one that suits the facing page
_GOOD_PPI, _LEAST_PPI = 300.0, 150.0
_TYPICAL_COVER = 0.72  # share of the area for photos that a good page covers
# Weights of the cost; a page that is half empty costs a half.
_EMPTY, _RANK, _COARSE, _SMALL, _ORDER = 1.0, 0.3, 0.5, 1.5, 0.04
_MIXED_EVENTS, _EVENT_ON_THE_RIGHT, _UNEVEN = 0.45, 0.08, 0.35
_LEAST_SIDE_SHARE = 0.24  # of the block's short side, below which a photo is small
_LEVEL_SHARE = 0.14  # of the block's height: facing blocks that differ less get one height


def default_page_count(n: int) -> int:
    """Default number of pages of a book with n photos.

    The number is odd only if one page more would exceed the number of photos.
    """
    pages = max(round(n / PHOTOS_A_PAGE), 1)
    return pages + pages % 2 if pages + pages % 2 <= n else pages


def photos_for(pages: int) -> int:
    """Recommended number of photos for a book with the given number of pages."""
    return round(PHOTOS_A_PAGE * pages)


@dataclass(frozen=True)
class Photos:
    """Sizes, rating ranks and events of the photos to lay out, in the order of the book."""

    sizes: Codes  # (n, 2) pixels, upright
    worth: Floats  # (n,) 0 the least of the book to 1 the best
    events: Codes  # (n,)
    alone: Codes  # (n,) 1: a page for itself


class CandidateLayout(NamedTuple):
    """Candidate layout of one page's photos, with its penalty and height in mm."""

    tree: Tree
    order: tuple[int, ...]  # of the page's photos, in reading order
    cost: float
    height: float  # of the block, mm


def divide_into_pages(photos: Photos, pages: int, size: PageSize) -> list[tuple[int, Floats]]:
    """Division of photos into pages: for each page, photo count k and photo boxes (k, 4).

    A box is x, y, width, height in mm.

    Raises ValueError if the pages cannot hold the photos, or have none left for one.
    """
    layouts = _layouts(photos, size, pages)
    path = _cheapest_pages(photos, layouts, pages, size)
    return [(k, _boxes(photos, start, k, laid, height, size)) for start, k, laid, height in path]


def _layouts(photos: Photos, size: PageSize, pages: int) -> list[list[list[CandidateLayout]]]:
    """Best page layouts for each run of consecutive photos that a page may hold.

    Item ``[i][k - 1]`` of the result lists the layouts of the k photos from photo i on.
    """
    found: list[list[list[CandidateLayout]]] = [[] for _ in photos.sizes]
    for k in range(1, min(MAX_PHOTOS, len(photos.sizes)) + 1):
        for start, laid in enumerate(_best(photos, k, size, pages)):
            if k == 1 or not photos.alone[start : start + k].any():
                found[start].append(laid)
    return found


def _best(photos: Photos, k: int, size: PageSize, pages: int) -> list[list[CandidateLayout]]:
    """Lists of the best page layouts, one list for each sequence of k consecutive photos."""
    every = orders(k)
    reading = np.array([inversions(order) for order in every])
    first = np.arange(len(photos.sizes) - k + 1)
    rows = first[:, None, None] + np.array(every)  # (starts, orders, k)
    pixels = photos.sizes[rows].reshape(-1, k, 2)
    wanted = _wanted_areas(photos, size, pages)[rows].reshape(-1, k)
    costs, heights = [], []
    for tree in trees(k):
        boxes = boxes_of(tree, pixels[..., 0] / pixels[..., 1], size.block)
        cost = _cost(boxes, pixels, wanted, size).reshape(len(first), -1) + _ORDER * reading
        costs.append(np.nan_to_num(cost, nan=np.inf))
        heights.append((boxes[..., 1] + boxes[..., 3]).max(axis=1).reshape(len(first), -1))
    cost, height = (np.concatenate(some, axis=1) for some in (costs, heights))
    kinds: list[tuple[Tree, tuple[int, ...]]] = [
        (tree, order) for tree in trees(k) for order in every
    ]
    found = []
    for start, best in enumerate(np.argsort(cost, axis=1, kind="stable")[:, :_KEPT].tolist()):
        mixed = _MIXED_EVENTS * (len(np.unique(photos.events[start : start + k])) - 1)
        found.append(
            [
                CandidateLayout(
                    kinds[at][0],
                    kinds[at][1],
                    float(cost[start, at]) + mixed,
                    float(height[start, at]),
                )
                for at in best
                if np.isfinite(cost[start, at])
            ]
        )
    return found


def _wanted_areas(photos: Photos, size: PageSize, pages: int) -> Floats:
    """Target areas (n,) of n photos in mm², larger for higher ratings by a factor of up to 3."""
    weights = 0.5 + photos.worth
    room = _TYPICAL_COVER * size.block.width * size.block.height * pages
    areas: Floats = weights / weights.sum() * room
    return areas


def _cost(boxes: Floats, pixels: Codes, wanted: Floats, size: PageSize) -> Floats:
    """Penalties (m,) of m page layouts, such as for empty space, small photos or low resolution."""
    block = size.block
    areas = boxes[..., 2] * boxes[..., 3]
    empty = 1 - areas.sum(axis=1) / (block.width * block.height)
    rank = (np.log(areas / wanted) ** 2).mean(axis=1)
    ppi = 25.4 * pixels[..., 0] / boxes[..., 2]
    coarse = np.clip(np.log(_GOOD_PPI / ppi) / np.log(_GOOD_PPI / _LEAST_PPI), 0, 2).mean(axis=1)
    side = boxes[..., 2:].min(axis=2).min(axis=1) / min(block.width, block.height)
    small = np.maximum(_LEAST_SIDE_SHARE - side, 0) / _LEAST_SIDE_SHARE
    cost: Floats = _EMPTY * empty + _RANK * rank + _COARSE * coarse / 4 + _SMALL * small
    return cost


class _Step(NamedTuple):
    """Step of the dynamic programming: one or two pages, and the number of photos before them."""

    before: int
    pages: tuple[tuple[int, CandidateLayout, float], ...]  # photos, layout, height of its block


def _cheapest_pages(
    photos: Photos, layouts: list[list[list[CandidateLayout]]], pages: int, size: PageSize
) -> list[tuple[int, int, CandidateLayout, float]]:
    """Pages with the least total penalty; raises ValueError if the photos do not fit.

    Each page is (first photo, photo count, layout, height of its photos in mm).
    """
    n = len(layouts)
    costs = np.full(n + 1, np.inf)
    costs[0] = 0
    ways: list[list[_Step | None]] = []
    spreads = [1] + [2] * ((pages - 1) // 2) + [1] * ((pages - 1) % 2)
    left = pages
    pairs: dict[
        tuple[int, int, int],
        tuple[float, tuple[CandidateLayout, float], tuple[CandidateLayout, float]],
    ] = {}
    for width in spreads:
        left -= width
        new = np.full(n + 1, np.inf)
        way: list[_Step | None] = [None] * (n + 1)
        for start in np.flatnonzero(np.isfinite(costs)).tolist():
            for cost, steps in _next_pages(photos, layouts, start, width, size, pairs):
                end = start + sum(k for k, _, _ in steps)
                if not left <= n - end <= MAX_PHOTOS * left:
                    continue
                if costs[start] + cost < new[end] - 1e-12:
                    new[end] = costs[start] + cost
                    way[end] = _Step(start, steps)
        costs = new
        ways.append(way)
    if not np.isfinite(costs[n]):
        raise ValueError(f"{n} photos do not go on {pages} pages")
    path: list[tuple[int, int, CandidateLayout, float]] = []
    end = n
    for way in reversed(ways):
        step = way[end]
        assert step is not None  # noqa: S101 - finite costs have a way
        at = end
        for k, laid, height in reversed(step.pages):
            at -= k
            path.append((at, k, laid, height))
        end = step.before
    return path[::-1]


def _next_pages(
    photos: Photos,
    layouts: list[list[list[CandidateLayout]]],
    start: int,
    width: int,
    size: PageSize,
    pairs: dict[
        tuple[int, int, int],
        tuple[float, tuple[CandidateLayout, float], tuple[CandidateLayout, float]],
    ],
) -> list[tuple[float, tuple[tuple[int, CandidateLayout, float], ...]]]:
    """Ways to fill the next one or two pages from photo `start` on, each with its penalty."""
    n = len(layouts)
    if start >= n:
        return []
    if width == 1:
        return [
            (best[0].cost, ((k, best[0], best[0].height),))
            for k, best in enumerate(layouts[start], start=1)
            if best
        ]
    found: list[tuple[float, tuple[tuple[int, CandidateLayout, float], ...]]] = []
    for left, of_left in enumerate(layouts[start], start=1):
        if start + left >= n:
            continue
        for right, of_right in enumerate(layouts[start + left], start=1):
            key = (start, left, right)
            if key not in pairs and of_left and of_right:
                pairs[key] = _facing(photos, start, left, of_left, of_right, size)
            if key in pairs:
                cost, (one, tall), (other, high) = pairs[key]
                found.append((cost, ((left, one, tall), (right, other, high))))
    return found


def _facing(
    photos: Photos,
    start: int,
    left: int,
    of_left: list[CandidateLayout],
    of_right: list[CandidateLayout],
    size: PageSize,
) -> tuple[float, tuple[CandidateLayout, float], tuple[CandidateLayout, float]]:
    """Lowest penalty of the page layouts for two facing pages, and the two layouts that have it.

    Each layout comes with the height of its photos in mm; nearly equal heights are made equal.
    """
    tall = size.block.height
    cost, one, other = min(
        (
            (one.cost + other.cost + _UNEVEN * abs(one.height - other.height) / tall, one, other)
            for one in of_left
            for other in of_right
        ),
        key=lambda found: found[0],
    )
    opens = start + left
    if photos.events[opens] != photos.events[opens - 1]:
        cost += _EVENT_ON_THE_RIGHT
    level = abs(one.height - other.height) <= _LEVEL_SHARE * tall
    least = min(one.height, other.height)
    return cost, (one, least if level else one.height), (other, least if level else other.height)


def _boxes(
    photos: Photos, start: int, k: int, laid: CandidateLayout, height: float, size: PageSize
) -> Floats:
    """Boxes (k, 4) of a page's k photos: x, y, width, height in mm, centred in the photo area."""
    pixels = photos.sizes[start : start + k][list(laid.order)]
    ratios = (pixels[:, 0] / pixels[:, 1])[None]
    block = size.block
    placed = boxes_of(laid.tree, ratios, block, np.array([height]))[0]
    wide = (placed[:, 0] + placed[:, 2]).max()
    placed[:, 0] += (block.width - wide) / 2
    placed[:, 1] += (block.height - height) / 2
    boxes = np.empty_like(placed)
    boxes[list(laid.order)] = placed
    return boxes
