"""People's judgements on the photos of an index, read from the current catalogue."""

import numpy as np

from photorank.index.catalogue.column_arrays import fractions, mixed, whole_numbers
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.sources import sources_in
from photorank.index.embeddings.row_positions import Layout
from photorank.index.manifest import Judgements
from photorank.index.reading.memberships import Memberships, name_column
from photorank.index.reading.records import Counts, IndexChoices, IndexLabels, SingleRatings
from photorank.index.reading.rows import Rows
from photorank.workspace import IndexPaths

# SQL condition for sources whose scores are stars, 1 to 5.
_STARS = "kind IN ('clicks', 'stars')"

# In the order of the table's key, so that two queries return the same rows in one order.
_RATINGS = (
    "ratings NOT INDEXED"
    " WHERE :rater IS NULL OR rater = (SELECT id FROM raters WHERE name = :rater)"
)


def load_labels(
    paths: IndexPaths, rows: Rows, belongs: Memberships, rater: str | None
) -> IndexLabels:
    """Score, group and series of each photo; scores by one rater, or means over all raters.

    A score that is the mean of many counts as many. Clicked stars count only where nothing was
    imported on another scale.
    """
    who = {"rater": rater}
    with reading(paths) as connection:
        columns = ["source", "photo", "n_raters"]
        source, photo, count = whole_numbers(connection, columns, _RATINGS, who)
        score = fractions(connection, "score", _RATINGS, who)
        (of_stars,) = whole_numbers(connection, ["id"], f"sources WHERE {_STARS}")
        (clicks,) = whole_numbers(connection, ["id"], "sources WHERE kind = 'clicks'")
    if not np.isin(source, of_stars).all():
        counts = ~np.isin(source, clicks)
        photo, score, count = photo[counts], score[counts], count[counts]
    n = len(rows)
    found, kept = rows.find(photo)
    n_raters = np.bincount(found, count[kept], n).astype(np.intp)
    totals = np.bincount(found, score[kept] * count[kept], n)
    scores = np.divide(totals, n_raters, out=np.full(n, np.nan), where=n_raters > 0)
    groups, series = (
        (one.codes.copy(), list(one.names)) for one in (belongs.groups, belongs.series)
    )
    return IndexLabels(scores, n_raters, *groups, *series)


def load_single_ratings(paths: IndexPaths, rows: Rows, without: str) -> SingleRatings:
    """Scores that raters with a name gave to photos, leaving out the rater named `without`.

    Means over several people are left out, and clicked stars where anything was imported
    on another scale.
    """
    with reading(paths) as connection:
        given = connection.execute(
            "SELECT photo, rater, avg(score) FROM ratings"  # noqa: S608 - our own words
            " WHERE n_raters = 1"
            " AND rater IN (SELECT id FROM raters WHERE name NOT IN ('', :without))"
            " AND source IN (SELECT id FROM sources WHERE kind != 'clicks' OR NOT EXISTS"
            f" (SELECT 1 FROM ratings JOIN sources ON sources.id = source WHERE NOT {_STARS}))"
            " GROUP BY photo, rater",
            {"without": without},
        ).fetchall()
    places, kept = rows.find([photo for photo, _, _ in given])
    raters = np.array([rater for _, rater, _ in given], dtype=np.intp)[kept]
    scores = np.array([score for _, _, score in given], dtype=np.float64)[kept]
    return SingleRatings(places, raters, scores, len(rows))


def load_choices(paths: IndexPaths, rows: Rows, rater: str | None) -> IndexChoices:
    """Choices between two photos by one rater, or by all raters if `rater` is None.

    Choices on photos whose files are gone are left out.
    """
    with reading(paths) as connection:
        made = connection.execute(
            "SELECT winner, loser, tie, raters.name, weight"
            " FROM choices JOIN raters ON raters.id = choices.rater"
            " WHERE :rater IS NULL OR raters.name = :rater ORDER BY choices.id",
            {"rater": rater},
        ).fetchall()
    winners = rows.places([winner for winner, *_ in made])
    losers = rows.places([loser for _, loser, *_ in made])
    shown = np.flatnonzero((winners >= 0) & (losers >= 0))
    return IndexChoices(
        winners[shown],
        losers[shown],
        np.array([tie for _, _, tie, *_ in made], dtype=bool)[shown],
        [made[choice][3] for choice in shown],
        np.array([weight for *_, weight in made], dtype=np.float64)[shown],
    )


def load_raters(paths: IndexPaths) -> list[str]:
    """Sorted names of all raters, without unnamed ones."""
    with reading(paths) as connection:
        found = connection.execute(
            "SELECT name FROM raters WHERE name != '' AND ("
            " id IN (SELECT rater FROM ratings) OR id IN (SELECT rater FROM choices))"
            " ORDER BY name"
        )
        return [name for (name,) in found]


def load_sources(paths: IndexPaths, kind: Judgements) -> list[str]:
    """Sorted names of the sources of scores or of choices, such as imported files.

    All judgements made by clicks are one source, named "clicks".
    """
    with reading(paths) as connection:
        found = sources_in(connection, "ratings" if kind == "scores" else "choices")
    return sorted({"clicks" if one == "clicks" else name for name, one in found.items()})


def load_counts(paths: IndexPaths, layout: Layout) -> Counts:
    """Counts of judgements on photos that have an existing file."""
    with reading(paths) as connection:
        (rated,) = whole_numbers(connection, ["photo"], "(SELECT DISTINCT photo FROM ratings)")
        chosen = whole_numbers(connection, ["winner", "loser"], "choices")
        (photos,), names = mixed(connection, ["photo"], ['"group"', "series"], "memberships")
    here = np.flatnonzero(layout.photos_with_file(photos))
    groups, series = (len(name_column(texts.take(here)).names) for texts in names)
    return Counts(
        labelled=int(np.count_nonzero(layout.photos_with_file(rated))),
        choices=int(np.count_nonzero(np.all([*map(layout.photos_with_file, chosen)], axis=0))),
        groups=groups,
        series=series,
    )
