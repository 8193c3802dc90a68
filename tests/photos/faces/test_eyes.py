"""Tests of eye opening, contrast and state, computed from the iris model's numbers."""

import numpy as np
import pytest
from PIL import Image

from photorank.photos.faces.eyes import Eyes, contrast_of, eye_state, measure_eyes, opening_of
from photorank.photos.faces.mesh import Mesh
from tests.photos.faces.test_mesh import face


def contour(opening, width=40.0):
    """Contour of an eye in a 64-pixel picture, with the given ratio of height to width."""
    points = np.zeros((71, 2))
    points[:9, 0] = np.linspace(0, width, 9)
    points[9:16, 0] = points[1:8, 0]
    points[1:8, 1], points[9:16, 1] = opening * width / 2, -opening * width / 2
    return points + np.array([12, 32])


@pytest.mark.parametrize("opening", [0.0, 0.15, 0.4])
def test_the_opening_is_a_share_of_the_width(opening):
    """The opening of an eye does not depend on the eye's size or rotation."""
    turn = np.array([[0.8, 0.6], [-0.6, 0.8]])
    assert opening_of(contour(opening)) == pytest.approx(opening)
    assert opening_of(3 * contour(opening) @ turn) == pytest.approx(opening)


def test_an_eye_of_no_width_is_not_open():
    """An eye whose points have no width has opening 0, without a division by zero."""
    assert opening_of(np.zeros((71, 2))) == 0


@pytest.mark.parametrize(("right", "place"), [(False, 20.0), (True, 44.0)])
def test_the_right_eye_is_mirrored(right, place):
    """Right eyes are mirrored, since the network knows only left eyes."""
    seen = []

    def network(tensor):
        seen.append(tensor[0])
        points = np.column_stack([contour(0.3), np.zeros(71)]).astype(np.float32)
        return points.reshape(1, 213), np.full((1, 15), 32, dtype=np.float32)

    photo = Image.new("RGB", (400, 400))
    outer = 240 if right else 160
    photo.paste((255, 255, 255), (outer - 2, 198, outer + 2, 202))
    eyes = measure_eyes(network, photo, Mesh(face(), 1.0))
    looks = seen[2:] if right else seen[:2]
    for tensor in looks:
        assert np.argwhere(tensor[:, :, 0] > 0.5)[:, 1].mean() < 32
    assert eyes.opening == pytest.approx(0.3)


def test_an_iris_stands_out_from_the_white():
    """Eye contrast is the grey difference of iris and eye white; 0 for a uniform or shut eye."""
    eye = np.full((64, 64, 3), 204, dtype=np.uint8)
    y, x = np.mgrid[:64, :64]
    eye[np.hypot(x - 32, y - 32) < 6] = 51
    iris = np.array([[32, 32], [26, 32], [32, 26], [38, 32], [32, 38]], dtype=float)
    assert contrast_of(eye, contour(0.5), iris) == pytest.approx(0.6, abs=0.02)
    assert contrast_of(np.full_like(eye, 150), contour(0.5), iris) == 0
    assert contrast_of(eye, contour(0.0) + np.array([0, 20]), iris) == 0


@pytest.mark.parametrize(
    ("opening", "contrast", "width", "yaw", "state"),
    [
        (0.3, 0.2, 100, 0, "open"),
        (0.3, 0.0, 100, 0, "unknown"),  # sunglasses, or deep shadow
        (0.05, 0.2, 100, 0, "hardly open"),
        (0.18, 0.2, 100, 0, "unknown"),  # laughing eyes, or half closed ones
        (0.05, 0.2, 40, 0, "unknown"),  # too few pixels
        (0.05, 0.2, 100, 50, "unknown"),
        (0.3, 0.2, 100, -50, "unknown"),
    ],
)
def test_a_state_is_told_where_it_can_be(opening, contrast, width, yaw, state):
    """The eye state is unknown for half-open or low-contrast eyes and small or turned faces."""
    mesh = Mesh(face(yaw) * (width / 100), 1.0)
    assert eye_state(Eyes(opening, contrast), mesh) == state
