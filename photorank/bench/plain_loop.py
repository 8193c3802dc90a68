"""Reference loop for indexing speed: embeds photos with open_clip alone, on all cores."""

import os
import time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from photorank.typing import Embeddings

_BATCH_PHOTOS = 32


class _Photos:
    """PyTorch dataset of a folder's preprocessed photos."""

    def __init__(self, paths: list[Path], preprocess: Any) -> None:
        self.paths = paths
        self.preprocess = preprocess

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, number: int) -> Any:
        with Image.open(self.paths[number]) as photo:
            return self.preprocess(photo.convert("RGB"))


def embed(model_name: str, weights: Path, folder: Path) -> tuple[float, Embeddings]:
    """Seconds taken to embed a folder's photos, and their embeddings (n, d) sorted by file name."""
    import torch

    model, photos = _ready(model_name, weights, folder)
    rows = []
    start = time.perf_counter()
    with torch.inference_mode():
        for batch in photos:
            rows.append(model.encode_image(batch, normalize=True).numpy())
    return time.perf_counter() - start, np.concatenate(rows)


@cache
def _ready(model_name: str, weights: Path, folder: Path) -> tuple[Any, Any]:
    """Model and data loader, cached so that later calls do not load them again."""
    import open_clip
    from torch.utils.data import DataLoader

    model, _, preprocess = open_clip.create_model_and_transforms(
        model_name, pretrained=str(weights)
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    photos: DataLoader[Any] = DataLoader(
        _Photos(sorted(folder.iterdir()), preprocess),  # type: ignore[arg-type]
        batch_size=_BATCH_PHOTOS,
        num_workers=cores or 1,
        persistent_workers=True,
    )
    return model.eval(), photos
