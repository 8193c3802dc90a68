"""Catalogue columns read as NumPy arrays, without one Python object per value."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from photorank.typing import Codes, Floats

# So few that even the longest possible paths stay below SQLite's limit of 1e9 bytes.
_ROWS_A_CHUNK = 200_000


class Texts:
    """Array of texts, stored as one buffer of bytes; missing texts are None.

    `lengths` (n,) are in bytes, -1 where there is no text.

    Examples
    --------
    >>> texts = Texts(b"onethree", np.array([3, -1, 5]))
    >>> list(texts.take([2, 1]))
    [b'three', None]
    """

    def __init__(self, data: bytes, lengths: Codes) -> None:
        self._data = data
        self._lengths = lengths
        self._starts = np.cumsum(np.maximum(lengths, 0)) - np.maximum(lengths, 0)

    def __len__(self) -> int:
        return len(self._lengths)

    def __getitem__(self, place: int) -> bytes | None:
        length = int(self._lengths[place])
        if length < 0:
            return None
        start = int(self._starts[place])
        return self._data[start : start + length]

    def __iter__(self) -> Iterator[bytes | None]:
        ends = (self._starts + self._lengths).tolist()
        for start, end in zip(self._starts.tolist(), ends, strict=True):
            yield None if end < start else self._data[start:end]

    def beginnings(self, length: int) -> NDArray[np.uint8]:
        """First `length` bytes of each of the n texts, as an array (n, length).

        No text may be shorter.
        """
        places = self._starts[:, None] + np.arange(length)
        found: NDArray[np.uint8] = np.frombuffer(self._data, np.uint8)[places]
        return found

    @property
    def empty(self) -> bool:
        """True if every text in this array is missing."""
        return bool((self._lengths < 0).all())

    def take(self, places: ArrayLike) -> "Texts":
        """Texts at the given positions, without copying; position -1 gives a missing text."""
        wanted = np.asarray(places, dtype=np.intp)
        found = object.__new__(Texts)
        found._data = self._data
        if not len(self):  # then none can be wanted but the missing
            found._starts, found._lengths = np.zeros_like(wanted), np.full_like(wanted, -1)
            return found
        found._starts = self._starts[wanted]
        found._lengths = np.where(wanted < 0, -1, self._lengths[wanted])
        return found

    def replace(self, old: bytes, new: bytes) -> "Texts":
        """Texts with every occurrence of one byte replaced by another."""
        found = self.take(np.arange(len(self)))
        found._data = self._data.replace(old, new)
        return found


def whole_numbers(
    connection: sqlite3.Connection,
    columns: Sequence[str],
    source: str,
    values: Mapping[str, Any] | None = None,
) -> list[Codes]:
    """Integer columns of an SQL query with m rows, as arrays (m,) with -1 for null.

    `columns` are SQL expressions, `source` is what follows FROM, `values` are its named
    parameters. Rows come in the order of a table's key if `source` says NOT INDEXED.
    """
    return _read_columns(connection, columns, (), source, values or {})[0]


def mixed(
    connection: sqlite3.Connection,
    numbers: Sequence[str],
    texts: Sequence[str],
    source: str,
    *,
    chunk_rows: int = _ROWS_A_CHUNK,
) -> tuple[list[Codes], list[Texts]]:
    """Integer columns and text columns of an SQL query, as arrays in the same row order.

    A result too long for one text of SQLite is read in chunks of rows.
    """
    return _read_columns(connection, numbers, texts, source, {}, chunk_rows)


def fractions(
    connection: sqlite3.Connection, column: str, source: str, values: Mapping[str, Any]
) -> Floats:
    """Float column of an SQL query with m rows, as an array (m,) in float64."""
    found = connection.execute(f"SELECT {column} FROM {source}", values)  # noqa: S608
    return np.fromiter(chain.from_iterable(found), dtype=np.float64)


def _read_columns(
    connection: sqlite3.Connection,
    numbers: Sequence[str],
    texts: Sequence[str],
    source: str,
    values: Mapping[str, Any],
    chunk_rows: int = _ROWS_A_CHUNK,
) -> tuple[list[Codes], list[Texts]]:
    """Integer columns and text columns of an SQL query, as arrays.

    For speed, SQLite joins the values of each column into one text.
    """
    named = [f"{column} AS n{place}" for place, column in enumerate((*numbers, *texts))]
    written = [
        f"group_concat(CAST(coalesce(n{place}, -1) AS INTEGER), ' ')"
        for place in range(len(numbers))
    ]
    written += [
        f"group_concat(coalesce(length(CAST(n{place} AS BLOB)), -1), ' '),"
        f" CAST(group_concat(n{place}, '') AS BLOB)"
        for place in range(len(numbers), len(named))
    ]
    query = (
        f"SELECT count(*), {', '.join(written)}"  # noqa: S608 - names of our own
        f" FROM (SELECT {', '.join(named)} FROM {source}"
    )
    try:
        chunks = [connection.execute(f"{query})", values).fetchone()]
    except sqlite3.DataError:  # too much for one text
        chunks = list(_in_chunks(connection, query, values, chunk_rows))
    full = [chunk[1:] for chunk in chunks if chunk[0]]
    columns = list(zip(*full, strict=True)) or [()] * (len(numbers) + 2 * len(texts))
    k = len(numbers)
    return (
        [_parsed(column) for column in columns[:k]],
        [
            Texts(b"".join(part for part in data if part is not None), _parsed(lengths))
            for lengths, data in zip(columns[k::2], columns[k + 1 :: 2], strict=True)
        ],
    )


def _in_chunks(
    connection: sqlite3.Connection, query: str, values: Mapping[str, Any], rows: int
) -> Iterator[tuple[Any, ...]]:
    """Yield an aggregate query's result for each chunk of at most `rows` rows."""
    done, count = 0, rows
    while count == rows:
        some = f"{query} LIMIT {rows} OFFSET {done})"
        chunk = connection.execute(some, values).fetchone()
        yield chunk
        count, done = chunk[0], done + chunk[0]


def _parsed(chunks: Sequence[str]) -> Codes:
    found = [np.fromstring(chunk, dtype=np.intp, sep=" ") for chunk in chunks]
    return np.concatenate(found) if found else np.empty(0, dtype=np.intp)
