"""Values of a table's cells: a number, people, votes, a day, yes or no; else ValueError."""

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
    """Cell that must not be empty."""
    if not cells[name]:
        raise ValueError(f"no {name}")
    return cells[name]


def number(cells: Cells, name: str) -> float:
    """Cell's finite number."""
    text = filled(cells, name)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{name} {text!r} is not a number")
    return value


def count(cells: Cells, name: str) -> float:
    """Cell's whole number from 0."""
    value = number(cells, name)
    if value < 0 or value != int(value):
        raise ValueError(f"{name} {cells[name]!r} is not a count")
    return value


def people(cells: Cells, name: str) -> int | None:
    """Cell's number of people, None if it is empty."""
    if not cells.get(name):
        return None
    value = number(cells, name)
    if not 1 <= value <= 1e9 or value != int(value):
        raise ValueError(f"{name} {cells[name]!r} is not a number of people")
    return int(value)


def votes(cells: Cells, name: str) -> float:
    """Cell's positive number of votes, 1 if it is empty."""
    if not cells.get(name):
        return 1.0
    value = number(cells, name)
    if value <= 0:
        raise ValueError(f"{name} {cells[name]!r} is not a positive number")
    return value


def day(cells: Cells, name: str) -> date:
    """Cell's day, whatever time of it follows."""
    text = filled(cells, name)
    try:
        return datetime.fromisoformat(text).date()
    except ValueError as error:
        raise ValueError(f"{name} {text!r} is not like 2024-07-31") from error


def truth(cells: Cells, name: str) -> bool:
    """Whether a cell says yes; an empty one does not."""
    text = cells.get(name, "").lower()
    if text in ("1", "true", "yes"):
        return True
    if text in ("", "0", "false", "no"):
        return False
    raise ValueError(f"{name} {cells[name]!r} is neither yes nor no")


def split_name(text: str) -> Split | None:
    """Part of an official split that a cell means, None if it is empty.

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
