"""Photos at URLs, read by fsspec: s3://, gs://, https://, zip:// and others."""

from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from photorank.errors import PhotorankError, UnreadablePhotoError, first_line
from photorank.photos.decode_limits import MAX_FILE_BYTES
from photorank.photos.suffixes import PHOTO_SUFFIXES
from photorank.scoring.score_photos import Source

_WEB = ("http", "https")  # whose addresses end in anything, and have no folders


class AddressError(PhotorankError, ValueError):
    """Error raised if a URL cannot be read, as for an unknown protocol or a missing package."""


def is_address(text: str) -> bool:
    """True if text is a URL and not a path.

    >>> is_address("s3://bucket/photos"), is_address("C:/photos/a.jpg")
    (True, False)
    """
    return "://" in text


def check_address(text: str) -> None:
    """Raise AddressError if no installed package can read a URL; does not connect to it."""
    _opened(text)


def source_at(text: str) -> Source:
    """Source that reads the photo at a URL only when the photo is scored."""
    return Source(text, partial(_read, text))


def found_at(text: str) -> Iterator[Source]:
    """Yield the photos at a URL: a single photo, all in a folder, or all that match a pattern."""
    filesystem, path = _opened(text)
    web = text.partition("://")[0] in _WEB
    pattern = "*" in path or (not web and any(mark in path for mark in "?["))
    suffix = PurePosixPath(path).suffix.lower()
    if not pattern and (web or suffix in PHOTO_SUFFIXES):
        yield source_at(text)
        return
    _, chained, archive = text.partition("::")  # as in zip://photos/*.jpg::archive.zip
    found = False
    try:
        for name in filesystem.glob(path) if pattern else _photos_below(filesystem, path):
            found = True
            full = f"{filesystem.unstrip_protocol(name)}{chained}{archive}"
            yield Source(full, partial(_read_open, filesystem, name))
    except FileNotFoundError:
        yield Source.refused(text, "not found")
    except Exception as error:  # each of fsspec's file systems has errors of its own
        yield Source.refused(text, first_line(error))
    else:
        if not found:
            yield Source.refused(text, "no photo is there")


def _photos_below(filesystem: Any, folder: str) -> Iterator[str]:
    """Yield the paths of photos in a folder and its subfolders, listing one folder at a time."""
    seen = False
    for _, _, files in filesystem.walk(folder, detail=True, on_error="raise"):
        seen = seen or bool(files)
        for _, one in sorted(files.items()):
            if PurePosixPath(one["name"]).suffix.lower() in PHOTO_SUFFIXES:
                yield one["name"]
    if not seen:
        raise FileNotFoundError


def _opened(text: str) -> tuple[Any, str]:
    if not text.partition("://")[2].strip("/"):
        raise AddressError(f"{text} names no file or folder: write what follows ://, too.")
    try:
        return _filesystem(text)
    except Exception as error:  # ImportError names the package that is missing; others their fault
        why = first_line(error).rstrip(".")
        then = " Install that with pip, then repeat." if isinstance(error, ImportError) else ""
        raise AddressError(f"{text} cannot be read: {why}.{then}") from error


def _filesystem(text: str) -> tuple[Any, str]:
    import fsspec

    filesystem, path = fsspec.core.url_to_fs(text)
    return filesystem, path


def _read(text: str) -> bytes:
    try:
        filesystem, path = _opened(text)
    except AddressError as error:
        raise UnreadablePhotoError(str(error)) from error
    return _read_open(filesystem, path)


def _read_open(filesystem: Any, path: str) -> bytes:
    try:
        with filesystem.open(path, "rb") as file:
            data: bytes = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise UnreadablePhotoError("not found") from error
    except Exception as error:  # a photo that cannot be had must not end a run over millions
        raise UnreadablePhotoError(first_line(error), passing=True) from error
    if len(data) > MAX_FILE_BYTES:
        raise UnreadablePhotoError(f"larger than {MAX_FILE_BYTES >> 30} GiB")
    if not data:
        raise UnreadablePhotoError("empty file")
    return data
