"""Group, series, and dataset split (train, validation, test) of each photo of an index."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from photorank.index.catalogue.column_arrays import Texts, mixed
from photorank.index.catalogue.connection import reading
from photorank.index.reading.rows import Rows
from photorank.typing import Codes
from photorank.workspace import IndexPaths

_Name = TypeVar("_Name", bound=Hashable)


class NameColumn(NamedTuple):
    """Column of names (one name or None per photo), stored as integer codes."""

    codes: Codes  # (n,) places in `names`, -1 where there is none
    names: list[str]  # sorted

    def of(self, row: int) -> str | None:
        """Name of the group, series or split of the photo in row `row`; None if it has none."""
        code = int(self.codes[row])
        return self.names[code] if code >= 0 else None

    def tolist(self) -> list[str | None]:
        """List, in row order, of each photo's group, series or split name; None for no name."""
        names = [*self.names, None]  # which -1 finds
        return [names[code] for code in self.codes.tolist()]


class Memberships(NamedTuple):
    """Group, series, and dataset split (train, validation, test) of each photo."""

    groups: NameColumn
    series: NameColumn
    splits: NameColumn  # train, validation or test


def load_memberships(paths: IndexPaths, rows: Rows) -> Memberships:
    """Group, series and data split (such as test) of each photo, from all sources of judgements."""
    with reading(paths) as connection:
        (photos,), columns = mixed(
            connection, ["photo"], ['"group"', "series", "split"], "memberships"
        )
    places, kept = rows.find(photos)
    found = []
    for texts in columns:
        told, names = name_column(texts.take(kept))
        codes = np.full(len(rows.photos), -1, dtype=np.intp)
        codes[places[told >= 0]] = told[told >= 0]
        found.append(NameColumn(codes, names))
    return Memberships(*found)


def name_column(texts: Texts) -> NameColumn:
    """Column of texts, stored as integer codes into the sorted list of distinct texts."""
    if texts.empty:
        return NameColumn(np.full(len(texts), -1, dtype=np.intp), [])
    codes, known = coded(list(texts))
    return NameColumn(codes, [name.decode(errors="replace") for name in known])


def coded(names: Sequence[_Name | None]) -> tuple[Codes, list[_Name]]:
    """Integer code (n,) of each name (-1 for None), and the sorted list of distinct names.

    Examples
    --------
    >>> coded(["b", None, "a", "b"])
    (array([ 1, -1,  0,  1]), ['a', 'b'])
    """
    known: list[_Name] = sorted({name for name in names if name is not None})  # type: ignore[type-var]
    number: dict[_Name | None, int] = {name: code for code, name in enumerate(known)}
    number[None] = -1
    return np.fromiter(map(number.__getitem__, names), np.intp, len(names)), known
