"""Parsers for table cells that hold numbers, dates, votes, or "yes" and "no".

Other text raises ValueError.
"""

import math
import re
from datetime import date, datetime
from typing import Literal

_MAX_NUMBER = 1e100  # so that squared differences stay finite
_OF_FIVE = re.compile(r"\s*/\s*5$")
_COMMA = re.compile(r"([+-]?\d+),(\d+)(E[+-]?\d+)?", re.ASCII | re.IGNORECASE)

Cells = dict[str, str]  # of one row, by column
Split = Literal["train", "validation", "test"]

_SPLITS: dict[str, Split] = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}


def filled(cells: Cells, name: str) -> str:
    """Text of a table cell; raises ValueError if the cell is empty."""
    if not cells[name]:
        raise ValueError(f"no {name}")
    return cells[name]


def number(cells: Cells, name: str, *, decimal_comma: bool = False) -> float:
    """Number in a table cell; raises ValueError for other text.

    A number beyond ±`_MAX_NUMBER` raises ValueError too.

    A comma is taken to be a decimal one where it cannot part thousands, or where the table tells.
    """
    text = filled(cells, name)
    try:
        value = float(text)
    except ValueError:
        value = _written_otherwise(text, name, decimal_comma=decimal_comma)
    if not -_MAX_NUMBER <= value <= _MAX_NUMBER or "_" in text:
        limit = f" of at most {_MAX_NUMBER:g}" if math.isfinite(value) and "_" not in text else ""
        raise ValueError(f"{name} {text!r} is not a number{limit}")
    return value


def _written_otherwise(text: str, name: str, *, decimal_comma: bool) -> float:
    """Number parsed from text with decimal comma or typographic minus; nan if it is no number."""
    plain = text.replace("\N{MINUS SIGN}", "-")
    if found := _COMMA.fullmatch(plain):
        whole, part, power = found.groups("")
        if len(part) == 3 and not power and len(whole.lstrip("+-")) <= 3 and not decimal_comma:
            raise ValueError(f"{name} {text!r} may be {whole}.{part} or {whole}{part}")
        plain = f"{whole}.{part}{power}"
    try:
        return float(plain)
    except ValueError:
        return math.nan


def stars(cells: Cells, name: str, *, decimal_comma: bool = False) -> float:
    """Stars in a table cell, 0 (unrated) to 5, given as a number, as star signs, or like ``4/5``.

    >>> stars({"stars": "★★★☆☆"}, "stars"), stars({"stars": "4/5"}, "stars")
    (3.0, 4.0)
    """
    text = filled(cells, name)
    if set(text) <= set("★☆"):
        value = float(text.count("★"))
    else:
        cells = {name: _OF_FIVE.sub("", text)}
        value = number(cells, name, decimal_comma=decimal_comma)
    if value and not 1 <= value <= 5:
        raise ValueError(f"stars are 1 to 5, not {text!r}")
    return value


def count(cells: Cells, name: str) -> float:
    """Whole number ≥ 0 in a table cell; raises ValueError for other text."""
    value = number(cells, name)
    if value < 0 or value != int(value):
        raise ValueError(f"{name} {cells[name]!r} is not a count")
    return value


def people(cells: Cells, name: str) -> int | None:
    """Number of people that a table cell states; None if the cell is empty."""
    if not cells.get(name):
        return None
    value = number(cells, name)
    if not 1 <= value <= 1e9 or value != int(value):
        raise ValueError(f"{name} {cells[name]!r} is not a number of people")
    return int(value)


def votes(cells: Cells, name: str) -> float:
    """Positive number of votes in a table cell; 1 if the cell is empty."""
    if not cells.get(name):
        return 1.0
    value = number(cells, name)
    if value <= 0:
        raise ValueError(f"{name} {cells[name]!r} is not a positive number")
    return value


def day(cells: Cells, name: str) -> date:
    """Date in a table cell, without any time of day."""
    text = filled(cells, name)
    try:
        return datetime.fromisoformat(text).date()
    except ValueError as error:
        raise ValueError(f"{name} {text!r} is not like 2024-07-31") from error


def yes_or_no(cells: Cells, name: str) -> bool:
    """True if a cell says "yes", False if it says "no" or is empty; raises ValueError otherwise."""
    text = cells.get(name, "").lower()
    if text in ("1", "true", "yes"):
        return True
    if text in ("", "0", "false", "no"):
        return False
    raise ValueError(f"{name} {cells[name]!r} is neither yes nor no")


def split_name(text: str) -> Split | None:
    """Name of the dataset split (train, validation, test) in a cell; None if it is empty.

    Examples
    --------
    >>> split_name("Training"), split_name("val"), split_name("")
    ('train', 'validation', None)
    """
    if not text:
        return None
    if text.lower() not in _SPLITS:
        raise ValueError(f"split {text!r} is neither train, validation nor test")
    return _SPLITS[text.lower()]
