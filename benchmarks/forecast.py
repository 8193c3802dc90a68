"""Test of the dashboard's forecast of the accuracy gained by 20 more choices between photos.

    python benchmarks/forecast.py --index oasis

People, photos and simulated choices are those of `benchmarks/taste.py`, one fold: pairs at
random of a person's own photos. What more choices brought is the change in accuracy on photos
that are held out from everybody. It is of few photos, so it scatters around what was to be
expected: intervals of the expectation cannot hold it 95 times in 100. Their mean can be right.
"""

import argparse

import numpy as np
from taste import Person, Split, distinct_pairs, interval

from photorank.index.opened import open_index
from photorank.learning.measure_taste import FORECAST_CHOICES, forecast_of, learning_curve
from photorank.metrics.estimates import Difference
from photorank.metrics.ranking import pairwise_accuracy
from photorank.typing import Floats
from photorank.vectors.taste.fit_taste import Judged, TastePrior, taste_of

SEED = 0
AFTER = (20, 40, 60, 80)


def main() -> None:
    """Print the mean forecast gain and mean actual gain in accuracy, after 20 to 80 choices."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index")
    parser.add_argument("--raters", type=int, default=200, help="People to report on.")
    arguments = parser.parse_args()
    index = open_index(arguments.index)
    table = index.single_ratings()
    numbers, raters = np.unique(table.raters, return_inverse=True)
    ratings = np.full((len(numbers), table.n), np.nan)
    ratings[raters, table.photos] = table.scores
    order = np.random.default_rng(SEED).permutation(len(numbers))
    split = Split(
        index.embeddings().astype(np.float64), ratings, np.sort(order[: arguments.raters]), 0
    )
    Z = split.learned.coordinates(split.X)
    people = list(split.people())
    print(f"{len(people)} people, one fold\n")
    print("| choices | forecast, mean | brought, mean | too much | held in | half width |")
    print("|---|---|---|---|---|---|")
    for m in AFTER:
        forecasts, brought = [], []
        for person in people:
            told, change = forecast_and_truth(split.learned, Z, person, m)
            if told is not None:
                forecasts.append(told)
                brought.append(change)
        means = np.array([one.value for one in forecasts])
        truth = np.array(brought)
        held = np.mean([one.low <= x <= one.high for one, x in zip(forecasts, truth, strict=True)])
        wide = np.mean([(one.high - one.low) / 2 for one in forecasts])
        print(
            f"| {m} | {interval(means, sign=True)} | {interval(truth, sign=True)} | "
            f"{interval(means - truth, sign=True)} | {100 * held:.0f} % of {len(truth)} | "
            f"{wide:.3f} |",
            flush=True,
        )


def forecast_and_truth(
    prior: TastePrior, Z: Floats, person: Person, m: int
) -> tuple[Difference | None, float]:
    """Predicted and actual gain in accuracy from 20 more choices, after the first m choices.

    The forecast is None if there are too few data.
    """
    mine = Z[person.own]
    drawn = distinct_pairs(
        len(mine), m + FORECAST_CHOICES, np.random.default_rng([person.rater, m])
    )
    low = person.labels[drawn[:, 0]] < person.labels[drawn[:, 1]]
    pairs = np.where(low[:, None], drawn[:, ::-1], drawn)
    ties = (person.labels[pairs[:, 0]] == person.labels[pairs[:, 1]]).astype(np.float64)
    curve, gaps = learning_curve(
        prior, Judged(mine, pairs[:m], ties[:m]), np.flatnonzero(ties[:m] == 0)
    )
    told = forecast_of(gaps, [point.n_choices for point in curve])
    before, after = (
        pairwise_accuracy(
            taste_of(prior, Judged(mine, pairs[:k], ties[:k])).ratings(Z[person.test]),
            person.truth,
        )
        for k in (m, m + FORECAST_CHOICES)
    )
    return told, after - before


if __name__ == "__main__":
    main()
