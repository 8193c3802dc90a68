"""Formatting of numbers, names, error messages and kinds of rating vectors for pages."""

import re
import string
from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import Any

from photorank.metrics.estimates import Estimate, Limits
from photorank.outside_text import printable
from photorank.vectors.plain_prompts import KINDS_FROM_WORDS

# A vector's kind, in the words of the pages; every kind that is not here was learned.
FROM_WORDS = "from words"
FROM_PHOTOS = "learned from photos"
AT_RANDOM = "drawn at random"
_FAMILIES = {**dict.fromkeys(KINDS_FROM_WORDS, FROM_WORDS), "random": AT_RANDOM}

# What only a terminal understands, and where a sentence ends.
_COMMAND = re.compile(r"`(photorank|pip|ulimit|--)|--[a-z]{2}|\bPHOTORANK_|the same command")
_WORD = re.compile("[a-z]+[ ,]")  # at the beginning of a sentence, and no name of a file
_SENTENCE_END = re.compile(r"(?<=[.!?)]) +(?=[A-Z`(])")

_ESCAPED = str.maketrans({sign: f"\\{sign}" for sign in string.punctuation})


def family(kind: str) -> str:
    """Family of a rating vector: “from words”, “learned from photos” or “drawn at random”.

    Examples
    --------
    >>> family("antonyms"), family("all-pairs")
    ('from words', 'learned from photos')
    """
    return _FAMILIES.get(kind, FROM_PHOTOS)


def plain(text: Any) -> str:
    r"""Text with Markdown characters escaped, so that names are shown literally.

    Examples
    --------
    >>> print(plain("![x](http://a.b/c.png)"))
    \!\[x\]\(http\:\/\/a\.b\/c\.png\)
    """
    return printable(text).translate(_ESCAPED)


def plain_error_text(error: Exception) -> str:
    """Error message as plain text, without the terminal commands that it suggests."""
    return _capitalized(getattr(error, "on_page", "") or without_commands(str(error)))


def without_commands(text: str) -> str:
    """Text with terminal commands removed: a sentence with a command is shortened or left out.

    Examples
    --------
    >>> without_commands("There is no index yet. Make one with `photorank index FOLDER`.")
    'There is no index yet.'
    >>> without_commands("it has changed since: run `photorank index` again")
    'it has changed since'
    """
    told = [_before_command(one) for one in _SENTENCE_END.split(text)]
    return " ".join(filter(None, told)) or text


def _before_command(sentence: str) -> str:
    """Beginning of a sentence, up to the clause that names a shell command; may be empty.

    A sentence without a command is returned whole. Nothing is left if the command is in the first
    clause.
    """
    command = _COMMAND.search(sentence)
    if command is None:
        return sentence
    end = max(sentence.rfind(sign, 0, command.start()) for sign in (": ", "; "))
    return f"{sentence[:end]}{'.' if sentence.endswith('.') else ''}" if end > 0 else ""


def error_text(error: Exception) -> str:
    """Error message as Markdown, without terminal commands; parts in backticks become code."""
    return _with_code(plain_error_text(error))


def error_details(error: Exception) -> str:
    """Whole error message as Markdown; empty if :func:`error_text` returns the same text."""
    told = _with_code(_capitalized(str(error)))
    return "" if told == error_text(error) else told


def _capitalized(said: str) -> str:
    return said[0].upper() + said[1:] if _WORD.match(said) else said


def _with_code(said: str) -> str:
    """Text as Markdown: parts in backticks as code, all other text escaped."""
    parts = said.split("`")
    if len(parts) % 2 == 0:
        return plain(said)  # an odd number of backticks: a name holds one
    return "`".join(
        printable(part) if place % 2 else plain(part) for place, part in enumerate(parts)
    )


def number(value: float, digits: str) -> str:
    """Number formatted as text by a Python format spec, with a typographic minus sign.

    Examples
    --------
    >>> number(-0.25, "+.1f")
    '−0.2'
    """
    return format(value, digits).replace("-", "−")


def percent(value: float, digits: int = 0) -> str:
    r"""Fraction (0 to 1) as text in percent.

    Examples
    --------
    >>> percent(0.794), percent(0.794, 1)
    ('79\xa0%', '79.4\xa0%')
    """
    return f"{100 * value:.{digits}f}\N{NO-BREAK SPACE}%"


def with_interval(estimate: Limits | Estimate) -> str:
    r"""Fraction and its confidence interval as text in percent.

    Examples
    --------
    >>> with_interval(Limits(0.74, 0.72, 0.76))
    '74\xa0% (72\xa0% to 76\xa0%)'
    """
    return f"{percent(estimate.value)} ({percent(estimate.low)} to {percent(estimate.high)})"


def chances(probability: float) -> tuple[str, str]:
    r"""Probability and its complement, as texts in percent that sum to 100 %.

    Examples
    --------
    >>> chances(0.635), chances(0.9999)
    (('64\xa0%', '36\xa0%'), ('>\xa099\xa0%', '<\xa01\xa0%'))
    """
    if probability < 0.5:
        return chances(1 - probability)[::-1]
    first = round(100 * probability)
    return _per_cent(first), _per_cent(100 - first)


def _per_cent(whole: int) -> str:
    text = {0: "<\N{NO-BREAK SPACE}1", 100: ">\N{NO-BREAK SPACE}99"}.get(whole, str(whole))
    return f"{text}\N{NO-BREAK SPACE}%"


def listing(names: Sequence[str]) -> str:
    """Names joined to one text by commas, with “and” before the last.

    Examples
    --------
    >>> listing(["a"]), listing(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    *rest, last = names
    return f"{', '.join(rest)} and {last}" if rest else last


def file_name(path: Path) -> str:
    """Folder and name of a photo's file, as text escaped for Markdown."""
    return plain("/".join(path.parts[-2:]))


def accuracy_text(estimate: Limits | None) -> str | None:
    """Phrase with a rating vector's accuracy on held-out photo pairs; None if not measured."""
    if estimate is None or not estimate.is_defined or isnan(estimate.low):
        return None
    return (
        f"{percent(estimate.value)} of pairs that it has not seen in the right order "
        f"({percent(estimate.low)} to {percent(estimate.high)})"
    )
