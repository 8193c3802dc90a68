"""Ground-truth table of faces: boxes and open or closed eyes, marked by a person."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from photorank.errors import LabelsError
from photorank.labels.tables.cells import Cells
from photorank.labels.tables.open_table import open_table
from photorank.row_problems import Problem, Problems
from photorank.typing import Floats

BOX = ("left", "top", "right", "bottom")
_EYES = {"open": "open", "closed": "closed", "": None}
_ROWS = (
    "A row is file, left, top, right, bottom, and maybe eyes (open, closed), clear (1, 0), "
    "cut (1, 0)."
)
_YES_NO = {"1": True, "0": False, "": None}

MarkedEyes: TypeAlias = Literal["open", "closed"]


@dataclass(frozen=True)
class MarkedFace:
    """Face that a person marked in a photo: its bounding box, and whether the eyes are open."""

    box: Floats  # (4,) left, top, right, bottom: shares of the photo, or pixels
    eyes: MarkedEyes | None = None  # None: not judged
    clear: bool = True  # whether it should be found
    cut: bool | None = None  # by the photo's edge; None: not judged


def read_face_labels(path: Path) -> dict[str, list[MarkedFace]]:
    """Faces that a person marked, read from a table and keyed by photo file name.

    A row is a face, with columns file, left, top, right and bottom, and maybe eyes (open, closed),
    clear (1, 0) and cut (1, 0). A row without a box is a photo without anybody. Raises
    LabelsError if the table cannot be read or a row cannot be understood.
    """
    found: dict[str, list[MarkedFace]] = {}
    problems = Problems()
    with open_table(path) as table:
        if lacking := [name for name in ("file", *BOX) if name not in table.columns]:
            raise LabelsError(f"{path} has no column {', '.join(lacking)}. {_ROWS}")
        table.require("file", *BOX)
        for line, cells in table.cells(problems):
            if not cells["file"]:
                problems.add(Problem(line, "no file"))
                continue
            try:
                face = _face(cells)
            except (ValueError, KeyError) as error:
                problems.add(Problem(line, f"no face: {error.args[0]!r}"))
                continue
            known = found.get(cells["file"])
            if known is not None and not (face and known):
                problems.add(Problem(line, "a photo without anybody has one row, without a box"))
                continue
            found[cells["file"]] = [*(known or []), *([face] if face else [])]
    if problems:
        raise LabelsError(f"{path} has rows that are no faces ({problems}). {_ROWS}")
    if not found:
        raise LabelsError(f"{path} marks no photo. {_ROWS}")
    return found


def _face(cells: Cells) -> MarkedFace | None:
    """Marked face parsed from a table row; None for a row without a face."""
    sides = [cells[side] for side in BOX]
    if not any(sides):
        return None
    box = np.array([float(side) for side in sides])
    if not np.isfinite(box).all() or not (box[2:] > box[:2]).all():
        raise ValueError(f"no box: {', '.join(sides)}")
    clear = _YES_NO[cells.get("clear", "")]
    return MarkedFace(
        box,
        _EYES[cells.get("eyes", "").lower()],  # type: ignore[arg-type]
        clear is not False,
        _YES_NO[cells.get("cut", "")],
    )
