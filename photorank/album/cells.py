"""Cells that a spreadsheet shows and never runs."""

from photorank.labels.tables.formula_cells import FORMULA_MARKS


def text_cell(text: str | None) -> str:
    """Return a text for a cell of a CSV file, with an apostrophe before what may be a formula.

    Examples
    --------
    >>> text_cell("=HYPERLINK(A1)")
    "'=HYPERLINK(A1)"
    >>> text_cell("beach"), text_cell(None)
    ('beach', '')
    """
    return f"'{text}" if text and text.startswith(FORMULA_MARKS) else text or ""
