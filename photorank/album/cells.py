"""Cells that a spreadsheet shows and never runs."""

# What begins a formula in Excel, LibreOffice or Google Sheets, in full width as well (OWASP, "CSV
# Injection"). An apostrophe tells them that a text follows; one of its own gets another, so that
# one apostrophe is always ours to take away.
_ESCAPED = tuple("=+-@\t\r\n＝＋－＠'")


def text_cell(text: str | None) -> str:
    """Return a text for a cell of a CSV file, with an apostrophe before what may be a formula.

    Examples
    --------
    >>> text_cell("=HYPERLINK(A1)")
    "'=HYPERLINK(A1)"
    >>> text_cell("beach"), text_cell(None)
    ('beach', '')
    """
    return f"'{text}" if text and text.startswith(_ESCAPED) else text or ""
