"""Mean average precision of search by words, for themes whose photos are known.

    python benchmarks/search_themes.py --indexes oasis-v1 oasis --themes oasis/ratings.csv

The table has columns `file` and `group` (theme). Each theme of at least five photos that are in all
indexes is searched by its name, and all photos are ranked. Intervals of 95 % draw themes with
replacement.
"""

import argparse
import re
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score

from photorank.index.opened import open_index
from photorank.typing import Floats

_LEAST_PHOTOS = 5  # of a theme
_DRAWS = 10_000
# Ends of words that the table writes without a space before them.
_SECOND_WORD = re.compile("(?<=[a-z])(?=(?:face|pose|dump|supplies)$)")


def main() -> None:
    """Print mean average precision for each index, and the paired difference from the first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--indexes", nargs="+", required=True)
    parser.add_argument("--themes", type=Path, required=True, help="table with file and group")
    arguments = parser.parse_args()
    theme_of = pd.read_csv(arguments.themes).set_index("file")["group"]
    kept = {
        name: {photo.path.name for photo in open_index(name).photos()} for name in arguments.indexes
    }
    theme_of = theme_of[theme_of.index.isin(set.intersection(*kept.values()))]
    sizes = theme_of.value_counts()
    themes = sorted(sizes[sizes >= _LEAST_PHOTOS].index)
    if not themes:
        raise SystemExit(f"no theme has {_LEAST_PHOTOS} photos in each of these indexes")
    found = {name: precisions(name, theme_of, themes) for name in arguments.indexes}
    print(f"| index | {len(themes)} themes | difference |\n|---|---|---|")
    for name, row in found.items():
        difference = mean_with_interval(row - found[arguments.indexes[0]], "+")
        print(f"| {name} | {mean_with_interval(row, '')} | {difference} |")


def precisions(name: str, theme_of: pd.Series, themes: list[str]) -> Floats:
    """Average precision (t,) of a search for each of t themes, in the index of this name."""
    index = open_index(name)
    of_photo = theme_of.reindex([photo.path.name for photo in index.photos()]).to_numpy()
    texts = [_SECOND_WORD.sub(" ", theme.lower()) for theme in themes]
    queries = index.encoder().encode_texts(texts)
    similarities = index.embeddings()[:, : queries.shape[1]] @ queries.T
    return np.array(
        [
            average_precision_score(of_photo == theme, column)
            for theme, column in zip(themes, similarities.T, strict=True)
        ]
    )


def mean_with_interval(values: Floats, sign: str) -> str:
    """Mean of values, one per theme, with a bootstrap interval, as text."""
    drawn = np.random.default_rng(0).integers(len(values), size=(_DRAWS, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
    return f"{values.mean():{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"


if __name__ == "__main__":
    main()
