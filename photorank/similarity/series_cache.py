"""Cache of an index's series of photos, valid until photos, database or settings change."""

import os
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np

from photorank.index.array_cache import cache_arrays, cached_arrays
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.row_checksums import totals
from photorank.index.opened import Index
from photorank.similarity.series import THRESHOLD, Series, find_series
from photorank.typing import Codes
from photorank.workspace import IndexPaths

_VERSION = 2  # of what finds series: what another version kept is not used
_MOST_KEPT = 4  # of an index: thresholds and shortlists
_TABLES = ("roots", "shards", "photos", "files", "skipped", "sources", "memberships")
_NAMES = ("key", "codes", "versions", "named", "names", "with_companions", "companions")


def series_of(
    index: Index,
    threshold: float = THRESHOLD,
    *,
    among: Codes | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Series:
    """Series of an index's photos, from the cache or by :func:`find_series`.

    Where the disk is read-only, or a thumbnail could not be read, they are found each time.
    """
    if among is not None and len(among) == len(index):
        among = None
    key = _cache_key(index, threshold, among)
    kept = key and _load(_file(index, key), threshold)
    if kept:
        return kept
    found = find_series(index, threshold, among=among, on_progress=on_progress)
    if key and found.sure and key == _cache_key(index, threshold, among):
        _keep(_file(index, key), found)
    return found


class SeriesCodes(NamedTuple):
    """Series number (n,) and database ID (n,) of each of n photos."""

    database_ids: Codes  # (n,) their numbers in the catalogue
    codes: Codes  # (n,)


def series_codes(paths: IndexPaths) -> SeriesCodes:
    """Database IDs and series numbers of an index's photos, from the cache if possible."""
    index = Index.open(paths)
    return SeriesCodes(index.numbers(), series_of(index).codes)


def _file(index: Index, key: str) -> Path:
    return index.paths.series / f"{key}.npz"


def _cache_key(index: Index, threshold: float, among: Codes | None) -> str | None:
    """Cache key for the series of photos in an index; None if its database lacks table checksums.

    It changes with the photos, the database and the settings.
    """
    with reading(index.paths) as connection:
        sums = totals(connection, _TABLES)
    if len(sums) < len(_TABLES):
        return None  # an older photorank kept none
    # The open index may be older than its catalogue, and was read piece by piece.
    held = (str(index.fingerprint), index.photos_digest())
    said = sha256(repr((_VERSION, *held, threshold, sums)).encode())
    if among is not None:
        said.update(among.tobytes())
    return said.hexdigest()


def _load(file: Path, threshold: float) -> Series | None:
    kept = cached_arrays(file, *_NAMES)
    if kept is None or str(kept["key"]) != file.stem:  # of other photos or settings
        return None
    names: list[str | None] = [None] * (int(kept["codes"].max(initial=-1)) + 1)
    for code, name in zip(kept["named"].tolist(), kept["names"].tolist(), strict=True):
        names[code] = name
    companions: dict[int, list[Path]] = {}
    paths = map(os.fsdecode, kept["companions"].tolist())
    for row, path in zip(kept["with_companions"].tolist(), paths, strict=True):
        companions.setdefault(row, []).append(Path(path))
    return Series(kept["codes"], kept["versions"], names, companions, threshold)


def _keep(file: Path, series: Series) -> None:
    named = [code for code, name in enumerate(series.named) if name is not None]
    pairs = [(row, path) for row, paths in series.companions.items() for path in paths]
    is_kept = cache_arrays(
        file,
        key=np.array(file.stem),
        codes=series.codes,
        versions=series.versions,
        named=np.array(named, dtype=np.intp),
        names=np.array([series.named[code] for code in named], dtype=np.str_),
        with_companions=np.array([row for row, _ in pairs], dtype=np.intp),
        companions=np.array([os.fsencode(path) for _, path in pairs], dtype=np.bytes_),
    )
    if is_kept:
        with suppress(FileNotFoundError):  # another process removes them, too
            for old in sorted(file.parent.glob("*.npz"), key=os.path.getmtime)[:-_MOST_KEPT]:
                old.unlink()
