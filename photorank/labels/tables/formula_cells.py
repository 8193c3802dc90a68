"""What a spreadsheet takes for a formula, and how a text that looks like one is read back."""

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
