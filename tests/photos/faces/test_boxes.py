"""Tests of the sentence about faces on the page “One photo”, and of the boxes around faces."""

import io
from math import nan

import numpy as np
import pytest
from PIL import Image

from photorank.photos.faces.boxes import drawn, sentence
from photorank.photos.faces.face import Face


def face(eyes="open", box=(0.25, 0.25, 0.75, 0.75), cut=False):
    """Face record with the given eye state and box."""
    return Face(*box, 1, 1, 80, 0, 0, 0, 0.3, eyes, nan, cut)


@pytest.mark.parametrize(
    ("faces", "said"),
    [
        ([face()], "1 face found: eyes open."),
        ([face("unknown", cut=True)], "1 face found: eyes cannot be judged, cut by the edge."),
        (
            [face(), face(), face("unknown"), face("hardly open", cut=True)],
            "4 faces found: 2 with eyes open, 1 whose eyes cannot be judged, 1 with eyes hardly "
            "open, 1 cut by the edge.",
        ),
    ],
)
def test_faces_are_counted_by_state(faces, said):
    """The sentence about faces counts them by eye state, or gives the state of a single face."""
    assert sentence(faces) == said


def test_boxes_are_drawn_where_faces_are():
    """A box is drawn along the face's edges; the pixels inside and outside stay unchanged."""
    file = io.BytesIO()
    Image.new("RGB", (800, 600), (10, 20, 30)).save(file, "PNG")

    shown = np.asarray(drawn(file.getvalue(), [face()]))

    assert shown.shape == (600, 800, 3)
    assert shown[300, 201].tolist() == [0x4F, 0xD1, 0xA5]
    assert shown[300, 400].tolist() == shown[100, 100].tolist() == [10, 20, 30]


def test_a_box_that_reaches_out_of_the_photo_is_drawn_as_far_as_it_goes():
    """A face box that reaches out of the photo is clipped, with its label inside the photo."""
    file = io.BytesIO()
    Image.new("RGB", (300, 200)).save(file, "PNG")

    shown = np.asarray(drawn(file.getvalue(), [face("unknown", (-0.2, 0.5, 0.4, 1.3), cut=True)]))

    assert shown[185:, :200].max() == 255
