"""Technical signals (such as sharpness) of an index's photos, read from the catalogue."""

import numpy as np

from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.file_records import EARLIER_SIGNALS
from photorank.index.reading.records import IndexSignals
from photorank.index.reading.rows import Rows
from photorank.photos.signals.all_signals import SIGNALS
from photorank.workspace import IndexPaths


def load_signals(paths: IndexPaths, rows: Rows) -> IndexSignals:
    """Technical signals (such as sharpness) of each photo; nan if not measured.

    Those of an earlier version are not shown beside others: they are not comparable.
    """
    query = f"SELECT photo, {', '.join(SIGNALS)} FROM signals WHERE "  # noqa: S608 - our own names
    with reading(paths) as connection:
        found = connection.execute(f"{query} NOT ({EARLIER_SIGNALS})").fetchall()
        found = found or connection.execute(f"{query} {EARLIER_SIGNALS}").fetchall()
    values = np.full((len(rows.photos), len(SIGNALS)), np.nan)
    places, kept = rows.find([photo for photo, *_ in found])
    table = np.array([one for _, *one in found], dtype=np.float64).reshape(-1, len(SIGNALS))
    values[places] = table[kept]
    return IndexSignals(tuple(SIGNALS), values)
