"""Read an index: its photos, their embeddings, and what people said of them."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from photorank.encoders.base import Fingerprint
from photorank.errors import NoLabelsError
from photorank.index.catalogue import reading
from photorank.index.ledger import known_skips, load_roots
from photorank.index.manifest import Manifest, read_manifest
from photorank.index.places import path_bytes
from photorank.index.rows import (
    Memberships,
    Rows,
    coded,
    load_embeddings,
    load_memberships,
    load_rows,
)
from photorank.index.shards import ExactIndex
from photorank.labels.comparisons import Comparisons
from photorank.photos.files import SkippedFile
from photorank.typing import Codes, Direction, Embeddings, Floats, Labels, Ratings
from photorank.workspace import IndexPaths, Workspace


@dataclass(frozen=True)
class Photo:
    """A content that has at least one file now."""

    digest: str  # SHA-256 of its bytes: its identity under any name
    path: Path  # absolute; the first of its files
    group: str | None  # what a person would choose within
    series: str | None  # shots of one moment or scene
    taken: str | None  # by the camera's clock, as 2024-07-31T18:05:09
    camera: str | None  # its make and model


class IndexLabels(NamedTuple):
    """Scores by photo, in the order of :meth:`Index.photos`."""

    scores: Labels  # (n,) mean over raters, nan where there is none
    n_raters: Codes  # (n,) how many people the score is a mean of
    groups: Codes  # (n,) numbers into group_names, -1 where there is none
    group_names: list[str]
    series: Codes  # (n,) likewise
    series_names: list[str]


class SingleRatings(NamedTuple):
    """Who gave which photo which score, by row of :meth:`Index.photos`."""

    photos: Codes  # (m,)
    raters: Codes  # (m,) one number a person; the unnamed are left out
    scores: Floats  # (m,)
    n: int  # photos


class IndexChoices(NamedTuple):
    """Choices between two photos, by row of :meth:`Index.photos`."""

    winners: Codes  # (m,)
    losers: Codes  # (m,)
    ties: NDArray[np.bool_]  # (m,) who is called winner is then moot
    raters: list[str]  # (m,)
    weights: Floats  # (m,) how many people chose so


class Rater(Protocol):
    """What rates embeddings: a master-vector."""

    def rate(self, embeddings: Embeddings, fingerprint: Fingerprint) -> Ratings:
        """Return a rating for each embedding (n, d)."""


class Index:
    """An index as it was when it was first looked into; whoever writes does not disturb it.

    A photo is a row, in `photos()`, `embeddings()` and all that other functions
    return. It may be shared by threads. Open it again to see what has changed:
    the manifest's time of change tells that something has.
    """

    def __init__(self, paths: IndexPaths, manifest: Manifest) -> None:
        self.paths = paths
        self.manifest = manifest
        self._lock = Lock()
        self._loaded: ExactIndex | None = None

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
        return len(self._rows.digests)

    def photos(self) -> list[Photo]:
        """Return the photos that have a file now, sorted by path."""
        return list(self._photos)

    def embeddings(self) -> Embeddings:
        """Return the photos' unit embeddings (n, d), read-only."""
        return self._exact.rows

    def row_of(self, path: Path | str) -> int | None:
        """Return the row of the photo in a file, whichever of its copies that is."""
        for name in (os.path.abspath(path), os.path.realpath(path)):
            row = self._rows.by_path.get(path_bytes(name))
            if row is not None:
                return row
        return None

    def thumbnail(self, photo: Photo) -> Path:
        """Return the file of a photo's small picture."""
        return self.paths.thumbnail(photo.digest)

    def skipped(self) -> list[SkippedFile]:
        """Return the files that could not be used, sorted by path."""
        with reading(self.paths) as connection:
            roots = load_roots(connection)
            files = [
                SkippedFile(Path(os.fsdecode(roots.path(place))), *skip[:3])
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
            is itself a mean of many counts as many.
        """
        with reading(self.paths) as connection:
            rows = connection.execute(
                "SELECT photo, sum(score * n_raters) / sum(n_raters), sum(n_raters)"
                " FROM ratings JOIN raters ON raters.id = ratings.rater"
                " WHERE :rater IS NULL OR raters.name = :rater GROUP BY photo",
                {"rater": rater},
            ).fetchall()
        n = len(self)
        scores, n_raters = np.full(n, np.nan), np.zeros(n, dtype=np.intp)
        found, kept = self._rows.find([photo for photo, _, _ in rows])
        scores[found] = np.array([mean for _, mean, _ in rows])[kept]
        n_raters[found] = np.array([count for _, _, count in rows], dtype=np.intp)[kept]
        groups, series = self._memberships
        return IndexLabels(scores, n_raters, *coded(groups), *coded(series))

    def single_ratings(self) -> SingleRatings:
        """Return the scores of each named rater, unless they are means of several people."""
        with reading(self.paths) as connection:
            rows = connection.execute(
                "SELECT photo, rater, avg(score) FROM ratings JOIN raters ON raters.id = rater"
                " WHERE name != '' AND n_raters = 1 GROUP BY photo, rater"
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
        return vector.rate(self.embeddings(), self.fingerprint)

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
        v = np.asarray(direction, dtype=np.float64)
        sign = -1.0 if lowest else 1.0
        rows, similarities = self._exact.nearest(sign * v, k)
        return rows, sign * similarities

    @cached_property
    def _rows(self) -> Rows:
        return load_rows(self.paths)

    @cached_property
    def _memberships(self) -> Memberships:
        return load_memberships(self.paths, self._rows)

    @cached_property
    def _photos(self) -> list[Photo]:
        rows, (groups, series) = self._rows, self._memberships
        paths = (Path(os.fsdecode(path)) for path in rows.paths)
        return list(map(Photo, rows.digests, paths, groups, series, rows.taken, rows.cameras))

    @property
    def _exact(self) -> ExactIndex:
        with self._lock:  # two threads would need the memory twice
            if self._loaded is None:
                self._loaded = load_embeddings(self.paths, self._rows, self.manifest.dimensions)
            return self._loaded


def open_index(name: str | None = None) -> Index:
    """Open an index of the current workspace; without a name the only one.

    Raises
    ------
    MissingIndexError
        If there is no such index, or a name is needed to choose among several.
    """
    return Index.open(Workspace.current().existing_index(name))
