"""Synthetic photos and a random model for speed benchmarks."""

from itertools import cycle, islice
from pathlib import Path

import numpy as np
from PIL import Image

from photorank.sample import scenes

MODEL = "ViT-B-32"
SIZE = (4000, 3000)  # twelve megapixels, as most phones take them

_GRAIN_LEVELS = 9  # of 255: without noise an enlarged picture is quicker to decode than a photo
_JPEG_QUALITY = 90


def write_photos(folder: Path, n: int) -> None:
    """Write n different 12-megapixel JPEGs of two to three megabytes each."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    grain = rng.integers(-_GRAIN_LEVELS, _GRAIN_LEVELS + 1, (SIZE[1], SIZE[0], 3), dtype=np.int16)
    for number, scene in enumerate(islice(cycle(scenes().values()), n)):
        large = scene.resize(SIZE, Image.Resampling.BICUBIC)
        noisy = np.asarray(large) + np.roll(grain, (7 * number, 11 * number), (0, 1))
        pixels = noisy.clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:04}.jpg", quality=_JPEG_QUALITY)


def write_model(file: Path) -> str:
    """Save a CLIP model with random weights for timing; return the name of its encoder."""
    import open_clip
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    model = open_clip.model.CLIP(**open_clip.get_model_config(MODEL))
    save_file({name: weight.contiguous() for name, weight in model.state_dict().items()}, file)
    return f"open_clip:{MODEL}@{file}"
