"""Technical signals (such as sharpness) of an index's photos, measured once and stored."""

from photorank.index.catalogue.file_records import EARLIER_SIGNALS, record_signals
from photorank.index.measuring.measure_photos import (
    DEFAULTS,
    Measurement,
    MeasureOptions,
    MeasureReport,
    measure_photos,
)
from photorank.photos.decode_pool import signals_isolated
from photorank.workspace import IndexPaths

_MEASURED = f"SELECT photo FROM signals WHERE NOT ({EARLIER_SIGNALS})"  # noqa: S608
_SIGNALS = Measurement("photorank-signals", _MEASURED, signals_isolated, record_signals)


def measure_signals(paths: IndexPaths, options: MeasureOptions = DEFAULTS) -> MeasureReport:
    """Measure technical signals (such as sharpness) of unmeasured photos, and return a report.

    Photos measured by an earlier photorank, at another image size, are measured again.
    """
    return measure_photos(paths, _SIGNALS, options)
