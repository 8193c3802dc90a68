"""Tests of square crops of photos: coordinates of points, and black pixels outside the photo."""

from math import pi

import numpy as np
import pytest
from PIL import Image

from photorank.photos.faces.square_crops import Square, square_around, square_crop


@pytest.mark.parametrize("angle", [0.0, 0.3, -pi / 2])
def test_a_point_of_a_piece_is_found_in_the_photo(angle):
    """A point of a rotated square crop is mapped to its place in the photo."""
    photo = Image.new("RGB", (200, 100))
    square = Square(110.0, 50.0, 60.0, angle)
    (x, y) = square.points(np.array([[0.75, 0.25]]))[0]
    for across in (-1, 0, 1):
        for down in (-1, 0, 1):
            photo.putpixel((int(x) + across, int(y) + down), (255, 255, 255))
    piece = square_crop(photo, square, 60).mean(axis=2)
    weights = piece / piece.sum()
    found = [(weights.sum(axis=axis) @ (np.arange(60) + 0.5)) / 60 for axis in (0, 1)]
    np.testing.assert_allclose(found, [0.75, 0.25], atol=0.02)


def test_a_piece_is_black_outside_the_photo():
    """A square crop is black wherever it lies outside the photo."""
    photo = Image.new("RGB", (100, 100), (200, 200, 200))
    piece = square_crop(photo, Square(0.0, 50.0, 40.0), 40)
    assert (piece[:, :19] == 0).all()
    assert (piece[:, 21:] == 200).all()
    assert (square_crop(photo, Square(-500.0, 50.0, 40.0), 8) == 0).all()


def test_a_large_piece_is_a_mean_of_its_pixels():
    """If a large square is scaled down, its pixels are averaged: one-pixel stripes become grey."""
    stripes = np.zeros((400, 400, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    piece = square_crop(Image.fromarray(stripes), Square(200.0, 200.0, 400.0), 40)
    assert np.abs(piece.astype(int) - 127).max() < 40


def test_a_square_lies_around_points():
    """A square around points has 1.5 times the larger side of the points' bounding box."""
    square = square_around(np.array([[10.0, 20.0], [50.0, 40.0]]), 0.1, 1.5)
    assert square == Square(30.0, 30.0, 60.0, 0.1)
