"""CSV table of people's choices, as `photorank choices import` reads it."""

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
    """Write an index's choices, or those of one rater, as CSV and return their number.

    Columns are winner, loser, tie (1 or 0) and rater, and votes if any weight is not 1. Photos are
    named relative to the indexed folder if that is unambiguous. Raises NoLabelsError if there are
    no choices, StorageError if the file cannot be written.
    """
    choices = index.choices(rater)
    if not len(choices.winners):
        raise NoLabelsError(
            index.name, f"has no choices by rater {rater!r}" if rater else "has no choices"
        )
    names = list(_photo_names(index))
    weighted = bool((choices.weights != 1).any())
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["winner", "loser", "tie", "rater", *(["votes"] if weighted else [])])
        for winner, loser, tie, rater_name, weight in zip(
            choices.winners,
            choices.losers,
            choices.ties,
            choices.raters,
            choices.weights,
            strict=True,
        ):
            votes = [f"{weight:.17g}"] if weighted else []
            writer.writerow([names[winner], names[loser], int(tie), text_cell(rater_name), *votes])
    return len(choices.winners)


def _photo_names(index: Index) -> Iterator[str]:
    """Name of each photo by which an import finds it."""
    roots = sorted(
        {form for root in index.manifest.roots for form in (root, os.path.realpath(root))}
    )
    for row, photo in enumerate(index.photos()):
        yield _relative_name(index, row, photo.path, roots) or path_text(photo.path)


def _relative_name(index: Index, row: int, path: Path, roots: list[str]) -> str | None:
    """Path of a photo relative to an indexed folder, None if it is ambiguous."""
    for root in roots:
        if not path.is_relative_to(root) or path == Path(root):
            continue
        name = str(path.relative_to(root))
        others = {index.row_of(os.path.join(other, name)) for other in roots}
        if others <= {row, None} and path_text(Path("/") / name) == f"/{name}":
            # "./" keeps a name that begins like a formula from being neutralised.
            return name if text_cell(name) == name and name.strip() == name else f"./{name}"
    return None
