"""Request of an indexing run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from photorank.encoders import load_encoder
from photorank.encoders.base import Encoder
from photorank.encoders.runtimes import Runtime
from photorank.index.building.ray_mirrors import Mirror


class Loader(Protocol):
    """Function that makes an encoder, as :func:`photorank.encoders.load_encoder` does."""

    def __call__(self, spec: str, *, framing: str | None = None, device: str = "auto") -> Encoder:
        """Encoder of a spec."""


@dataclass(frozen=True)
class Cluster:
    """Address of a cluster, and the mirrors of the photos there."""

    address: str  # "local", "auto", HOST:PORT or ray://HOST:PORT
    mirrors: tuple[Mirror, ...] = ()
    answer_seconds: float = 5.0  # that an address has to answer
    attempts: int = 6  # at a block: where so many workers are lost, it is the block that ends them


@dataclass(frozen=True)
class BuildRequest:
    """What a person asks of an indexing run.

    Parameters
    ----------
    paths : sequence of Path
        Folders, searched with all their subfolders, and single files.
    encoder_spec, framing : str, optional
        Default: the index's own; for a new one `DEFAULT_ENCODER` and its framing.
    exclude : sequence of str
        Shell patterns of names and of paths to pass over.
    device : str, default="auto"
        Where the encoder runs.
    runtime : {"auto", "torch", "openvino", "openvino-int8"}
        What runs it: ``auto`` takes the fastest that is installed and agrees with
        torch in full precision, measured on some of the photos. ``openvino-int8``
        is refused where it does not agree.
    workers : int, optional
        Processes that decode photos. Default: one a core.
    batch_size : int, optional
        Photos that the encoder takes at a time. Default: 16 a core, 32 to 256.
    prune : bool, default=False
        Drop the vanished photos under the paths, and embeddings that no file needs
        any more. People's judgements are kept, and count again should a photo
        return.
    cluster : Cluster, optional
        Whose workers open and embed the photos. `device`, `runtime`, `workers` and
        `batch_size` are then those of each worker, and `load` can be pickled.
    load : callable, default=load_encoder
        Makes the encoder.
    on_progress : callable, optional
        Called with the number of files done and of all that have to be opened.
    crash_photos, crash_seconds : int, float
        How many photos, and how much work, a crash may cost.
    few_photos : int
        Below so many new ones ``auto`` measures no runtime: they are embedded before
        that would pay.
    """

    paths: Sequence[Path]
    encoder_spec: str | None = None
    framing: str | None = None
    exclude: Sequence[str] = ()
    device: str = "auto"
    runtime: Runtime = "auto"
    workers: int | None = None
    batch_size: int | None = None
    prune: bool = False
    cluster: Cluster | None = None
    load: Loader = load_encoder
    on_progress: Callable[[int, int], None] | None = None
    crash_photos: int = 1024
    crash_seconds: float = 30.0
    few_photos: int = 512  # the sample has 264
