"""When what was read from disk has changed: keys for the caches.

They are paths with their times of change, so what a command changes is seen at once and two
workspaces never share an entry.
"""

from pathlib import Path

import numpy as np

from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.row_checksums import totals
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector


def of(index: Index, vector: MasterVector) -> tuple[Path, int, bytes]:
    """Return what a vector's ratings of an index depend on."""
    numbers = np.array([vector.scale, vector.bias])
    return (
        index.paths.root,
        changed(index.paths.manifest),
        vector.direction.tobytes() + numbers.tobytes(),
    )


def judged(index: Index) -> tuple[int, ...]:
    """Return when judgements may have changed: a click changes the catalogue alone."""
    paths = index.paths
    log = paths.catalogue.with_name(f"{paths.catalogue.name}-wal")  # what it does not yet hold
    return tuple(changed(path) for path in (paths.manifest, paths.catalogue, log))


def rows(index: Index, *tables: str) -> tuple[int, ...]:
    """Return when rows of some tables of the catalogue changed, whatever others did."""
    with reading(index.paths) as connection:
        sums = totals(connection, tables)
    # An older photorank kept no sums.
    return (changed(index.paths.manifest), *sums) if len(sums) == len(tables) else judged(index)


def changed(path: Path) -> int:
    """Return a file's time of change in nanoseconds, 0 if it is gone."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
