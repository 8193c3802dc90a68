"""Capture time, camera and folder of each photo, for filtering photos."""

import os
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from photorank.index.reading.memberships import NameColumn, coded, name_column
from photorank.index.reading.rows import Facts, Rows
from photorank.photos.metadata.time_text import DAY_LETTERS


class Facets(NamedTuple):
    """Capture time, camera and folder of each photo, in the order of :meth:`Index.photos`."""

    taken: NDArray[np.bytes_]  # (n,) 2024-07-31T18:05:09, empty where unknown
    cameras: NameColumn
    folders: NameColumn  # below what all folders have in common

    @property
    def days(self) -> NDArray[np.bytes_]:
        """Capture day (n,) of each photo, such as 2024-07-31; empty if unknown."""
        return self.taken.astype(f"S{DAY_LETTERS}")


def load_facets(rows: Rows, facts: Facts) -> Facets:
    """Capture time, camera and folder of each photo in the table `rows`."""
    # What os.path.dirname does, in a fifth of its time.
    folders = [path.rpartition(b"/")[0] or os.path.dirname(path) for path in rows.paths]
    codes, known = coded(folders)
    common = os.path.commonpath(known) if len(known) > 1 else b""
    names = [os.fsdecode(os.path.relpath(one, common) if common else one) for one in known]
    taken = np.array([text or b"" for text in facts.taken], dtype="S32")
    return Facets(taken, name_column(facts.cameras), NameColumn(codes, names))
