import numpy as np
from PIL import Image

from photorank.photos.stability_copies import CHANGES, stability_copies


def test_the_photo_itself_comes_first_and_every_change_has_two_variants(scene):
    """The variants of a photo are itself and two copies each for size, crop and JPEG quality."""
    forms = stability_copies(scene)

    assert forms[0] is scene
    assert len(forms) == 7
    assert sorted(place for places in CHANGES.values() for place in places) == [1, 2, 3, 4, 5, 6]
    assert all(form.mode == "RGB" for form in forms)


def test_crops_leave_out_opposite_edges():
    """The two cropped copies lack opposite edges: right and lower, or left and upper."""
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[0], pixels[-1] = (255, 0, 0), (0, 255, 0)
    first, second = (
        np.asarray(stability_copies(Image.fromarray(pixels))[at]) for at in CHANGES["crop"]
    )

    assert first.shape == second.shape == (95, 190, 3)
    assert (first[0] == (255, 0, 0)).all()
    assert not (first == (0, 255, 0)).all(axis=2).any()
    assert (second[-1] == (0, 255, 0)).all()


def test_stronger_compression_is_further_from_the_photo(scene):
    """Of two JPEG copies, the one of lower quality differs more from the photo."""
    photo = np.asarray(scene, dtype=float)
    off = [np.abs(np.asarray(stability_copies(scene)[at]) - photo).mean() for at in CHANGES["JPEG"]]

    assert 0 < off[0] < off[1] < 20


def test_a_single_pixel_has_all_its_forms():
    """Variants of a one-pixel photo have at least one pixel in width and height."""
    assert all(min(form.size) == 1 for form in stability_copies(Image.new("RGB", (1, 1))))
