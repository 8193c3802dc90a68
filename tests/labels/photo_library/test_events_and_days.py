import numpy as np

from photorank.labels.photo_library.events_and_days import events_of
from photorank.photos.metadata.capture_seconds import seconds_or_day


def test_events_end_where_nobody_photographs():
    """An event ends after six hours without a photo; undated photos belong to no event."""
    times = [
        "2024-07-01T10:00:00",
        None,
        "2024-07-01T15:00:00",
        "2024-07-01T21:00:01",
        "2024-07-03",
    ]
    assert events_of(seconds_or_day(times)).tolist() == [0, -1, 0, 1, 2]
    assert events_of(np.empty(0)).tolist() == []
