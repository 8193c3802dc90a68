"""Groups of photos (by folder, day or event) from which a person would choose the best."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

import numpy as np

from photorank.labels.photo_library.collected_judgements import LibraryFile
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from photorank.photos.metadata.capture_seconds import local_clock, seconds_or_day
from photorank.photos.path_text import unicode_text
from photorank.typing import Codes, Floats

Occasion: TypeAlias = Literal["folder", "day", "event"]

EVENT_GAP_HOURS = 6.0  # pause between photos that separates two events


def group_photos(
    files: Iterable[LibraryFile], by: Occasion, *, gap: float = EVENT_GAP_HOURS
) -> dict[str, str]:
    """Dictionary from photo digest to the name of the photo's folder, day or event.

    If several files are copies of one photo, the first file decides.

    A group is a folder, a day of the camera's clock, or an event: the photos between two gaps
    of so many hours, wherever in the world they were taken. A photo that knows only its day is in
    an event of that day, where there is one; without a date it is in no day and in no event.

    Examples
    --------
    >>> from pathlib import Path
    >>> times = ["2024-07-31T20:00:00", "2024-08-01T01:30:00", "2024-08-01T09:00:00"]
    >>> files = [LibraryFile(Path("/a.jpg"), time, time, ("a",)) for time in times]
    >>> sorted(group_photos(files, "day").values())
    ['2024-07-31', '2024-08-01', '2024-08-01']
    >>> sorted(group_photos(files, "event").values())
    ['2024-07-31 20:00:00', '2024-07-31 20:00:00', '2024-08-01 09:00:00']
    """
    first: dict[str, LibraryFile] = {}
    for file in files:
        first.setdefault(file.digest, file)
    if by == "folder":
        return {digest: unicode_text("/".join(file.folders)) for digest, file in first.items()}
    times = {digest: file.taken for digest, file in first.items() if file.taken}
    if by == "day":
        return {digest: taken[:10] for digest, taken in times.items()}
    return _event_names(times, gap)


def group_table(files: Iterable[LibraryFile], groups: dict[str, str], source: str) -> LabelTable:
    """Label table that gives the group (folder, day, event) of each photo, without scores."""
    paths = {file.digest: str(file.path) for file in files}
    rows = [
        LabelRow(number, paths[digest], group=group)
        for number, (digest, group) in enumerate(sorted(groups.items()), start=1)
    ]
    return LabelTable(source, rows, kind="groups")


def events_of(seconds: Floats, gap: float = EVENT_GAP_HOURS) -> Codes:
    """Event number (n,) of each photo, -1 if undated; a pause over `gap` hours starts an event.

    `seconds` (n,) are capture times; nan for an undated photo.
    """
    order = np.argsort(seconds, kind="stable")
    order = order[np.isfinite(seconds[order])]
    events = np.full(len(seconds), -1, dtype=np.intp)
    pauses = np.diff(seconds[order], prepend=seconds[order[:1]])
    events[order] = np.cumsum(pauses > 3600 * gap)
    return events


def _event_names(times: dict[str, str], gap: float) -> dict[str, str]:
    """Dictionary from photo digest to the name of its event: the event's first capture time.

    Of photos at one moment those that know their time come first.
    """
    moments = seconds_or_day(list(times.values()))
    known = zip(moments.tolist(), events_of(moments, gap).tolist(), times.items(), strict=True)
    names: dict[int, str] = {}
    return {
        digest: names.setdefault(event, local_clock(taken).replace("T", " "))
        for _, event, (digest, taken) in sorted(
            known, key=lambda one: (one[0], -len(one[2][1]), one[2])
        )
        if event >= 0
    }
