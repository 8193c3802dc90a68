"""Stars and flags (keep, leave out) that a person gives to photos."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from photorank.errors import LabelsError
from photorank.index.catalogue.connection import adding, reading
from photorank.index.judging.click_log import (
    STARS,
    add_stars,
    now_text,
    source_and_person,
    source_of,
)
from photorank.index.reading.rows import one_photo
from photorank.workspace import IndexPaths

KEEP, NO_FLAG, LEAVE_OUT = 1, 0, -1


class Mark(NamedTuple):
    """Stars or flag (keep, leave out) that a person gives a photo; value 0 removes the mark."""

    photo: str  # digest, or its beginning
    kind: Literal["flag", "stars"]
    value: int  # KEEP, NO_FLAG or LEAVE_OUT; 0 to 5 stars


class Marked(NamedTuple):
    """Stars and flag that one person has given a photo."""

    flag: int = NO_FLAG
    stars: int = 0


def record_marks(paths: IndexPaths, rater: str, marks: Sequence[Mark]) -> int:
    """Save a person's stars and flags in the given order, in one transaction.

    A mark that a photo has already changes nothing, so that the same marks may be recorded again.
    Returns the number of marks on photos that the index has not any more. Raises LabelsError if
    the person has no name or a mark is none, LockedIndexError or StorageError if nothing could be
    written.
    """
    for mark in marks:
        known = range(STARS + 1) if mark.kind == "stars" else (LEAVE_OUT, NO_FLAG, KEEP)
        if mark.value not in known:
            raise LabelsError(f"{mark.value} is no mark of the kind {mark.kind!r}.")
    missing = 0
    with adding(paths) as connection:
        who = source_and_person(connection, rater)
        for mark in marks:
            found = one_photo(connection, mark.photo)
            if found is None:
                missing += 1
            elif mark.kind == "stars":
                given = connection.execute(
                    "SELECT score FROM ratings WHERE source = ? AND rater = ? AND photo = ?",
                    [*who, found[1]],
                ).fetchone()
                if (int(given[0]) if given else 0) != mark.value:
                    add_stars(connection, who, *found, mark.value)
            elif mark.value == NO_FLAG:
                connection.execute(
                    "DELETE FROM flags WHERE rater = ? AND digest = ?", [who[1], found[0]]
                )
            else:
                connection.execute(
                    "INSERT OR REPLACE INTO flags (rater, digest, flag, made) VALUES (?, ?, ?, ?)",
                    [who[1], found[0], mark.value, now_text()],
                )
    return missing


def marks_of(paths: IndexPaths, rater: str) -> dict[str, Marked]:
    """Stars and flags that one person gave, by photo digest; unmarked photos are left out."""
    name = rater.strip()
    with reading(paths) as connection:
        flags = connection.execute(
            "SELECT digest, flag FROM flags JOIN raters ON raters.id = rater AND name = ?", [name]
        ).fetchall()
        stars = connection.execute(
            "SELECT digest, score FROM ratings JOIN photos ON photos.id = photo"
            " JOIN raters ON raters.id = rater AND raters.name = ?"
            " JOIN sources ON sources.id = source AND sources.name = ?",
            [name, source_of(name)],
        ).fetchall()
    found = {digest: Marked(flag=int(flag)) for digest, flag in flags}
    for digest, score in stars:
        found[digest] = found.get(digest, Marked())._replace(stars=int(score))
    return found
