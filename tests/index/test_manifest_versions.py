"""Tests of index manifests written before embeddings were divided into blocks."""

import numpy as np

from photorank.encoders.base import Fingerprint
from photorank.encoders.blocks import Blocks
from photorank.index.manifest import Manifest
from photorank.json_values import from_json, to_json

OLD = Fingerprint("embedded", "5" * 64, "whole", 224)
NEW = Fingerprint("embedded:2", "9" * 64, "whole", 192, Blocks(512, 256, 32, "c"))


def test_an_older_index_names_the_first_version():
    """The encoder called `embedded` in an older manifest is read as `embedded:1`."""
    data = to_json(Manifest("embedded", OLD, 1280, None))
    del data["fingerprint"]["blocks"]
    found = from_json(Manifest, data | {"encoder": "embedded"})
    assert (found.encoder, found.head, found.fingerprint) == ("embedded:1", 1280, OLD)
    assert Manifest("embedded", NEW, 800, None).encoder == "embedded"
    assert from_json(Manifest, to_json(Manifest("embedded", NEW, 800, None))).head == 512


def test_rows_are_kept_in_the_precision_of_their_blocks():
    """Embeddings that consist of several blocks are stored as float16, all others as float32."""
    rows = np.random.default_rng(0).normal(size=(3, 1280)).astype(np.float32)
    kept = Manifest("embedded:1", OLD, 1280, None).stored(rows)
    assert kept.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(kept, axis=1), 1, atol=1e-6)
    assert Manifest("embedded", NEW, 800, None).stored(rows[:, :800]).dtype == np.float16
