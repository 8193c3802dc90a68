"""Page layouts: exact aspect ratios and gaps, photos inside the page and without overlap."""

import numpy as np
import pytest

from photorank.album.book.page_layouts import Block, boxes_of, inversions, orders, trees


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_every_tree_keeps_ratios_and_gaps_inside_its_block(k):
    """Layouts keep ratios and gaps inside the photo area; impossible layouts have NaN boxes."""
    ratios = np.exp(np.random.default_rng(k).uniform(np.log(0.4), np.log(5), (50, k)))
    block = Block(180.0, 150.0, 3.0)
    possible = 0
    for tree in trees(k):
        boxes = boxes_of(tree, ratios, block)
        fine = np.isfinite(boxes).all(axis=(1, 2))
        possible += fine.sum()
        x, y, width, height = (boxes[fine][..., side] for side in range(4))
        assert np.allclose(width / height, ratios[fine], rtol=1e-9)
        assert (x >= -1e-9).all()
        assert (x + width <= block.width + 1e-6).all()
        assert (y + height <= block.height + 1e-6).all()
        full = np.isclose((x + width).max(axis=1), block.width) | np.isclose(
            (y + height).max(axis=1), block.height
        )
        assert full.all()
        for one in range(k):
            for other in range(one):
                apart = np.maximum(
                    np.maximum(x[:, one], x[:, other])
                    - np.minimum(x[:, one] + width[:, one], x[:, other] + width[:, other]),
                    np.maximum(y[:, one], y[:, other])
                    - np.minimum(y[:, one] + height[:, one], y[:, other] + height[:, other]),
                )
                assert (apart >= block.gap - 1e-6).all()
    assert possible > 0


def test_trees_are_all_that_cuts_can_make():
    """There are 22 trees of straight cuts that divide a page among four photos."""
    assert [len(trees(k)) for k in (1, 2, 3, 4)] == [1, 2, 6, 22]
    assert len(set(trees(4))) == 22
    assert [inversions(order) for order in orders(3)] == [0, 1, 1, 2, 2, 3]
