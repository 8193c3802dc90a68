"""Checks that sources of judgements do not conflict in rating scale or photo groups."""

import shlex
import sqlite3
from itertools import pairwise
from typing import Literal

from photorank.errors import LabelsError
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.sources import sources_in
from photorank.labels.tables.judgement_tables import LabelTable, SourceKind
from photorank.photos.path_text import unicode_text
from photorank.workspace import IndexPaths

# Of a rater, before the scale can be told: ratings, and different values among them.
_LEAST_RATINGS, _LEAST_VALUES = 5, 3
_SCALES_APART = 4  # ratio of two scales' largest scores, from which they differ


def other_sources(
    connection: sqlite3.Connection, what: Literal["scores", "groups"], source: str
) -> dict[str, SourceKind]:
    """Dictionary from name to kind of all sources of scores or groups, except the given source."""
    rows = {"scores": "ratings", "groups": 'memberships WHERE "group" IS NOT NULL'}[what]
    found = sources_in(connection, rows)
    return {name: kind for name, kind in found.items() if name != unicode_text(source)}


def refuse_other_scales(paths: IndexPaths, table: LabelTable) -> None:
    """Raise LabelsError if the index's scores may be on another scale than the new scores.

    Parts of a photo library that are of one kind share a scale.
    """
    with reading(paths) as connection:
        others = [
            name
            for name, kind in other_sources(connection, "scores", table.source).items()
            if kind == "table" or kind not in (table.kind, "clicks")  # clicks join no mean
        ]
    if others:
        raise LabelsError(
            f"index {paths.name!r} has labels by {', '.join(others)}, which may be on another "
            "scale, and a photo's score is the mean of all its labels. Either take those away "
            f"with `photorank labels remove {_quoted(others[0])} --index {paths.name}`, or import "
            "these too with --mix, or index the folder once more under another name."
        )


def refuse_raters_on_other_scales(connection: sqlite3.Connection, source: str) -> None:
    """Raise LabelsError if raters' scales differ too much to average their scores.

    Sorted by their largest score, two neighbours of whom one gives four times what the other does
    are on other scales: 1 to 7 beside 0 to 100, 0 to 1 beside 1 to 5. Scales nearer to each other
    cannot be told from people who are harder to please.
    """
    raters = connection.execute(
        "SELECT name, min(score), max(score) FROM ratings JOIN raters ON raters.id = rater"
        " WHERE name != '' AND source IN (SELECT id FROM sources WHERE kind != 'clicks')"
        " GROUP BY rater HAVING count(*) >= ? AND count(DISTINCT score) >= ?"
        " ORDER BY max(abs(score)), name",
        [_LEAST_RATINGS, _LEAST_VALUES],
    ).fetchall()
    for (narrow, low, high), (wide, lowest, highest) in pairwise(raters):
        if max(abs(lowest), abs(highest)) >= _SCALES_APART * max(abs(low), abs(high)):
            raise LabelsError(
                f"{source}: {wide} rates from {lowest:g} to {highest:g}, {narrow} from {low:g} to "
                f"{high:g}, and a photo's score is the mean of all. Bring both to one scale, or "
                "import one of them into another index"
            )


def refuse_other_groups(paths: IndexPaths, table: LabelTable) -> None:
    """Raise LabelsError if the index has photo groups from another source than `table.source`."""
    with reading(paths) as connection:
        others = other_sources(connection, "groups", table.source)
    if others:
        raise LabelsError(
            f"the photos have groups by {', '.join(others)} already, and a photo is in one group. "
            "Take them away with `photorank labels remove`, or import that table again without "
            "its column of groups."
        )


def _quoted(name: str) -> str:
    """Text quoted for use in a shell command."""
    return f'"{name}"' if not set(name) & set('"$`\\!') else shlex.quote(name)
