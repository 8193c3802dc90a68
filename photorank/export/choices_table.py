"""People's choices as a table that `photorank choices import` reads back."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

from photorank.errors import NoLabelsError
from photorank.index.opened import Index
from photorank.labels.tables.formula_cells import text_cell
from photorank.photos.pathtext import path_text
from photorank.workspace import replacing


def write_choices(path: Path, index: Index, *, rater: str | None = None) -> int:
    """Write an index's choices as CSV and return their number.

    Columns are winner, loser, tie (1 or 0) and rater, and votes where a choice
    counts for several people. Photos are named relative to the folder that was
    indexed, or as a whole where that would be ambiguous.

    Raises
    ------
    NoLabelsError
        If there are no choices, or none by that rater.
    StorageError
        If the file cannot be written.
    """
    choices = index.choices(rater)
    if not len(choices.winners):
        raise NoLabelsError(
            index.name, f"has no choices by rater {rater!r}" if rater else "has no choices"
        )
    names = list(_names(index))
    voted = bool((choices.weights != 1).any())
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["winner", "loser", "tie", "rater", *(["votes"] if voted else [])])
        for winner, loser, tie, who, weight in zip(
            choices.winners,
            choices.losers,
            choices.ties,
            choices.raters,
            choices.weights,
            strict=True,
        ):
            votes = [f"{weight:.17g}"] if voted else []
            writer.writerow([names[winner], names[loser], int(tie), text_cell(who), *votes])
    return len(choices.winners)


def _names(index: Index) -> Iterator[str]:
    """Yield each photo's name as an import finds it."""
    roots = sorted(
        {form for root in index.manifest.roots for form in (root, os.path.realpath(root))}
    )
    for row, photo in enumerate(index.photos()):
        yield _relative(index, row, photo.path, roots) or path_text(photo.path)


def _relative(index: Index, row: int, path: Path, roots: list[str]) -> str | None:
    """Return a photo's path below one of the folders, if it means that photo in all of them."""
    for root in roots:
        if not path.is_relative_to(root) or path == Path(root):
            continue
        name = str(path.relative_to(root))
        others = {index.row_of(os.path.join(other, name)) for other in roots}
        if others <= {row, None} and path_text(Path("/") / name) == f"/{name}":
            # A name that begins like a formula, or a URI, is one in this folder.
            return name if text_cell(name) == name and name.strip() == name else f"./{name}"
    return None
