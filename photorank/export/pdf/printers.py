"""Printer profiles: published requirements of printing services, in `printers.toml`."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from photorank.album.book.geometry import MOST_MARGIN_MM
from photorank.errors import ExportError, UnknownNameError
from photorank.workspace import read_bytes

Standard: TypeAlias = Literal["plain", "x4"]

_FILE = Path(__file__).with_name("printers.toml")
_MOST_PPI = 2400.0


@dataclass(frozen=True)
class Printer:
    """Requirements of a printing service: resolution, bleed, margin and PDF standard."""

    name: str
    standard: Standard = "plain"
    bleed: float = 3.0  # mm
    safe: float = 5.0  # mm
    ppi: float = 300.0  # that photos should have
    warn_ppi: float = 240.0  # below which is warned
    note: str = ""


def printer(name: str) -> Printer:
    """Printer profile by name or TOML file path; raises UnknownNameError if unknown."""
    if name.lower().endswith(".toml"):
        return _read(name, _tables(Path(name)))
    known = _tables(_FILE)
    if name not in known:
        raise UnknownNameError("printer", name, sorted(known))
    return _read(name, known[name])


def _tables(path: Path) -> dict[str, Any]:
    data = read_bytes(path)
    try:
        return tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ExportError(f"{path} is no printer's profile: {error!s:.100}.") from error


def _read(name: str, said: dict[str, Any]) -> Printer:
    numbers = {
        "bleed": MOST_MARGIN_MM,
        "safe": MOST_MARGIN_MM,
        "ppi": _MOST_PPI,
        "warn_ppi": _MOST_PPI,
    }
    for key, value in said.items():
        if key in numbers:
            right = isinstance(value, int | float) and 0 <= value <= numbers[key]
        else:
            right = key == "note" or (key == "standard" and value in ("plain", "x4"))
        if not right:
            raise ExportError(f"printer {name!r}: {key} = {value!r} cannot be.")
    return Printer(Path(name).stem, **said)
