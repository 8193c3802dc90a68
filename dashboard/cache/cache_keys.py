"""Cache keys that change whenever the files from which a value was computed change.

So what a command changes is seen at once, and two workspaces never share an entry.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from photorank.evaluation.saved_evaluation import evaluation_paths
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.row_checksums import totals
from photorank.index.opened import Index
from photorank.photos.find_photos import Stamp
from photorank.vectors.master import MasterVector

Key: TypeAlias = tuple[object, ...]
HashFuncs: TypeAlias = dict[str | type[Any], Callable[[Any], Key]]


def modification_time(path: Path) -> int:
    """Modification time of a file in nanoseconds; 0 for a missing file."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def of_file(path: Path) -> Key:
    """Cache key of a file: path, size, timestamps and inode."""
    name = os.fsencode(path)  # it need not be text
    try:
        return name, *Stamp.of(path.stat())
    except OSError:
        return (name,)


def of_photos(index: Index) -> Key:
    """Cache key that changes with an index's photos or their embeddings."""
    return os.fsencode(index.paths.root), modification_time(index.paths.manifest)


def of_encoder(index: Index) -> Key:
    """Cache key that changes with an index's image encoder."""
    return str(index.fingerprint), index.manifest.embedded_in


def of_judgements(index: Index) -> Key:
    """Cache key that changes with an index's photos or people's judgements of them."""
    file = index.paths.catalogue
    log = file.with_name(f"{file.name}-wal")  # what it does not yet hold
    return *of_photos(index), modification_time(file), modification_time(log)


def of_vectors(index: Index) -> Key:
    """Cache key that changes with an index's photos or saved rating vectors."""
    return *of_photos(index), *map(of_file, sorted(index.paths.vectors.glob("*.json")))


def of_evaluations(index: Index) -> Key:
    """Cache key that changes with an index's saved evaluations."""
    return tuple(map(of_file, evaluation_paths(index.paths)))


def of_tables(*tables: str) -> Callable[[Index], Key]:
    """Function that computes a cache key from an index's photos and the named database tables."""

    def key(index: Index) -> Key:
        with reading(index.paths) as connection:
            sums = totals(connection, tables)
        # An older photorank kept no sums.
        return (*of_photos(index), *sums) if len(sums) == len(tables) else of_judgements(index)

    return key


def of_vector(vector: MasterVector) -> Key:
    """Cache key of a rating vector: its direction, scale and bias."""
    return vector.direction.tobytes(), vector.scale, vector.bias


BY_PHOTOS: HashFuncs = {Index: of_photos, MasterVector: of_vector}
BY_ENCODER: HashFuncs = {Index: of_encoder}
BY_JUDGEMENTS: HashFuncs = {Index: of_judgements, MasterVector: of_vector}
