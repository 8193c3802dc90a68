"""Tests of finding faces in a real photo: faces at the edge, closed eyes, blur, small faces."""

import numpy as np
import pytest
from PIL import Image

from photorank.photos.faces.cut_faces import is_cut
from photorank.photos.faces.find_faces import find_faces
from tests.fixtures.portraits import (
    as_jpeg,
    blurred,
    needs_faces,
    portrait,
    with_eyes_closed,
)


@pytest.fixture(scope="module")
def networks():
    """Three neural networks: for face detection, face mesh and iris."""
    from photorank.photos.faces.networks import load_networks

    return load_networks()


@pytest.mark.parametrize(
    ("box", "yaw", "cut"),
    [
        ([0.0, 0.0, 1.0, 1.0], 0, False),
        ([-0.02, 0.2, 0.5, 0.6], 0, False),
        ([0.2, -0.04, 0.6, 0.4], 0, False),
        ([-0.05, 0.2, 0.5, 0.6], 0, True),
        ([0.2, -0.06, 0.6, 0.4], 0, True),
        ([0.5, 0.2, 1.04, 0.6], 39, True),
        ([0.5, 0.2, 1.04, 0.6], -41, False),
        ([0.2, 0.7, 0.6, 1.03], 0, True),
    ],
)
def test_a_box_that_reaches_far_out_is_cut(box, yaw, cut):
    """A face counts as cut off if its box reaches too far beyond an edge of the photo."""
    assert is_cut(np.array(box), yaw) is cut


@needs_faces
def test_the_face_of_a_portrait_is_found(networks):
    """The face in the portrait is found in its place, upright, frontal, whole, with open eyes."""
    (face,) = find_faces(networks, portrait())
    assert 0.3 < face.left < 0.4 < 0.5 < face.right < 0.6
    assert 0.1 < face.top < 0.15 < 0.3 < face.bottom < 0.4
    assert max(abs(face.yaw), abs(face.pitch), abs(face.roll)) < 15
    assert (face.eyes, face.cut) == ("open", False)


@needs_faces
def test_closed_eyes_are_seen(networks):
    """Eyes with lids painted over them are read as hardly open."""
    (face,) = find_faces(networks, with_eyes_closed(portrait()))
    assert face.eyes == "hardly open"


@pytest.mark.slow
@needs_faces
def test_the_more_blur_the_less_sharp_is_the_face(networks):
    """Sharpness falls as one portrait is blurred more and more."""
    photos = [portrait(), *(blurred(portrait(), radius) for radius in (1, 2, 4))]
    found = [find_faces(networks, photo)[0].sharpness for photo in photos]
    assert found == sorted(found, reverse=True)


@needs_faces
def test_a_face_at_the_edge_is_cut(networks):
    """A face half outside the photo is found and marked as cut."""
    (face,) = find_faces(networks, portrait().crop((200, 0, 512, 312)))
    assert face.cut


@needs_faces
@pytest.mark.parametrize("size", [(1, 1), (40, 3), (512, 512)])
def test_a_photo_without_faces_has_none(networks, size):
    """A plain grey photo has no faces, whatever its shape."""
    assert find_faces(networks, Image.new("RGB", size, (120, 130, 140))) == []


@pytest.mark.slow
@needs_faces
def test_small_faces_are_looked_for_nearer_and_their_eyes_in_more_pixels(networks):
    """Small faces in a group are found; their eyes are judged if the full-size photo is given."""
    group = Image.new("RGB", (1200, 900), (110, 120, 130))
    for column in range(2):
        for row in range(2):
            head = portrait().crop((120, 20, 320, 220))
            group.paste(head, (100 + 600 * column, 50 + 450 * row))
    small = group.reduce(3)
    assert len(find_faces(networks, small)) == 4
    assert {face.eyes for face in find_faces(networks, small)} == {"unknown"}
    assert {face.eyes for face in find_faces(networks, small, lambda: group)} == {"open"}


@pytest.mark.slow
@needs_faces
def test_faces_are_found_in_a_decode_worker():
    """A decode worker finds the same faces whether or not it also returns the picture."""
    from photorank.photos.decode_pool import decode_isolated, faces_isolated

    data = as_jpeg(portrait())
    (alone,) = faces_isolated(data)
    assert alone.eyes == "open"
    assert decode_isolated(data, short_side=384, faces=True).faces == [alone]
    assert decode_isolated(data, short_side=100, faces=True).faces == [alone]
    assert decode_isolated(data, short_side=384).faces is None
