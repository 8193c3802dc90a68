r"""Accuracy of ratings by text prompts with the built-in encoder, on held-out photo categories.

    python benchmarks/prompts.py --index oasis --categories oasis/ratings.csv \
        --prompts benchmarks/wishes.json

The built-in `worth` saw OASIS. So in each category (columns file and category of the table) praise
goes into a vector learned from the other categories instead, and pairs are counted inside
categories. Without --categories the built-in vectors are taken as they are, for photos that they
never saw. The JSON file holds lists of prompts by kind, such as "positive" and "nonsense".
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from photorank.encoders.base import Encoder
from photorank.errors import PhotorankError
from photorank.index.opened import open_index
from photorank.learning.judged_photos import JudgedPhotos, judged_photos
from photorank.metrics.folds import Folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.typing import Codes, Floats
from photorank.vectors.learners_by_name import make_learner
from photorank.vectors.plain_prompts import PLAIN_PROMPT, prompt_vector
from photorank.vectors.quality_prompts import direction_of, quality_directions


def main() -> None:
    """Print the accuracy of each prompt, and the mean accuracy of each kind of prompt."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", required=True)
    parser.add_argument("--categories", type=Path, help="table with columns file and category")
    parser.add_argument("--prompts", type=Path, help="default: the mission's prompt alone")
    arguments = parser.parse_args()
    index = open_index(arguments.index)
    photos = judged_photos(index)
    names = [index.photo(int(row)).path.name for row in photos.rows]
    codes = categories(arguments.categories, names)
    kinds = {"mission": [PLAIN_PROMPT]}
    if arguments.prompts:
        kinds |= prompts_by_kind(arguments.prompts)
    encoder = index.encoder()
    by_category = directions(photos, codes, encoder, learned=arguments.categories is not None)
    pairs = HeldOutPairs.of(photos.comparisons, Folds(codes[None], len(by_category), photos.scenes))
    print("| kind | prompt | class names alone | through qualities |\n|---|---|---|---|")
    for kind, texts in kinds.items():
        rows = [accuracies(text, photos, codes, (encoder, by_category, pairs)) for text in texts]
        for text, cells in zip(texts, rows, strict=True):
            print(f"| {kind} | {text} | {' | '.join(cells[2:])} |", flush=True)
        means = np.mean([cells[:2] for cells in rows], axis=0)
        print(f"| {kind} | mean of {len(rows)} | {means[0]:.3f} | {means[1]:.3f} |")


def prompts_by_kind(file: Path) -> dict[str, list[str]]:
    """Prompts in a JSON file, grouped by kind; raises SystemExit if the file is invalid."""
    try:
        said = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise SystemExit(f"{file} cannot be read: {error}") from error
    lists = said.values() if isinstance(said, dict) else [None]
    if any(not isinstance(some, list) or set(map(type, some)) != {str} for some in lists):
        raise SystemExit(f"{file} holds no lists of prompts by kind")
    return dict(said)


def categories(table: Path | None, names: list[str]) -> Codes:
    """Category code (n,) of each of n photos; all 0 without a table of categories."""
    if table is None:
        return np.zeros(len(names), dtype=np.intp)
    found = column_by_file(table, "category").reindex(names)
    if found.isna().any():
        raise SystemExit(f"{table} has no category for {found.index[found.isna()][0]}")
    if found.nunique() < 2:
        raise SystemExit(f"{table} has one category: there is no other to learn from")
    return np.unique(found.to_numpy(dtype=str), return_inverse=True)[1]


def column_by_file(table: Path, column: str) -> pd.Series:
    """Texts in a table's column, indexed by file name; raises SystemExit for a missing column."""
    try:
        known = pd.read_csv(table, dtype=str)
    except (OSError, ValueError) as error:
        raise SystemExit(f"{table} cannot be read: {error}") from error
    if not {"file", column} <= set(known.columns) or known["file"].duplicated().any():
        raise SystemExit(f"{table} has no columns file and {column}, or a file twice")
    return known.set_index("file")[column]


def directions(
    photos: JudgedPhotos, codes: Codes, encoder: Encoder, *, learned: bool
) -> list[Floats]:
    """Quality directions in embedding space for each category, learned on all other categories.

    Only the direction `worth` is learned, and none if `learned` is False.
    """
    if quality_directions(encoder) is None:
        raise SystemExit("the index's encoder understands words: there is nothing to compare")
    found = []
    for code in range(codes.max() + 1):
        worth = None
        if learned:
            part = photos.take(np.flatnonzero(codes != code))
            worth = make_learner("all-pairs", seed=0).fit(part.X, part.comparisons).direction_
        known = quality_directions(encoder, worth)
        assert known is not None
        found.append(known)
    return found


def accuracies(
    text: str,
    photos: JudgedPhotos,
    codes: Codes,
    using: tuple[Encoder, list[Floats], HeldOutPairs],
) -> tuple[float, float, str, str]:
    """Pairwise accuracy of each of two vectors made from one prompt: two numbers, then two texts.

    The two numbers come first, then the two texts, which add intervals. The first vector is made
    from class names alone, the second through quality words.
    """
    encoder, by_category, pairs = using
    plain = photos.X @ prompt_vector("plain", [text], encoder).direction
    vectors = np.stack([direction_of(encoder, [text], known)[0] for known in by_category])
    worded = np.einsum("nd,nd->n", photos.X, vectors[codes])
    found = [
        pairs.estimate(pairs.sums(one[None], refitted=False), refitted=False)
        for one in (plain, worded)
    ]
    told = [f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]" for one in found]
    return found[0].value, found[1].value, *told


if __name__ == "__main__":
    try:
        main()
    except PhotorankError as error:
        raise SystemExit(str(error)) from error
