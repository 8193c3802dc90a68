"""Embeddings of several variants of each photo, from files outside any index."""

import numpy as np
from PIL import Image

from photorank.bench.embed_files import embed_files
from photorank.encoders.choose_runtime import FEW_PHOTOS
from tests.fixtures.colours import ColourEncoder, fill


class SwitchableColours(ColourEncoder):
    """Encoder for tests that records the arguments of `choose_runtime`."""

    runtime = "plain"
    told = None

    def choose_runtime(self, runtime, frames):
        """Record the given runtime and the number of frames, instead of choosing a runtime."""
        assert self.encoded == 0
        self.told = runtime, len(frames)

    def set_precision(self, precision):
        """Ignore the requested precision."""


def in_forms(n):
    """Function that returns a list with the given photo repeated n times."""
    return lambda photo: n * [photo]


def test_each_form_of_a_photo_has_its_row(tmp_path):
    """Each variant of a photo gets its own embedding, in file order; a bad file gets None."""
    files = fill(tmp_path, 3)
    (tmp_path / "0001.png").write_text("buy milk")
    encoder = ColourEncoder()

    first, nothing, last = embed_files(files, encoder, forms=in_forms(2))

    assert nothing is None
    for file, rows in ((files[0], first), (files[2], last)):
        [expected] = encoder.encode_frames(encoder.prepare(Image.open(file)).frames)
        np.testing.assert_allclose(rows, [expected, expected], atol=1e-6)


def test_a_runtime_is_measured_where_that_pays(tmp_path):
    """Inference engines are timed only if enough images are to be embedded."""
    files = fill(tmp_path, 4)
    for forms, told in ((FEW_PHOTOS // 4, ("auto", 16)), (FEW_PHOTOS // 4 - 1, None)):
        encoder = SwitchableColours()
        embed_files(files, encoder, forms=in_forms(forms))
        assert encoder.told == told
