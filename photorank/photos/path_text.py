"""Conversion of paths to Unicode text and back, even of paths that are not valid UTF-8."""

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes

_SCHEME = "file://"


def unicode_text(text: str) -> str:
    r"""Unicode text of a file name, with escapes for bytes that are not UTF-8.

    >>> unicode_text("caf\udce9")
    'caf\\udce9'
    """
    return text.encode("utf-8", "backslashreplace").decode()


def path_text(path: Path) -> str:
    r"""Unicode text of an absolute path; :func:`text_path` restores the path from it.

    A path that is no UTF-8, or begins or ends with white space, becomes a file URI (RFC 8089).

    >>> path_text(Path("/photos/café.jpg"))
    '/photos/café.jpg'
    >>> path_text(Path("/photos/caf\udce9.jpg"))
    'file:///photos/caf%E9.jpg'
    """
    text = str(path)
    plain = text.strip() == text and "\0" not in text
    try:
        text.encode()
    except UnicodeEncodeError:
        plain = False
    return text if plain else path.as_uri()


def text_path(text: str) -> str:
    """Path restored from text made by :func:`path_text`.

    >>> text_path("file:///photos/white%20space%20") + "|"
    '/photos/white space |'
    """
    if not text.startswith(f"{_SCHEME}/"):
        return text
    path = os.fsdecode(unquote_to_bytes(text.removeprefix(_SCHEME)))
    return path.removeprefix("/") if os.name == "nt" else path
