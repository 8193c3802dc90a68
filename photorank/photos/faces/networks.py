"""Networks for face detection, face mesh and iris, run on one core by LiteRT or OpenVINO."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from photorank.errors import FaceModelsError, first_line
from photorank.photos.faces.models import Model, read_models, runtime

Tensor: TypeAlias = NDArray[np.float32]
# From one input (1, h, w, 3) to two outputs, the larger one first: runtimes order them as they
# like, and no network has two of one size.
Network: TypeAlias = Callable[[Tensor], tuple[Tensor, Tensor]]


class Networks(NamedTuple):
    """Three loaded networks: for face detection, face mesh and iris."""

    detector: Network
    mesh: Network
    iris: Network


@cache
def load_networks() -> Networks:
    """Networks for face detection, face mesh and iris, loaded once per process.

    Raises FaceModelsError if anything is missing or damaged.
    """
    models, name = read_models(), runtime()
    load = _by_litert if name == "ai_edge_litert" else _by_openvino
    try:
        return Networks(*map(load, models))
    except ImportError as error:
        package = str(name).replace("_", "-")
        raise FaceModelsError(
            f"{name}, which runs the models of faces, cannot be loaded ({first_line(error)}): "
            f"`pip install --force-reinstall --no-deps {package}`."
        ) from error


def _by_litert(model: Model) -> Network:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=model.content, num_threads=1)
    interpreter.allocate_tensors()
    (into,) = (detail["index"] for detail in interpreter.get_input_details())
    out = [detail["index"] for detail in interpreter.get_output_details()]

    def run(tensor: Tensor) -> tuple[Tensor, Tensor]:
        interpreter.set_tensor(into, tensor)
        interpreter.invoke()
        return _larger_first([interpreter.get_tensor(index) for index in out])

    return run


def _by_openvino(model: Model) -> Network:
    import openvino

    core = openvino.Core()
    exact = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    compiled = core.compile_model(core.read_model(model.path), "CPU", exact)

    def run(tensor: Tensor) -> tuple[Tensor, Tensor]:
        found = compiled(tensor)
        return _larger_first([found[output] for output in compiled.outputs])

    return run


def _larger_first(tensors: list[Tensor]) -> tuple[Tensor, Tensor]:
    first, second = sorted(tensors, key=lambda tensor: -tensor.size)
    return first, second
