"""Photos decoded ahead of the encoder, by threads and processes, in bounded memory."""

import importlib.metadata
from collections import deque
from collections.abc import Callable, Container, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import TypeVar

from photorank.encoders.base import Encoder, Prepared
from photorank.encoders.choose_runtime import Switchable
from photorank.errors import UnreadablePhotoError
from photorank.index.catalogue.rooted_paths import Place
from photorank.photos.decode_pool import decode_isolated
from photorank.photos.faces.face import Face
from photorank.photos.find_photos import PhotoFile
from photorank.photos.hash_and_shape import PictureCodes, picture_codes
from photorank.photos.metadata.exif import Shot
from photorank.photos.open_photo import photo_digest, read_photo
from photorank.photos.signals.all_signals import catalogue_signals
from photorank.photos.thumbnails import small_picture, thumbnail
from photorank.typing import Embeddings

Item = TypeVar("Item")
Done = TypeVar("Done")

_READING_PACKAGES = (
    *("photorank", "pillow", "pillow-heif", "pillow-jxl-plugin"),
    *("tifffile", "imagecodecs", "rawpy"),
)


@dataclass(frozen=True)
class Opened:
    """Photo file that has been read, with the digest of its content."""

    place: Place
    file: PhotoFile
    digest: str


@dataclass(frozen=True)
class Framed(Opened):
    """New photo, decoded and fitted ("framed") to the encoder's input size."""

    prepared: Prepared
    signals: dict[str, float] | None  # for the catalogue; None if they were not measured
    thumbnail: bytes  # WebP
    shot: Shot
    codes: PictureCodes
    faces: list[Face] | None = None  # None if they were not looked for


@dataclass(frozen=True)
class Embedded(Opened):
    """New photo, with the embedding that a worker of a Ray cluster computed."""

    row: Embeddings  # (d,), nan where the encoder gives nothing
    signals: dict[str, float] | None
    thumbnail: bytes  # WebP
    shot: Shot


@dataclass(frozen=True)
class Unusable:
    """Photo file that could not be read or decoded, with the reason."""

    place: Place
    file: PhotoFile
    reason: str
    passing: bool  # the trouble is the disk's, not the photo's, so it may be over next time


class LazyEncoder:
    """Callable that returns the encoder, and loads it on the first call."""

    def __init__(self, load: Callable[[], Encoder]) -> None:
        self._load = load
        self._lock = Lock()
        self.loaded: Encoder | None = None  # what was needed so far

    def __call__(self) -> Encoder:
        """Encoder, loaded on the first call and shared by all threads."""
        with self._lock:
            if self.loaded is None:
                self.loaded = self._load()
            return self.loaded

    @property
    def runtime(self) -> str:
        """Runtime of the loaded encoder, such as "openvino"; empty if not yet known or if fixed."""
        return self.loaded.runtime if isinstance(self.loaded, Switchable) else ""


@dataclass(frozen=True)
class Opener:
    """Reader of photo files that decodes new photos and fits them to the encoder's input."""

    encoder: LazyEncoder
    known: Container[str]  # digests that need no embedding; they are looked at from the threads
    read: Callable[[Path], bytes] = read_photo
    faces: bool = False  # whether they are looked for

    def ahead(
        self, todo: Iterable[tuple[Place, PhotoFile]], *, workers: int, most: int
    ) -> Generator[Opened | Unusable]:
        """Yield opened photo files in the order of `todo`; threads open up to `most` in advance."""
        return in_order(self._open, todo, workers=workers, most=most)

    def _open(self, one: tuple[Place, PhotoFile]) -> Opened | Unusable:
        place, file = one
        # The size and time are those from before the file was read. Should it have changed since,
        # the next run sees a difference and reads it again.
        try:
            data = self.read(file.path)
        except UnreadablePhotoError as error:
            return Unusable(place, file, error.reason, passing=True)
        digest = photo_digest(data)
        if digest in self.known:
            return Opened(place, file, digest)
        loaded = self.encoder()
        try:
            decoded = decode_isolated(
                data,
                short_side=loaded.short_side,
                long_side=loaded.long_side,
                faces=self.faces,
            )
            photo = decoded.photo
            prepared = loaded.prepare(photo)
        except UnreadablePhotoError as error:
            return Unusable(place, file, error.reason, error.passing)
        small = small_picture(photo)
        block = prepared.signals
        quality = decoded.jpeg_quality
        return Framed(
            place,
            file,
            digest,
            prepared,
            signals=catalogue_signals(block, photo, quality) if block.size else None,
            thumbnail=thumbnail(small),
            shot=decoded.shot,
            codes=picture_codes(small),
            faces=decoded.faces,
        )


def in_order(
    work: Callable[[Item], Done], items: Iterable[Item], *, workers: int, most: int
) -> Generator[Done]:
    """Yield `work(item)` for each item, in order, while threads compute the next results."""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="photorank-decode")
    waiting: deque[Future[Done]] = deque()
    items = iter(items)
    try:
        while True:
            for item in islice(items, most - len(waiting)):
                waiting.append(pool.submit(work, item))
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def reading_software() -> str:
    """Names and versions of the packages that read and decode photos, as one text.

    After a change of it, an indexing run tries again the files that could not be read.
    """
    return " ".join(f"{name} {_version(name)}" for name in _READING_PACKAGES)


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "-"
