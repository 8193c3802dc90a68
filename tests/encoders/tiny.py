"""Small CLIP model with random weights, and photos for it to encode."""

import json

import numpy as np
import open_clip
import torch
from PIL import Image
from safetensors.torch import save_file

TINY = {
    "embed_dim": 32,
    "vision_cfg": {"image_size": 64, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16},
    "text_cfg": {
        "context_length": 77,
        "vocab_size": 49408,  # the tokenizer's
        "width": 32,
        "heads": 2,
        "layers": 2,
    },
}


def photos():
    """Five random photos whose sides are not all multiples of the encoder's frame size."""
    random = np.random.default_rng(0)
    shapes = [(90, 140), (141, 97), (64, 64), (33, 50), (301, 87)]
    small = [random.integers(0, 256, (h // 8, w // 8, 3), dtype=np.uint8) for h, w in shapes]
    return [
        Image.fromarray(pixels).resize((w, h), Image.Resampling.BICUBIC)
        for pixels, (h, w) in zip(small, shapes, strict=True)
    ]


def save_tiny_model(folder, *, preprocess=None, suffix=".safetensors", **changes):
    """Save a small random CLIP model in open_clip's format; return the weights' path."""
    config = {**TINY, **changes}
    folder.mkdir(parents=True, exist_ok=True)
    saved = {"model_cfg": config, "preprocess_cfg": preprocess or {}}
    (folder / "open_clip_config.json").write_text(json.dumps(saved))
    torch.manual_seed(0)
    state = open_clip.model.CLIP(**config).state_dict()
    if suffix == ".safetensors":
        path = folder / "open_clip_model.safetensors"
        save_file(state, path)
    else:
        path = folder / f"open_clip_pytorch_model{suffix}"
        torch.save(state, path)
    return path
