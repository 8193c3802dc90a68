"""Disk cache of photo previews; beyond a size limit the least recently used ones are removed."""

import os
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import time

from photorank.errors import StorageError
from photorank.workspace import write_bytes

MOST_BYTES = 2 << 30  # of all previews of a workspace: those of some 10,000 photos that were opened
_ROOM_LEFT = 0.9  # of the cap that a clearing leaves full
_SECONDS_UNTOUCHED = 3600.0  # before a look at a preview is noted again


class PreviewStore:
    """Disk cache of photo previews in a folder, limited to a number of bytes."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most = most_bytes
        self._bytes: int | None = None  # None: not counted yet
        self._lock = Lock()

    def get(self, digest: str, side: int) -> bytes | None:
        """Bytes of a photo's preview; None if it is not in the cache."""
        path = self._path(digest, side)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        with suppress(OSError):  # on a read-only disk nothing is removed either
            if time() - path.stat().st_mtime > _SECONDS_UNTOUCHED:
                os.utime(path)
        return data

    def put(self, digest: str, side: int, data: bytes) -> None:
        """Save a preview in the cache; if the disk is full or read-only, do nothing."""
        try:
            write_bytes(self._path(digest, side), data)
        except (StorageError, OSError):
            return
        with self._lock:
            known = self._bytes
            self._bytes = self._total() if known is None else known + len(data)
            if self._bytes > self._most:
                self._clear()

    def _path(self, digest: str, side: int) -> Path:
        return self._folder / digest[:2] / f"{digest}-{side}.jpg"

    def _total(self) -> int:
        return sum(size for _, size, _ in self._previews())

    def _previews(self) -> list[tuple[float, int, Path]]:
        """Time of last use, size and path of each preview, least recently used first."""
        found = []
        for path in self._folder.glob("*/*.jpg"):
            with suppress(OSError):  # another server may have removed it
                known = path.stat()
                found.append((known.st_mtime, known.st_size, path))
        return sorted(found)

    def _clear(self) -> None:
        every = self._previews()
        total = sum(size for _, size, _ in every)
        for _, size, path in every:
            if total <= _ROOM_LEFT * self._most:
                break
            with suppress(OSError):
                path.unlink()
                total -= size
        self._bytes = total
