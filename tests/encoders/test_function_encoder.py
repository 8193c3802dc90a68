"""Tests of the embeddings and the errors of encoders that wrap a user's own function."""

import numpy as np
import pytest
from PIL import Image

from photorank import image_encoder
from photorank.errors import EncoderError


def failing(result):
    """Encoder whose function returns the given result, or raises it if it is an exception."""

    @image_encoder(name="mine", digest="1", size=8)
    def mine(images):
        if isinstance(result, Exception):
            raise result
        return result

    return mine


def encode(encoder):
    """Embedding of one grey photo."""
    return encoder.encode_frames(encoder.prepare(Image.new("RGB", (8, 8), "grey")).frames)


def test_complex_rows_are_refused():
    """An encoder function's complex rows raise an error; its integer rows are accepted."""
    with pytest.raises(EncoderError, match="gives complex numbers"):
        encode(failing(np.array([[1 + 2j, 3]])))
    assert encode(failing([[3, 4]])).tolist() == [pytest.approx([0.6, 0.8])]


def test_an_error_of_a_function_is_one_clean_line():
    """An error raised by an encoder function is reported on one printable line."""
    with pytest.raises(EncoderError) as told:
        encode(failing(ValueError("\x1b[31mno layer\x1b[0m\nand more")))
    assert str(told.value).isprintable()
    assert "no layer" in str(told.value)
