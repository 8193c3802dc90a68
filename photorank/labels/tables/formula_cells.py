"""Cells that a spreadsheet shows and never runs: texts like formulas, written and read back."""

# What begins a formula in Excel, LibreOffice or Google Sheets, in full width as well (OWASP, "CSV
# Injection"). An apostrophe tells them that a text follows; one of its own gets another, so that
# one apostrophe is always ours to take away.
FORMULA_MARKS = tuple("=+-@\t\r\n＝＋－＠'")


def unescaped(text: str) -> str:
    """Return a cell's text without the apostrophe that kept it from being a formula.

    Examples
    --------
    >>> unescaped("'=1"), unescaped("''ann"), unescaped("'ann"), unescaped("ann")
    ('=1', "'ann", "'ann", 'ann')
    """
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_MARKS) else text


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
