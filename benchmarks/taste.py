"""Accuracy of personal rating vectors, each learned from few judgements of one person.

    python benchmarks/taste.py --index oasis
    python benchmarks/taste.py --index oasis --constants

Raters are split: those that are reported on, and the others, from whom the generic
vector, the constants and the learned prior come. Photos are split in five folds, and
test photos are held out from everybody. Each reported person's own ratings of the
other photos teach, and of the test photos judge; choices are simulated from them:
the higher rated of two photos is chosen, equal ratings are a tie. Intervals are 95 %
over people.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.stats import t as student
from sklearn.isotonic import isotonic_regression

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.index.opened import open_index
from photorank.metrics.human_ceiling import RaterTable
from photorank.metrics.ranking import pairwise_accuracy
from photorank.typing import Codes, Floats, Pairs
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.taste.fit_taste import Judged, TastePrior, taste_of
from photorank.vectors.taste.next_pair import RANDOM_SHARE, next_pair
from photorank.vectors.taste.population_prior import learned_prior

SEED = 0
FOLDS = 5
LEAST_TAUGHT, LEAST_TESTED = 100, 15  # own ratings of a person who is reported on
OWN = (10, 50, 100)
MARKS = range(0, 101, 10)  # pairs at which active and random ones are compared
TARGETS = (60, 100)  # random pairs whose accuracy active ones should reach sooner
ROUNDS = 1000  # of the bootstrap over people


@dataclass(frozen=True)
class Person:
    """Tested rater, with training photos, test photos and ratings of both."""

    rater: int
    own: Codes  # photos that teach, in random order
    labels: Floats  # their ratings
    test: Codes  # photos that judge
    truth: Comparisons  # by their ratings


class Split:
    """Split of photos into training and test photos, and of raters into tested and untested."""

    def __init__(self, X: Floats, ratings: Floats, reported: Codes, fold: int) -> None:
        self.X, self.ratings, self.reported = X, ratings, reported
        folds = np.random.default_rng(SEED).permutation(len(X)) % FOLDS
        self.fold, self.train = fold, folds != fold
        others = np.setdiff1d(np.arange(len(ratings)), reported)
        photos, raters = np.nonzero(~np.isnan(ratings[np.ix_(others, self.train)]).T)
        photos, raters = np.flatnonzero(self.train)[photos], others[raters]
        self.table = RaterTable(photos, raters, ratings[raters, photos], len(X))

    @cached_property
    def generic(self) -> AllPairs:
        """Learner fitted to the training photos' mean ratings by people outside the test group."""
        count = np.bincount(self.table.photos, minlength=len(self.X))
        mean = np.bincount(self.table.photos, self.table.scores, len(self.X)) / np.maximum(count, 1)
        rated = count > 0
        return AllPairs().fit(self.X[rated], mean[rated])

    @cached_property
    def default(self) -> TastePrior:
        """Default prior distribution of personal vectors, centred on the generic vector."""
        return TastePrior.of(self.X[self.train], self.generic.direction_)

    @cached_property
    def learned(self) -> TastePrior:
        """Prior distribution of personal vectors, learned from raters outside the test set."""
        return learned_prior(self.default, self.X, self.table)

    def people(self) -> Iterator[Person]:
        """Tested raters who rated enough training photos and enough test photos."""
        for rater in self.reported.tolist():
            rated = ~np.isnan(self.ratings[rater])
            own, test = np.flatnonzero(rated & self.train), np.flatnonzero(rated & ~self.train)
            if len(own) >= LEAST_TAUGHT and len(test) >= LEAST_TESTED:
                own = np.random.default_rng([SEED, rater, self.fold]).permutation(own)
                truth = Comparisons.from_scores(self.ratings[rater, test])
                if truth.n_pairs:
                    yield Person(rater, own, self.ratings[rater, own], test, truth)


Found = dict[str, dict[int, list[float]]]  # by method and person, one accuracy a fold


def main() -> None:
    """Print tables of accuracy; if `--constants` is given, print estimated model constants."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index")
    parser.add_argument("--raters", type=int, default=200, help="People to report on.")
    parser.add_argument("--folds", type=int, default=FOLDS, help="Folds of the first table, 1-5.")
    parser.add_argument("--active-folds", type=int, default=2, help="Folds of the second, 0-5.")
    parser.add_argument("--constants", action="store_true", help="Print the constants instead.")
    arguments = parser.parse_args()
    index = open_index(arguments.index)
    table = index.single_ratings()
    numbers, raters = np.unique(table.raters, return_inverse=True)
    ratings = np.full((len(numbers), table.n), np.nan)
    ratings[raters, table.photos] = table.scores
    order = np.random.default_rng(SEED).permutation(len(numbers))
    reported = np.sort(order[: arguments.raters])
    X = index.embeddings().astype(np.float64)
    splits = [Split(X, ratings, reported, fold) for fold in range(FOLDS)]
    if arguments.constants:
        print_constants(splits[: arguments.folds])
        return
    print_ratings(splits[: arguments.folds])
    for prior in ("default", "learned") if arguments.active_folds else ():
        print_active(splits[: arguments.active_folds], prior)


def print_constants(splits: list[Split]) -> None:
    """Print constants of `photorank.vectors.taste`, estimated from raters not used in tests."""
    print("| fold | DEVIATION | NOISE | SCALE_SPREAD |\n|---|---|---|---|")
    for split in splits:
        prior = split.learned
        deviation = float(np.diag(prior.covariance) @ prior.variances) ** 0.5
        spread = scale_spread(split.table)
        print(f"| {split.fold} | {deviation:.2f} | {prior.noise:.2f} | {spread:.2f} |")


def scale_spread(table: RaterTable) -> float:
    """Relative spread between raters in how strongly each follows the other raters' labels.

    The slope is of the rater's labels regressed on the mean labels of the other raters. The
    sampling noise of the slopes is subtracted.
    """
    total = np.bincount(table.photos, table.scores, table.n)
    count = np.bincount(table.photos, minlength=table.n)
    slopes, variances = [], []
    for rater in np.unique(table.raters):
        mine = table.raters == rater
        photos, labels = table.photos[mine], table.scores[mine]
        if len(labels) < LEAST_TAUGHT or labels.std() == 0:
            continue
        labels = labels / labels.std()  # as labels are used
        others = (total[photos] - table.scores[mine]) / (count[photos] - 1)
        others = others - others.mean()
        slope = float(others @ labels / (others @ others))
        left = labels - labels.mean() - slope * others
        slopes.append(slope)
        variances.append(float(left @ left) / (len(labels) - 2) / float(others @ others))
    return float(np.sqrt(max(np.var(slopes) - np.mean(variances), 0)) / np.mean(slopes))


def print_ratings(splits: list[Split]) -> None:
    """Print how accurately generic and personal vectors predict people's own ratings."""
    found: Found = {}
    for split in splits:
        priors = {
            "prior + {} own, default constants": split.default,
            "prior + {} own, learned from others": split.learned,
        }
        coordinates = {name: prior.coordinates(split.X) for name, prior in priors.items()}
        for person in split.people():
            generic = split.X[person.test] @ split.generic.direction_
            note(found, "generic vector", person, generic)
            for m in OWN:
                rows, labels = person.own[:m], person.labels[:m]
                note(found, f"{m} own alone", person, alone(split.X, rows, labels, person.test))
                for name, prior in priors.items():
                    Z = coordinates[name]
                    taste = taste_of(prior, Judged(Z, rows=rows, labels=labels))
                    note(found, name.format(m), person, taste.ratings(Z[person.test]))
    base = by_person(found.pop("generic vector"))
    print(f"{len(base)} people, {len(splits)} folds\n")
    print("| ratings by | accuracy of own held-out ratings | gain over the generic vector |")
    print("|---|---|---|")
    print(f"| generic vector | {interval(base)} | |")
    for name, values in found.items():
        accuracy = by_person(values)
        print(f"| {name} | {interval(accuracy)} | {interval(accuracy - base, sign=True)} |")
    print()


def alone(X: Floats, rows: Codes, labels: Floats, test: Codes) -> Floats:
    """Ratings of test photos by a vector learned only from a person's own labels."""
    try:
        return AllPairs().fit(X[rows], labels).decision_function(X[test])
    except ComparisonsError:  # all labels are alike
        return np.zeros(len(test))


def print_active(splits: list[Split], kind: str) -> None:
    """Print accuracy by number of choices, for random and for actively selected pairs."""
    hows = ("random", "random, fresh photos", "active")
    found: dict[str, Found] = {how: {} for how in hows}
    for split in splits:
        prior: TastePrior = getattr(split, kind)
        Z = prior.coordinates(split.X)
        for person in split.people():
            for how in hows:
                for m, ratings in learned_by_pairs(prior, Z, person, how, split.fold):
                    note(found[how], str(m), person, ratings)
    curves = {
        how: np.stack([by_person(values) for values in by_mark.values()])  # (marks, people)
        for how, by_mark in found.items()
    }
    people = curves["active"].shape[1]
    print(f"Simulated choices, {kind} prior: {people} people, {len(splits)} folds\n")
    print(f"| pairs | {' | '.join(hows)} | active - random |\n|---|---|---|---|---|")
    for place, m in enumerate(MARKS):
        cells = [interval(curves[how][place]) for how in hows]
        cells.append(interval(curves["active"][place] - curves["random"][place], sign=True))
        print(f"| {m} | {' | '.join(cells)} |")
    print()
    for target in TARGETS:
        needed = active_pairs_needed(curves, target)
        print(f"As accurate as {target} random pairs: {needed} active ones.")
    print()


def learned_by_pairs(
    prior: TastePrior, Z: Floats, person: Person, how: str, fold: int
) -> Iterator[tuple[int, Floats]]:
    """Yield the number of simulated choices and the test photos' ratings learned from them."""
    mine = Z[person.own]
    rng = np.random.default_rng([person.rater, fold])
    plain = distinct_pairs(len(mine), max(MARKS), rng)
    shown, pairs = np.empty((0, 2), dtype=np.intp), np.empty((0, 2), dtype=np.intp)
    taste = taste_of(prior, Judged(mine))
    for m in range(max(MARKS) + 1):
        if m in MARKS or how == "active":
            ties = (person.labels[pairs[:, 0]] == person.labels[pairs[:, 1]]).astype(np.float64)
            taste = taste_of(prior, Judged(mine, pairs, ties))
        if m in MARKS:
            yield m, taste.ratings(Z[person.test])
        if how == "random":
            first, second = plain[min(m, len(plain) - 1)]
        else:
            share = RANDOM_SHARE if how == "active" else 1.0
            asked = next_pair(taste, mine, asked=shown, rng=rng, random_share=share)
            if asked is None:
                return
            first, second, _ = asked
        shown = np.vstack([shown, [[first, second]]])
        if person.labels[first] < person.labels[second]:
            first, second = second, first
        pairs = np.vstack([pairs, [[first, second]]])


def distinct_pairs(n: int, m: int, rng: np.random.Generator) -> Pairs:
    """Array (m, 2) of distinct random pairs of row numbers below n."""
    first, second = np.triu_indices(n, 1)
    drawn = rng.choice(len(first), m, replace=False)
    return np.column_stack([first[drawn], second[drawn]])


def active_pairs_needed(curves: dict[str, Floats], target: int) -> str:
    """Number of actively selected pairs that are as useful as a given number of random pairs.

    It is text, with a 95 % confidence interval.

    Mean curves are made monotone before they are crossed; people are bootstrapped.
    """
    people = curves["random"].shape[1]
    draws = np.random.default_rng(0).integers(people, size=(ROUNDS, people))
    needed = []
    for drawn in (np.arange(people), *draws):
        random, active = (
            isotonic_regression(curves[how][:, drawn].mean(axis=1)) for how in ("random", "active")
        )
        goal = np.interp(target, MARKS, random)
        after = int(np.searchsorted(active, goal))
        if after in (0, len(active)):
            needed.append(np.inf if after else 0.0)
        else:
            low, high = active[after - 1 : after + 1]
            needed.append(MARKS[after] - MARKS.step * (high - goal) / (high - low))
    value, low, high = needed[0], *np.quantile(needed[1:], [0.025, 0.975], method="nearest")
    return f"{value:.0f} [{low:.0f}, {high:.0f}]"


def note(found: Found, name: str, person: Person, ratings: Floats) -> None:
    """Add the pairwise accuracy of ratings on a person's test photos to the results."""
    by_rater = found.setdefault(name, {}).setdefault(person.rater, [])
    by_rater.append(pairwise_accuracy(ratings, person.truth))


def by_person(values: dict[int, list[float]]) -> Floats:
    """Mean accuracy over the test folds for each person, as an array (people,)."""
    return np.array([np.mean(folds) for folds in values.values()])


def interval(values: Floats, *, sign: bool = False) -> str:
    """Mean of values, one per person, with its 95 % confidence interval, as text."""
    reach = student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    mean, form = values.mean(), "+.4f" if sign else ".4f"
    return f"{mean:{form}} [{mean - reach:{form}}, {mean + reach:{form}}]"


if __name__ == "__main__":
    main()
