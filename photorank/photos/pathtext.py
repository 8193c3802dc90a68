"""Paths as text that every table takes, and back: names need not be Unicode, nor plain."""

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes

_SCHEME = "file://"


def unicode_text(text: str) -> str:
    r"""Text in which bytes of a name that are not Unicode are spelled out.

    Examples
    --------
    >>> unicode_text("caf\udce9")
    'caf\\udce9'
    """
    return text.encode("utf-8", "backslashreplace").decode()


def path_text(path: Path) -> str:
    r"""Return an absolute path as text in Unicode, from which :func:`text_path` makes it again.

    A path that would not survive, as its bytes are no UTF-8 or white space ends it,
    becomes a file URI (RFC 8089).

    Examples
    --------
    >>> path_text(Path("/photos/café.jpg"))
    '/photos/café.jpg'
    >>> path_text(Path("/photos/caf\udce9.jpg"))
    'file:///photos/caf%E9.jpg'
    """
    text = str(path)
    whole = text.strip() == text and "\0" not in text
    try:
        text.encode()
    except UnicodeEncodeError:
        whole = False
    return text if whole else path.as_uri()


def text_path(text: str) -> str:
    """Return the path that :func:`path_text` wrote.

    Examples
    --------
    >>> text_path("file:///photos/white%20space%20") + "|"
    '/photos/white space |'
    """
    if not text.startswith(f"{_SCHEME}/"):
        return text
    path = os.fsdecode(unquote_to_bytes(text.removeprefix(_SCHEME)))
    return path.removeprefix("/") if os.name == "nt" else path
