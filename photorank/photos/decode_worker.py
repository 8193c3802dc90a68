"""Program of a decoder process: reads requests from stdin, writes replies to stdout.

A request is two lengths, a JSON object with the task, and a photo's bytes; a reply is two lengths,
a JSON object, and pixels. The process ends with its input, so it never outlives its parent.
"""

import io
import json
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from math import isfinite
from typing import BinaryIO

from PIL import Image

from photorank.errors import FaceModelsError, MetadataError, UnreadablePhotoError
from photorank.photos.decode_limits import DecodeLimits
from photorank.photos.faces.face import faces_to_json
from photorank.photos.metadata.exif import embedded_tags, exposure_bias, settings_text, shot
from photorank.photos.open_photo import decode_photo, open_header
from photorank.photos.signals.compression import jpeg_quality
from photorank.photos.signals.signals_block import LEAST_LONG_SIDE
from photorank.photos.thumbnails import small_picture
from photorank.typing import Json

Reply = tuple[Json, bytes]

_JPEG_QUALITY = 88  # of images for display

_LENGTHS = struct.Struct("<QQ")


def send(file: BinaryIO, head: Json, data: bytes = b"") -> None:
    """Write a message to a pipe: a header with two lengths, then a JSON object, then data bytes."""
    text = json.dumps(head).encode()
    file.write(_LENGTHS.pack(len(text), len(data)) + text)
    file.write(data)
    file.flush()


def receive(file: BinaryIO) -> Reply | None:
    """Read one message, a JSON object and data bytes, from a pipe; None at the end of the pipe.

    None, too, if the message is truncated.
    """
    lengths = file.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    text, data = (file.read(length) for length in _LENGTHS.unpack(lengths))
    if len(data) < _LENGTHS.unpack(lengths)[1]:
        return None
    return json.loads(text), data


def serve() -> None:
    """Answer decoding requests from stdin until stdin is closed."""
    requests = open(os.dup(0), "rb")  # noqa: SIM115 - as long as the process lives
    replies = open(os.dup(1), "wb")  # noqa: SIM115
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):  # C libraries print warnings, which would mix with the replies
        os.dup2(null, number)
    with suppress(BrokenPipeError):  # the parent process has ended
        _prefer_for_oom_kill()
        send(replies, {"ready": True})
        while request := receive(requests):
            head, data = request
            limits = DecodeLimits(*head["limits"])
            limits.apply()
            send(replies, *_answer(head, data, limits))


def _answer(head: Json, data: bytes, limits: DecodeLimits) -> Reply:
    try:
        return TASKS[head["task"]](data, **head["options"])
    except FaceModelsError as error:
        return {"models": str(error)}, b""
    except UnreadablePhotoError as error:
        if not isinstance(error.__cause__, MemoryError):
            return {"reason": error.reason}, b""
    except MemoryError:
        pass  # answered below, once the memory is free again
    return {"reason": "", "memory": limits.memory_is_free()}, b""


def _picture(data: bytes, *, short_side: int | None, long_side: int, faces: bool = False) -> Reply:
    photo = decode_photo(data, short_side=short_side, long_side=long_side)
    full_size = photo.info.get("full_size")
    quality = jpeg_quality(open_header(io.BytesIO(data)))
    head = {
        "size": photo.size,
        "full_size": full_size,
        "shot": shot(data),
        "jpeg_quality": quality if isfinite(quality) else None,
    }
    if faces:
        head["faces"] = _found(data, photo if long_side == LEAST_LONG_SIDE else None)
    return head, photo.tobytes()


def _jpeg(data: bytes, *, long_side: int) -> Reply:
    photo = decode_photo(data, short_side=1 if long_side else None, long_side=long_side)
    if long_side:
        photo = small_picture(photo, long_side)
    photo.info.clear()  # nothing of the file but its pixels
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=_JPEG_QUALITY)
    return {"size": photo.size}, file.getvalue()


def _signals(data: bytes) -> Reply:
    from photorank.photos.signals.all_signals import photo_signals

    return {"signals": photo_signals(data)}, b""


def _faces(data: bytes) -> Reply:
    return {"faces": _found(data)}, b""


def _found(data: bytes, decoded: Image.Image | None = None) -> list[Json]:
    from photorank.photos.faces.in_photo import faces_in

    return faces_to_json(faces_in(data, decoded))


def _tags(data: bytes) -> Reply:
    try:
        return {"damage": None, "tags": embedded_tags(io.BytesIO(data))}, b""
    except MetadataError as error:
        return {"damage": error.reason}, b""


# Every answer goes through JSON: nothing that a compromised process sends can be executed.
TASKS: dict[str, Callable[..., Reply]] = {
    "picture": _picture,
    "jpeg": _jpeg,
    "signals": _signals,
    "faces": _faces,
    "tags": _tags,
    "shot": lambda data: ({"shot": shot(data)}, b""),
    "settings": lambda data: ({"settings": settings_text(data)}, b""),
    "exposure_bias": lambda data: ({"stops": exposure_bias(io.BytesIO(data))}, b""),
}


def _prefer_for_oom_kill() -> None:
    """Ask the kernel to kill this process before its parent when memory runs out."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
