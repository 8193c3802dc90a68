"""Choice of an image network's runtime by benchmarks on the user's own photos."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from threading import Lock
from typing import Any, Literal, Protocol, get_args, runtime_checkable

import numpy as np

from photorank.encoders import openvino_towers
from photorank.encoders.bf16_networks import MAX_SHARE_OF_TIME, has_fast_bf16, is_mixed
from photorank.encoders.blocks import unit_rows
from photorank.encoders.device import choose_device
from photorank.encoders.image_towers import TorchTower, Tower, encode
from photorank.encoders.int8_networks import quantised
from photorank.errors import EncoderError, UnknownNameError
from photorank.heap import free_memory
from photorank.typing import Embeddings, Frames

Runtime = Literal["auto", "torch", "openvino", "openvino-int8"]
RUNTIMES: tuple[Runtime, ...] = get_args(Runtime)

FRAMES = 16  # photos used to compare runtimes
FEW_PHOTOS = 512  # embedded before a comparison of runtimes would pay off
FRAMES_OF_INT8 = 192  # photos: two thirds to calibrate int8, one third to test it
_MIN_FRAMES_OF_INT8 = 24

_MIN_COSINE = 0.99  # with torch's embeddings in float32
_MIN_COSINE_IN_INT8 = 0.98
_LONG_ROUND_SECONDS = 2.0  # a longer round is not repeated


def checked_runtime(name: str) -> Runtime:
    """Checked name of a runtime, such as ``torch``; raises UnknownNameError if unknown."""
    for runtime in RUNTIMES:
        if name == runtime:
            return runtime
    raise UnknownNameError("runtime", name, RUNTIMES)


@runtime_checkable
class Switchable(Protocol):
    """Protocol of encoders that can switch to another runtime, such as OpenVINO."""

    @property
    def runtime(self) -> str:
        """Name of the current runtime, empty before the first embedding."""

    def choose_runtime(self, runtime: Runtime, frames: Sequence[Frames]) -> None:
        """Switch the encoder to a runtime, at the fastest precision that hardly changes embeddings.

        See :meth:`SwitchableTower.choose`.
        """

    def set_precision(self, precision: str) -> None:
        """Set the numeric precision of future embeddings, such as ``fp32`` or ``torch bf16``.

        See :func:`precision_of`.
        """


FULL_PRECISION = "fp32"


def precision_of(runtime: str) -> str:
    """Numeric precision, such as ``fp32`` or ``torch bf16``, from the full name of a runtime.

    In full precision all libraries agree to the last digits; in fewer bits each rounds otherwise.

    Examples
    --------
    >>> precision_of("torch 2.14.1 bf16 on cpu"), precision_of("openvino 2026.1 fp32 on cpu")
    ('torch bf16', 'fp32')
    """
    library, _, bits, *_ = [*runtime.split(), "", "", ""]
    return f"{library} {bits}" if bits and bits != FULL_PRECISION else FULL_PRECISION


class SwitchableTower:
    """Image network (tower) of an encoder, run by torch in float32 until another runtime is chosen.

    `load` makes it when it is first needed; it gives `n_features` numbers a frame, of which
    `finish` makes a row; `one_shape` tells that all frames have one shape.
    """

    def __init__(
        self,
        load: Callable[[], TorchTower],
        n_features: int,
        *,
        one_shape: bool,
        finish: Callable[[Embeddings], Embeddings] = unit_rows,
    ) -> None:
        self._load = load
        self._n_features = n_features
        self._one_shape = one_shape
        self._finish = finish
        self._tower: Tower | None = None
        self._precision = FULL_PRECISION  # of what is loaded without a choice
        self._loading = Lock()

    @property
    def name(self) -> str:
        """Name of the current runtime, empty before the first embedding."""
        return self._tower.name if self._tower else ""

    def load(self, frame: Frames | None = None) -> Tower:
        """The image network; the first call loads it.

        `frame` is an example for the conversion to OpenVINO.
        """
        with self._loading:
            if self._tower is None or precision_of(self._tower.name) != self._precision:
                self._tower = self._in_precision(self._torch_fp32 or self._load(), frame)
                free_memory()
            return self._tower

    def set_precision(self, precision: str) -> None:
        """Set the numeric precision of future embeddings, even if another precision is faster.

        Raises EncoderError for eight bits, which were calibrated on photos of the index's first
        run and cannot be had again.
        """
        if precision.endswith("int8"):
            raise EncoderError(
                "its embeddings are in eight bits, calibrated on the photos of its first run: no "
                "other photo can be embedded alike. Make an index with `--runtime openvino`."
            )
        with self._loading:
            self._precision = precision

    def encode(self, frames: Sequence[Frames]) -> Embeddings:
        """Embeddings (n, d) of images prepared as network inputs."""
        if not frames:
            return self._finish(np.empty((0, self._n_features), dtype=np.float32))
        return self._rows(self.load(frames[0]), frames)

    def _rows(self, tower: Tower, frames: Sequence[Frames]) -> Embeddings:
        return self._finish(encode(tower, frames, self._n_features))

    def choose(self, runtime: Runtime, frames: Sequence[Frames]) -> None:
        """Switch the network to a runtime, at the fastest precision that hardly changes embeddings.

        They are compared with those of torch in float32.

        `auto` takes the fastest of all but int8. `frames` (h, w, 3) are the user's own, at
        least one: `FRAMES` are enough, for int8 `FRAMES_OF_INT8`. Raises EncoderError if the
        runtime does not run here or changes embeddings too much, MissingExtraError if it is not
        installed.
        """
        with self._loading:
            plain = self._torch_fp32 or self._load()
            if runtime.startswith("openvino") and plain.device != "cpu":
                raise EncoderError(
                    f"the runtime {runtime} is for processors. Use `--runtime torch` on "
                    f"{plain.device}, or `--device cpu`."
                )
            if runtime == "openvino-int8":
                self._tower = self._in_int8(plain, frames)
            else:
                self._tower = self._fastest(runtime, plain, frames[:FRAMES])
            self._precision = precision_of(self._tower.name)
        del plain
        free_memory()  # of the towers that were not chosen

    @property
    def _torch_fp32(self) -> TorchTower | None:
        """The current network if it runs in torch in float32; None otherwise."""
        tower = self._tower
        return tower if isinstance(tower, TorchTower) and tower.precision == "fp32" else None

    def _in_precision(self, plain: TorchTower, frame: Frames | None) -> Tower:
        """Image network in the currently set precision, made from the float32 torch network."""
        if self._precision == "torch bf16":
            return plain.in_bf16()
        if self._precision == "openvino bf16" and frame is not None:
            return self._converted_in_bf16(plain, frame)
        return plain

    def _fastest(self, runtime: Runtime, plain: TorchTower, frames: Sequence[Frames]) -> Tower:
        """Fastest network with embeddings close to those of `plain`, the float32 torch network.

        One that is faster by less than a tenth does not replace a simpler one.
        """
        start = time.perf_counter()
        expected = self._rows(plain, frames)
        rounds = 1 if time.perf_counter() - start > _LONG_ROUND_SECONDS else 3
        best: Tower | None = None
        least, closest = np.inf, -1.0
        if runtime != "openvino":
            best, least = plain, self._seconds(plain, frames, rounds)
        for tower in self._candidates(runtime, plain, frames[0]):
            cosine = self._least_cosine(tower, frames, expected)
            closest = max(closest, cosine)
            if cosine < _MIN_COSINE:
                continue
            seconds = self._seconds(tower, frames, rounds)
            if seconds < MAX_SHARE_OF_TIME * least:
                best, least = tower, seconds
            if isinstance(tower, openvino_towers.OpenVinoTower):
                break  # in more bits it is slower, and takes the memory of a second network
        if best is None:
            raise _refused(runtime, closest, _MIN_COSINE)
        return best

    def _candidates(self, runtime: Runtime, plain: TorchTower, frame: Frames) -> Iterator[Tower]:
        """Yield the bfloat16 and OpenVINO networks to compare with float32 torch, one at a time."""
        if runtime != "openvino" and has_fast_bf16(plain.device):
            yield plain.in_bf16()
        if runtime == "torch" or plain.device != "cpu":
            return
        if runtime == "auto" and not openvino_towers.is_installed():
            return
        try:
            if openvino_towers.has_bf16():
                yield self._converted_in_bf16(plain, frame)
            yield openvino_towers.compiled(self._converted(plain, frame), "fp32")
        except EncoderError:
            if runtime == "openvino":
                raise
            return  # what cannot be converted runs in torch

    def _converted(self, tower: TorchTower, frame: Frames) -> Any:
        return openvino_towers.convert(tower, frame, one_shape=self._one_shape)

    def _converted_in_bf16(self, plain: TorchTower, frame: Frames) -> Tower:
        """OpenVINO bfloat16 network; layers that torch keeps in float32 stay in float32."""
        if is_mixed(plain.network):
            model = self._converted(plain.in_bf16(), frame)
            return openvino_towers.compiled(model, "bf16", as_it_is=True)
        return openvino_towers.compiled(self._converted(plain, frame), "bf16")

    def _in_int8(self, plain: TorchTower, frames: Sequence[Frames]) -> Tower:
        """Image network in int8; raises EncoderError if int8 changes embeddings too much."""
        if len(frames) < _MIN_FRAMES_OF_INT8:
            raise EncoderError(
                f"int8 is calibrated on photos that are new to the index: {len(frames)} are too "
                f"few, {_MIN_FRAMES_OF_INT8} are needed. Use `--runtime openvino`."
            )
        judging, calibrating = frames[::3], [f for at, f in enumerate(frames) if at % 3]
        expected = self._rows(plain, judging)
        model = self._converted(plain, frames[0])
        tower = openvino_towers.compiled(quantised(model, calibrating), "int8")
        cosine = self._least_cosine(tower, judging, expected)
        if cosine < _MIN_COSINE_IN_INT8:
            raise _refused("openvino-int8", cosine, _MIN_COSINE_IN_INT8)
        return tower

    def _least_cosine(self, tower: Tower, frames: Sequence[Frames], expected: Embeddings) -> float:
        """Smallest cosine between a network's embeddings of `frames` and the expected ones."""
        rows = self._rows(tower, frames)
        lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(expected, axis=1)
        cosines = np.einsum("nd,nd->n", rows, expected) / lengths
        return float(np.nan_to_num(cosines, nan=-1.0).min())

    def _seconds(self, tower: Tower, frames: Sequence[Frames], rounds: int) -> float:
        """Shortest time in seconds, over `rounds` runs, for a network to embed `frames`."""
        return min(_timed(lambda: self._rows(tower, frames)) for _ in range(rounds))


class SwitchableImages:
    """Base class of encoders whose image network can switch to another runtime."""

    _images: SwitchableTower
    _device: str

    @property
    def runtime(self) -> str:
        """Name of the current runtime, empty before the first embedding."""
        return self._images.name

    def choose_runtime(self, runtime: Runtime, frames: Sequence[Frames]) -> None:
        """Switch to a runtime, at the fastest precision that keeps embeddings nearly the same.

        See :meth:`SwitchableTower.choose`.
        """
        self._images.choose(runtime, frames)

    def set_precision(self, precision: str) -> None:
        """Set the numeric precision of future embeddings, even if another precision is faster.

        Raises EncoderError for eight bits; see :meth:`SwitchableTower.set_precision`.
        """
        self._images.set_precision(precision)

    def encode_frames(self, frames: Sequence[Frames]) -> Embeddings:
        """Embeddings (n, d) of images prepared as network inputs, batched by shape."""
        return self._images.encode(frames)

    @cached_property
    def _chosen_device(self) -> str:
        """Name of the compute device, with ``auto`` resolved to the fastest device."""
        return choose_device(self._device)


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _refused(runtime: str, cosine: float, needed: float) -> EncoderError:
    other = "openvino" if runtime == "openvino-int8" else "torch"
    return EncoderError(
        f"the runtime {runtime} is refused: its embeddings of these photos are not the encoder's "
        f"(cosine {cosine:.3f}, {needed} is needed). Use `--runtime {other}`."
    )
