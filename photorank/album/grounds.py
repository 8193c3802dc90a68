"""Ratings, series of similar photos, and other data by which an album's photos are chosen."""

from dataclasses import dataclass

import numpy as np

from photorank.album.automatic_event_limits import balanced_parts
from photorank.album.coverage import KeptSimilarities
from photorank.album.value import Mask
from photorank.index.opened import Index
from photorank.rating.best_shot import ShotWords, merit_terms, technical_vector
from photorank.rating.faces_in_series import face_terms
from photorank.rating.percentiles import percentiles
from photorank.similarity.series import Series
from photorank.typing import Codes, Ratings


@dataclass(frozen=True)
class Grounds:
    """Data for choosing albums: ratings, series of similar photos, best-shot criteria, events."""

    ratings: Ratings  # (n,)
    series: Series
    among: Mask  # (n,) photos that are considered
    there: Mask  # (n,) photos to choose from
    shots: ShotWords
    parts: Codes  # (n,) events, with and without people
    standing: Ratings  # (n,) percentiles among the photos to choose from
    has_signals: bool


class KeptGrounds:
    """Cache of the data by which an index's albums are chosen, reused for the next album.

    A series counts as the same while it is the same object: whoever keeps it must find it anew
    where signals or faces were measured.
    """

    def __init__(self, index: Index) -> None:
        self.similarities = KeptSimilarities(index.heads())
        self._index = index
        self._last: Grounds | None = None

    def of(self, ratings: Ratings, series: Series, among: Mask, there: Mask) -> Grounds:
        """Data for choosing an album by `ratings` (n,), computed anew only if arguments changed."""
        last = self._last
        if (
            last is None
            or last.ratings is not ratings
            or last.series is not series
            or not np.array_equal(last.among, among)
            or not np.array_equal(last.there, there)
        ):
            last = self._last = _grounds(self._index, ratings, series, among, there)
        return last


def _grounds(index: Index, ratings: Ratings, series: Series, among: Mask, there: Mask) -> Grounds:
    faces, signals = index.faces(), index.signals()
    technical = technical_vector(index)
    detail = None if technical is None else index.rate(technical)
    of_faces = face_terms(faces, np.where(among, series.codes, -1))
    terms = merit_terms(ratings, signals, series.codes, detail, of_faces)
    standing = np.full(len(ratings), np.nan)
    standing[there] = percentiles(ratings[there])
    return Grounds(
        ratings,
        series,
        among,
        there,
        ShotWords(index, terms, technical, of_faces),
        balanced_parts(index.moments(), faces),
        standing,
        bool(np.isfinite(signals.values).any()),
    )
