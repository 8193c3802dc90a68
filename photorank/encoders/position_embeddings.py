"""Vision transformers on non-square images, with interpolated position embeddings."""

from typing import TYPE_CHECKING, Any

from photorank.typing import Json

if TYPE_CHECKING:
    from torch import Tensor


def takes_any_shape(config: Json) -> bool:
    """True if a model's image network can take images of any shape.

    Convolutional networks end in a pooling of one size, and timm's are built for one.
    """
    tower = config["vision_cfg"]
    return not tower.get("timm_model_name") and not isinstance(tower.get("layers"), list | tuple)


def encode_any_shape(model: Any, inputs: "Tensor") -> "Tensor":
    """Unit features (b, d) of inputs (b, 3, h, w), with h and w multiples of the patch size.

    Position embeddings are interpolated to the inputs' grid as open_clip does for models
    of another size (bicubic, antialiased); on the trained square nothing changes. See
    Dosovitskiy et al. (2021), section 3.2, https://doi.org/10.48550/arXiv.2010.11929.
    """
    import torch

    tower = model.visual
    patches = tower.conv1(inputs)  # (b, width, rows, columns)
    grid = patches.shape[-2:]
    tokens = patches.flatten(2).transpose(1, 2)  # (b, rows * columns, width)
    first = tower.class_embedding.to(tokens.dtype).expand(len(tokens), 1, -1)
    tokens = torch.cat([first, tokens], dim=1)
    tokens = tokens + _positions(tower.positional_embedding, grid).to(tokens.dtype)
    pooled, _ = tower._pool(tower.transformer(tower.ln_pre(tokens)))
    if tower.proj is not None:
        pooled = pooled @ tower.proj
    return torch.nn.functional.normalize(pooled, dim=-1)


def _positions(learned: "Tensor", grid: "tuple[int, int]") -> "Tensor":
    """Position embeddings (1 + rows * columns, width) interpolated to a grid, class token first."""
    import torch

    side = round((len(learned) - 1) ** 0.5)
    if tuple(grid) == (side, side):
        return learned
    square = learned[1:].float().reshape(1, side, side, -1).permute(0, 3, 1, 2)
    stretched = torch.nn.functional.interpolate(
        square, size=tuple(grid), mode="bicubic", antialias=True, align_corners=False
    )
    return torch.cat([learned[:1].float(), stretched.flatten(2)[0].T])
