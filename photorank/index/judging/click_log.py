"""Log of people's clicks (choices, skips, stars); each is saved immediately and can be undone."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from photorank.errors import ChangedIndexError, LabelsError, LockedIndexError
from photorank.index.catalogue.connection import adding, reading, writing
from photorank.index.catalogue.kept_manifest import keep_manifest, own_manifest
from photorank.index.catalogue.sources import source_number
from photorank.index.opened import Index
from photorank.typing import Codes, Floats, Pairs
from photorank.workspace import IndexPaths

# Number of the next click: it is greater than that of any click before, of whatever kind, so that
# numbers tell which was the latest. The clock may be set back.
_NEXT = (
    "(SELECT 1 + max(id) FROM (SELECT ifnull(max(id), 0) AS id FROM choices"
    " UNION ALL SELECT max(id) FROM skips UNION ALL SELECT max(id) FROM star_clicks))"
)

STARS = 5
MAX_NAME_LETTERS = 60  # letters of a person's name


class Clicks(NamedTuple):
    """One person's choices, skips and stars, with photos given by row number in the index.

    Choices and skips are sorted by time, the oldest first.
    """

    winners: Codes  # (m,)
    losers: Codes  # (m,)
    ties: NDArray[np.bool_]  # (m,) who is called winner is then moot
    asked: list[str]  # (m,) why the two were shown: random, informative, or "" if unknown
    skipped: Pairs  # (k, 2) pairs that were passed over
    starred: Codes  # (l,)
    stars: Floats  # (l,) 1 to 5

    @property
    def seen_pairs(self) -> Pairs:
        """Photo pairs that the person has chosen between or skipped, as an array (m + k, 2)."""
        chosen = np.column_stack([self.winners, self.losers]).astype(np.intp)
        return np.concatenate([chosen.reshape(-1, 2), self.skipped])

    @property
    def judged_rows(self) -> Codes:
        """Ascending row numbers of photos that the person chose between or gave stars."""
        return np.unique(np.concatenate([self.winners, self.losers, self.starred]))


@dataclass(frozen=True)
class Undone:
    """Click that was undone: its kind and the photos it was about."""

    kind: Literal["choice", "skip", "stars"]
    photos: tuple[str, ...]  # digests: two of a pair, the winner first, or one with stars
    asked: str = ""  # why a pair was shown


def record_choice(
    paths: IndexPaths, rater: str, winner: str, loser: str, *, tie: bool, asked: str | None
) -> None:
    """Save a person's choice between two photos to disk immediately; photos are given by digest.

    A person's choices are a source of their own, so no import replaces them. Raises LabelsError
    if the person has no name or both photos are the same, ChangedIndexError if the index has no
    such photo any more, LockedIndexError or StorageError if it could not be written.
    """
    if winner == loser:
        raise LabelsError("a choice is between two different photos.")
    with adding(paths) as connection:
        source, person = source_and_person(connection, rater)
        pair = [_photo(connection, paths, digest) for digest in (winner, loser)]
        connection.execute(
            "INSERT INTO choices (id, source, rater, winner, loser, tie, asked, made)"  # noqa: S608
            f" VALUES ({_NEXT}, ?, ?, ?, ?, ?, ?, ?)",
            [source, person, *pair, int(tie), asked, now_text()],
        )
    _prefer_choices(paths)


def record_skip(paths: IndexPaths, rater: str, first: str, second: str) -> None:
    """Save that a person skipped a pair of photos; a skip is not a tie."""
    with adding(paths) as connection:
        _, person = source_and_person(connection, rater)
        pair = [_photo(connection, paths, digest) for digest in (first, second)]
        connection.execute(
            f"INSERT INTO skips (id, rater, first, second, made) VALUES ({_NEXT}, ?, ?, ?, ?)",  # noqa: S608
            [person, *pair, now_text()],
        )


def record_stars(paths: IndexPaths, rater: str, photo: str, stars: int) -> None:
    """Save the stars that a person gives a photo; 0 removes them.

    Raises as :func:`record_choice` does, and LabelsError for more than five stars.
    """
    if not 0 <= stars <= STARS:
        raise LabelsError(f"a photo can have 1 to {STARS} stars, or 0 for none, not {stars}.")
    with adding(paths) as connection:
        who = source_and_person(connection, rater)
        add_stars(connection, who, photo, _photo(connection, paths, photo), stars)


def add_stars(
    connection: sqlite3.Connection, who: tuple[int, int], digest: str, photo: int, stars: int
) -> None:
    """Save a person's stars for a photo, and the previous stars for undo; the caller commits.

    `who` is (source, person), as catalogue numbers.
    """
    found = connection.execute(
        "SELECT score FROM ratings WHERE source = ? AND rater = ? AND photo = ?", [*who, photo]
    ).fetchone()
    connection.execute(
        f"INSERT INTO star_clicks (id, rater, digest, before, made) VALUES ({_NEXT}, ?, ?, ?, ?)",  # noqa: S608
        [who[1], digest, int(found[0]) if found else 0, now_text()],
    )
    _set_stars(connection, (*who, photo), stars)


def undo(paths: IndexPaths, rater: str) -> Undone | None:
    """Undo a person's latest click and return the click; None if no click is left to undo.

    Raises as :func:`record_choice` does.
    """
    with adding(paths) as connection:
        source, person = source_and_person(connection, rater)
        latest = connection.execute(
            "SELECT 'choice', id FROM choices WHERE source = :source AND rater = :person"
            " UNION ALL SELECT 'skip', id FROM skips WHERE rater = :person"
            " UNION ALL SELECT 'stars', id FROM star_clicks WHERE rater = :person"
            " ORDER BY id DESC LIMIT 1",
            {"source": source, "person": person},
        ).fetchone()
        if latest is None:
            return None
        kind, number = latest
        if kind == "stars":
            return _undo_stars(connection, paths, (source, person), number)
        table, first, second, reason = {
            "choice": ("choices", "winner", "loser", "coalesce(asked, '')"),
            # Unknown; as if a taste had picked it, lest a hard pair be taken for a fair test.
            "skip": ("skips", "first", "second", "'informative'"),
        }[kind]
        *pair, asked = connection.execute(
            f"SELECT one.digest, other.digest, {reason} FROM {table}"  # noqa: S608 - names of our own
            f" JOIN photos AS one ON one.id = {first} JOIN photos AS other ON other.id = {second}"
            f" WHERE {table}.id = ?",
            [number],
        ).fetchone()
        connection.execute(f"DELETE FROM {table} WHERE id = ?", [number])  # noqa: S608
    return Undone(kind, tuple(pair), asked)


def take_back(paths: IndexPaths, rater: str, first: str, second: str) -> bool:
    """Delete a person's latest choice or skip for the given pair of photos.

    Returns False if there is neither. Raises as :func:`record_choice` does.
    """
    with adding(paths) as connection:
        source, person = source_and_person(connection, rater)
        one, other = (_photo(connection, paths, digest) for digest in (first, second))
        latest = connection.execute(
            "SELECT 'choices', id FROM choices WHERE source = :source AND rater = :person"
            " AND min(winner, loser) = :one AND max(winner, loser) = :other"
            " UNION ALL SELECT 'skips', id FROM skips WHERE rater = :person"
            " AND min(first, second) = :one AND max(first, second) = :other"
            " ORDER BY id DESC LIMIT 1",
            {
                "source": source,
                "person": person,
                "one": min(one, other),
                "other": max(one, other),
            },
        ).fetchone()
        if latest is None:
            return False
        table, number = latest
        connection.execute(f"DELETE FROM {table} WHERE id = ?", [number])  # noqa: S608
    return True


def clicks(index: Index, rater: str) -> Clicks:
    """One person's choices, skips and stars in an index, without those that were undone.

    Imported choices under the person's name are among them; stars are clicked ones only.
    """
    who = {"rater": rater.strip(), "source": source_of(rater)}
    with reading(index.paths) as connection:
        chosen = connection.execute(
            "SELECT winner, loser, tie, coalesce(asked, '') FROM choices"
            " JOIN raters ON raters.id = rater AND name = :rater ORDER BY choices.id",
            who,
        ).fetchall()
        skipped = connection.execute(
            "SELECT first, second FROM skips"
            " JOIN raters ON raters.id = rater AND name = :rater ORDER BY skips.id",
            who,
        ).fetchall()
        given = connection.execute(
            "SELECT photo, score FROM ratings"
            " JOIN raters ON raters.id = rater AND raters.name = :rater"
            " JOIN sources ON sources.id = source AND sources.name = :source ORDER BY photo",
            who,
        ).fetchall()
    pairs, known = _row_numbers(index, [choice[:2] for choice in chosen], 2)
    passed, _ = _row_numbers(index, skipped, 2)
    starred, kept = _row_numbers(index, [(photo,) for photo, _ in given], 1)
    return Clicks(
        winners=pairs[:, 0],
        losers=pairs[:, 1],
        ties=np.array([chosen[click][2] for click in known], dtype=bool),
        asked=[chosen[click][3] for click in known],
        skipped=passed,
        starred=starred[:, 0],
        stars=np.array([given[click][1] for click in kept], dtype=np.float64),
    )


def clickers(paths: IndexPaths) -> list[str]:
    """Sorted names of people who clicked choices, skips or stars; undone clicks do not count."""
    with reading(paths) as connection:
        rows = connection.execute(
            "WITH clicks AS (SELECT id FROM sources WHERE kind = 'clicks')"
            " SELECT name FROM raters WHERE id IN (SELECT rater FROM skips"
            " UNION SELECT rater FROM choices WHERE source IN clicks"
            " UNION SELECT rater FROM ratings WHERE source IN clicks) ORDER BY name"
        )
        return [name for (name,) in rows]


def _row_numbers(index: Index, photos: Sequence[Sequence[int]], width: int) -> tuple[Codes, Codes]:
    """Row numbers (m, width) of photo tuples without missing files, and indices (m,) into `photos`.

    `photos` are tuples of `width` catalogue numbers. For the m tuples without a missing file, the
    arrays have shapes (m, width) and (m,).
    """
    rows = index.rows_of([photo for each in photos for photo in each]).reshape(-1, width)
    shown = np.flatnonzero((rows >= 0).all(axis=1))
    return rows[shown], shown


def source_and_person(connection: sqlite3.Connection, rater: str) -> tuple[int, int]:
    """Ids of the source of a person's clicks and of the person; missing database rows are added."""
    name = rater.strip()
    if not 0 < len(name) <= MAX_NAME_LETTERS or not name.isprintable():
        raise LabelsError(f"who clicks needs a name, of up to {MAX_NAME_LETTERS} letters.")
    connection.execute("INSERT OR IGNORE INTO raters (name) VALUES (?)", [name])
    (person,) = connection.execute("SELECT id FROM raters WHERE name = ?", [name]).fetchone()
    return source_number(connection, source_of(name), "clicks"), int(person)


def source_of(rater: str) -> str:
    """Name of the source under which a person's clicks are stored."""
    return f"clicks of {rater.strip()}"


def _photo(connection: sqlite3.Connection, paths: IndexPaths, digest: str) -> int:
    row = connection.execute("SELECT id FROM photos WHERE digest = ?", [digest]).fetchone()
    if row is None:
        raise ChangedIndexError(paths.name)
    return int(row[0])


def _set_stars(connection: sqlite3.Connection, place: tuple[int, int, int], stars: int) -> None:
    """Set the stars that a person gives a photo; 0 removes them.

    `place` is (source, person, photo), as catalogue numbers.
    """
    if stars:
        connection.execute(
            "INSERT OR REPLACE INTO ratings (source, rater, photo, score, n_raters)"
            " VALUES (?, ?, ?, ?, 1)",
            [*place, stars],
        )
    else:
        connection.execute(
            "DELETE FROM ratings WHERE source = ? AND rater = ? AND photo = ?", place
        )


def _undo_stars(
    connection: sqlite3.Connection, paths: IndexPaths, who: tuple[int, int], number: int
) -> Undone:
    """Undo a click on stars: restore the stars that the photo had before."""
    digest, before = connection.execute(
        "SELECT digest, before FROM star_clicks WHERE id = ?", [number]
    ).fetchone()
    connection.execute("DELETE FROM star_clicks WHERE id = ?", [number])
    with suppress(ChangedIndexError):  # a photo that was pruned had its stars taken back before
        _set_stars(connection, (*who, _photo(connection, paths, digest)), before)
    return Undone("stars", (digest,))


def _prefer_choices(paths: IndexPaths) -> None:
    """Make the index use choices as its judgements, unless scores were imported into the index.

    This changes the manifest, which belongs to the writer; while another one is at work it is
    left to a later choice.
    """
    with reading(paths) as connection:
        if own_manifest(connection, paths).judgements == "choices" or _is_scored(connection):
            return
    try:
        with writing(paths, wait=False) as connection:
            manifest = own_manifest(connection, paths)
            keep_manifest(connection, paths, replace(manifest, judgements="choices"))
    except LockedIndexError:
        return


def _is_scored(connection: sqlite3.Connection) -> bool:
    """True if any score was imported, rather than clicked as stars."""
    return bool(
        connection.execute(
            "SELECT 1 FROM ratings JOIN sources ON sources.id = source"
            " WHERE kind != 'clicks' LIMIT 1"
        ).fetchone()
    )


def now_text() -> str:
    """Current time in UTC, as ISO 8601 text with microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
