"""The two versions of the built-in encoder."""

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from photorank.encoders.base import PositionMaps, Prepared
from photorank.encoders.blocks import Blocks, unit_rows
from photorank.encoders.constants import SHA256, Constants, load_constants
from photorank.encoders.embedded.packaged_encoder import PackagedEncoder
from photorank.encoders.embedded.packaged_networks import LITE0, LITE2, class_rows
from photorank.encoders.parallel_batches import product
from photorank.photos.signals.signals_block import LEAST_LONG_SIDE, signals_block
from photorank.typing import Direction, Embeddings, Frames

if TYPE_CHECKING:
    import torch


class FirstEmbeddedEncoder(PackagedEncoder):
    """Version 1 of the built-in encoder, which uses the last feature map of EfficientNet-Lite0."""

    spec = "embedded:1"
    network = LITE0
    model = "embedded"
    side_pixels = 224  # what the weights were trained with
    frames_at_once = 2
    n_features = head = 1280

    def weights_digest(self) -> str:
        """SHA-256 of the weights file."""
        return self.network.sha256

    def features(self, model: Any, inputs: "torch.Tensor") -> "torch.Tensor":
        """Features (b, 1280) of a batch: spatial means of the last feature map."""
        [last] = self.maps(model, inputs)
        return last.float().mean((2, 3))

    def frame_rows(self, features: Embeddings) -> Embeddings:
        """Unit embeddings (n, 1280) of n frames (network inputs), from features (n, 1280)."""
        return unit_rows(features)

    def maps(self, model: Any, inputs: "torch.Tensor") -> "list[torch.Tensor]":
        """Last feature map (b, 1280, h, w) of a batch, as the only item of a list."""
        return [model["last"](model["stages"](model["stem"](inputs)))]

    def position_maps(self, frame: Frames, direction: Direction) -> PositionMaps:
        """Contribution of each image position to an embedding's dot product with `direction`."""
        [features] = self.feature_maps(frame)
        return PositionMaps(features @ direction, features.mean(axis=(0, 1)))


class EmbeddedEncoder(PackagedEncoder):
    """Version 2 of the built-in encoder: EfficientNet-Lite2 and technical signals.

    Each stage gives the means of its channels over the picture. Fixed projections, learned
    without labels, reduce the last layer to 512 dimensions and the stages to 256; see
    ``scripts/embedding_constants.py``. Only the last layer, at unit length, is compared with texts
    and with other photos' for likeness; ratings use all.
    """

    spec = "embedded"
    network = LITE2
    model = "embedded:2"
    side_pixels = 192  # of 224 and 260 the gain is within 0.003 of pairwise accuracy
    frames_at_once = 4  # in bfloat16 a quarter less time than of two
    n_features = 1280 + 856
    head = 512
    long_side = LEAST_LONG_SIDE
    blocks = Blocks(head, stages=256, signals=32, constants=SHA256[:16])

    def weights_digest(self) -> str:
        """SHA-256 that identifies the weights file and the constants file together."""
        return hashlib.sha256(f"{self.network.sha256} {SHA256}".encode()).hexdigest()

    def prepare(self, photo: Image.Image) -> Prepared:
        """Network inputs (frames) and technical signals (sharpness, …) of an upright sRGB photo."""
        return super().prepare(photo)._replace(signals=signals_block(photo))

    def features(self, model: Any, inputs: "torch.Tensor") -> "torch.Tensor":
        """Features (b, 2136) of a batch: spatial means of the last layer and of all stages."""
        import torch

        maps = self.maps(model, inputs)
        return torch.cat([one.float().mean((2, 3)) for one in maps], dim=1)

    def maps(self, model: Any, inputs: "torch.Tensor") -> "list[torch.Tensor]":
        """Feature maps of the last layer (b, 1280, h, w) and of the seven stages, in this order."""
        maps = [model["stem"](inputs)]
        for stage in model["stages"]:
            maps.append(stage(maps[-1]))
        return [model["last"](maps[-1]), *maps[1:]]

    def frame_rows(self, features: Embeddings) -> Embeddings:
        """Embeddings (n, 768): projected last layer at unit length, then projected stage means."""
        last, stages = np.split(features, [-len(self._constants.stages)], axis=1)
        projected = product(stages - self._constants.stage_means, self._constants.stages)
        return np.hstack([unit_rows(product(last, self._constants.head)), projected])

    def class_directions(self) -> Embeddings:
        """Direction (1000, 512) of each ImageNet class in the photos' embedding space."""
        return class_rows(self.network) @ self._constants.head

    def position_maps(self, frame: Frames, direction: Direction) -> PositionMaps:
        """Contribution of each image position to an embedding's dot product with `direction`."""
        last, *stages = self.feature_maps(frame)
        own, others = direction[: self.head], self._constants.stages @ direction[self.head :]
        ends = np.cumsum([one.shape[-1] for one in stages])[:-1]
        return PositionMaps(
            last @ (self._constants.head @ own),
            last.mean(axis=(0, 1)) @ self._constants.head,
            [one @ part for one, part in zip(stages, np.split(others, ends), strict=True)],
            offset=-float(self._constants.stage_means @ others),
        )

    @cached_property
    def _constants(self) -> Constants:
        return load_constants()
