"""Tests of an index made with a real neural network."""

import numpy as np
import pytest

from photorank.encoders import load_encoder
from photorank.encoders.base import encode_photos
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.opened import Index
from photorank.photos.open_photo import decode_photo, read_photo
from photorank.workspace import Workspace
from tests.fixtures.colours import paint


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """Index of photos of several shapes, made with the embedded encoder."""
    root = tmp_path_factory.mktemp("embedded")
    for number, size in enumerate([(300, 200), (200, 300), (64, 48), (300, 200), (240, 240)]):
        paint(root / "photos" / f"{number}.png", number, size)
    workspace = Workspace(root / "home")
    build_index(
        workspace.index("real"),
        BuildRequest([root / "photos"], encoder_spec="embedded", batch_size=2),
    )
    return Index.open(workspace.index("real"))


@pytest.mark.slow
def test_embeddings_are_those_of_the_encoder(indexed):
    """Indexed embeddings equal the encoder's own, and the manifest names that encoder."""
    encoder = load_encoder("embedded")
    frames = [
        encoder.prepare(decode_photo(read_photo(photo.path), short_side=encoder.short_side))
        for photo in indexed.photos()
    ]
    expected = encode_photos(encoder, frames)
    np.testing.assert_allclose(indexed.embeddings(), expected, atol=2e-3)
    signals = indexed.signals().values[:, :-1]  # a PNG has no JPEG quality
    assert np.isfinite(signals).all()  # measured with no second reading
    assert indexed.fingerprint == encoder.fingerprint
    assert indexed.manifest.encoder == "embedded"
    assert indexed.manifest.dimensions == 800
    assert indexed.manifest.runtime.startswith("torch ")
