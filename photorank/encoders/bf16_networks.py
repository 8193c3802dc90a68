"""Networks with bfloat16 matrix products, and a check of whether they are faster on a device.

Residual sums of transformers stay in float32.
"""

import copy
import timeit
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

# Below this share of weights in transformer blocks a network is not treated as a transformer.
_MIN_SHARE_OF_WEIGHTS_IN_BLOCKS = 0.5
MAX_SHARE_OF_TIME = 0.9  # of the simpler network's time, for a faster one to be worth a change


def has_fast_bf16(device: str) -> bool:
    """True if the device multiplies bfloat16 matrices clearly faster than float32 ones."""
    import torch

    if device == "mps":
        return False

    def seconds(dtype: torch.dtype) -> float:
        square = torch.ones((1024, 1024), dtype=dtype, device=device)
        return min(timeit.repeat(lambda: float((square @ square)[0, 0]), number=1, repeat=3))

    return seconds(torch.bfloat16) < MAX_SHARE_OF_TIME * seconds(torch.float32)


def in_bf16(network: Any) -> Any:
    """Copy of an image network with its matrix products in bfloat16.

    `network` is as `on_pixels` makes it. In a transformer only attention and multilayer
    perceptrons are narrowed; the residual stream and its normalisation stay in float32. That is
    about as fast as bfloat16 throughout and leaves an eighth of its error. Other networks are
    narrowed throughout. The float32 weights that stay are shared with the original. (Autocast
    would convert the weights in every call.)
    """
    import torch

    parts = _transformer_parts(network.model) or [network.model]
    halves: dict[int, Any] = {
        id(weight): torch.nn.Parameter(weight.detach().bfloat16(), requires_grad=False)
        for part in parts
        for weight in part.parameters()
    }
    for part in parts:
        for buffer in part.buffers():
            if buffer.is_floating_point():
                halves[id(buffer)] = buffer.bfloat16()
    shared = {id(weight): weight for weight in network.model.parameters()}
    made = copy.deepcopy(network, shared | halves)  # no weights are held twice in 32 bits
    for part in _transformer_parts(made.model):
        part.register_forward_pre_hook(_inputs_to_bf16, with_kwargs=True)
        part.register_forward_hook(_outputs_to_fp32)
    return made


def is_mixed(network: Any) -> bool:
    """True if :func:`in_bf16` leaves part of a network in float32."""
    return bool(_transformer_parts(network.model))


def _transformer_parts(model: "nn.Module") -> "list[nn.Module]":
    """List of a transformer's attention and MLP modules; empty for other networks."""
    blocks = [part for part in model.modules() if hasattr(part, "attn") and hasattr(part, "mlp")]
    weights = {id(weight): weight.numel() for one in blocks for weight in one.parameters()}
    if sum(weights.values()) < _MIN_SHARE_OF_WEIGHTS_IN_BLOCKS * sum(
        weight.numel() for weight in model.parameters()
    ):
        return []
    return [one.get_submodule(part) for one in blocks for part in ("attn", "mlp")]


def _inputs_to_bf16(_: Any, given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, Any]:
    """Hook that converts a module's inputs to bfloat16.

    A tensor passed twice is converted once, since attention checks by identity whether queries,
    keys and values are the same.
    """
    import torch

    made: dict[int, Tensor] = {}

    def half(one: Any) -> Any:
        if isinstance(one, torch.Tensor) and one.is_floating_point():
            return made.setdefault(id(one), one.bfloat16())
        return one

    return tuple(half(one) for one in given), {name: half(one) for name, one in named.items()}


def _outputs_to_fp32(_: Any, __: Any, result: Any) -> Any:
    """Hook that converts a module's outputs to float32."""
    if isinstance(result, tuple):
        return tuple(one if one is None else one.float() for one in result)
    return result.float()
