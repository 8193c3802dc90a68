"""Findings: what an examination says of one thing, and what to do about it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["good", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Its level is ``note`` where something can wait or mends itself, and ``wrong`` where results
    may be false or incomplete until somebody acts.
    """

    about: str
    level: Level
    says: str
    remedy: str = ""  # what to do, in one line
    repaired: bool = False
