"""Speed of indexing, compared with a plain open_clip loop, and with decoding or encoding alone."""

import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from photorank.bench import plain_loop
from photorank.bench.synthetic_photos import MODEL, write_model, write_photos
from photorank.comparisons.comparisons import Comparisons
from photorank.cores import usable_cores
from photorank.encoders import load_encoder
from photorank.encoders.base import Encoder, encode_photos
from photorank.encoders.choose_runtime import FRAMES_OF_INT8, Runtime, Switchable
from photorank.index.building.batch_size import batch_size_for
from photorank.index.building.build import build_index
from photorank.index.building.decode_ahead import Framed, LazyEncoder, Opener
from photorank.index.building.precision_of_index import sample_frames
from photorank.index.building.request import BuildRequest
from photorank.index.catalogue.rooted_paths import Place
from photorank.index.opened import Index
from photorank.metrics.ranking import spearman
from photorank.photos.find_photos import PhotoFile, find_photos
from photorank.typing import Embeddings, Json
from photorank.workspace import Workspace

_RATED_DIRECTIONS = 10  # for comparing the order of photos


@dataclass(frozen=True)
class IndexingSpeed:
    """Speeds of indexing and its steps in photos per second, each the median of several runs."""

    runtime: str  # what computed our embeddings
    photos: int
    cores: int
    ours: float  # from files to a durable index
    reference: float  # from files to an array
    decode_only: float  # all cores decode, nothing is encoded
    encode_only: float  # all cores encode what was decoded before
    ratio: float  # ours to the reference, the median of the rounds' own
    of_ceiling: float  # ours to `perfect_overlap`, likewise
    least_cosine: float  # of our embeddings with the reference's
    least_spearman: float  # of ratings by ours with ratings by the reference's

    @property
    def perfect_overlap(self) -> float:
        """Photos per second if decoding and encoding overlapped perfectly; an upper limit."""
        return _combined_speed(self.decode_only, self.encode_only)

    def to_json(self) -> Json:
        """The speeds as a JSON object."""
        return {**vars(self), "perfect_overlap": self.perfect_overlap}


def measure_indexing(
    photos: int,
    runtime: Runtime,
    *,
    rounds: int,
    on_progress: Callable[[int, int], None] | None = None,
) -> IndexingSpeed:
    """Measure the speed of indexing synthetic 12-megapixel photos with a ViT-B/32 on the CPU.

    Loading and choosing the runtime are not timed: they cost the same for ten photos and for a
    million.
    """
    found: list[dict[str, float]] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        write_photos(folder / "photos", photos)
        spawned = multiprocessing.get_context("spawn")  # what each loads is its own
        ours, theirs = (
            stack.enter_context(ProcessPoolExecutor(1, mp_context=spawned)) for _ in range(2)
        )
        spec = ours.submit(write_model, folder / "weights.safetensors").result()
        name = ours.submit(_prepare, spec, runtime, folder / "photos").result()
        for number in range(rounds + 1):
            seconds, expected = theirs.submit(
                plain_loop.embed, MODEL, folder / "weights.safetensors", folder / "photos"
            ).result()
            home = folder / str(number)
            timed, rows = ours.submit(_time_index, spec, runtime, folder / "photos", home).result()
            speeds = {"reference": photos / seconds, "ours": photos / timed}
            for what, run in (("decode_only", _time_decoding), ("encode_only", _time_encoding)):
                speeds[what] = photos / ours.submit(run, spec, runtime, folder / "photos").result()
            if number:  # the first round warms up
                found.append(speeds)
            if on_progress:
                on_progress(number + 1, rounds + 1)
    return IndexingSpeed(
        runtime=name,
        photos=photos,
        cores=usable_cores(),
        ratio=statistics.median(one["ours"] / one["reference"] for one in found),
        of_ceiling=statistics.median(
            one["ours"] / _combined_speed(one["decode_only"], one["encode_only"]) for one in found
        ),
        least_cosine=float((rows * expected).sum(axis=1).min()),
        least_spearman=_least_spearman(rows, expected),
        **{
            what: statistics.median(one[what] for one in found)
            for what in ("ours", "reference", "decode_only", "encode_only")
        },
    )


@dataclass(frozen=True)
class EncoderSpeed:
    """Speed of indexing with one encoder, compared with the first encoder of the same run."""

    encoder: str
    runtime: str  # what computed the embeddings
    photos: int
    cores: int
    speed: float  # photos per second, from files to a durable index; median of the rounds
    ratio: float  # of speeds, to the first encoder's; median of the rounds
    least_ratio: float  # of all rounds
    greatest_ratio: float


def compare_encoders(
    photos: int,
    specs: Sequence[str],
    runtime: Runtime,
    *,
    rounds: int,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[EncoderSpeed, ...]:
    """Speeds of indexing synthetic 12-megapixel photos on the CPU, alternating between encoders.

    Each encoder has a process of its own. The time includes technical signals where an encoder has
    them, and neither loading the model nor choosing the runtime.
    """
    for spec in specs:  # refused before minutes of work, not after them
        load_encoder(spec, device="cpu")
    seconds: list[list[float]] = []  # by round, then by encoder
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        write_photos(folder / "photos", photos)
        spawned = multiprocessing.get_context("spawn")
        pools = [stack.enter_context(ProcessPoolExecutor(1, mp_context=spawned)) for _ in specs]
        runs = [*zip(pools, specs, strict=True)]
        runtimes = [
            pool.submit(_prepare, spec, runtime, folder / "photos").result() for pool, spec in runs
        ]
        for number in range(rounds + 1):
            home = folder / str(number)
            timed = [
                pool.submit(_time_index, spec, runtime, folder / "photos", home / str(at)).result()
                for at, (pool, spec) in enumerate(runs)
            ]
            if number:  # the first round warms up
                seconds.append([taken for taken, _ in timed])
            if on_progress:
                on_progress(number + 1, rounds + 1)
    found = []
    for at, (spec, name) in enumerate(zip(specs, runtimes, strict=True)):
        ratios = [one[0] / one[at] for one in seconds]
        speed = photos / statistics.median(one[at] for one in seconds)
        median = statistics.median(ratios)
        found.append(
            EncoderSpeed(
                spec, name, photos, usable_cores(), speed, median, min(ratios), max(ratios)
            )
        )
    return tuple(found)


def _combined_speed(decode: float, encode: float) -> float:
    """Expected photos per second if decoding and encoding share the same cores."""
    return 1 / (1 / decode + 1 / encode)


def _least_spearman(rows: Embeddings, expected: Embeddings) -> float:
    directions = np.random.default_rng(0).normal(size=(_RATED_DIRECTIONS, rows.shape[1]))
    return min(spearman(rows @ one, Comparisons.from_scores(expected @ one)) for one in directions)


def _prepare(spec: str, runtime: Runtime, folder: Path) -> str:
    """Load the encoder into this process; return its runtime, such as ``openvino``."""
    encoder = _ready(spec, runtime, folder)
    return encoder.runtime if isinstance(encoder, Switchable) else ""


@cache
def _ready(spec: str, runtime: Runtime, folder: Path) -> Encoder:
    encoder = load_encoder(spec, device="cpu")
    opener = Opener(LazyEncoder(lambda: encoder), ())
    frames = sample_frames(_todo(folder), opener, FRAMES_OF_INT8, workers=usable_cores())
    if isinstance(encoder, Switchable):
        encoder.choose_runtime(runtime, frames)
    return encoder


def _time_index(spec: str, runtime: Runtime, folder: Path, home: Path) -> tuple[float, Embeddings]:
    """Indexing time of a folder in seconds, and its photos' network outputs (n, dh) by path."""
    encoder = _ready(spec, runtime, folder)
    start = time.perf_counter()
    paths = Workspace(home).index("bench")
    build_index(paths, BuildRequest([folder], encoder_spec=spec, load=lambda *_, **__: encoder))
    seconds = time.perf_counter() - start
    index = Index.open(paths)
    order = np.argsort([str(photo.path) for photo in index.photos()])
    return seconds, index.heads()[order]


def _time_decoding(spec: str, runtime: Runtime, folder: Path) -> float:
    """Seconds that the decoding part of indexing takes for all photos, on all cores."""
    encoder = _ready(spec, runtime, folder)
    start = time.perf_counter()
    _opened(folder, encoder)
    return time.perf_counter() - start


def _time_encoding(spec: str, runtime: Runtime, folder: Path) -> float:
    """Seconds that the encoding part of indexing takes for photos that are already decoded."""
    encoder = _ready(spec, runtime, folder)
    frames = [photo.prepared for photo in _opened(folder, encoder)]
    size = batch_size_for(usable_cores())
    start = time.perf_counter()
    for at in range(0, len(frames), size):
        encode_photos(encoder, frames[at : at + size])
    return time.perf_counter() - start


def _todo(folder: Path) -> list[tuple[Place, PhotoFile]]:
    files = (file for file in find_photos([folder], ()) if isinstance(file, PhotoFile))
    return [((0, str(number).encode()), file) for number, file in enumerate(files)]


def _opened(folder: Path, encoder: Encoder) -> list[Framed]:
    todo = _todo(folder)
    opener = Opener(LazyEncoder(lambda: encoder), ())
    opened = opener.ahead(todo, workers=usable_cores(), most=len(todo))
    return [photo for photo in opened if isinstance(photo, Framed)]
