"""Tests of the benchmark that compares the speed of indexing with that of a plain loop."""

import numpy as np
import pytest
import torch
from PIL import Image

from photorank.bench import plain_loop
from photorank.bench.indexing_speed import IndexingSpeed, measure_indexing
from photorank.bench.synthetic_photos import SIZE, write_photos
from tests.encoders.tiny import photos


@pytest.mark.slow  # big pictures
def test_photos_are_of_twelve_megapixels_and_all_different(tmp_path):
    """Synthetic photos have a phone photo's pixel count and about its file size, and all differ."""
    write_photos(tmp_path / "photos", 2)

    files = sorted((tmp_path / "photos").iterdir())
    assert len({file.read_bytes() for file in files}) == 2
    for file in files:
        assert 1e6 < file.stat().st_size < 8e6
        with Image.open(file) as photo:
            assert (photo.format, photo.size) == ("JPEG", SIZE)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # DataLoader's workers
def test_the_reference_is_open_clip_itself(tiny_model, tmp_path):
    """The reference loop gives the same embeddings as open_clip's own functions."""
    import open_clip

    name, file = tiny_model
    for number, photo in enumerate(photos()):
        photo.save(tmp_path / f"{number}.png")
    model, _, preprocess = open_clip.create_model_and_transforms(name, pretrained=str(file))
    with torch.inference_mode():
        inputs = torch.stack([preprocess(photo) for photo in photos()])
        expected = model.eval().encode_image(inputs, normalize=True).numpy()

    seconds, rows = plain_loop.embed(name, file, tmp_path)

    assert seconds > 0
    np.testing.assert_allclose(rows, expected, atol=1e-6)


def test_the_ceiling_adds_the_work_of_decoding_and_encoding():
    """The upper limit of indexing speed is 1 / (decoding time + encoding time of a photo)."""
    speed = IndexingSpeed("", 1, 2, 10.0, 5.0, 30.0, 20.0, 2.0, 0.83, 1.0, 1.0)

    assert speed.perfect_overlap == pytest.approx(12)
    assert speed.to_json()["perfect_overlap"] == speed.perfect_overlap


@pytest.mark.slow  # a network of 150 million weights, four times
def test_our_embeddings_are_those_of_the_loop_beside_them():
    """Embeddings made by indexing match those of a plain reference loop."""
    found = measure_indexing(2, "torch", rounds=1)

    assert found.least_cosine > 0.99
    assert found.runtime.startswith("torch")
    assert min(found.ours, found.reference, found.decode_only, found.encode_only) > 0
