"""Image networks run by OpenVINO on the CPU."""

import importlib.metadata
import sys
import warnings
from dataclasses import dataclass, field
from importlib.util import find_spec
from threading import local
from typing import Any, Literal

import numpy as np

from photorank.encoders.image_towers import TorchTower
from photorank.errors import EncoderError, MissingExtraError, first_line
from photorank.typing import Embeddings, Frames

Precision = Literal["fp32", "bf16", "int8"]

_FRAMES_AT_ONCE = 8  # per thread; more are no faster


def is_installed() -> bool:
    """True if the ``openvino`` extra is installed; the openvino module is not imported."""
    return find_spec("openvino") is not None


def openvino() -> Any:
    """The openvino module, imported with its telemetry off.

    Raises MissingExtraError if it is not installed.
    """
    if not is_installed():
        raise MissingExtraError("the runtime openvino", "openvino")
    # Unless told not to, importing it and converting a model report to Google Analytics.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def has_bf16() -> bool:
    """True if the CPU computes in bfloat16."""
    return "BF16" in openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


@dataclass(frozen=True)
class OpenVinoTower:
    """Image network compiled by OpenVINO; each calling thread has its own inference request."""

    compiled: Any
    precision: Precision
    at_once: int = _FRAMES_AT_ONCE
    device: str = "cpu"
    _own: local = field(default_factory=local)  # one request a thread

    @property
    def name(self) -> str:
        """Full name of the runtime: library, version, precision and device."""
        return f"openvino {importlib.metadata.version('openvino')} {self.precision} on cpu"

    def __call__(self, pixels: Frames) -> Embeddings:
        """Features (b, d) of a batch of images (b, h, w, 3) with values from 0 to 255."""
        if not hasattr(self._own, "request"):
            self._own.request = self.compiled.create_infer_request()
        features: Embeddings = self._own.request.infer([pixels])[0]
        return features


def convert(tower: TorchTower, frame: Frames, *, one_shape: bool) -> Any:
    """OpenVINO model, for any batch size, converted from a torch network.

    The torch network must be on the CPU.

    It shares the network's weights and their precision. `frame` (h, w, 3) is an example;
    with `one_shape` all frames have its shape. Raises EncoderError if OpenVINO cannot
    convert the network.
    """
    import torch

    ov = openvino()
    example = torch.from_numpy(np.stack([frame, frame]))
    height, width = frame.shape[:2] if one_shape else (-1, -1)
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # tracing warns of every shape that it takes for a constant
        try:
            tower.network(example)  # tracing fails on attention that has never run
            return ov.convert_model(
                tower.network,
                example_input=example,
                input=[ov.PartialShape([-1, height, width, 3])],
            )
        except (RuntimeError, ov.frontend.OpConversionFailure) as error:
            raise EncoderError(
                f"OpenVINO cannot convert this encoder ({first_line(error)}). "
                "Use `--runtime torch`."
            ) from error


def compiled(model: Any, precision: Precision, *, as_it_is: bool = False) -> OpenVinoTower:
    """OpenVINO model compiled for the CPU in a given precision.

    bf16 narrows the whole model, unless it is taken `as_it_is`: then the parts that were
    converted in bfloat16 stay so, and the others in float32.
    """
    import torch

    threads = torch.get_num_threads()
    narrow = precision == "bf16" and not as_it_is
    settings = {
        # What eight bits leave out is no faster in 16, and ratings keep less of their order.
        "INFERENCE_PRECISION_HINT": "bf16" if narrow else "f32",
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": threads,
        "ENABLE_CPU_PINNING": False,  # decoding needs the same cores
    }
    return OpenVinoTower(openvino().Core().compile_model(model, "CPU", settings), precision)
