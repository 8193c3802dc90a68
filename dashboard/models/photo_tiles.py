"""View-models of photo grids: tiles, and texts about percentiles and skipped files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from dashboard.formatting import percent
from photorank.errors import counted
from photorank.index.opened import Index, Photo
from photorank.index.reading.passed_over import passed_over_lines
from photorank.outside_text import printable
from photorank.photos.find_photos import SkippedFile
from photorank.rating.percentiles import percentiles
from photorank.typing import Floats, Labels

PAGE = 24  # photos: divisible by 2, 3, 4 and 6 columns

_MAX_UNUSED_FILES = 1000  # that are no photos, of which the page lists so many


@dataclass(frozen=True)
class Tile:
    """Thumbnail in a photo grid, with alternative text and caption."""

    picture: Path  # of its thumbnail
    alt: str
    caption: str  # Markdown
    photo: Photo | None = None  # what it leads to; its name is then said by the link


def tile_of(index: Index, row: int, caption: str = "", *, linked: bool = False) -> Tile:
    """Grid tile of an indexed photo with a caption, optionally linked to the photo's page."""
    photo = index.photo(row)
    return Tile(index.thumbnail(photo), alt_text(photo), caption, photo if linked else None)


def alt_text(photo: Photo, parts: int = 1) -> str:
    """Alternative text of a photo: the last `parts` parts of its path, by default the file name."""
    return printable("/".join(photo.path.parts[-parts:]))


def label_percentiles(scores: Labels) -> Floats:
    """Percentiles (n,) of n photos' labels among all labels, 0 to 100; nan without a label."""
    places = np.full(len(scores), np.nan)
    judged = ~np.isnan(scores)
    places[judged] = percentiles(scores[judged])
    return places


def percentile_text(percentile: float) -> str:
    r"""Percentile (0 to 100) as text: a whole number with %, at most 99 %.

    Examples
    --------
    >>> percentile_text(99.8), percentile_text(50.0)
    ('99\xa0%', '50\xa0%')
    """
    return percent(min(int(percentile + 1e-9), 99) / 100)


def short_number(value: float) -> str:
    """Number as text with zero to three decimals, depending on its size.

    Examples
    --------
    >>> short_number(-0.012345), short_number(0.17), short_number(5.9), short_number(-2.0)
    ('−0.012', '0.170', '5.90', '−2')
    """
    size = abs(value)
    if value == round(value):
        text = f"{value:.0f}"
    else:
        text = f"{value:.{3 if size < 1 else 2 if size < 10 else 1}f}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")


class UnusedFiles(NamedTuple):
    """Title, sentences and table about the unused files of the indexed folders."""

    title: str
    sentences: list[str]
    table: pd.DataFrame  # file, why


def unused_files(files: Sequence[SkippedFile]) -> UnusedFiles:
    """Texts and table about files that are unusable or not photos.

    Files that are not photos are counted by kind.
    """
    others = [file for file in files if file.passed_over]
    skipped = [file for file in files if not file.passed_over]
    sentences = [printable(text) for text in passed_over_lines(others)]
    if len(files) > _MAX_UNUSED_FILES:
        sentences.append(f"The first {_MAX_UNUSED_FILES:,} are listed.")
    listed = [
        (printable(file.path), file.reason) for file in [*skipped, *others][:_MAX_UNUSED_FILES]
    ]
    parts = ((skipped, "could not be used"), (others, "passed over"))
    return UnusedFiles(
        ", ".join(f"{counted(len(some), 'file')} {what}" for some, what in parts if some),
        sentences,
        pd.DataFrame(listed, columns=["file", "why"]),
    )
