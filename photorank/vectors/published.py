"""Published aesthetic heads (linear scoring layers on embeddings), imported as rating vectors.

Every known head without an activation is a chain of linear maps of the unit
embedding, so its layers are multiplied out and its score comes out as published.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from photorank.encoders.base import Fingerprint
from photorank.errors import (
    DamagedWeightsError,
    DegenerateDirectionError,
    EncoderMismatchError,
    ForeignHeadError,
    counted,
)
from photorank.typing import Floats
from photorank.vectors.master import MOST, Card, MasterVector
from photorank.workspace import regular_file

if TYPE_CHECKING:
    from torch import Tensor

_PICKLED = (".pth", ".pt", ".ckpt")
_SUFFIXES = (*_PICKLED, ".safetensors", ".npy")
_MAX_BYTES = 64 * 2**20  # the largest known head has 5 MB; whole models are not read to be refused
_HINT = "Import a head's state dict (.pth, .pt, .ckpt, .safetensors) or a vector (.npy)."


@dataclass(frozen=True)
class _Layout:
    """Layout of the weights file of a published photo-scoring model: tensor names and shapes."""

    origin: str
    layers: dict[str, int]  # how the names of each layer begin, and its outputs, in order
    published: str  # the names of its published files
    licence: str
    saw_ava: bool = False
    times_root_d: bool = False  # it takes unit embeddings times √d

    @property
    def names(self) -> set[str]:
        """Names of the weight and bias tensors of all layers of the scoring head."""
        return {start + part for start in self.layers for part in ("weight", "bias")}


_LAYOUTS = (
    _Layout(
        "LAION's aesthetic-predictor (v1, from ratings of generated images)",
        {"": 1},
        r"sa_0_4_vit_(l_14|b_16|b_32)_linear",
        "MIT",
    ),
    _Layout(
        "simulacra-aesthetic-models (from ratings of generated images)",
        {"linear.": 1},
        r"sac_public_2022_06_29_vit_(l_14|b_16|b_32)_linear",
        "MIT",
        times_root_d=True,
    ),
    _Layout(
        "improved-aesthetic-predictor",
        {"layers.0.": 1024, "layers.2.": 128, "layers.4.": 64, "layers.6.": 16, "layers.7.": 1},
        r".+-l14-linearMSE",
        "Apache-2.0",
        saw_ava=True,
    ),
    _Layout(
        "aesthetic-predictor-v2.5",
        {f"scoring_head.{2 * at}.": size for at, size in enumerate((1024, 128, 64, 16, 1))},
        r"aesthetic_predictor_v2_5",
        "AGPL-3.0",
        saw_ava=True,
    ),
)
_WRAPPERS = 3  # names of modules around a head, at most: Lightning's, DataParallel's, one's own
_RELU_NAMES = {f"layers.{at}.{part}" for at in (0, 3, 6, 9, 11) for part in ("weight", "bias")}
# What the names of architectures begin with that have the encoder's embeddings.
_ARCHITECTURES = {
    "OpenAI's CLIP ViT-B/32": ("ViT-B-32",),
    "OpenAI's CLIP ViT-B/16": ("ViT-B-16",),
    "OpenAI's CLIP ViT-L/14": ("ViT-L-14",),
    "OpenAI's CLIP ViT-B/32 or ViT-B/16": ("ViT-B-32", "ViT-B-16"),
    "SigLIP so400m/14 of 384 px": ("ViT-SO400M-14-SigLIP", "ViT-SO400M-16-SigLIP"),
}
_ENCODERS = {
    512: "OpenAI's CLIP ViT-B/32 or ViT-B/16",
    768: "OpenAI's CLIP ViT-L/14",
    1152: "SigLIP so400m/14 of 384 px",
}


def published_vector(
    name: str, path: Path, fingerprint: Fingerprint, dimensions: int, *, force: bool = False
) -> MasterVector:
    """Rating vector read from the file of a published aesthetic model; no code in the file is run.

    Its layers are multiplied out into one vector and a bias (in double precision, so the sum
    differs from the layers' by rounding alone). Known are the heads of LAION's
    aesthetic-predictor, improved-aesthetic-predictor (the linear ones),
    aesthetic-predictor-v2.5 and simulacra-aesthetic-models, as ``torch.save`` or safetensors
    wrote them, also within a checkpoint of Lightning, and NumPy arrays of `dimensions` numbers, or
    of one more, which is the bias. Linear layers of unknown origin are taken for a head without
    activations, and the card says so. A head that was published for another encoder is refused
    unless `force`. Raises MissingPathError if there is no such file; DamagedWeightsError if it is
    damaged, holds code, has numbers that are not finite, or is no head that is one vector;
    EncoderMismatchError if the head is for embeddings of other than `dimensions` numbers;
    ForeignHeadError if it is for another encoder whose embeddings have as many;
    DegenerateDirectionError if all its weights are 0.
    """
    path = Path(path)
    data = _contents(path)
    layout = None
    if path.suffix.lower() == ".npy":
        values = _array(path, data)
        inputs = len(values) - (len(values) == dimensions + 1)
    else:
        state = _state_dict(path, data)
        layout = _recognised(path, state)
        inputs = int(state[next(iter(layout.layers)) + "weight"].shape[1])
    encoder = _encoder(path, inputs)
    if inputs != dimensions:
        raise EncoderMismatchError(
            name,
            f"an encoder of {counted(inputs, 'dimension')}" + (f" ({encoder})" if encoder else ""),
            f"{fingerprint} of {counted(dimensions, 'dimension')}",
        )
    named = layout is not None and bool(re.fullmatch(layout.published, path.stem))
    if named and not force and _is_foreign(inputs, encoder, fingerprint):
        raise ForeignHeadError(path, str(encoder), str(fingerprint))
    if layout is None:
        weights, bias = values[:inputs], float(values[inputs:].sum())
    else:
        weights, bias = _collapsed(state, layout)
    if not ((np.abs(weights) <= MOST).all() and abs(bias) <= MOST):
        raise DamagedWeightsError(path, f"not all its numbers are up to {MOST:g}", hint=_HINT)
    if not weights.any():
        raise DegenerateDirectionError(f"all weights of {path} are 0, so they define no direction")
    source, licence = _provenance(path, layout)
    parameters = {"file": path.name, "sha256": sha256(data).hexdigest()}
    return MasterVector(
        name,
        "published",
        weights,
        fingerprint.of_head,
        bias=bias,
        card=Card(
            unknown=True,
            parameters=parameters | ({"encoder": encoder} if encoder and layout else {}),
            source=source,
            licence=licence,
        ),
    )


def _contents(path: Path) -> bytes:
    regular_file(path)
    if path.suffix.lower() not in _SUFFIXES:
        ending = f"its name ends in {path.suffix!r}" if path.suffix else "its name has no ending"
        raise DamagedWeightsError(path, ending, hint=_HINT)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DamagedWeightsError(path, "it is larger than any head", hint=_HINT)
        return path.read_bytes()
    except OSError as error:
        raise DamagedWeightsError(path, error.strerror or "unreadable", hint=_HINT) from error


def _array(path: Path, data: bytes) -> Floats:
    """One-dimensional array of numbers, read from the bytes of a ``.npy`` file."""
    try:
        values = np.load(BytesIO(data), allow_pickle=False)
    except Exception as error:  # damaged headers fail in every way there is
        why = "it is damaged, or holds code besides numbers, which is never run"
        raise DamagedWeightsError(path, why, hint=_HINT) from error
    if not isinstance(values, np.ndarray) or values.ndim != 1 or values.dtype.kind not in "fiu":
        raise DamagedWeightsError(path, "it is not one row of numbers", hint=_HINT)
    with np.errstate(over="ignore"):  # of longer numbers; infinite ones are refused by the caller
        return values.astype(np.float64)


def _state_dict(path: Path, data: bytes) -> "dict[str, Tensor]":
    """Tensors by name, read from a weights file; no code in the file is executed."""
    import torch
    from safetensors.torch import load

    try:
        if path.suffix.lower() in _PICKLED:
            state = torch.load(BytesIO(data), map_location="cpu", weights_only=True)
        else:
            state = load(data)
    except Exception as error:  # damaged pickles fail in every way there is
        why = "it is damaged, or holds code besides tensors, which is never run"
        raise DamagedWeightsError(path, why, hint=_HINT) from error
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]  # of Lightning, beside its optimiser's and more
    if not isinstance(state, dict) or not all(
        isinstance(name, str)
        and isinstance(t, torch.Tensor)
        and (t.layout, t.device.type) == (torch.strided, "cpu")
        for name, t in state.items()
    ):
        raise DamagedWeightsError(path, "it holds no state dict", hint=_HINT)
    return _unwrapped(state)


def _unwrapped(state: "dict[str, Tensor]") -> "dict[str, Tensor]":
    """State dict with prefixes of wrapper modules, such as ``model.``, removed."""
    known = [_RELU_NAMES, *(layout.names for layout in _LAYOUTS)]
    for _ in range(_WRAPPERS):
        if set(state) in known:
            break
        outer = {key.partition(".")[0] for key in state}
        if len(outer) != 1 or not all("." in key for key in state):
            break
        state = {key.partition(".")[2]: tensor for key, tensor in state.items()}
    return state


def _recognised(path: Path, state: "dict[str, Tensor]") -> _Layout:
    """Layout that fits a scoring head's tensors: a known layout, or a chain of linear layers.

    Raises DamagedWeightsError if neither fits.
    """
    if set(state) == _RELU_NAMES:
        raise DamagedWeightsError(
            path,
            "there are ReLUs between its layers 0, 3, 6, 9 and 11, so it is no single vector",
            hint="Import a head without activations: of this project, one named linearMSE.",
        )
    for layout in _LAYOUTS:
        if set(state) == layout.names and _fits(state, layout):
            return layout
    chain = _chain(state)
    if chain is not None and set(state) == chain.names and _fits(state, chain):
        return chain
    known = ", ".join(layout.origin.partition(" (")[0] for layout in _LAYOUTS)
    raise DamagedWeightsError(
        path, f"its tensors are laid out like no known head ({known})", hint=_HINT
    )


def _chain(state: "dict[str, Tensor]") -> _Layout | None:
    """Layout of tensors that form a chain of linear layers with one output; None otherwise."""

    def natural(key: str) -> list[tuple[int, str]]:
        return [(int(part) if part.isdigit() else -1, part) for part in key.split(".")]

    starts = [key.removesuffix("weight") for key in state if key.endswith("weight")]
    weights = {start: state[start + "weight"] for start in sorted(starts, key=natural)}
    if not weights or any(weight.ndim != 2 for weight in weights.values()):
        return None
    layers = {start: int(weight.shape[0]) for start, weight in weights.items()}
    if [*layers.values()][-1] != 1:
        return None
    many = len(layers)
    what = f"an MLP of unknown origin, assuming no activations between its {many} layers"
    return _Layout(what if many > 1 else "a linear head of unknown origin", layers, "(?!)", "")


def _is_foreign(inputs: int, encoder: str | None, own: Fingerprint) -> bool:
    """True if a published scoring model was certainly made for embeddings of another encoder."""
    named = own.model.removeprefix("open_clip:")
    if encoder is None or inputs not in _ENCODERS or named.startswith(("local-dir:", "hf-hub:")):
        return False  # nothing tells what these are
    return not named.startswith(_ARCHITECTURES[encoder])


def _fits(state: "dict[str, Tensor]", layout: _Layout) -> bool:
    """True if all weight and bias arrays have shapes that fit the network's `layout` of layers."""
    inputs = None
    for start, outputs in layout.layers.items():
        weight, bias = state[start + "weight"], state[start + "bias"]
        if not (weight.is_floating_point() and bias.is_floating_point()) or weight.ndim != 2:
            return False
        expected = (outputs, weight.shape[1] if inputs is None else inputs)
        if tuple(weight.shape) != expected or tuple(bias.shape) != (outputs,):
            return False
        inputs = outputs
    return True


def _collapsed(state: "dict[str, Tensor]", layout: _Layout) -> tuple[Floats, float]:
    """Vector (d,) and bias of the single linear layer that equals a scoring head's layers."""
    weights, bias = np.ones((1, 1)), np.zeros(1)
    with np.errstate(all="ignore"):  # what is not finite is refused by the caller
        for start in reversed(layout.layers):
            bias = bias + weights @ _numbers(state[start + "bias"])
            weights = weights @ _numbers(state[start + "weight"])  # (1, inputs)
    factor = np.sqrt(weights.shape[1]) if layout.times_root_d else 1.0
    return weights[0] * factor, float(bias[0])


def _numbers(tensor: "Tensor") -> Floats:
    return tensor.detach().double().numpy()


def _encoder(path: Path, dimensions: int) -> str | None:
    """Name of the encoder that a scoring head is for, guessed from file name and dimensions."""
    named = re.search(r"_vit_([bl])_(14|16|32)_", path.name)
    if named:
        return f"OpenAI's CLIP ViT-{named[1].upper()}/{named[2]}"
    return _ENCODERS.get(dimensions)


def _provenance(path: Path, layout: _Layout | None) -> tuple[str, str]:
    """Description of a weights file's origin, and the file's licence (empty if it is unknown)."""
    if layout is None:
        return f"the numbers in {path.name}", ""
    source = f"{path.name} of {layout.origin}"
    licence = layout.licence
    if layout not in _LAYOUTS:
        return f"{path.name}, {layout.origin}", ""
    if not re.fullmatch(layout.published, path.stem):
        source = f"{path.name}, laid out as in {layout.origin} but not named as published there"
        licence = ""
    if layout.saw_ava:
        source += "; such heads were trained on AVA, so results on AVA's photos are contaminated"
    return source, licence
