"""Encoder for CLIP-like models of open_clip, which embed photos and texts in the same space."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from PIL import Image

from photorank.encoders.base import Fingerprint, Prepared
from photorank.encoders.blocks import Blocks, unit_rows
from photorank.encoders.choose_runtime import SwitchableImages, SwitchableTower
from photorank.encoders.constants import SHA256
from photorank.encoders.device import check_device
from photorank.encoders.image_towers import TorchTower, on_pixels
from photorank.encoders.model_hub import fetch, reach_hub
from photorank.encoders.openclip_checkpoints import find_checkpoint, tensor_shapes
from photorank.encoders.parallel_batches import each_batch
from photorank.encoders.position_embeddings import encode_any_shape, takes_any_shape
from photorank.errors import (
    DamagedWeightsError,
    EncoderError,
    MissingExtraError,
    MissingTokenizerError,
    MissingWeightsError,
    first_line,
)
from photorank.heap import free_memory
from photorank.photos.framing import ANY_SHAPE, FRAMINGS, frame
from photorank.photos.signals.signals_block import LEAST_LONG_SIDE, NAMES, signals_block
from photorank.typing import Embeddings

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

_FRAMING_OF_RESIZE_MODE = {"shortest": "crop", "squash": "squash", "longest": "pad"}
_AT_ONCE = 8  # frames or texts per thread; more are no faster on a CPU
_AT_ONCE_ON_A_GPU = 64
_MAX_SIDE_PIXELS = 1024  # since attention costs the fourth power of the side


class OpenClipEncoder(SwitchableImages):
    """Encoder that runs an open_clip model, and adds technical signals (sharpness, …) by default.

    Size, mean, spread and filter of the preprocessing are the model's own. The
    checkpoint holds both towers; the one that is not asked for is not kept.

    Parameters
    ----------
    spec : str
        ``open_clip:MODEL/PRETRAINED``, ``open_clip:MODEL@FILE`` (safetensors, or a
        state dict that `torch.load` reads with ``weights_only``),
        ``open_clip:hf-hub:ORG/NAME`` or ``open_clip:local-dir:PATH``. A FILE does
        not say which activation it was trained with: for weights of OpenAI's own
        name a MODEL that ends in ``-quickgelu``. With ``#PIXELS`` at its end, as in
        ``open_clip:ViT-B-32/openai#320``, photos are looked at larger than the model
        was trained with: its position embeddings are interpolated.
    framing : {"crop", "pad", "squash", "tiles", "whole", "views"}, optional
        Default: as the model was trained, mostly ``crop``. ``whole`` and ``views``
        are for open_clip's own vision transformers, whose position embeddings are
        interpolated to the photo's shape.
    device : str, default="auto"
        Where both towers run.

    Raises
    ------
    EncoderError
        If the model, its pretraining, the framing or the device cannot be used, or
        the weights were trained with another activation than the model computes.
    MissingPathError, MissingWeightsError
        If the weights cannot be had; random weights are never used instead.
    DamagedWeightsError
        If a local file is damaged, holds code or is of another model.

    References
    ----------
    Radford et al. (2021). Learning transferable visual models from natural language
    supervision. ICML. https://doi.org/10.48550/arXiv.2103.00020
    Ilharco et al. (2021). OpenCLIP. https://doi.org/10.5281/zenodo.5143773
    """

    def __init__(self, spec: str, *, framing: str | None = None, device: str = "auto") -> None:
        check_device(device)
        named, larger = _without_size(spec)
        self._checkpoint = find_checkpoint(named)
        self._size = self._checkpoint.size if larger is None else larger
        self._framing = (
            framing or _FRAMING_OF_RESIZE_MODE[self._checkpoint.preprocessing["resize_mode"]]
        )
        self._free = self._framing in ANY_SHAPE
        any_shape = takes_any_shape(self._checkpoint.config)
        if larger is not None:
            self._check_size(spec, any_shape)
        self._stretched = self._free or self._size != self._checkpoint.size
        usable = [name for name in FRAMINGS if any_shape or name not in ANY_SHAPE]
        if self._framing not in usable:
            why = "takes square frames only" if self._free else "has no such framing"
            raise EncoderError(
                f"{spec} {why}: framing {framing!r} will not do. Use one of: {', '.join(usable)}."
            )
        self._device = device
        self._text_tower: Any = None
        self._logit_scale: float | None = None
        self._loading = Lock()
        self._head = int(self._checkpoint.config["embed_dim"])
        self._all_blocks = Blocks(self._head, signals=len(NAMES), constants=SHA256[:16])
        self._blocks: Blocks | None = self._all_blocks
        self._images = SwitchableTower(self._image_tower, self._head, one_shape=not self._free)

    def __repr__(self) -> str:
        return f"<encoder {self.spec}, framing {self._framing}>"

    @property
    def spec(self) -> str:
        """Name that `load_encoder` takes for this encoder, with absolute file paths."""
        larger = f"#{self._size}" if self._size != self._checkpoint.size else ""
        return f"{self._checkpoint.spec}{larger}"

    @property
    def fingerprint(self) -> Fingerprint:
        """Fingerprint of the embeddings; the first access reads the whole weights file."""
        return Fingerprint(
            self._checkpoint.model, self._weights_digest, self._framing, self._size, self._blocks
        )

    @property
    def dimensions(self) -> int:
        """Length d of an embedding."""
        return self._blocks.dimensions if self._blocks else self._head

    def set_blocks(self, blocks: Blocks | None) -> None:
        """Choose whether future embeddings also contain technical signals, such as sharpness.

        None means the model's output (head) alone.
        """
        self._blocks = blocks and self._all_blocks

    @property
    def short_side(self) -> int:
        """Minimum short side, in pixels, that a decoded photo needs for :meth:`prepare`."""
        return self._size

    @property
    def long_side(self) -> int:
        """Minimum long side in pixels that photos need for technical signals; 0 without signals."""
        return LEAST_LONG_SIDE if self._blocks else 0

    @property
    def logit_scale(self) -> float | None:
        """Logit scale: learned factor that multiplies cosine similarities of photos and texts.

        Loads a network if necessary.
        """
        if self._logit_scale is None:
            self._images.load()
        return self._logit_scale

    def prepare(self, photo: Image.Image) -> Prepared:
        """Network inputs (frames) and technical signals (sharpness, …) of an upright sRGB photo."""
        values = self._checkpoint.preprocessing
        bilinear = values["interpolation"] == "bilinear"
        frames = frame(
            photo,
            self._framing,
            self._size,
            resample=Image.Resampling.BILINEAR if bilinear else Image.Resampling.BICUBIC,
            fill=(values["fill_color"],) * 3,
            step=self._checkpoint.config["vision_cfg"].get("patch_size", 1) if self._free else 1,
        )
        if self._blocks is None:
            return Prepared(frames)
        return Prepared(frames, signals_block(photo))

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Unit embeddings of texts, one row for each text."""
        if not texts:
            return np.empty((0, self._head), dtype=np.float32)
        import torch

        tower = self._text()
        tokens = self._tokenizer(list(texts)).to(self._chosen_device)  # (n, context length)

        def run(start: int) -> Embeddings:
            with torch.inference_mode():
                batch = tokens[start : start + self._at_once]
                return tower.encode_text(batch, normalize=True).float().cpu().numpy()

        starts = range(0, len(tokens), self._at_once)
        batches: Iterator[Embeddings] = each_batch(run, starts, device=self._chosen_device)
        return unit_rows(np.concatenate(list(batches)))

    @cached_property
    def _weights_digest(self) -> str:
        with self._checkpoint.weights.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def _at_once(self) -> int:
        return _AT_ONCE if self._chosen_device == "cpu" else _AT_ONCE_ON_A_GPU

    def _check_size(self, spec: str, any_shape: bool) -> None:
        """Raise EncoderError if the model cannot process images of the requested size."""
        own, step = self._checkpoint.size, self._checkpoint.config["vision_cfg"].get("patch_size")
        if not any_shape or not step:
            raise EncoderError(
                f"{spec} takes frames of {own} pixels only: leave out #{self._size}."
            )
        if not own <= self._size <= _MAX_SIDE_PIXELS or self._size % step:
            raise EncoderError(
                f"{spec} asks for {self._size} pixels: choose a multiple of {step} from {own} to "
                f"{_MAX_SIDE_PIXELS}."
            )

    def _image_tower(self) -> TorchTower:
        """Image network preceded by the model's own pixel normalisation."""
        values = self._checkpoint.preprocessing
        network = on_pixels(
            self._load("image"),
            encode_any_shape if self._stretched else _encode_squares,
            mean=[255 * value for value in values["mean"]],
            std=[255 * value for value in values["std"]],
        )
        return TorchTower(network, self._chosen_device, self._at_once)

    def _text(self) -> Any:
        """Text network, loaded on first use and shared by all threads."""
        with self._loading:
            self._text_tower = self._text_tower or self._load("text")
            return self._text_tower

    def _load(self, kind: Literal["image", "text"]) -> Any:
        """Image or text network of open_clip's model, with the checkpoint's weights."""
        model = self._both_towers()
        self._logit_scale = float(model.logit_scale.detach().exp())
        # encode_image uses `visual` and nothing else, encode_text everything else.
        for name, _ in list(model.named_children()):
            if (name == "visual") != (kind == "image"):
                delattr(model, name)
        free_memory()
        return model.eval().to(self._chosen_device)

    def _both_towers(self) -> Any:
        """Complete open_clip model (image and text network) with the checkpoint's weights.

        Raises DamagedWeightsError if the weights do not fit the model.
        """
        import open_clip

        of = self._checkpoint
        if hub_text := of.config["text_cfg"].get("hf_model_name"):
            fetch(of.spec, hub_text, ["config.json"])
        hint = f"Name the model that the file belongs to: open_clip:MODEL@{of.weights}."
        try:
            model = open_clip.create_model(
                of.name,
                None if of.name.startswith("local-dir:") else str(of.weights),
                require_pretrained=True,
                weights_only=True,
            )
        except ImportError as error:
            raise MissingExtraError(f"the text tower of {of.spec}", "transformers") from error
        # A file of another architecture ends in any of these.
        except (
            *(RuntimeError, ValueError, KeyError, TypeError, AttributeError, AssertionError),
        ) as error:
            details = " ".join(str(error).split())[:200]
            why = f"its tensors are not those of {of.model} ({details})"
            raise DamagedWeightsError(of.weights, why, hint=hint) from error
        if of.given:
            found, own = tensor_shapes(of.weights), model.state_dict()
            # open_clip stretches position embeddings of another size to fit, and says nothing.
            stretched = [
                key
                for key in found.keys() & own.keys()
                if "pos" in key and found[key] != tuple(own[key].shape)
            ]
            if stretched:
                why = f"{stretched[0]} is {found[stretched[0]]}, not that of {of.model}"
                raise DamagedWeightsError(of.weights, why, hint=hint)
        return model

    @cached_property
    def _tokenizer(self) -> "Callable[[list[str]], Tensor]":
        """open_clip's tokenizer for this model."""
        import open_clip

        of = self._checkpoint
        from_transformers = bool(of.config["text_cfg"].get("hf_tokenizer_name"))
        try:
            if not from_transformers:
                return open_clip.get_tokenizer(of.tokenizer)
            try:
                return open_clip.get_tokenizer(of.tokenizer, local_files_only=True)
            except (OSError, ValueError):
                reach_hub(of.spec)
                return open_clip.get_tokenizer(of.tokenizer)
        except ImportError as error:
            raise MissingExtraError(f"the tokenizer of {of.spec}", "transformers") from error
        except MissingWeightsError as error:
            raise MissingTokenizerError(of.spec, "the model hub does not answer") from error
        except (OSError, ValueError) as error:  # not there, or not whole
            raise MissingTokenizerError(of.spec, first_line(error)) from error


def _without_size(spec: str) -> tuple[str, int | None]:
    """Spec without its ``#PIXELS`` suffix, and the value of PIXELS (None without a suffix).

    Examples
    --------
    >>> _without_size("open_clip:ViT-B-32/openai#320"), _without_size("open_clip:a@b#c.pt")
    (('open_clip:ViT-B-32/openai', 320), ('open_clip:a@b#c.pt', None))
    """
    named, mark, pixels = spec.rpartition("#")
    return (named, int(pixels)) if mark and pixels.isdecimal() else (spec, None)


def _encode_squares(model: Any, inputs: "Tensor") -> "Tensor":
    """Feature vectors (b, d) of unit length, from square images (b, 3, s, s)."""
    return model.encode_image(inputs, normalize=True)
