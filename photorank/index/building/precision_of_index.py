"""Numeric precision of embeddings: chosen for a new index, unchanged for an existing index."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

import numpy as np

from photorank.encoders.base import Encoder
from photorank.encoders.choose_runtime import (
    FRAMES,
    FRAMES_OF_INT8,
    Runtime,
    Switchable,
    precision_of,
)
from photorank.errors import EncoderError
from photorank.index.building.decode_ahead import Framed, Opener
from photorank.index.building.run_state import Run
from photorank.index.catalogue.rooted_paths import Place
from photorank.index.manifest import Manifest
from photorank.photos.find_photos import PhotoFile
from photorank.typing import Frames


def with_precision(run: Run, todo: Sequence[tuple[Place, PhotoFile]], opener: Opener) -> Manifest:
    """Manifest of the index, with the numeric precision of its embeddings filled in.

    A new index takes that of the runtime that is asked for, or measured on its own photos, in
    which few photos are too few; an index that exists keeps its own. Raises EncoderError if
    another is asked for, and as :func:`run_as`.
    """
    request, known = run.request, run.manifest.embedded_in
    many = not known and len(todo) >= request.few_photos
    frames: list[Frames] = []
    if request.runtime != "auto" or many:
        wanted = FRAMES_OF_INT8 if request.runtime == "openvino-int8" else FRAMES
        frames = sample_frames(todo, opener, wanted, workers=run.workers)
    if frames:
        run_as(request.runtime, run.encoder(), frames)
    elif run.stored is not None:
        return replace(run.manifest, precision=known)
    own = run.encoder()
    made = precision_of(own.runtime) if isinstance(own, Switchable) else ""
    if known and made and made != known:
        raise EncoderError(
            f"the index {run.index.name} was embedded in {known}, and `--runtime "
            f"{request.runtime}` takes {made} here: photos would not be comparable. Leave it out, "
            "or make another index with `--name`."
        )
    return replace(run.manifest, precision=known or made)


def run_as(runtime: Runtime, encoder: Encoder, frames: Sequence[Frames]) -> None:
    """Switch an encoder to the named inference runtime, such as "openvino-int8".

    "auto" means the fastest except int8. Speed is timed on `frames`. Raises EncoderError if
    the runtime cannot be had, MissingExtraError if it is not installed.
    """
    if isinstance(encoder, Switchable):
        encoder.choose_runtime(runtime, frames)
    elif runtime != "auto":
        raise EncoderError(
            f"{encoder.spec} has no choice of runtimes. Leave out `--runtime {runtime}`."
        )


def sample_frames(
    todo: Sequence[tuple[Place, PhotoFile]], opener: Opener, wanted: int, *, workers: int
) -> list[Frames]:
    """Encoder inputs of a few sample photos, spread evenly over the files to read."""
    spread = np.linspace(0, len(todo) - 1, wanted).round().astype(int).tolist()
    order = dict.fromkeys([*spread, *range(len(todo))])  # the others, should some be unusable
    frames: list[Frames] = []
    opened = opener.ahead((todo[at] for at in order), workers=workers, most=wanted)
    with closing(opened):  # no thread outlives an error
        for photo in opened:
            frames += photo.prepared.frames if isinstance(photo, Framed) else []
            if len(frames) >= wanted:
                break
    return frames
