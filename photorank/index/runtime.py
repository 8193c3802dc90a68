"""Choose what runs the encoder, on a few of the photos that a run is about to embed."""

from collections.abc import Container, Sequence
from contextlib import closing

from photorank.encoders.runtimes import FRAMES, FRAMES_OF_INT8, Runtime, Switchable
from photorank.errors import EncoderError
from photorank.index.pipeline import Framed, LazyEncoder, open_photos
from photorank.index.places import Place
from photorank.photos.files import PhotoFile
from photorank.typing import Frames

_FEW = 256  # photos: they are embedded before a faster runtime has been found


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
    if runtime == "auto" and len(todo) < _FEW:
        return
    wanted = FRAMES_OF_INT8 if runtime == "openvino-int8" else FRAMES
    frames = _sample(todo, encoder, known, wanted, workers)
    if not frames:
        return
    if isinstance(loaded := encoder(), Switchable):
        loaded.choose_runtime(runtime, frames)
    elif runtime != "auto":
        raise EncoderError(
            f"{loaded.spec} has no choice of runtimes. Leave out `--runtime {runtime}`."
        )


def _sample(
    todo: Sequence[tuple[Place, PhotoFile]],
    encoder: LazyEncoder,
    known: Container[str],
    wanted: int,
    workers: int,
) -> list[Frames]:
    """Return the frames of new photos from all over the folders, which seldom look alike."""
    step = max(1, len(todo) // wanted)
    spread = [place for start in range(step) for place in todo[start::step]]
    frames: list[Frames] = []
    opened = open_photos(spread, encoder, known, workers=workers, ahead=wanted)
    with closing(opened):  # no thread outlives an error
        for photo in opened:
            frames += photo.frames if isinstance(photo, Framed) else []
            if len(frames) >= wanted:
                break
    return frames
