"""Networks of 16 bits, whose sums stay in 32 where that costs nothing."""

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

_LEAST = 0.5  # of the weights, that transformer blocks hold for the rest to stay in 32 bits


def in_bf16(network: Any) -> Any:
    """Copy of a network of `on_pixels` whose matrices are multiplied in 16 bits.

    In a transformer attention and multilayer perceptrons have weights of 16 bits; what they
    add up, and its normalisation, stays in 32. That is about as fast as 16 bits throughout
    and leaves an eighth of their error. Other networks have
    16 bits throughout. (Autocast converts the weights in every call, which is slower than
    not using it.)

    Parameters
    ----------
    network : torch.nn.Module
        Its weights of 32 bits are shared with the copy where it keeps them.
    """
    import torch

    parts = _narrow(network.model) or [network.model]
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
    for part in _narrow(made.model):
        part.register_forward_pre_hook(_narrowed, with_kwargs=True)
        part.register_forward_hook(_widened)
    return made


def is_mixed(network: Any) -> bool:
    """Whether :func:`in_bf16` leaves some of a network in 32 bits."""
    return bool(_narrow(network.model))


def _narrow(model: "nn.Module") -> "list[nn.Module]":
    """Transformer's parts that compute in 16 bits; none if it is no transformer."""
    blocks = [part for part in model.modules() if hasattr(part, "attn") and hasattr(part, "mlp")]
    weights = {id(weight): weight.numel() for one in blocks for weight in one.parameters()}
    if sum(weights.values()) < _LEAST * sum(weight.numel() for weight in model.parameters()):
        return []
    return [one.get_submodule(part) for one in blocks for part in ("attn", "mlp")]


def _narrowed(_: Any, given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, Any]:
    """Make a part's inputs 16 bits wide; what is one tensor before is one after.

    (Attention sees by that whether queries, keys and values are the same.)
    """
    import torch

    made: dict[int, Tensor] = {}

    def half(one: Any) -> Any:
        if isinstance(one, torch.Tensor) and one.is_floating_point():
            return made.setdefault(id(one), one.bfloat16())
        return one

    return tuple(half(one) for one in given), {name: half(one) for name, one in named.items()}


def _widened(_: Any, __: Any, result: Any) -> Any:
    """Return what a part computed in 32 bits."""
    if isinstance(result, tuple):
        return tuple(one if one is None else one.float() for one in result)
    return result.float()
