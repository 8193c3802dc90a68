"""Accuracy of the taste learned from one person's choices, and a forecast for further choices."""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from photorank.errors import counted
from photorank.index.judging.click_log import Clicks
from photorank.index.opened import Index
from photorank.json_values import to_json
from photorank.learning.learn_vector import IN_SAMPLE
from photorank.metrics.estimates import Difference, Estimate
from photorank.metrics.hit_rate_intervals import growth, wilson
from photorank.rating.percentiles import percentiles
from photorank.rating.probability import fit_slope
from photorank.similarity.near_duplicates import grey_fingerprints
from photorank.typing import Codes, Floats, Ratings
from photorank.vectors.master import Card, MasterVector, shortened
from photorank.vectors.seen_pictures import SeenPictures
from photorank.vectors.taste.fit_taste import Judged, Taste, TastePrior, taste_of
from photorank.vectors.taste.photo_subset import PhotoSubset

FORECAST_CHOICES = 20  # further choices of the forecast
_CURVE_CHOICES = (
    0,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
)  # choices that the curve's points are learned from
_FOLDS = 10
# Accuracy grows with m choices about as m / (m + 40): so it did for the people who rated OASIS
# (`benchmarks/taste.py`). Few choices of one person could not tell the shape.
_HALF_GAIN_CHOICES = 40.0
_MIN_TESTS = 5  # held-out choices required for a forecast
_MIN_TESTS_TO_CALIBRATE = 20
_MOVED_PHOTOS = 12  # listed


class CurvePoint(NamedTuple):
    """Point of a person's learning curve: accuracy after learning from `n_choices` choices."""

    n_choices: int
    accuracy: Estimate


class PercentileChange(NamedTuple):
    """Percentile of a photo's rating before and after learning from the person's judgements."""

    row: int
    before: float  # percentile by the prior, 0 to 100
    after: float  # by the person's taste


@dataclass(frozen=True, eq=False)
class PersonalState:
    """One person's rating model learned from all clicks so far, with ratings and test results.

    ``accuracy`` is the share of choices, of those whose pair was not picked for
    being informative, that the taste predicts when it is learned from the other
    choices only: those that share no photo with it. A pair that was picked for
    being doubtful is harder than most and would make the taste look worse than it
    is. What other people said of the photos is left out as well: where it taught the
    taste how people differ, the taste is a little better than the one that is tested.
    Ties are left out, and chance is 0.5. Where the prior has seen some of the
    judged photos, perhaps with this person's judgements, nothing is held out from
    it: the vector's card then calls the accuracy in-sample.
    """

    index: Index
    rater: str
    said: Clicks
    prior: MasterVector | None  # None: begun from nothing
    taste: Taste
    rows: Codes  # (k,) of the index, ascending: all photos of few, some of many
    ratings: Ratings  # (k,)
    standard_errors: Floats  # (k,) in the ratings' unit
    curve: tuple[CurvePoint, ...]  # from 0 choices, which is the prior, to all
    gaps: Floats  # (t,) winner less loser of the choices that the whole taste is tested on
    forecast: Difference | None  # what 20 more choices are expected to add to the accuracy
    moved: tuple[PercentileChange, ...]  # those that moved most come first

    @property
    def n_choices(self) -> int:
        """Number of choices between two photos that the person made."""
        return len(self.said.winners)

    @property
    def n_stars(self) -> int:
        """Number of photos to which the person gave stars."""
        return len(self.said.starred)

    @property
    def accuracy(self) -> Estimate | None:
        """Share of the held-out choices predicted correctly; None without held-out choices."""
        return self.curve[-1].accuracy if self.curve else None

    def rating(self, row: int) -> tuple[float, float]:
        """Rating of the photo in row `row` of the index, and the rating's standard error."""
        place = np.searchsorted(self.rows, row)
        return float(self.ratings[place]), float(self.standard_errors[place])

    @property
    def prior_saw(self) -> bool:
        """True if the prior vector had learned from some of the photos that the person judged.

        The prior is the vector that learning began from.
        """
        return self.prior is not None and any(map(self.prior.card.saw, self._judged_digests))

    @property
    def _judged_digests(self) -> frozenset[str]:
        """Shortened SHA-256 digests of the photos that the person judged."""
        rows = self.said.judged_rows.tolist()
        return frozenset(shortened(self.index.photo(row).digest) for row in rows)

    def vector(self, name: str) -> MasterVector:
        """The person's rating model as a named rating vector, with its test results.

        Before any judgement it is the prior.
        """
        weights, photos, saw = self.taste.vector, self._judged_digests, self.prior_saw
        believed = Card() if self.prior is None else self.prior.card
        judged = self.said.judged_rows
        greys = grey_fingerprints(self.index, judged)
        pictures = SeenPictures.of(self.index.heads_of(judged), greys)
        calibrated = not saw and len(self.gaps) >= _MIN_TESTS_TO_CALIBRATE
        metrics = {}
        if self.accuracy is not None:
            name_of_it = IN_SAMPLE if saw else "pairwise_accuracy"
            metrics = {name_of_it: to_json(self.accuracy)}
            if self.prior is not None and not saw:
                metrics["prior_accuracy"] = to_json(self.curve[0].accuracy)
        return MasterVector(
            name,
            "personal",
            weights,
            self.index.fingerprint,
            bias=-float(self.taste.prior.centre @ weights),
            slope=fit_slope(self.gaps) if calibrated else None,
            card=Card(
                parameters={
                    "learner": {},
                    "prior": None if self.prior is None else self.prior.name,
                    "rater": self.rater,
                },
                index=self.index.name,
                photos=photos | believed.photos,
                pictures=SeenPictures.union([pictures, believed.pictures]),
                unknown=believed.unknown,
                labels=_digest(self.index, self.said),
                n_photos=len(photos),
                n_pairs=self.n_choices,
                metrics=metrics,
                source=f"{counted(self.n_choices, 'choice')} and "
                f"{counted(self.n_stars, 'photo')} with stars by {self.rater} in "
                f"the index {self.index.name!r}",
            ),
        )


def personal_state(
    index: Index,
    rater: str,
    vector: MasterVector | None,
    said: Clicks,
    *,
    subset: PhotoSubset,
) -> PersonalState:
    """Rating model of a person, learned from all clicks, and its accuracy on held-out choices.

    It is fast enough to be made after every click.

    `vector` is what the prior was made of (None: nothing), `said` are the person's clicks by row
    of the index, and `subset` holds the prior and the photos that it is compared on.
    """
    rows = said.judged_rows
    subset = subset.including(index, np.union1d(rows, said.skipped))
    prior, Z, placed = subset.prior, subset.Z, subset.clicks_in_subset(said)
    judged = judged_clicks(Z, placed)
    taste = taste_of(prior, judged)
    ratings = taste.ratings(Z)
    curve, gaps = learning_curve(prior.for_tests, judged, _fair_tests(said))
    return PersonalState(
        index=index,
        rater=rater,
        said=said,
        prior=vector,
        taste=taste,
        rows=subset.rows,
        ratings=ratings,
        standard_errors=taste.standard_errors(Z),
        curve=curve,
        gaps=gaps[-1] if len(gaps) else np.empty(0),
        forecast=forecast_of(gaps, [point.n_choices for point in curve]),
        moved=_moved(subset.rows, Z[:, 0], ratings) if len(rows) and vector is not None else (),
    )


def judged_clicks(Z: Floats, said: Clicks) -> Judged:
    """Training data (judged pairs and stars) from a person's clicks.

    `Z` are the photos' features.
    """
    pairs = np.column_stack([said.winners, said.losers]).astype(np.intp)
    return Judged(Z, pairs, said.ties.astype(np.float64), said.starred, said.stars)


def _fair_tests(said: Clicks) -> Codes:
    """Indices of choices that are not ties and not on photo pairs picked by active learning."""
    random = np.array([asked != "informative" for asked in said.asked], dtype=bool)
    return np.flatnonzero(random & ~said.ties.astype(bool))


def learning_curve(
    prior: TastePrior, judged: Judged, tests: Codes
) -> tuple[tuple[CurvePoint, ...], Floats]:
    """Learning curve of one person: accuracy on test choices by number of training choices.

    The rating gaps (c, t), winner minus loser, for c points and t test choices are returned too.

    The same choices are tests at every point: each is predicted from the earliest m of the choices
    that share no photo with its fold of tests.
    """
    if not len(tests):
        return (), np.empty((0, 0))
    total, folds = len(judged.pairs), np.arange(len(tests)) % _FOLDS
    others = []
    for fold in range(min(_FOLDS, len(tests))):
        hidden = np.unique(judged.pairs[tests[folds == fold]])
        seen = ~np.isin(judged.pairs, hidden).any(axis=1)
        others.append((np.flatnonzero(seen), np.flatnonzero(~np.isin(judged.rows, hidden))))
    fewest = min(len(pairs) for pairs, _ in others)
    marks = [m for m in _CURVE_CHOICES if m <= fewest and m < total] + [total]
    gaps = np.empty((len(marks), len(tests)))
    for fold, (pairs, rows) in enumerate(others):
        first, second = judged.pairs[tests[folds == fold]].T
        apart = judged.Z[first] - judged.Z[second]
        for place, m in enumerate(marks):
            # The prior knows no stars either.
            part = _subset(judged, pairs[:m], rows[: len(rows) * (m > 0)])
            gaps[place, folds == fold] = apart @ taste_of(prior, part).weights
    n_photos = len(np.unique(judged.pairs[tests]))
    points = [
        CurvePoint(m, wilson(_hits(row), n_photos=n_photos))
        for m, row in zip(marks, gaps, strict=True)
    ]
    return tuple(points), gaps


def _subset(judged: Judged, pairs: Codes, rows: Codes) -> Judged:
    """Subset of a person's judgements: choices at indices `pairs`, star ratings at `rows`."""
    ties = None if judged.ties is None else judged.ties[pairs]
    return Judged(judged.Z, judged.pairs[pairs], ties, judged.rows[rows], judged.labels[rows])


def _hits(gaps: Floats) -> Floats:
    """Score of each predicted choice: 1 if the winner was rated higher, ½ if equal, 0 if lower."""
    return (1 + np.sign(gaps)) / 2


def forecast_of(gaps: Floats, marks: list[int]) -> Difference | None:
    """Expected gain of accuracy from 20 more choices; None if there are too few data."""
    if len(marks) < 3 or gaps.shape[1] < _MIN_TESTS:
        return None
    at = _shape(np.array(marks))
    return growth(_hits(gaps), at, float(_shape(np.array(marks[-1] + FORECAST_CHOICES)) - at[-1]))


def _shape(m: Floats) -> Floats:
    return m / (m + _HALF_GAIN_CHOICES)


def _moved(rows: Codes, before: Ratings, after: Ratings) -> tuple[PercentileChange, ...]:
    """Photos whose rating percentile changes most from `before` to `after`, with both percentiles.

    The greatest change comes first.
    """
    old, new = percentiles(before), percentiles(after)
    far = -np.abs(new - old)
    some = np.argpartition(far, min(_MOVED_PHOTOS, len(far) - 1))[:_MOVED_PHOTOS]
    most = some[np.argsort(far[some], kind="stable")]
    return tuple(
        PercentileChange(int(rows[one]), float(old[one]), float(new[one]))
        for one in most
        if old[one] != new[one]
    )


def _digest(index: Index, said: Clicks) -> str:
    """SHA-256, in hexadecimal, of all clicks of a person, independent of their order."""

    def name(row: int) -> str:
        return index.photo(int(row)).digest

    chosen = zip(said.winners, said.losers, said.ties, strict=True)
    lines = [f"{name(winner)} {name(loser)} {int(tie)}" for winner, loser, tie in chosen]
    lines += [f"{name(row)} {s:g}" for row, s in zip(said.starred, said.stars, strict=True)]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
