"""Settings of an indexing run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from photorank.encoders import load_encoder
from photorank.encoders.base import Encoder
from photorank.encoders.choose_runtime import FEW_PHOTOS, Runtime
from photorank.index.building.ray_mirrors import Mirror

DEFAULT_ENCODER = "open_clip:ViT-L-14-quickgelu/openai"  # of a new index


class Loader(Protocol):
    """Type of functions that load an encoder, such as :func:`photorank.encoders.load_encoder`."""

    def __call__(self, spec: str, *, framing: str | None = None, device: str = "auto") -> Encoder:
        """Load the encoder specified by text such as "open_clip:ViT-L-14-quickgelu/openai"."""


@dataclass(frozen=True)
class Cluster:
    """Settings for a Ray cluster: its address, and where its workers read the photos."""

    address: str  # "local", "auto", HOST:PORT or ray://HOST:PORT
    mirrors: tuple[Mirror, ...] = ()
    answer_seconds: float = 5.0  # that an address has to answer
    attempts: int = 6  # at a block: where so many workers are lost, it is the block that ends them


@dataclass(frozen=True)
class BuildRequest:
    """Settings of an indexing run, such as photo folders, encoder and batch size."""

    paths: Sequence[Path]  # folders, searched with all their subfolders, and single files
    encoder_spec: str | None = None  # default: the index's own, else `DEFAULT_ENCODER`
    framing: str | None = None  # default: the index's own; the encoder's for a new one
    exclude: Sequence[str] = ()  # shell patterns of names and of paths to pass over
    file_times: bool = False  # date photos that nothing else dates by their file's time of change
    prune: bool = False  # drop the vanished photos, and embeddings that no file needs any more
    verify: bool = False  # read the contents of all files again, whatever their times say
    faces: bool | None = None  # look for faces, or do not, from now on; default: if it can be done
    load: Loader = load_encoder  # makes the encoder; for a cluster it is pickled
    on_progress: Callable[[int, int], None] | None = None  # is told files done, of how many
    on_unusable: Callable[[Path, str], None] | None = None  # is told of a file, and why

    # Where and how the encoder runs; on a cluster, in each of its workers.
    cluster: Cluster | None = None  # whose workers open and embed the photos
    device: str = "auto"
    runtime: Runtime = "auto"  # the fastest there is that agrees with torch, measured on photos
    workers: int | None = None  # processes that decode photos; default: one a core
    batch_size: int | None = None  # photos encoded together; default: 16 a core, 32 to 256
    few_photos: int = FEW_PHOTOS  # new ones, below which no runtime is measured

    crash_photos: int = 1024  # that a crash may cost
    crash_seconds: float = 30.0  # of work that a crash may cost
