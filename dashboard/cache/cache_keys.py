"""Keys of the caches: what is kept depends on files, by path and time of change.

So what a command changes is seen at once, and two workspaces never share an entry.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from photorank.evaluation.report import evaluation_paths
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.row_checksums import totals
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector

Key: TypeAlias = tuple[object, ...]
HashFuncs: TypeAlias = dict[str | type[Any], Callable[[Any], Key]]


def changed(path: Path) -> int:
    """File's time of change in nanoseconds, 0 if it is gone."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def of_file(path: Path) -> Key:
    """Return what a file's content depends on."""
    return str(path), changed(path)


def of_photos(index: Index) -> Key:
    """Return what an index's photos and embeddings depend on."""
    return str(index.paths.root), changed(index.paths.manifest)


def of_encoder(index: Index) -> Key:
    """Return what an embedding of another photo depends on."""
    return (str(index.fingerprint),)


def of_judgements(index: Index) -> Key:
    """Return what an index's judgements depend on: a click changes the catalogue alone."""
    file = index.paths.catalogue
    log = file.with_name(f"{file.name}-wal")  # what it does not yet hold
    return *of_photos(index), changed(file), changed(log)


def of_vectors(index: Index) -> Key:
    """Return what the vectors that may rate an index depend on."""
    return *of_photos(index), *map(of_file, sorted(index.paths.vectors.glob("*.json")))


def of_evaluations(index: Index) -> Key:
    """Return what the latest evaluation of an index depends on."""
    return tuple(map(of_file, evaluation_paths(index.paths)))


def of_rows(*tables: str) -> Callable[[Index], Key]:
    """Key that changes with the rows of some tables of the catalogue and no others'."""

    def key(index: Index) -> Key:
        with reading(index.paths) as connection:
            sums = totals(connection, tables)
        # An older photorank kept no sums.
        return (*of_photos(index), *sums) if len(sums) == len(tables) else of_judgements(index)

    return key


def of_vector(vector: MasterVector) -> Key:
    """Return what a vector's ratings depend on."""
    return vector.direction.tobytes(), vector.scale, vector.bias


BY_PHOTOS: HashFuncs = {Index: of_photos, MasterVector: of_vector}
BY_ENCODER: HashFuncs = {Index: of_encoder}
BY_JUDGEMENTS: HashFuncs = {Index: of_judgements, MasterVector: of_vector}
