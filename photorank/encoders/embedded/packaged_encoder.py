"""Base class of the two versions of the built-in encoder."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from PIL import Image

from photorank.encoders.base import Fingerprint, Prepared
from photorank.encoders.blocks import Blocks, unit_rows
from photorank.encoders.choose_runtime import SwitchableImages, SwitchableTower
from photorank.encoders.device import check_device
from photorank.encoders.embedded.class_names import TEXT_PACKAGE, class_weights, refuse_unknown
from photorank.encoders.embedded.efficientnet_lite import image_network
from photorank.encoders.embedded.packaged_networks import PackagedNetwork, class_rows
from photorank.encoders.embedded.valence import valence
from photorank.encoders.image_towers import TorchTower, Tower, on_pixels
from photorank.errors import EncoderError, MissingExtraError
from photorank.photos.framing import ANY_SHAPE, FRAMINGS, frame
from photorank.typing import Embeddings, Floats, Frames

if TYPE_CHECKING:
    import torch

_PADDING_COLOUR = (127, 127, 127)  # zero after the networks' normalisation
_FRAMES_AT_ONCE_ON_A_GPU = 64

# A network loads once a process.
_loading = Lock()


class PackagedEncoder(SwitchableImages):
    """Encoder of photos by EfficientNet-Lite, and of texts by their similarity to class names.

    A text's embedding is a weighted sum of directions of ImageNet's classes in the space of the
    network's last layer: a class weighs the more, the closer MiniLM finds its name to the text. So
    it finds cats, and hardly tells good light from bad.

    Parameters
    ----------
    framing : str, optional
        Any of :data:`photorank.photos.framing.FRAMINGS`. Default: ``whole``, the uncut photo.
    device : str, default="auto"
        Where both networks run.

    Raises
    ------
    EncoderError
        If the framing or the device is unknown.
    MissingExtraError
        If the ``embedded`` extra is not installed.
    DamagedWeightsError
        If a file of weights or constants is not, byte for byte, the one expected.

    References
    ----------
    Tan and Le (2019). EfficientNet. ICML. https://doi.org/10.48550/arXiv.1905.11946
    Reimers and Gurevych (2019). Sentence-BERT. EMNLP. https://doi.org/10.18653/v1/D19-1410
    """

    spec: ClassVar[str]
    network: ClassVar[PackagedNetwork]
    model: ClassVar[str]  # its name in fingerprints
    side_pixels: ClassVar[int]  # the frame's (short) side
    frames_at_once: ClassVar[int]  # a processor's thread: more overflow its cache and are slower
    n_features: ClassVar[int]  # numbers that the network gives for a frame
    head: ClassVar[int]  # dimensions of texts, and of a photo's first block
    long_side: int = 0  # that signals need
    logit_scale = None  # no such factor was ever trained: text and photos never met
    blocks: Blocks | None = None

    def __init__(self, *, framing: str | None = None, device: str = "auto") -> None:
        framing = framing or "whole"
        if framing not in FRAMINGS:
            raise EncoderError(
                f"encoder {self.spec!r} has no framing {framing!r}. Use one of: "
                f"{', '.join(FRAMINGS)}."
            )
        check_device(device)
        for package in ("tokenizers", TEXT_PACKAGE):
            if find_spec(package) is None:
                raise MissingExtraError("the embedded encoder", "embedded")
        self.network.weights()  # refused now, not in the middle of a run
        self._device = device
        self.fingerprint = Fingerprint(
            self.model, self.weights_digest(), framing, self.side_pixels, self.blocks
        )
        self._images = SwitchableTower(
            self._image_tower,
            self.n_features,
            one_shape=framing not in ANY_SHAPE,
            finish=self.frame_rows,
        )

    def __repr__(self) -> str:
        return f"<encoder {self.spec}, framing {self.fingerprint.framing}>"

    @property
    def short_side(self) -> int:
        """Minimum short side, in pixels, that a decoded photo needs for :meth:`prepare`."""
        return self.side_pixels

    @property
    def dimensions(self) -> int:
        """Length d of an embedding."""
        return self.blocks.dimensions if self.blocks else self.head

    def prepare(self, photo: Image.Image) -> Prepared:
        """Network inputs (frames) made from an upright sRGB photo, by default without cropping."""
        framing = self.fingerprint.framing
        return Prepared(frame(photo, framing, self.side_pixels, fill=_PADDING_COLOUR))

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Unit-length embeddings of texts, each a weighted sum of vectors of ImageNet classes.

        Raises DegenerateDirectionError for a text of which no word, part of a word or mark is
        known.
        """
        if not texts:
            return np.empty((0, self.head), dtype=np.float32)
        refuse_unknown(texts, self._chosen_device)
        weights = class_weights(texts, self._chosen_device)
        return unit_rows(weights.astype(np.float32) @ self.class_directions())

    def compare(self, texts: Sequence[str], phrases: Sequence[str]) -> tuple[Floats, Floats]:
        """Directions (n, h) of n texts in the photos' embedding space, and similarities to phrases.

        Similarities are (n, p) for p phrases. Both belong to one softmax over classes and phrases.
        """
        weights = class_weights(texts, self._chosen_device, phrases)
        weights /= weights.sum(axis=1, keepdims=True)
        classes, others = np.split(weights, [-len(phrases)], axis=1)
        return classes @ self.class_directions().astype(np.float64), others

    def valence(self, texts: Sequence[str]) -> Floats:
        """Valence (n,) of each text: −1 for strong blame, 0 for neutral, 1 for strong praise."""
        return valence(texts, self._chosen_device)

    @abstractmethod
    def weights_digest(self) -> str:
        """SHA-256 of all weights and constants that embeddings depend on."""

    @abstractmethod
    def features(self, model: Any, inputs: "torch.Tensor") -> "torch.Tensor":
        """Features (b, n_features) of a batch of network inputs (b, 3, h, w)."""

    @abstractmethod
    def frame_rows(self, features: Embeddings) -> Embeddings:
        """Embeddings (n, d) from features (n, n_features), without technical signals."""

    def class_directions(self) -> Embeddings:
        """Direction (1000, h) of each ImageNet class in the network's last layer."""
        return class_rows(self.network)

    def tower(self) -> Tower:
        """Loaded image network, which maps network inputs to features."""
        return self._images.load()

    def feature_maps(self, frame: Frames) -> list[Floats]:
        """Feature maps (h, w, channels) of one image in the network's layers, last layer first."""
        import torch

        with _loading:
            network = self._map_network
        with torch.inference_mode():
            pixels = torch.from_numpy(frame[None]).to(self._chosen_device)
            maps = network(pixels)
            return [one[0].float().permute(1, 2, 0).cpu().numpy() for one in maps]

    @cached_property
    def _map_network(self) -> Any:
        """Network that maps pixels to feature maps.

        The maps' means over positions are the features.
        """
        return self._network(self.maps)

    @abstractmethod
    def maps(self, model: Any, inputs: "torch.Tensor") -> "list[torch.Tensor]":
        """Feature maps (b, channels, h, w) of a batch; their spatial means are the features."""

    def _image_tower(self) -> TorchTower:
        """EfficientNet-Lite run by torch on the chosen device."""
        at_once = self.frames_at_once if self._chosen_device == "cpu" else _FRAMES_AT_ONCE_ON_A_GPU
        return TorchTower(self._network(self.features), self._chosen_device, at_once)

    def _network(self, features_of: "Callable[[Any, torch.Tensor], Any]") -> Any:
        """Torch module that maps pixels to features by calling `features_of(network, inputs)`.

        The function maps the network and its inputs to features or feature maps.
        """
        loaded = _loaded(self.network, self._chosen_device)
        return on_pixels(loaded, features_of, mean=[127] * 3, std=[128] * 3)


@cache
def _loaded(network: PackagedNetwork, device: str) -> Any:
    """Image network on a device, loaded once per process and shared by all encoders that use it."""
    import torch

    # Twice as fast on a processor as channels first.
    return image_network(network).to(device, memory_format=torch.channels_last)
