"""Read an index: its photos, their embeddings, and what people said of them."""

import os
from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import Any, Literal, Protocol

import numpy as np

from photorank.encoders.base import Fingerprint
from photorank.errors import NoLabelsError
from photorank.index.catalogue import reading
from photorank.index.ledger import known_skips, load_roots
from photorank.index.manifest import Manifest, read_manifest
from photorank.index.places import as_path, path_bytes, path_order
from photorank.index.records import (
    Counts,
    Found,
    IndexChoices,
    IndexLabels,
    IndexSignals,
    Photo,
    SingleRatings,
)
from photorank.index.rows import (
    Layout,
    Memberships,
    Rows,
    coded,
    columns,
    load_layout,
    load_memberships,
    load_photos,
    load_rows,
)
from photorank.index.search import Nearest
from photorank.index.signals import load_signals
from photorank.labels.comparisons import Comparisons
from photorank.photos.files import SkippedFile
from photorank.typing import Codes, Direction, Embeddings, Floats, Ratings
from photorank.workspace import IndexPaths, Workspace

__all__ = [  # the front door: what an index returns is found beside it
    "Counts",
    "Found",
    "Index",
    "IndexChoices",
    "IndexLabels",
    "IndexSignals",
    "Photo",
    "Rater",
    "SingleRatings",
    "open_index",
]

# Of whose scores it is known that they are stars, 1 to 5.
_CLICKED = "sources.name LIKE 'clicks of %'"
_STARS = f"({_CLICKED} OR sources.name LIKE 'the library''s stars%')"


class _Once(cached_property[Any]):
    """A property of an index that is loaded when it is needed, once for all threads."""

    def __get__(self, index: Any, owner: type | None = None) -> Any:
        if index is None:
            return self
        with index._lock:
            return super().__get__(index, owner)


class Rater(Protocol):
    """What rates embeddings: a master-vector."""

    def rate(self, embeddings: Embeddings, fingerprint: Fingerprint) -> Ratings:
        """Return a rating for each embedding (n, d)."""


class Index:
    """An index as it was when it was first looked into; whoever writes does not disturb it.

    A photo is a row, in `photos()`, `embeddings()` and all that other functions
    return. It may be shared by threads. Open it again to see what has changed:
    the manifest's time of change tells that something has.

    Shards are mapped, not loaded: `rate`, `nearest`, `best` and `embeddings_of` read
    what they need of them, and only `embeddings` copies them all into memory.
    """

    def __init__(self, paths: IndexPaths, manifest: Manifest) -> None:
        self.paths = paths
        self.manifest = manifest
        self._lock = RLock()  # two threads would need the memory twice

    @classmethod
    def open(cls, paths: IndexPaths) -> "Index":
        """Return the index at those paths.

        Raises
        ------
        MissingIndexError
            If there is none.
        NewerSchemaError, BrokenIndexError
            If it cannot be read by this photorank.
        """
        manifest = read_manifest(paths)
        with reading(paths):
            return cls(paths, manifest)

    @property
    def name(self) -> str:
        """The index's name."""
        return self.paths.name

    @property
    def fingerprint(self) -> Fingerprint:
        """What its embeddings mean."""
        return self.manifest.fingerprint

    def __len__(self) -> int:
        return int(np.count_nonzero(self._layout.counts))

    def photos(self) -> list[Photo]:
        """Return the photos that have a file now, sorted by path."""
        return list(self._photos)

    def photo(self, row: int) -> Photo:
        """Return the photo of a row; for a few of many it is faster than :meth:`photos`."""
        rows, belongs = self._rows, self._memberships
        return Photo(
            rows.digests[row],
            as_path(rows.paths[row]),
            belongs.groups[row],
            belongs.series[row],
            rows.taken[row],
            rows.cameras[row],
        )

    def digests(self) -> list[str]:
        """Return the photos' digests, by row."""
        return list(self._rows.digests)

    def numbers(self) -> Codes:
        """Return the photos' numbers in the catalogue, by row; none is ever used again."""
        numbers: Codes = self._rows.photos
        return numbers

    def rows_matching(self, text: str, most: int) -> list[int]:
        """Return the first rows, `most` of them, of photos whose path holds a text in any case."""
        wanted = text.lower()
        paths = enumerate(self._rows.paths)
        found = (row for row, path in paths if wanted in os.fsdecode(path).lower())
        return list(islice(found, most))

    def embeddings(self) -> Embeddings:
        """Return the photos' unit embeddings (n, d), read-only; all of them in memory."""
        return self._embeddings

    def embeddings_of(self, rows: Codes | Sequence[int]) -> Embeddings:
        """Return the unit embeddings (k, d) of some rows, and load no others."""
        return self._layout.mapped.take(self._positions[np.asarray(rows, dtype=np.intp)])

    def row_of(self, path: Path | str) -> int | None:
        """Return the row of the photo in a file, whichever of its copies that is."""
        for name in (os.path.abspath(path), os.path.realpath(path)):
            row = self._rows.by_path.get(path_bytes(name))
            if row is not None:
                return row
        return None

    def rows_of(self, numbers: Sequence[int]) -> Codes:
        """Return the rows of photos by their numbers in the catalogue, -1 where there is none."""
        return self._rows.places(numbers)

    def thumbnail(self, photo: Photo) -> Path:
        """Return the file of a photo's small picture."""
        return self.paths.thumbnail(photo.digest)

    def skipped(self) -> list[SkippedFile]:
        """Return the files that could not be used, sorted by path."""
        with reading(self.paths) as connection:
            roots = load_roots(connection)
            files = [
                SkippedFile(as_path(roots.path(place)), *skip[:3])
                for place, skip in known_skips(connection).items()
            ]
        return sorted(files, key=lambda file: file.path)

    def raters(self) -> list[str]:
        """Return the names of all who rated or chose, sorted; the unnamed are not among them."""
        with reading(self.paths) as connection:
            rows = connection.execute(
                "SELECT name FROM raters WHERE name != '' AND ("
                " id IN (SELECT rater FROM ratings) OR id IN (SELECT rater FROM choices))"
                " ORDER BY name"
            )
            return [name for (name,) in rows]

    def labels(self, rater: str | None = None) -> IndexLabels:
        """Return the photos' scores, groups and series.

        Parameters
        ----------
        rater : str, optional
            Whose scores; by default the mean over all raters, where a score that
            is itself a mean of many counts as many. Stars that were clicked count
            only where nothing was imported on another scale, for all raters or for
            this one.
        """
        with reading(self.paths) as connection:
            given = connection.execute(
                f"SELECT photo, score, n_raters, {_CLICKED}, {_STARS}"  # noqa: S608
                " FROM ratings JOIN sources ON sources.id = source"
                " WHERE :rater IS NULL OR rater = (SELECT id FROM raters WHERE name = :rater)",
                {"rater": rater},
            )
            kinds = (np.intp, np.float64, np.intp, np.bool_, np.bool_)
            photo, score, count, clicked, stars = columns(given, *kinds)
        if not stars.all():
            photo, score, count = photo[~clicked], score[~clicked], count[~clicked]
        n = len(self)
        found, kept = self._rows.find(photo)
        n_raters = np.bincount(found, count[kept], n).astype(np.intp)
        totals = np.bincount(found, score[kept] * count[kept], n)
        scores = np.divide(totals, n_raters, out=np.full(n, np.nan), where=n_raters > 0)
        groups, series, _ = self._memberships
        return IndexLabels(scores, n_raters, *coded(groups), *coded(series))

    def splits(self) -> list[str | None]:
        """Return each photo's part of its dataset's official split: train, validation or test."""
        return list(self._memberships.splits)

    def single_ratings(self, without: str = "") -> SingleRatings:
        """Return the scores of each named rater, unless they are means of several people.

        Stars that were clicked are left out where anything was imported on another
        scale, and so is the person `without` whom the others are wanted.
        """
        with reading(self.paths) as connection:
            rows = connection.execute(
                "SELECT photo, rater, avg(score) FROM ratings"  # noqa: S608 - our own words
                " WHERE n_raters = 1"
                " AND rater IN (SELECT id FROM raters WHERE name NOT IN ('', :without))"
                f" AND source IN (SELECT id FROM sources WHERE NOT ({_CLICKED}) OR NOT EXISTS"
                " (SELECT 1 FROM ratings JOIN sources ON sources.id = source"
                f" WHERE NOT ({_STARS})))"
                " GROUP BY photo, rater",
                {"without": without},
            ).fetchall()
        places = self._rows.places([photo for photo, _, _ in rows])
        shown = np.flatnonzero(places >= 0)
        raters = np.array([rater for _, rater, _ in rows], dtype=np.intp)[shown]
        scores = np.array([score for _, _, score in rows], dtype=np.float64)[shown]
        return SingleRatings(places[shown], raters, scores, len(self))

    def choices(self, rater: str | None = None) -> IndexChoices:
        """Return what people chose, one rater or all; choices of vanished photos are left out."""
        with reading(self.paths) as connection:
            rows = connection.execute(
                "SELECT winner, loser, tie, raters.name, weight"
                " FROM choices JOIN raters ON raters.id = choices.rater"
                " WHERE :rater IS NULL OR raters.name = :rater ORDER BY choices.id",
                {"rater": rater},
            ).fetchall()
        winners = self._rows.places([winner for winner, *_ in rows])
        losers = self._rows.places([loser for _, loser, *_ in rows])
        shown = np.flatnonzero((winners >= 0) & (losers >= 0))
        return IndexChoices(
            winners[shown],
            losers[shown],
            np.array([tie for _, _, tie, *_ in rows], dtype=bool)[shown],
            [rows[choice][3] for choice in shown],
            np.array([weight for *_, weight in rows], dtype=np.float64)[shown],
        )

    def signals(self) -> IndexSignals:
        """Return the technical signals of the photos that `photorank signals` has measured."""
        return load_signals(self.paths, self._rows)

    def counts(self) -> Counts:
        """Return how much people said of the photos, without loading what they said."""
        with reading(self.paths) as connection:
            rated = columns(connection.execute("SELECT DISTINCT photo FROM ratings"), np.intp)
            chosen = columns(
                connection.execute("SELECT winner, loser FROM choices"), np.intp, np.intp
            )
            named = connection.execute('SELECT photo, "group", series FROM memberships').fetchall()
        shown = self._layout.shown([photo for photo, *_ in named]).tolist()
        belong = [names for (_, *names), here in zip(named, shown, strict=True) if here]
        return Counts(
            labelled=int(np.count_nonzero(self._layout.shown(rated[0]))),
            choices=int(np.count_nonzero(np.all([*map(self._layout.shown, chosen)], axis=0))),
            groups=len({group for group, _ in belong} - {None}),
            series=len({series for _, series in belong} - {None}),
        )

    @property
    def is_judged(self) -> bool:
        """Whether there are judgements of the kind that this index is evaluated by."""
        if self.manifest.judgements == "choices":
            return len(self.choices().winners) > 0
        return bool(np.isfinite(self.labels().scores).any())

    def comparisons(
        self,
        *,
        within: Literal["group", "series"] | None = None,
        gap_power: int = 0,
        rater: str | None = None,
        by_raters: bool = False,
    ) -> Comparisons:
        """Return people's judgements as a comparison graph over the photos.

        Parameters
        ----------
        within : {"group", "series"}, optional
            Compare only photos of one group, or of one series.
        gap_power : {0, 1, 2}, default=0
            How much a pair with a big gap between its scores counts.
        rater : str, optional
            Whose judgements; by default everybody's.
        by_raters : bool, default=False
            Trust a score by the number of people it is the mean of: a pair counts
            the product of both numbers. Choices count once each anyway.

        Raises
        ------
        NoLabelsError
            If there are no such judgements.
        """
        labels = self.labels(rater)
        whose = f" by rater {rater!r}" if rater else ""
        codes = {None: None, "group": labels.groups, "series": labels.series}[within]
        if codes is not None and (codes < 0).all():
            raise NoLabelsError(self.name, f"has no {within} of any photo")
        if self.manifest.judgements == "scores":
            if np.isnan(labels.scores).all():
                raise NoLabelsError(self.name, f"has no labels{whose}")
            return Comparisons.from_scores(
                labels.scores,
                gap_power=gap_power,
                within=codes,
                weights=np.maximum(labels.n_raters, 1) if by_raters else None,
            )
        winners, losers, ties, _, weights = self.choices(rater)
        if not len(winners):
            raise NoLabelsError(self.name, f"has no choices{whose}")
        return Comparisons.from_choices(
            winners, losers, n=len(self), ties=ties, weights=weights, within=codes
        )

    def rate(self, vector: Rater) -> Ratings:
        """Return every photo's rating by a master-vector, (n,), higher is better.

        Raises
        ------
        EncoderMismatchError
            If the vector belongs to another encoder, framing or size.
        """
        ratings = np.empty(len(self._layout.mapped))
        for part, rows in self._layout.mapped.blocks():
            ratings[part] = vector.rate(rows, self.fingerprint)
        return ratings[self._positions]

    def nearest(
        self, direction: Direction, k: int, *, lowest: bool = False
    ) -> tuple[Codes, Floats]:
        """Return the photos with the greatest scalar product, in one exact search.

        Parameters
        ----------
        direction : ndarray of shape (d,)
        k : int
            How many; fewer are returned where there are fewer.
        lowest : bool, default=False
            Search for the smallest scalar products instead, which is the same
            search with −v.

        Returns
        -------
        rows : ndarray of shape (k,)
            Best match first; equal ones in the order of rows.
        similarities : ndarray of shape (k,)
            The scalar products: the cosines, if the direction is of unit length.
        """
        found = self._search(direction, k, lowest=lowest)
        rows = self._rows.places(self._layout.photos[found.positions])
        order = np.lexsort((rows, -found.products))[:k]
        products = found.products[order]
        return rows[order], -products if lowest else products

    def best(self, direction: Direction, k: int, *, lowest: bool = False) -> list[Found]:
        """Return what :meth:`nearest` does as photos, without loading what others are called.

        Parameters
        ----------
        direction : ndarray of shape (d,)
        k : int
            How many; fewer are returned where there are fewer.
        lowest : bool, default=False
            Search for the smallest scalar products instead.
        """
        found = self._search(direction, k, lowest=lowest)
        photos = load_photos(self.paths, self._layout.photos[found.positions])
        by_path = [path_order(path_bytes(photo.path)) for photo in photos]
        order = sorted(range(len(photos)), key=lambda one: (-found.products[one], by_path[one]))
        n = len(self)
        # Twice the photos passed, for ties count half; all that tie are among the found.
        better = -found.products
        passed = np.searchsorted(better, better, "left") + np.searchsorted(better, better, "right")
        standing = 100 * (passed if lowest else 2 * n - passed) / (2 * max(n, 1))
        return [
            Found(
                photos[one],
                float(-found.products[one] if lowest else found.products[one]),
                float(standing[one]),
            )
            for one in order[:k]
        ]

    def _search(self, direction: Direction, k: int, *, lowest: bool) -> Nearest:
        v = np.asarray(direction, dtype=np.float64)
        return self._layout.mapped.nearest(-v if lowest else v, k, self._layout.counts)

    @_Once
    def _layout(self) -> Layout:
        return load_layout(self.paths, self.manifest.dimensions)

    @_Once
    def _rows(self) -> Rows:
        return load_rows(self.paths, self._layout.photos[self._layout.counts])

    @_Once
    def _positions(self) -> Codes:
        """Where the embedding of each row lies, (n,)."""
        at = np.flatnonzero(self._layout.counts)
        positions = np.empty(len(at), dtype=np.intp)
        positions[self._rows.places(self._layout.photos[at])] = at
        return positions

    @_Once
    def _memberships(self) -> Memberships:
        return load_memberships(self.paths, self._rows)

    @_Once
    def _photos(self) -> list[Photo]:
        return list(map(self.photo, range(len(self))))

    @_Once
    def _embeddings(self) -> Embeddings:
        rows = self._layout.mapped.take(self._positions)
        rows.flags.writeable = False
        return rows


def open_index(name: str | None = None) -> Index:
    """Open an index of the current workspace; without a name the only one.

    Raises
    ------
    MissingIndexError
        If there is no such index, or a name is needed to choose among several.
    """
    return Index.open(Workspace.current().existing_index(name))
