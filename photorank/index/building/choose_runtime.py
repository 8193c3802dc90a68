"""Choose what runs the encoder, on a few of the photos that a run is about to embed."""

from collections.abc import Container, Sequence
from contextlib import closing

import numpy as np

from photorank.encoders.base import Encoder
from photorank.encoders.runtimes import FRAMES, FRAMES_OF_INT8, Runtime, Switchable
from photorank.errors import EncoderError
from photorank.index.building.decode_ahead import Framed, LazyEncoder, open_photos
from photorank.index.catalogue.rooted_paths import Place
from photorank.photos.files import PhotoFile
from photorank.typing import Frames

_FEW = 512  # photos: they are embedded before a faster runtime has been found; the sample has 264


def adopt_runtime(
    runtime: Runtime,
    todo: Sequence[tuple[Place, PhotoFile]],
    encoder: LazyEncoder,
    known: Container[str],
    *,
    workers: int,
) -> None:
    """Make the encoder run as asked, unless no photo is new; ``auto`` leaves few photos alone.

    Raises
    ------
    EncoderError
        If the runtime was asked for and cannot be had.
    MissingExtraError
        If it is not installed.
    """
    if frames := telling_frames(runtime, todo, encoder, known, workers=workers):
        run_as(runtime, encoder(), frames)


def telling_frames(
    runtime: Runtime,
    todo: Sequence[tuple[Place, PhotoFile]],
    encoder: LazyEncoder,
    known: Container[str],
    *,
    workers: int,
) -> list[Frames]:
    """Return new photos' frames to choose a runtime on, none where that would not pay."""
    if not todo or (runtime == "auto" and len(todo) < _FEW):
        return []
    wanted = FRAMES_OF_INT8 if runtime == "openvino-int8" else FRAMES
    return sample_frames(todo, encoder, known, wanted, workers=workers)


def run_as(runtime: Runtime, encoder: Encoder, frames: Sequence[Frames]) -> None:
    """Make an encoder run as asked, measured on some frames.

    Raises
    ------
    EncoderError, MissingExtraError
        As of :func:`adopt_runtime`.
    """
    if isinstance(encoder, Switchable):
        encoder.choose_runtime(runtime, frames)
    elif runtime != "auto":
        raise EncoderError(
            f"{encoder.spec} has no choice of runtimes. Leave out `--runtime {runtime}`."
        )


def sample_frames(
    todo: Sequence[tuple[Place, PhotoFile]],
    encoder: LazyEncoder,
    known: Container[str],
    wanted: int,
    *,
    workers: int,
) -> list[Frames]:
    """Return the frames of new photos from all over the folders, which seldom look alike."""
    spread = np.linspace(0, len(todo) - 1, wanted).round().astype(int).tolist()
    order = dict.fromkeys([*spread, *range(len(todo))])  # the others, should some be unusable
    frames: list[Frames] = []
    opened = open_photos((todo[at] for at in order), encoder, known, workers=workers, ahead=wanted)
    with closing(opened):  # no thread outlives an error
        for photo in opened:
            frames += photo.frames if isinstance(photo, Framed) else []
            if len(frames) >= wanted:
                break
    return frames
