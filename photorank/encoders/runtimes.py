"""Choose what runs an image tower: measured on the user's own photos, never assumed."""

import ctypes
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from threading import Lock
from typing import Any, Literal, Protocol, get_args, runtime_checkable

import numpy as np

from photorank.encoders import openvino_towers
from photorank.encoders.bf16_networks import is_mixed
from photorank.encoders.device import choose_device
from photorank.encoders.image_towers import TorchTower, Tower, encode
from photorank.encoders.int8_networks import quantised
from photorank.errors import EncoderError, UnknownNameError
from photorank.typing import Embeddings, Frames

Runtime = Literal["auto", "torch", "openvino", "openvino-int8"]
RUNTIMES: tuple[Runtime, ...] = get_args(Runtime)

FRAMES = 16  # that a choice is measured on
FRAMES_OF_INT8 = 192  # that calibrate it, and a third of them judge it
_LEAST_FRAMES_OF_INT8 = 24

_AGREES = 0.99  # the least cosine with torch in fp32
_AGREES_IN_INT8 = 0.98
_FASTER = 0.9  # of the time of what is simpler; less is not worth another runtime
_LONG = 2.0  # seconds: a round that takes longer says enough


def known_runtime(name: str) -> Runtime:
    """Runtime of that name.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    for runtime in RUNTIMES:
        if name == runtime:
            return runtime
    raise UnknownNameError("runtime", name, RUNTIMES)


@runtime_checkable
class Switchable(Protocol):
    """An encoder that more than one runtime can run."""

    @property
    def runtime(self) -> str:
        """What computes the photos' embeddings, "" while nothing was computed."""

    def choose_runtime(self, runtime: Runtime, frames: Sequence[Frames]) -> None:
        """Compute the photos' embeddings otherwise; see :meth:`SwitchableTower.choose`."""


def free_memory() -> None:
    """Freed memory to the system, where the C library is one that would keep it.

    glibc keeps what a checkpoint was read into: 0.2 GB of a ViT-B/32, 0.4 GB of its
    quantisation.
    """
    with suppress(OSError, AttributeError, TypeError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)


class SwitchableTower:
    """An encoder's image tower: torch in fp32, until another runtime is chosen.

    Parameters
    ----------
    load : callable
        Makes the tower when it is first needed.
    dimensions : int
        The length d of an embedding.
    one_shape : bool
        Whether all frames have one shape.
    """

    def __init__(self, load: Callable[[], TorchTower], dimensions: int, *, one_shape: bool) -> None:
        self._load = load
        self._dimensions = dimensions
        self._one_shape = one_shape
        self._tower: Tower | None = None
        self._loading = Lock()

    @property
    def name(self) -> str:
        """What computes, "" while nothing was computed."""
        return self._tower.name if self._tower else ""

    def load(self) -> Tower:
        """Tower, loaded if it is not yet."""
        with self._loading:
            self._tower = self._tower or self._load()
            return self._tower

    def encode(self, frames: Sequence[Frames]) -> Embeddings:
        """Unit embeddings (n, d) of frames."""
        if not frames:
            return np.empty((0, self._dimensions), dtype=np.float32)
        return encode(self.load(), frames, self._dimensions)

    def choose(self, runtime: Runtime, frames: Sequence[Frames]) -> None:
        """Run in the fastest way that the runtime has and that agrees with torch in fp32.

        Parameters
        ----------
        runtime : {"auto", "torch", "openvino", "openvino-int8"}
            ``auto`` takes whatever is fastest but int8.
        frames : sequence of ndarray of shape (h, w, 3)
            The user's own, at least one: `FRAMES` will do, for int8 `FRAMES_OF_INT8`.

        Raises
        ------
        EncoderError
            If the runtime does not run here, or its embeddings are others.
        MissingExtraError
            If it is not installed.
        """
        with self._loading:
            plain = self._plain or self._load()
            if runtime.startswith("openvino") and plain.device != "cpu":
                raise EncoderError(
                    f"the runtime {runtime} is for processors. Use `--runtime torch` on "
                    f"{plain.device}, or `--device cpu`."
                )
            if runtime == "openvino-int8":
                self._tower = self._in_int8(plain, frames)
            else:
                self._tower = self._fastest(runtime, plain, frames[:FRAMES])
        del plain
        free_memory()  # of the towers that were not chosen

    @property
    def _plain(self) -> TorchTower | None:
        """The tower in torch and fp32, while it is in use."""
        tower = self._tower
        return tower if isinstance(tower, TorchTower) and tower.precision == "fp32" else None

    def _fastest(self, runtime: Runtime, plain: TorchTower, frames: Sequence[Frames]) -> Tower:
        """Fastest tower that agrees; of those about as fast, the simplest."""
        start = time.perf_counter()
        expected = encode(plain, frames, self._dimensions)
        rounds = 1 if time.perf_counter() - start > _LONG else 3
        best: Tower | None = None
        least, closest = np.inf, -1.0
        if runtime != "openvino":
            best, least = plain, self._seconds(plain, frames, rounds)
        for tower in self._others(runtime, plain, frames[0]):
            cosine = self._least_cosine(tower, frames, expected)
            closest = max(closest, cosine)
            if cosine < _AGREES:
                continue
            seconds = self._seconds(tower, frames, rounds)
            if seconds < _FASTER * least:
                best, least = tower, seconds
            if isinstance(tower, openvino_towers.OpenVinoTower):
                break  # in more bits it is slower, and takes the memory of a second network
        if best is None:
            raise _refused(runtime, closest, _AGREES)
        return best

    def _others(self, runtime: Runtime, plain: TorchTower, frame: Frames) -> Iterator[Tower]:
        """Yield the towers that are worth a measurement, one at a time."""
        if runtime != "openvino" and _has_fast_bf16(plain.device):
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
        """Closest in 16 bits: a transformer's sums stay in 32, which it must be told."""
        if is_mixed(plain.network):
            model = self._converted(plain.in_bf16(), frame)
            return openvino_towers.compiled(model, "bf16", as_it_is=True)
        return openvino_towers.compiled(self._converted(plain, frame), "bf16")

    def _in_int8(self, plain: TorchTower, frames: Sequence[Frames]) -> Tower:
        """Tower of 8 bits, unless it makes other embeddings."""
        if len(frames) < _LEAST_FRAMES_OF_INT8:
            raise EncoderError(
                f"int8 is calibrated on photos that are new to the index: {len(frames)} are too "
                f"few, {_LEAST_FRAMES_OF_INT8} are needed. Use `--runtime openvino`."
            )
        judging, calibrating = frames[::3], [f for at, f in enumerate(frames) if at % 3]
        expected = encode(plain, judging, self._dimensions)
        model = self._converted(plain, frames[0])
        tower = openvino_towers.compiled(quantised(model, calibrating), "int8")
        cosine = self._least_cosine(tower, judging, expected)
        if cosine < _AGREES_IN_INT8:
            raise _refused("openvino-int8", cosine, _AGREES_IN_INT8)
        return tower

    def _least_cosine(self, tower: Tower, frames: Sequence[Frames], expected: Embeddings) -> float:
        """Cosine with the embedding it should be, of the frame where it is least."""
        cosines = (encode(tower, frames, self._dimensions) * expected).sum(axis=1)
        return float(np.nan_to_num(cosines, nan=-1.0).min())

    def _seconds(self, tower: Tower, frames: Sequence[Frames], rounds: int) -> float:
        """Return how long a round takes that nothing disturbs."""
        return min(_timed(lambda: encode(tower, frames, self._dimensions)) for _ in range(rounds))


class SwitchableImages:
    """The photos' half of an encoder whose image tower is switchable."""

    _images: SwitchableTower
    _device: str

    @property
    def runtime(self) -> str:
        """What computes the photos' embeddings, "" while nothing was computed."""
        return self._images.name

    def choose_runtime(self, runtime: Runtime, frames: Sequence[Frames]) -> None:
        """Compute the photos' embeddings otherwise; see :meth:`SwitchableTower.choose`."""
        self._images.choose(runtime, frames)

    def encode_frames(self, frames: Sequence[Frames]) -> Embeddings:
        """Unit embeddings (n, d) of frames; those of one shape are run together."""
        return self._images.encode(frames)

    @cached_property
    def _chosen_device(self) -> str:
        """The device that ``auto`` means here."""
        return choose_device(self._device)


def _has_fast_bf16(device: str) -> bool:
    """Whether matrices of 16 bits are multiplied faster than those of 32."""
    import torch

    if device == "mps":
        return False

    def seconds(dtype: torch.dtype) -> float:
        square = torch.ones((1024, 1024), dtype=dtype, device=device)
        return min(_timed(lambda: float((square @ square)[0, 0])) for _ in range(3))

    return seconds(torch.bfloat16) < _FASTER * seconds(torch.float32)


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
