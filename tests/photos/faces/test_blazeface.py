"""Tests of reading the BlazeFace network's output: boxes, eyes, search windows, merged faces."""

import numpy as np
import pytest
from PIL import Image

from photorank.photos.faces.blazeface import (
    Window,
    distinct,
    find_candidates,
    overlaps,
    whole_window,
)


def detector(scores):
    """Fake network that finds a 48-pixel box at each given anchor of its 192-pixel input."""

    def run(tensor):
        assert tensor.shape == (1, 192, 192, 3)
        raw = np.zeros((1, 48 * 48, 16), dtype=np.float32)
        raw[:, :, 2:4] = 48
        raw[:, :, 4:8] = (-10, -5, 10, -5)  # the eyes, from the middle
        logits = np.full((1, 48 * 48, 1), -200, dtype=np.float32)
        for (row, column), score in scores.items():
            logits[0, 48 * row + column] = np.log(score / (1 - score))
        return raw, logits

    return run


def test_a_box_lies_where_its_anchor_does():
    """Face boxes and eyes have photo coordinates, even if the searched window exceeds the photo."""
    photo = Image.new("RGB", (400, 200))
    (plain,) = find_candidates(detector({(24, 24): 0.9}), photo, [whole_window(photo)], 0.5).boxes
    np.testing.assert_allclose(plain, [154.2, 54.2, 254.2, 154.2], atol=0.1)
    places = find_candidates(detector({(24, 24): 0.9}), photo, [Window(200, 0, 192)], 0.5)
    np.testing.assert_allclose(places.boxes, [[274, 74, 322, 122]])
    np.testing.assert_allclose(places.eyes, [[[288, 93], [308, 93]]])
    assert places.scores.tolist() == pytest.approx([0.9])
    (square,) = places.squares()
    assert (square.x, square.y, square.side, square.angle) == (298, 98, 72, 0)


def test_a_padded_window_has_a_margin_all_around():
    """The window around a whole photo is square, with a margin on all sides."""
    assert whole_window(Image.new("RGB", (100, 50)), 0.1) == Window(-10, -35, 120)


def test_boxes_of_one_face_are_merged_by_their_scores():
    """Detections at neighbouring anchors merge into one face; weak ones are dropped."""
    photo = Image.new("RGB", (192, 192))
    network = detector({(10, 10): 0.8, (10, 11): 0.4, (40, 40): 0.6, (40, 10): 0.2})
    places = find_candidates(network, photo, [whole_window(photo)], 0.3)
    assert places.scores.tolist() == pytest.approx([0.8, 0.6])
    middle = places.boxes[0, [0, 2]].mean()
    assert middle == pytest.approx((42 * 0.8 + 46 * 0.4) / 1.2)


def test_nothing_is_seen_in_an_empty_photo():
    """A photo in which the detector finds nothing has no face candidates and is no error."""
    photo = Image.new("RGB", (30, 20))
    places = find_candidates(
        detector({}), photo, [whole_window(photo), whole_window(photo, 0.35)], 0.3
    )
    assert places.boxes.shape == (0, 4)
    assert places.squares() == []


def test_overlap_is_intersection_over_union():
    """Two equal boxes have an overlap of 1; boxes that only touch have an overlap of 0."""
    box = np.array([0.0, 0.0, 2.0, 2.0])
    others = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [2, 0, 4, 2], [5, 5, 5, 5]], dtype=float)
    np.testing.assert_allclose(overlaps(box, others), [1, 1 / 3, 0, 0])
    assert distinct(others, np.array([0.1, 0.9, 0.5, 0.4]), 0.3).tolist() == [1, 3]
