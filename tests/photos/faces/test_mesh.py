"""Tests of detecting a face mesh in two passes, and of the mesh's box and pose."""

import numpy as np
import pytest
from PIL import Image

from photorank.photos.faces.mesh import Mesh, mesh_in_two_passes
from photorank.photos.faces.square_crops import Square

OUTER_LEFT, INNER_LEFT, INNER_RIGHT, OUTER_RIGHT, FOREHEAD, CHIN = 33, 133, 362, 263, 10, 152


def face(yaw=0.0, roll=0.0):
    """Mesh points of a head 100 pixels wide, turned by yaw and roll in degrees."""
    points = np.zeros((468, 3))
    points[[OUTER_LEFT, INNER_LEFT, INNER_RIGHT, OUTER_RIGHT], 0] = (-40, -20, 20, 40)
    points[FOREHEAD], points[CHIN] = (0, -50, 0), (0, 60, 0)
    points[0], points[1] = (-50, 0, 0), (50, 0, 0)
    for angle, (one, other) in ((yaw, (0, 2)), (roll, (0, 1))):
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        points[:, [one, other]] = points[:, [one, other]] @ np.array([[c, s], [-s, c]])
    return points + np.array([200, 200, 0])


@pytest.mark.parametrize(("yaw", "roll"), [(0, 0), (30, 0), (0, 25), (-20, 0)])
def test_the_pose_is_read_off_the_points(yaw, roll):
    """The yaw and roll of a head are computed from its mesh points."""
    assert Mesh(face(yaw, roll), 1.0).pose == pytest.approx((yaw, 0, roll), abs=0.01)


def test_the_box_and_the_eyes_are_those_of_the_points():
    """A face mesh's box, eye distance and crop square are computed from its points."""
    mesh = Mesh(face(), 1.0)
    assert mesh.box.tolist() == [150, 150, 250, 260]
    assert mesh.eye_distance == 60
    assert mesh.square == Square(200, 205, 165, 0)


def test_the_second_look_is_where_the_first_one_found_the_face():
    """The second pass of face mesh detection is centred on the face that the first one found."""
    seen = []

    def network(tensor):
        seen.append(tensor)
        points = np.tile(np.array([144.0, 144.0, 0.0], dtype=np.float32), (468, 1))
        points[0, :2], points[1, :2] = 120, 168
        return points.reshape(1, 1, 1, 1404), np.full((1, 1, 1, 1), 3.0, dtype=np.float32)

    photo = Image.new("RGB", (400, 400))
    photo.paste((255, 255, 255), (300, 300, 302, 302))
    mesh = mesh_in_two_passes(network, photo, Square(200, 200, 400))
    bright = [np.argwhere(tensor[0, :, :, 0] > 0.3).mean(axis=0).round() for tensor in seen]
    assert bright[0].tolist() == [144, 144]
    np.testing.assert_allclose(bright[1], [96, 96], atol=2)
    assert mesh.score == pytest.approx(0.953, abs=0.001)
