"""Base class of all errors, and helpers for the wording of messages."""

from typing import Any


class PhotorankError(Exception):
    """Base class of errors that a user can act on, with a message of one line."""

    on_page = ""  # what a page says where the text is for a terminal: what to do on the page

    def __str__(self) -> str:
        return " ".join(str(part) for part in self.args)  # KeyError would print quotes

    def __reduce__(self) -> tuple[Any, ...]:
        # Unpickling keeps the message: `__init__` takes what it is made of.
        return _unpickled, (type(self), self.args), vars(self)


def _unpickled(kind: type[PhotorankError], args: tuple[Any, ...]) -> PhotorankError:
    """Error of the class `kind` with given arguments, made without calling its `__init__`."""
    error = kind.__new__(kind)
    error.args = args
    return error


def first_line(error: Exception) -> str:
    r"""First line of another package's error message, with control characters escaped.

    >>> first_line(ValueError("\x1b[31mno\x1b[0m such layer\nand more"))
    '\\x1b[31mno\\x1b[0m such layer'
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    line = lines[0] if lines else type(error).__name__
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in line)
    return shown.rstrip(".:")[:200]


def counted(n: int, noun: str) -> str:
    """Text of a count with its noun, such as ``96,543 pairs``.

    >>> counted(1, "photo"), counted(96543, "pair")
    ('1 photo', '96,543 pairs')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
