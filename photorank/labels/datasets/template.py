"""Text templates that build a path or a name from the cells of a table row."""

import re
from functools import cached_property
from string import Formatter

from photorank.labels.tables.cells import Cells

_SPEC = re.compile(r"(?:[^{}]?[<>^])?\d{0,2}(?:\.\d{1,2})?")


class Template:
    """Text template with column names in braces, as in ``images/{image_id}.jpg``.

    What stands after a colon pads a cell (``{series:0>6}``) or cuts it off
    (``{name:.4}``), and nothing else.

    Examples
    --------
    >>> template = Template("{series:0>6}-{photo:0>2}.JPG")
    >>> template.columns
    ('series', 'photo')
    >>> template.filled({"series": "15", "photo": "2"})
    '000015-02.JPG'
    """

    def __init__(self, text: str) -> None:
        self.text = text
        for _, column, spec, conversion in self._parsed(text):
            if column is None:
                continue
            if conversion or not column or any(mark in column for mark in ".[]"):
                raise ValueError(f"{text!r} may hold columns in braces only, as in {{name}}")
            if not _SPEC.fullmatch(spec or ""):
                raise ValueError(f"{text!r}: {spec!r} neither pads nor cuts")

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns in the template's braces."""
        found = (column for _, column, *_ in self._parsed(self.text) if column)
        return tuple(dict.fromkeys(found))

    def filled(self, cells: Cells) -> str:
        """Text of the template filled with a row's cells; raises ValueError if a cell is empty."""
        for column in self.columns:
            if not cells[column]:
                raise ValueError(f"no {column}")
        return self.text.format_map(cells)

    def has_all(self, cells: Cells) -> bool:
        """True if a row has a non-empty cell for each column of the template."""
        return all(cells[column] for column in self.columns)

    @staticmethod
    def _parsed(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
        try:
            return list(Formatter().parse(text))
        except ValueError as error:
            raise ValueError(f"{text!r} is no template: {error}") from error
