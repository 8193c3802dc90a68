"""CSV table of people's choices between photos, in the format of `photorank choices import`."""

import csv
import os
from pathlib import Path

from photorank.errors import NoLabelsError
from photorank.index.opened import Index
from photorank.labels.tables.formula_cells import text_cell
from photorank.photos.path_text import path_text
from photorank.workspace import replacing


def write_choices(path: Path, index: Index, *, rater: str | None = None) -> int:
    """Write one rater's or all raters' choices between photos as CSV; return the number of choices.

    Columns are winner, loser, tie (1 or 0) and rater, and votes if any weight is not 1. Photos are
    named relative to the indexed folder if that is unambiguous. Raises NoLabelsError if there are
    no choices, StorageError if the file cannot be written.
    """
    choices = index.choices(rater)
    if not len(choices.winners):
        raise NoLabelsError(
            index.name, f"has no choices by rater {rater!r}" if rater else "has no choices"
        )
    folders = index.manifest.roots
    roots = sorted({*folders, *map(os.path.realpath, folders)})
    names = [_import_name(index, row, one.path, roots) for row, one in enumerate(index.photos())]
    weighted = bool((choices.weights != 1).any())
    with (
        replacing(path, alone=True) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
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


def _import_name(index: Index, row: int, path: Path, roots: list[str]) -> str:
    """Photo path to write in the table, in a form that `photorank choices import` can resolve.

    The path is relative to an indexed folder; absolute if the relative path is ambiguous.
    """
    for root in roots:
        if not path.is_relative_to(root) or path == Path(root):
            continue
        name = str(path.relative_to(root))
        others = {index.row_of(os.path.join(other, name)) for other in roots}
        if others <= {row, None} and path_text(Path("/") / name) == f"/{name}":
            # "./" protects a name that begins like a formula, or has white space at an end.
            return name if text_cell(name) == name and name.strip() == name else f"./{name}"
    return path_text(path)
