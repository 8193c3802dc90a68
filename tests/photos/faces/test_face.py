"""Tests of face records: their summary, and their conversion to JSON and back."""

import json
from math import isnan, nan

from photorank.photos.faces.face import Face, faces_from_json, faces_to_json, summary

LARGE = Face(0.1, 0.1, 0.5, 0.6, 0.9, 1.0, 80.0, 1.0, 2.0, 3.0, 0.3, "open", -1.5, True)
SMALL = Face(0.7, 0.1, 0.8, 0.2, 0.5, 1.0, 20.0, 1.0, 2.0, 3.0, 0.1, "unknown", nan, False)


def test_a_summary_tells_of_the_largest_face_and_counts_states():
    """The summary of faces describes the largest one in the list and counts eye states."""
    found = summary([SMALL, LARGE, SMALL._replace(eyes="hardly open")])
    assert found._replace(largest_face=0) == (3, 0, True, 1, 1, 1, -1.5)
    assert round(found.largest_face, 6) == 0.2


def test_a_photo_without_faces_has_no_largest_one():
    """If a photo has no faces, the size and sharpness of the largest face are NaN."""
    found = summary([])
    assert (found.faces, found.largest_face_cut) == (0, False)
    assert isnan(found.largest_face)
    assert isnan(found.face_sharpness)


def test_faces_go_through_json():
    """Faces survive conversion to JSON and back, with null for values not measured."""
    text = json.dumps(faces_to_json([LARGE, SMALL]), allow_nan=False)
    large, small = faces_from_json(json.loads(text))
    assert large == LARGE
    assert isnan(small.sharpness)
    assert small[:-2] == SMALL[:-2]
