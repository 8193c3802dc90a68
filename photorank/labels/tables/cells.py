"""Parsers of table cells: number, people, votes, date, yes or no; else ValueError."""

import math
from datetime import date, datetime
from typing import Literal

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
    """Text of a cell; ValueError if empty."""
    if not cells[name]:
        raise ValueError(f"no {name}")
    return cells[name]


def number(cells: Cells, name: str) -> float:
    """Finite number in a cell; else ValueError."""
    text = filled(cells, name)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{name} {text!r} is not a number")
    return value


def count(cells: Cells, name: str) -> float:
    """Whole number ≥ 0 in a cell; else ValueError."""
    value = number(cells, name)
    if value < 0 or value != int(value):
        raise ValueError(f"{name} {cells[name]!r} is not a count")
    return value


def people(cells: Cells, name: str) -> int | None:
    """Number of people in a cell, None if empty."""
    if not cells.get(name):
        return None
    value = number(cells, name)
    if not 1 <= value <= 1e9 or value != int(value):
        raise ValueError(f"{name} {cells[name]!r} is not a number of people")
    return int(value)


def votes(cells: Cells, name: str) -> float:
    """Positive number of votes in a cell, 1 if empty."""
    if not cells.get(name):
        return 1.0
    value = number(cells, name)
    if value <= 0:
        raise ValueError(f"{name} {cells[name]!r} is not a positive number")
    return value


def day(cells: Cells, name: str) -> date:
    """Date in a cell, without any time of day."""
    text = filled(cells, name)
    try:
        return datetime.fromisoformat(text).date()
    except ValueError as error:
        raise ValueError(f"{name} {text!r} is not like 2024-07-31") from error


def truth(cells: Cells, name: str) -> bool:
    """Whether a cell contains a yes; False if empty."""
    text = cells.get(name, "").lower()
    if text in ("1", "true", "yes"):
        return True
    if text in ("", "0", "false", "no"):
        return False
    raise ValueError(f"{name} {cells[name]!r} is neither yes nor no")


def split_name(text: str) -> Split | None:
    """Dataset split (train, validation, test) named in a cell, None if empty.

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
