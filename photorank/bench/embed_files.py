"""Embeddings of photo files or of altered copies (resized, cropped, …), without an index."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from photorank.cores import usable_cores
from photorank.encoders.base import Encoder, Prepared, encode_photos
from photorank.encoders.choose_runtime import FEW_PHOTOS, FRAMES, Switchable
from photorank.errors import UnknownNameError, UnreadablePhotoError
from photorank.index.opened import Index
from photorank.learning.judged_photos import JudgedPhotos, judged_photos
from photorank.photos.decode_pool import decode_isolated
from photorank.photos.framing import FRAMINGS
from photorank.photos.open_photo import read_photo
from photorank.typing import Embeddings

_BATCH_PHOTOS = 32

Forms = Callable[[Image.Image], Sequence[Image.Image]]


def check_framings(names: Sequence[str]) -> None:
    """Raise UnknownNameError if one of the names is not a framing (crop, padding, …)."""
    for name in names:
        if name not in FRAMINGS:
            raise UnknownNameError("framing", name, list(FRAMINGS))


def judged_files(index: Index) -> tuple[JudgedPhotos, list[Path]]:
    """Judged photos whose files are unchanged since indexing, and the paths of these files."""
    photos = judged_photos(index)
    changed = np.isin(photos.rows, index.changed(photos.rows))
    if changed.any():
        photos = photos.take(np.flatnonzero(~changed))
    return photos, [index.photo(row).path for row in photos.rows.tolist()]


def embed_files(
    paths: Sequence[Path],
    encoder: Encoder,
    *,
    forms: Forms = lambda photo: [photo],
    on_photo: Callable[[], None] | None = None,
) -> list[Embeddings | None]:
    """For each photo file, embeddings (k, d) of the photo's k copies; None if the file is unusable.

    `forms` makes the copies of a photo; by default the only one is the photo itself.
    """
    found: list[Embeddings | None] = []
    switchable = encoder if isinstance(encoder, Switchable) else None
    for batch in _network_inputs(paths, encoder, forms):
        readable = [form for photo in batch if photo is not None for form in photo]
        if switchable is not None and len(readable) * len(paths) >= FEW_PHOTOS * len(batch):
            frames = [part for form in readable for part in form.frames][:FRAMES]
            switchable.choose_runtime("auto", frames)
            switchable = None
        rows = iter(encode_photos(encoder, readable) if readable else ())
        for photo in batch:
            found.append(None if photo is None else np.stack([next(rows) for _ in photo]))
            if on_photo is not None:
                on_photo()
    return found


def _network_inputs(
    paths: Sequence[Path], encoder: Encoder, forms: Forms
) -> Iterator[list[list[Prepared] | None]]:
    """Read photos in batches, and yield the network inputs of each photo's altered copies.

    An unusable photo is None.
    """

    def opened(path: Path) -> list[Prepared] | None:
        try:
            photo = decode_isolated(read_photo(path), short_side=2 * encoder.short_side).photo
        except UnreadablePhotoError:
            return None
        return [encoder.prepare(form) for form in forms(photo)]

    with ThreadPoolExecutor(usable_cores()) as threads:
        for start in range(0, len(paths), _BATCH_PHOTOS):
            yield list(threads.map(opened, paths[start : start + _BATCH_PHOTOS]))
