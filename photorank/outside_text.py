"""Checks and safe display of text from outside the program: file names and typed paths."""

import os
import re
import unicodedata
from pathlib import Path

from photorank.errors import PhotorankError

MAX_NAME_BYTES = 255  # of a file's name on every common disk
MAX_PATH_BYTES = 4096

_JOINERS = "\u200c\u200d"  # of Persian and Indian letters, and of emoji
# Control, format and surrogate characters, and those that end a line or a paragraph: they move the
# cursor, turn the order of what follows, or cannot be encoded.
_UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_MAX_SHOWN_LETTERS = 80
# Bytes of a file's name that are no text of the locale, as Python keeps them.
_NAME_BYTES = re.compile("[\udc80-\udcff]+")
# A URL that embeddings were imported under, as a path below their folder.
_URL_AS_PATH = re.compile(r"(?<!\S)/(?:[^\s:]*/)?(https?|s3|gs|gcs|az|abfss?|ftp|hf):/(?=[^/\s])")


class TypedPathError(PhotorankError):  # no ValueError, which typer would tell in its own words
    """Error for typed text that cannot be used as a path."""

    def __init__(self, typed: str, why: str) -> None:
        text = printable(typed)
        shown = text if len(text) <= _MAX_SHOWN_LETTERS else f"{text[:_MAX_SHOWN_LETTERS]}…"
        super().__init__(f'"{shown}" cannot be used as a path: {why}. Give another one.')


def printable(text: object) -> str:
    r"""One-line text for display, with control and formatting characters escaped.

    Bytes of a name that the locale knows no letter for are shown as UTF-8, and as ``\xe9`` where
    they are none. A URL that stands for a path below a folder is shown without the folder.

    >>> printable("/mine/https:/host/a.jpg is gone")
    'https://host/a.jpg is gone'
    >>> printable("two\nlines, a byte \udcff, \u202egpj.exe and a caf\udcc3\udca9")
    'two\\nlines, a byte \\xff, \\u202egpj.exe and a café'
    """
    decoded = _NAME_BYTES.sub(_as_utf8, _URL_AS_PATH.sub(r"\1://", str(text)))
    return "".join(ascii(char)[1:-1] if _is_unsafe(char) else char for char in decoded)


def typed_path(typed: str | Path) -> Path:
    """Path parsed from text typed by a person; raises :class:`TypedPathError` if unusable."""
    text = os.fspath(typed)
    if why := _fault(text):
        raise TypedPathError(text, why)
    return Path(text)


def typed_destination(typed: str | Path) -> Path:
    r"""Output path parsed from text typed by a person, with ``~`` expanded.

    Raises :class:`TypedPathError` if no file can have it, or its name would show as another.

    >>> typed_destination("Album\u202e")
    Traceback (most recent call last):
    photorank.outside_text.TypedPathError: "Album\u202e" cannot be used as a path: ...
    """
    text = os.fspath(typed).strip()
    path = os.path.expanduser(text) if text.partition("/")[0] == "~" else text
    why = _fault(path)
    if not why and any(map(_is_unsafe, path)):
        why = "it holds a character that is not shown"
    elif not why and path.startswith("~"):
        why = "~ stands for your own home folder alone"
    if why:
        raise TypedPathError(text, why)
    return Path(path)


def _fault(path: str) -> str | None:
    """Reason why a text cannot be the path of a file; None if it can be one."""
    try:
        longest = max(len(os.fsencode(name)) for name in path.split("/"))
    except UnicodeEncodeError:
        return "it holds a character that no file name can have"
    if not path.strip():
        return "it is empty"
    if "\0" in path:
        return "it holds a character that no file name can have"
    if longest > MAX_NAME_BYTES or len(os.fsencode(path)) >= MAX_PATH_BYTES:
        return f"names have up to {MAX_NAME_BYTES} bytes, paths up to {MAX_PATH_BYTES}"
    return None


def _as_utf8(found: re.Match[str]) -> str:
    return found[0].encode("ascii", "surrogateescape").decode("utf-8", "backslashreplace")


def _is_unsafe(char: str) -> bool:
    return unicodedata.category(char) in _UNSAFE and char not in _JOINERS
