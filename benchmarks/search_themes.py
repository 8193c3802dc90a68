"""Mean average precision and ROC AUC of text search, on photos of known themes.

    python benchmarks/search_themes.py --indexes oasis-v1 oasis --themes oasis/ratings.csv

The table has columns `file` and `group` (theme). Each theme of at least five photos that are in all
indexes is searched by its name, as `photorank search` does it, and all photos are ranked. Intervals
of 95 % draw themes with replacement; differences are from the first index. With --by-theme, each
theme's values are printed, too.
"""

import argparse
import re
from pathlib import Path

import numpy as np
import pandas as pd
from prompts import column_by_file
from sklearn.metrics import average_precision_score, roc_auc_score

from photorank.errors import PhotorankError
from photorank.index.opened import open_index
from photorank.rating.text_search import search_direction
from photorank.typing import Floats

_LEAST_PHOTOS = 5  # of a theme
_DRAWS = 10_000
# Ends of words that the table writes without a space before them.
_SECOND_WORD = re.compile("(?<=[a-z])(?=(?:face|pose|dump|supplies)$)")
_METRICS = {"average precision": average_precision_score, "ROC AUC": roc_auc_score}


def main() -> None:
    """Print average precision and ROC AUC of each index, and differences from the first index."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--indexes", nargs="+", required=True)
    parser.add_argument("--themes", type=Path, required=True, help="table with file and group")
    parser.add_argument("--by-theme", action="store_true")
    arguments = parser.parse_args()
    theme_of = column_by_file(arguments.themes, "group")
    kept = {
        name: {photo.path.name for photo in open_index(name).photos()} for name in arguments.indexes
    }
    theme_of = theme_of[theme_of.index.isin(set.intersection(*kept.values()))]
    sizes = theme_of.value_counts()
    themes = sorted(sizes[(sizes >= _LEAST_PHOTOS) & (sizes < len(theme_of))].index)
    if not themes:
        raise SystemExit(f"no theme has {_LEAST_PHOTOS} photos, and not all, in these indexes")
    found = {name: searched(name, theme_of, themes) for name in arguments.indexes}
    first = found[arguments.indexes[0]]
    print(f"{len(themes)} themes\n\n| index | {' | | '.join(_METRICS)} | |\n|---|---|---|---|---|")
    for name, values in found.items():
        cells = [
            f"{mean_with_interval(row, '')} | {mean_with_interval(row - base, '+')}"
            for row, base in zip(values, first, strict=True)
        ]
        print(f"| {name} | {' | '.join(cells)} |")
    if arguments.by_theme:
        print(f"\n| theme | photos | {' | '.join(found)} |\n|---|---|{'---|' * len(found)}")
        for at, theme in enumerate(themes):
            cells = [" and ".join(f"{row[at]:.3f}" for row in values) for values in found.values()]
            print(f"| {theme} | {sizes[theme]} | {' | '.join(cells)} |")


def searched(name: str, theme_of: pd.Series, themes: list[str]) -> Floats:
    """Average precision and ROC AUC (2, t) of text searches for t themes in an index."""
    index = open_index(name)
    of_photo = theme_of.reindex([photo.path.name for photo in index.photos()]).to_numpy()
    texts, encoder = [_SECOND_WORD.sub(" ", theme.lower()) for theme in themes], index.encoder()
    queries = np.stack([search_direction(index, text, encoder) for text in texts])
    similarities = index.embeddings() @ queries.T
    return np.array(
        [
            [
                metric(of_photo == theme, column)
                for theme, column in zip(themes, similarities.T, strict=True)
            ]
            for metric in _METRICS.values()
        ]
    )


def mean_with_interval(values: Floats, sign: str) -> str:
    """Mean of the themes' values with its 95 % bootstrap confidence interval, as text."""
    drawn = np.random.default_rng(0).integers(len(values), size=(_DRAWS, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
    return f"{values.mean():{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"


if __name__ == "__main__":
    try:
        main()
    except PhotorankError as error:
        raise SystemExit(str(error)) from error
