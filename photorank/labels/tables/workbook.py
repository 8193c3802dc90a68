"""The first sheet of an Excel workbook, as rows of text."""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat

from photorank.errors import LabelsError, MissingPathError

_LARGEST = 1 << 29  # bytes, unpacked
_CHUNK = 1 << 16  # bytes
_CELL = re.compile(r"([A-Z]+)\d+")


def xlsx_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each row.

    Raises
    ------
    MissingPathError
        If there is no such file.
    LabelsError
        If it is no workbook, unreasonably big, or its XML declares entities.
    """
    try:
        with zipfile.ZipFile(path) as book:
            names = book.namelist()
            shared: list[str] = []
            if "xl/sharedStrings.xml" in names:
                with book.open("xl/sharedStrings.xml") as file:
                    shared = [text for text, _, _ in _texts(path, file, "si")]
            rows: dict[int, dict[int, str]] = {}
            with book.open("xl/worksheets/sheet1.xml") as file:
                for text, kind, place in _texts(path, file, "c"):
                    letters, row = _place(place)
                    value = shared[int(text)] if kind == "s" else text
                    rows.setdefault(row, {})[letters] = value
    except FileNotFoundError as error:
        raise MissingPathError(path) from error
    except (zipfile.BadZipFile, KeyError, expat.ExpatError, IndexError, ValueError) as error:
        raise LabelsError(f"{path} is not an Excel workbook that can be read.") from error
    for row, cells in sorted(rows.items()):
        yield row, [cells.get(column, "") for column in range(max(cells) + 1)]


def _texts(path: Path, file: IO[bytes], element: str) -> Iterator[tuple[str, str, str]]:
    """Yield the text of each such element, its type and its place."""
    parser = expat.ParserCreate(namespace_separator=" ")
    found: list[tuple[str, str, str]] = []
    open_one: list[dict[str, str]] = []
    text: list[str] = []
    inside = ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        tag = name.rpartition(" ")[2]
        if tag == element:
            open_one.append(attributes)
            text.clear()
        inside = tag

    def end(name: str) -> None:
        nonlocal inside
        inside = ""
        if name.rpartition(" ")[2] == element:
            attributes = open_one.pop()
            found.append(("".join(text), attributes.get("t", ""), attributes.get("r", "")))

    def data(part: str) -> None:
        if open_one and inside in ("t", "v"):
            text.append(part)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = _refuse(path)
    size = 0
    while part := file.read(_CHUNK):
        size += len(part)
        if size > _LARGEST:
            raise LabelsError(f"{path} is bigger than {_LARGEST >> 20} MB when unpacked.")
        parser.Parse(part)
        yield from found
        found.clear()
    parser.Parse(b"", True)


def _refuse(path: Path) -> Callable[..., None]:
    """Return what is called where XML declares entities, which may grow without end."""

    def refuse(*_: object) -> None:
        raise LabelsError(f"{path} declares XML entities, which no workbook does.")

    return refuse


def _place(reference: str) -> tuple[int, int]:
    """Return the column, from 0, and the row, from 1, of a cell such as ``AB12``."""
    found = _CELL.fullmatch(reference)
    if found is None:
        raise ValueError(reference)
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return column - 1, int(reference[len(found[1]) :])
