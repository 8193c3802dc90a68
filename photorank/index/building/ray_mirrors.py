"""Mirrors: URLs or folders from which a cluster's workers read a local folder's photos."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from photorank.errors import ClusterError, UnreadablePhotoError, first_line
from photorank.photos.decode_limits import MAX_FILE_BYTES
from photorank.photos.open_photo import os_reason, read_photo


@dataclass(frozen=True)
class Mirror:
    """Local photo folder, and the URL from which a cluster's workers read its photos instead."""

    folder: Path  # its real path
    url: str  # s3://, gs://, a URL that fsspec knows, or a folder of the workers


def parse_mirror(text: str) -> Mirror:
    """Mirror of a local photo folder, parsed from ``FOLDER=URL``.

    Raises ClusterError if the text is malformed or the URL's file system cannot be reached.

    Examples
    --------
    >>> parse_mirror("/photos=/mnt/nas/photos").url
    '/mnt/nas/photos'
    """
    folder, found, url = text.partition("=")
    if not (found and folder and url):
        raise ClusterError(f"--mirror is FOLDER=URL, not {text!r}")
    if "://" in url:
        _filesystem(url)
    return Mirror(Path(folder).expanduser().resolve(), url.rstrip("/"))


def mirrored(mirrors: Sequence[Mirror]) -> Callable[[Path], bytes]:
    """Function that reads a photo file, from the mirror of its folder if there is one."""

    def read(path: Path) -> bytes:
        for mirror in mirrors:
            if path.is_relative_to(mirror.folder):
                return _read(mirror.url, path.relative_to(mirror.folder))
        return read_photo(path)

    return read


def _read(url: str, below: Path) -> bytes:
    if "://" not in url:
        return read_photo(Path(url) / below)
    try:
        below.as_posix().encode()
    except UnicodeEncodeError as error:
        raise UnreadablePhotoError(f"{url} has no names that are not Unicode") from error
    filesystem, folder = _filesystem(url)
    try:
        with filesystem.open_input_file(f"{folder}/{below.as_posix()}") as file:
            if file.size() > MAX_FILE_BYTES:
                raise UnreadablePhotoError("larger than 1 GiB")
            data: bytes = file.read()
    except FileNotFoundError as error:
        raise UnreadablePhotoError(f"not found in {url}") from error
    except OSError as error:
        raise UnreadablePhotoError(
            os_reason(error) if error.errno else first_line(error)
        ) from error
    if not data:
        raise UnreadablePhotoError("empty file")
    return data


@cache
def _filesystem(url: str) -> tuple[Any, str]:
    """Pyarrow file system for a URL, and the URL's path on that file system.

    URLs that pyarrow does not know are served by fsspec.
    """
    import pyarrow
    from pyarrow.fs import FileSystem, FSSpecHandler, PyFileSystem

    try:
        return FileSystem.from_uri(url)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError):
        pass  # a scheme that pyarrow does not know
    except OSError as error:
        raise ClusterError(f"{url} cannot be reached: {first_line(error)}") from error
    try:
        import fsspec

        filesystem, folder = fsspec.core.url_to_fs(url)
    except (ImportError, OSError, ValueError) as error:
        raise ClusterError(f"{url} cannot be read: {first_line(error)}") from error
    return PyFileSystem(FSSpecHandler(filesystem)), folder.rstrip("/")
