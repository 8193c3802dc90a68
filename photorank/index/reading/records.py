"""Record types of an open index: photos, judgements, search results."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from photorank.comparisons.comparisons import Comparisons
from photorank.encoders.base import Fingerprint
from photorank.photos.faces.face import Face, FacesSummary
from photorank.typing import Codes, Embeddings, Flags, Floats, Labels, Ratings


@dataclass(frozen=True)
class Photo:
    """Record of a photo: digest, path, group, series, capture time and camera."""

    digest: str  # SHA-256 of its bytes: its identity under any name
    path: Path  # absolute; the first of its files
    group: str | None  # what a person would choose within
    series: str | None  # shots of one moment or scene
    taken: str | None  # by the camera's clock: 2024-07-31T18:05:09, or with +02:00 after it
    camera: str | None  # its make and model
    taken_from: str | None = None  # what told the time, and its zone


class IndexLabels(NamedTuple):
    """Score, group and series of each photo, in the order of :meth:`Index.photos`."""

    scores: Labels  # (n,) mean over raters, nan where there is none
    n_raters: Codes  # (n,) how many people the score is a mean of
    groups: Codes  # (n,) numbers into group_names, -1 where there is none
    group_names: list[str]
    series: Codes  # (n,) likewise
    series_names: list[str]

    def comparisons(
        self, within: Codes | None, gap_power: int, *, by_raters: bool
    ) -> Comparisons | None:
        """Graph of photo comparisons implied by people's scores; None if no photo has a score.

        With `within` (n,), only photos with equal numbers in it are compared.

        `by_raters` weighs a photo by the number of people its score is a mean of.
        """
        if np.isnan(self.scores).all():
            return None
        weights = np.maximum(self.n_raters, 1) if by_raters else None
        return Comparisons.from_scores(
            self.scores, gap_power=gap_power, within=within, weights=weights
        )


class SingleRatings(NamedTuple):
    """Scores by single named raters, one per photo and rater; photos are given by row number."""

    photos: Codes  # (m,)
    raters: Codes  # (m,) one number a person; the unnamed are left out
    scores: Floats  # (m,)
    n: int  # photos


class IndexChoices(NamedTuple):
    """People's choices between two photos; each photo is a row number in :meth:`Index.photos`."""

    winners: Codes  # (m,)
    losers: Codes  # (m,)
    ties: NDArray[np.bool_]  # (m,) who is called winner is then moot
    raters: list[str]  # (m,)
    weights: Floats  # (m,) how many people chose so

    def comparisons(self, n: int, within: Codes | None) -> Comparisons | None:
        """Graph of photo comparisons from people's pairwise choices; None if there are no choices.

        With `within` (n,), only choices between photos with equal numbers in it count.
        """
        winners, losers, ties, _, weights = self
        if not len(winners):
            return None
        return Comparisons.from_choices(
            winners, losers, n=n, ties=ties, weights=weights, within=within
        )


class EmbeddingRater(Protocol):
    """Protocol for an object (not a person) that rates embeddings, such as a rating direction."""

    def rate(self, embeddings: Embeddings, fingerprint: Fingerprint) -> Ratings:
        """Ratings (n,) of the embeddings (n, d)."""


class Found(NamedTuple):
    """Photo found by a search, with its dot product and percentile."""

    photo: Photo
    similarity: float  # its scalar product with the direction
    percentile: float  # 0 to 100, where that stands among all photos


class Counts(NamedTuple):
    """Counts of the judgements on an index's photos."""

    labelled: int  # photos with a score
    choices: int
    groups: int
    series: int


class IndexSignals(NamedTuple):
    """Technical signals (such as sharpness) of all photos, in the order of :meth:`Index.photos`."""

    names: tuple[str, ...]  # (s,) of :data:`photorank.photos.signals.all_signals.SIGNALS`
    values: Floats  # (n, s), nan where a photo was not measured or a signal is not defined

    def column(self, name: str) -> Floats:
        """Values (n,) of the signal with the given name, for all n photos."""
        return self.values[:, self.names.index(name)]


class IndexFaces(NamedTuple):
    """Detected faces of all photos, in the order of :meth:`Index.photos`."""

    values: Floats  # (n, 7) columns of `FacesSummary`, nan where faces were not looked for
    by_row: dict[int, list[Face]]  # of the rows that have any, the largest face first

    def column(self, name: str) -> Floats:
        """Values (n,) of one column of :class:`FacesSummary`, for all n photos."""
        return self.values[:, FacesSummary._fields.index(name)]

    @property
    def measured(self) -> Flags:
        """Mask (n,) over all photos: True if the photo was searched for faces."""
        return np.isfinite(self.column("faces"))
