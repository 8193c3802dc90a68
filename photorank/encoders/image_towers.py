"""Image networks from pixels to features, run by torch or another runtime."""

import importlib.metadata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from photorank.encoders.bf16_networks import in_bf16
from photorank.encoders.parallel_batches import each_batch
from photorank.typing import Embeddings, Frames

if TYPE_CHECKING:
    from torch import Tensor, nn


class Tower(Protocol):
    """Image network (tower) that is ready to run, safe for several threads."""

    @property
    def name(self) -> str:
        """Full name of the runtime, such as ``torch 2.14.1 bf16 on cpu``.

        An index's manifest records it.
        """

    @property
    def device(self) -> str:
        """Name of the compute device."""

    @property
    def precision(self) -> str:
        """Precision of matrix products: fp32, bf16 or int8."""

    @property
    def at_once(self) -> int:
        """Batch size: greatest number of images passed in one call."""

    def __call__(self, pixels: Frames) -> Embeddings:
        """Features (b, d) of a batch of images (b, h, w, 3) with values from 0 to 255."""


def encode(tower: Tower, frames: Sequence[Frames], n_features: int) -> Embeddings:
    """Features (n, n_features) of n network inputs (frames); each batch has inputs of one shape.

    In bfloat16 the size of a batch decides how its products are rounded: a hundredth of the
    ratings' standard deviation. So batches of squares are filled up, and a photo has one embedding
    alone and in company. Frames of any shape are too seldom alike to be filled up.
    """
    features = np.empty((len(frames), n_features), dtype=np.float32)

    def run(rows: list[int]) -> None:
        pixels = np.stack([frames[row] for row in rows])
        if tower.precision == "bf16" and pixels.shape[1] == pixels.shape[2]:
            missing = tower.at_once - len(rows)
            pixels = np.concatenate([pixels, np.repeat(pixels[-1:], missing, axis=0)])
        features[rows] = tower(pixels)[: len(rows)]

    for _ in each_batch(run, _batches_of_one_shape(frames, tower.at_once), device=tower.device):
        pass
    return features


@dataclass(frozen=True)
class TorchTower:
    """Image network that torch runs."""

    network: Any  # of `on_pixels`
    device: str
    at_once: int
    precision: Literal["fp32", "bf16"] = "fp32"

    @property
    def name(self) -> str:
        """Full name of the runtime: library, version, precision and device."""
        return f"torch {importlib.metadata.version('torch')} {self.precision} on {self.device}"

    def __call__(self, pixels: Frames) -> Embeddings:
        """Features (b, d) of a batch of images (b, h, w, 3) with values from 0 to 255."""
        import torch

        with torch.inference_mode():
            features: Tensor = self.network(torch.from_numpy(pixels).to(self.device))
            return features.cpu().numpy()

    def in_bf16(self) -> "TorchTower":
        """Copy of this network with matrix products in bfloat16."""
        return TorchTower(in_bf16(self.network), self.device, self.at_once, "bf16")


def on_pixels(
    model: "nn.Module",
    features_of: "Callable[[Any, Tensor], Tensor]",
    *,
    mean: Sequence[float],
    std: Sequence[float],
) -> "nn.Module":
    """Traceable torch module that maps pixels (b, h, w, 3) to features (b, d) or feature maps.

    `features_of` maps the model (or a copy of it) and inputs (b, 3, h, w) to features;
    `mean` and `std` are those of a pixel's three colours on the scale 0-255.
    """
    import torch

    class OnPixels(torch.nn.Module):
        mean: "Tensor"
        std: "Tensor"

        def __init__(self, model: "nn.Module") -> None:  # no closure: it would never be freed
            super().__init__()
            self.model = model
            self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))
            self.register_buffer("std", torch.tensor(std, dtype=torch.float32))

        def forward(self, pixels: "Tensor") -> "Tensor":
            inputs = (pixels.float() - self.mean) / self.std  # (b, h, w, 3)
            weights = next(self.model.parameters())
            inputs = inputs.permute(0, 3, 1, 2).to(weights.dtype)  # (b, 3, h, w)
            found = features_of(self.model, inputs)
            return found if isinstance(found, list) else found.float()

    return OnPixels(model).eval().to(next(model.parameters()).device)


def _batches_of_one_shape(frames: Sequence[Frames], at_once: int) -> Iterator[list[int]]:
    """Yield batches of at most `at_once` inputs of one shape, as lists of indices into `frames`."""
    positions: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for position, one in enumerate(frames):
        positions[one.shape].append(position)
    for rows in positions.values():
        yield from (rows[start : start + at_once] for start in range(0, len(rows), at_once))
