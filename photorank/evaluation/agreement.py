"""Agreement between people: similarity of tastes, shared favourites, disputed photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.index.opened import Index
from photorank.metrics.estimates import Estimate
from photorank.metrics.hit_rate_intervals import wilson
from photorank.metrics.jackknife_intervals import jackknife
from photorank.metrics.pair_sums import PairSums
from photorank.metrics.ranking import accuracy_sums, kendall_sums, kendall_tau_b
from photorank.similarity.near_duplicates import grey_fingerprints
from photorank.typing import Codes, Floats
from photorank.vectors.master import Card, MasterVector, shortened
from photorank.vectors.seen_pictures import SeenPictures
from photorank.vectors.taste.fit_taste import Judged, Taste, taste_of
from photorank.vectors.taste.photo_subset import PhotoSubset

_POSTERIOR_DRAWS = 100  # samples of each person's taste
_COMPARED_PHOTOS = 500  # photos rated by each sampled taste
_LEVEL = 0.95
_LISTED_PHOTOS = 12  # photos in each list


@dataclass(frozen=True, eq=False)
class PersonTaste:
    """One person's judgements, and the rating model (taste) learned from them."""

    rater: str
    judged: Judged
    taste: Taste
    rows: Codes  # (n,) of the index, of the photos that are judged or compared


@dataclass(frozen=True)
class Agreement:
    """Agreement of two people's judgements, and of their learned rating models.

    Measured by accuracy and Kendall's τ_b. Judgements are compared where both judged the same
    photos or pairs, else None. Tastes are compared on all photos, drawn from their posteriors:
    where little is known of a person, the interval says so.
    """

    first: str
    second: str
    said_accuracy: Estimate | None
    said_tau_b: Estimate | None
    likes_accuracy: Estimate
    likes_tau_b: Estimate


@dataclass(frozen=True)
class PhotoRatings:
    """Ratings of one photo by several people's learned models, on a common scale."""

    row: int
    mean: float
    standard_error: float  # of the mean
    spread: float  # standard deviation of the people's ratings
    ratings: tuple[float, ...]  # one a person
    standard_errors: tuple[float, ...]


def person_tastes(
    index: Index, raters: Sequence[str], subset: PhotoSubset
) -> tuple[PersonTaste, ...]:
    """Each person's judgements, with the rating model learned from them.

    All models begin from the same prior. Clicked and imported judgements count.
    """
    said, touched = [], [np.empty(0, dtype=np.intp)]
    for rater in raters:
        chosen, scores = index.choices(rater), index.labels(rater).scores
        rows = np.flatnonzero(np.isfinite(scores))
        said.append((rater, chosen, rows, scores[rows]))
        touched += [chosen.winners, chosen.losers, rows]
    subset = subset.including(index, np.unique(np.concatenate(touched)))
    found = []
    for rater, chosen, rows, labels in said:
        pairs = np.column_stack([subset.places(chosen.winners), subset.places(chosen.losers)])
        ties = chosen.ties.astype(np.float64)
        judged = Judged(subset.Z, pairs, ties, subset.places(rows), labels, times=chosen.weights)
        found.append(PersonTaste(rater, judged, taste_of(subset.prior, judged), subset.rows))
    return tuple(found)


def agreements(people: Sequence[PersonTaste], *, seed: int = 0) -> tuple[Agreement, ...]:
    """Agreement of every two people's judgements and rating models, with 95 % intervals.

    Intervals of judgements leave out one photo at a time; those of tastes are quantiles over 100
    draws from both posteriors.
    """
    drawn = [_samples(voice, np.random.default_rng([seed, 1, i])) for i, voice in enumerate(people)]
    if people:
        n = len(people[0].judged.Z)
        chosen = np.random.default_rng([seed, 0]).permutation(n)[:_COMPARED_PHOTOS]
        Z = people[0].judged.Z[np.sort(chosen)]
    found = []
    for (a, w), (b, v) in combinations(zip(people, drawn, strict=True), 2):
        accuracy, tau = _judgement_agreement(a.judged, b.judged)
        likes = _rating_agreement(Z @ w, Z @ v)
        found.append(
            Agreement(a.rater, b.rater, accuracy, tau, _scaled(likes, 0.5, 0.5), _scaled(likes))
        )
    return tuple(found)


def agreed_best(
    people: Sequence[PersonTaste], most: int = _LISTED_PHOTOS
) -> tuple[PhotoRatings, ...]:
    """Shared favourites: photos for which mean minus standard deviation of ratings is highest.

    The standard deviation holds both how much people differ and how uncertain each taste is.
    """
    _, ratings, errors = _all_ratings(people)
    worth = ratings.mean(axis=0) - np.sqrt(_spread(ratings) ** 2 + (errors**2).mean(axis=0))
    order = np.argsort(-worth, kind="stable")[:most]
    return _listed(order, people[0].rows, ratings, errors)


def contested(
    people: Sequence[PersonTaste], most: int = _LISTED_PHOTOS
) -> tuple[PhotoRatings, ...]:
    """Disputed photos: those with the highest standard deviation of people's ratings.

    Who said nothing rates as everybody does. Raises ComparisonsError for fewer than two people.
    """
    if len(people) < 2:
        raise ComparisonsError("to be of different opinions takes two people")
    _, ratings, errors = _all_ratings(people)
    spread = _spread(ratings)
    order = np.argsort(-spread, kind="stable")[:most]
    return _listed(order[spread[order] > 0], people[0].rows, ratings, errors)


def common_vector(
    name: str, index: Index, people: Sequence[PersonTaste], prior: MasterVector | None
) -> MasterVector:
    """Mean of several people's rating vectors, used as a prior when learning for a new person.

    Everyone counts the same; who said little is near the prior. Raises ComparisonsError if there
    is nobody.
    """
    weights = _all_ratings(people)[0].mean(axis=0)
    believed = people[0].taste.prior
    vector = Taste(believed, weights, people[0].taste.root).vector
    judged = [np.append(voice.judged.pairs.ravel(), voice.judged.rows) for voice in people]
    rows = people[0].rows[np.unique(np.concatenate(judged))]
    photos = {shortened(index.photo(int(row)).digest) for row in rows}
    pictures = SeenPictures.of(index.heads_of(rows), grey_fingerprints(index, rows))
    believed_card = Card() if prior is None else prior.card
    return MasterVector(
        name,
        "common",
        vector,
        index.fingerprint,
        bias=-float(believed.centre @ vector),
        card=Card(
            parameters={
                "prior": None if prior is None else prior.name,
                "raters": [voice.rater for voice in people],
            },
            index=index.name,
            photos=frozenset(photos) | believed_card.photos,
            pictures=SeenPictures.union([pictures, believed_card.pictures]),
            unknown=believed_card.unknown,
            n_photos=len(photos),
            n_pairs=sum(len(voice.judged.pairs) for voice in people),
            source=f"the mean taste of {len(people)} people in the index {index.name!r}",
        ),
    )


def _all_ratings(people: Sequence[PersonTaste]) -> tuple[Floats, Floats, Floats]:
    """Weights (p, k), photo ratings (p, n) and standard errors (p, n) from p people's models."""
    if not people:
        raise ComparisonsError("nobody is chosen: name somebody who chose or rated photos")
    return (
        np.stack([voice.taste.weights for voice in people]),
        np.stack([voice.taste.ratings(voice.judged.Z) for voice in people]),
        np.stack([voice.taste.standard_errors(voice.judged.Z) for voice in people]),
    )


def _listed(
    places: Codes, rows: Codes, ratings: Floats, errors: Floats
) -> tuple[PhotoRatings, ...]:
    """For each photo at `places`, ratings by every person's model, and the mean of the ratings."""
    spread = _spread(ratings)
    return tuple(
        PhotoRatings(
            row=int(rows[one]),
            mean=float(ratings[:, one].mean()),
            standard_error=float(np.sqrt((errors[:, one] ** 2).sum())) / len(errors),
            spread=float(spread[one]),
            ratings=tuple(ratings[:, one].tolist()),
            standard_errors=tuple(errors[:, one].tolist()),
        )
        for one in places
    )


def _spread(ratings: Floats) -> Floats:
    """Standard deviation (n,) of each photo's ratings by p people; 0 for one person."""
    return ratings.std(axis=0, ddof=1) if len(ratings) > 1 else np.zeros(ratings.shape[1])


def _judgement_agreement(a: Judged, b: Judged) -> tuple[Estimate | None, Estimate | None]:
    """Pairwise accuracy and Kendall's τ_b when person a's judgements predict those of person b."""
    rows, first, second = np.intersect1d(a.rows, b.rows, return_indices=True)
    if len(rows) > 1:
        graph = Comparisons.from_scores(b.labels[second])
        if graph.n_pairs:
            labels = a.labels[first]
            counts = {"n_photos": len(rows), "n_pairs": graph.n_pairs}
            return (
                _estimate(accuracy_sums(labels, graph), counts),
                _estimate(kendall_sums(labels, graph), counts),
            )
    return _choice_agreement(a, b)


def _choice_agreement(a: Judged, b: Judged) -> tuple[Estimate | None, Estimate | None]:
    """Accuracy and Kendall's τ_b between two people's choices, over pairs that both judged.

    Ties are left out. None where no pair remains.
    """
    mine, theirs = _outcomes(a), _outcomes(b)
    same = [mine[pair] == theirs[pair] for pair in mine.keys() & theirs.keys()]
    if not same:
        return None, None
    photos = {row for pair in mine.keys() & theirs.keys() for row in pair}
    accuracy = wilson(np.array(same, dtype=np.float64), n_photos=len(photos))
    return accuracy, _scaled(accuracy, 2.0, -1.0)


def _outcomes(judged: Judged) -> dict[tuple[int, int], int]:
    """Dict that maps each pair of photo indices to the index of the preferred photo.

    Ties are left out; the latest choice of a pair counts.
    """
    ties = np.zeros(len(judged.pairs)) if judged.ties is None else judged.ties
    decided = judged.pairs[ties == 0].tolist()
    return {(min(pair), max(pair)): pair[0] for pair in decided}


def _estimate(sums: PairSums, counts: dict[str, int]) -> Estimate:
    return jackknife(sums.leave_one_out(), level=_LEVEL, **counts)


def _samples(voice: PersonTaste, rng: np.random.Generator) -> Floats:
    """Random samples from the posterior distribution of a person's model weights, as columns."""
    taste = voice.taste
    return taste.weights[:, None] + taste.root @ rng.normal(
        size=(len(taste.root), _POSTERIOR_DRAWS)
    )


def _rating_agreement(a: Floats, b: Floats) -> Estimate:
    """Kendall's τ_b between two people's ratings, with an interval from posterior draws.

    The ratings are (n, draws).
    """
    taus = [kendall_tau_b(x, Comparisons.from_scores(y)) for x, y in zip(a.T, b.T, strict=True)]
    low, high = np.quantile(taus, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    n = len(a)
    value = float(np.mean(taus))
    return Estimate(value, float(low), float(high), n, n * (n - 1) // 2, "posterior draws")


def _scaled(estimate: Estimate, factor: float = 1.0, add: float = 0.0) -> Estimate:
    """Estimate with value and confidence limits multiplied by `factor`, then increased by `add`."""
    value, low, high = (factor * one + add for one in (estimate.value, estimate.low, estimate.high))
    return Estimate(value, low, high, estimate.n_photos, estimate.n_pairs, estimate.method)
