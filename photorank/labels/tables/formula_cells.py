"""Spreadsheet formulas in CSV cells: neutralised on writing, restored on reading."""

# What begins a formula in Excel, LibreOffice or Google Sheets, in full width as well (OWASP, "CSV
# Injection"). An apostrophe tells them that a text follows; one of its own gets another, so that
# one apostrophe is always ours to take away.
_FORMULA_MARKS = tuple("=+-@\t\r\n＝＋－＠'")


def text_cell(text: str | None) -> str:
    """Text to write into a CSV cell, with an apostrophe before a possible formula.

    Examples
    --------
    >>> text_cell("=HYPERLINK(A1)")
    "'=HYPERLINK(A1)"
    >>> text_cell("beach"), text_cell(None)
    ('beach', '')
    """
    return f"'{text}" if text and text.startswith(_FORMULA_MARKS) else text or ""


def cell_text(text: str) -> str:
    """Text read from a CSV cell; an apostrophe that :func:`text_cell` added is removed.

    Examples
    --------
    >>> cell_text("'=1"), cell_text("''ann"), cell_text("'ann"), cell_text("ann")
    ('=1', "'ann", "'ann", 'ann')
    """
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_MARKS) else text
