"""Book pages: photos keep their order, better ones are larger, pages rarely mix events."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from photorank.album.book.divide_into_pages import Photos, divide_into_pages
from photorank.album.book.geometry import PageSize


def some(n, seed=0, *, events=None, alone=(), portrait=False):
    """Set of n photos in usual aspect ratios, or all in portrait format."""
    rng = np.random.default_rng(seed)
    ratios = np.full(n, 0.75) if portrait else rng.choice([1.5, 4 / 3, 0.75, 2 / 3, 1, 5], n)
    sizes = np.stack([np.sqrt(12e6 * ratios), np.sqrt(12e6 / ratios)], axis=1).astype(int)
    marks = np.zeros(n, dtype=int)
    marks[list(alone)] = 1
    of_events = np.zeros(n, dtype=int) if events is None else np.asarray(events)
    return Photos(sizes, rng.permutation(n) / max(n - 1, 1), of_events, marks)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "pages"), [(1, 1), (8, 8), (9, 3), (24, 6), (60, 24), (150, 40)])
@pytest.mark.parametrize("size", [PageSize(), PageSize(210, 297), PageSize(300, 210)])
def test_every_photo_has_its_place_inside_the_page(n, pages, size):
    """Photos all lie inside the page's photo area, each in its own aspect ratio."""
    photos = some(n)
    laid = divide_into_pages(photos, pages, size)
    assert len(laid) == pages
    assert sum(k for k, _ in laid) == n
    boxes = np.concatenate([boxes for _, boxes in laid])
    assert (boxes[:, :2] >= -1e-6).all()
    assert (boxes[:, 0] + boxes[:, 2] <= size.block.width + 1e-6).all()
    assert (boxes[:, 1] + boxes[:, 3] <= size.block.height + 1e-6).all()
    ratios = photos.sizes[:, 0] / photos.sizes[:, 1]
    assert np.allclose(boxes[:, 2] / boxes[:, 3], ratios, rtol=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_no_photo_comes_near_the_spine_or_the_edge(seed):
    """Photos of any shape on pages of any size stay clear of the spine and the page edges."""
    rng = np.random.default_rng(seed)
    width, height = rng.uniform(90, 420, 2)
    size = PageSize(width, height, *rng.uniform(0, [5, 20]))
    n = int(rng.integers(1, 13))
    ratios = np.exp(rng.uniform(-np.log(5), np.log(5), n))
    sizes = np.stack([4000 * ratios, np.full(n, 4000.0)], axis=1).astype(int)
    photos = Photos(sizes, rng.random(n), np.sort(rng.integers(0, 3, n)), np.zeros(n, dtype=int))
    laid = divide_into_pages(photos, int(rng.integers(-(-n // 4), n + 1)), size)
    for number, (_, boxes) in enumerate(laid, start=1):
        left, top = size.corner(number)
        free = [
            left + boxes[:, 0],
            width - left - boxes[:, 0] - boxes[:, 2],
            top + boxes[:, 1],
            height - top - boxes[:, 1] - boxes[:, 3],
        ]
        spine = free.pop(0 if number % 2 else 1)  # of a right-hand page at its left
        assert spine.min() >= max(13, size.safe) - 1e-6
        assert min(side.min() for side in free) >= size.safe - 1e-6


@pytest.mark.slow
def test_better_photos_are_larger_and_pages_are_full():
    """In a book, better photos are larger: worth and area have a rank correlation above 0.5."""
    found = []
    for seed in range(4):
        photos = some(60, seed)
        photos = photos.__class__(np.tile([4000, 3000], (60, 1)), *list(vars(photos).values())[1:])
        boxes = np.concatenate([boxes for _, boxes in divide_into_pages(photos, 24, PageSize())])
        found.append(spearmanr(boxes[:, 2] * boxes[:, 3], photos.worth)[0])
    assert np.mean(found) > 0.5


def test_pages_rarely_mix_events():
    """Each page shows photos of one event if the numbers of photos and pages allow it."""
    events = np.repeat(np.arange(6), 6)
    mixed, start = 0, 0
    for k, _ in divide_into_pages(some(36, events=events), 14, PageSize()):
        mixed += len(set(events[start : start + k].tolist())) > 1
        start += k
    assert mixed == 0


def test_a_photo_that_is_to_stand_alone_does():
    """Photos marked to stand alone get their own pages; too small a page count is refused."""
    breaks = divide_into_pages(some(20, alone=[7, 8]), 8, PageSize())
    starts = np.cumsum([0] + [k for k, _ in breaks])
    assert {7, 8, 9} <= set(starts.tolist())
    with pytest.raises(ValueError, match="do not go"):
        divide_into_pages(some(20, alone=range(10)), 6, PageSize())
