"""Choice of the encoder's runtime, measured on a few of the photos to be embedded."""

from collections.abc import Sequence
from contextlib import closing

import numpy as np

from photorank.encoders.base import Encoder
from photorank.encoders.runtimes import FRAMES, FRAMES_OF_INT8, Runtime, Switchable
from photorank.errors import EncoderError
from photorank.index.building.decode_ahead import Framed, Opener
from photorank.index.building.request import BuildRequest
from photorank.index.catalogue.rooted_paths import Place
from photorank.photos.files import PhotoFile
from photorank.typing import Frames


def telling_frames(
    request: BuildRequest,
    todo: Sequence[tuple[Place, PhotoFile]],
    opener: Opener,
    *,
    workers: int,
) -> list[Frames]:
    """Frames of new photos to compare runtimes on; empty if too few photos to pay off."""
    if not todo or (request.runtime == "auto" and len(todo) < request.few_photos):
        return []
    wanted = FRAMES_OF_INT8 if request.runtime == "openvino-int8" else FRAMES
    return sample_frames(todo, opener, wanted, workers=workers)


def run_as(runtime: Runtime, encoder: Encoder, frames: Sequence[Frames]) -> None:
    """Switch an encoder to a runtime; "auto" measures the runtimes on the frames.

    Raises EncoderError if the runtime cannot be had, MissingExtraError if it is not installed.
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
    """Frames of new photos sampled evenly over all folders: neighbouring files look alike."""
    spread = np.linspace(0, len(todo) - 1, wanted).round().astype(int).tolist()
    order = dict.fromkeys([*spread, *range(len(todo))])  # the others, should some be unusable
    frames: list[Frames] = []
    opened = opener.ahead((todo[at] for at in order), workers=workers, most=wanted)
    with closing(opened):  # no thread outlives an error
        for photo in opened:
            frames += photo.frames if isinstance(photo, Framed) else []
            if len(frames) >= wanted:
                break
    return frames
