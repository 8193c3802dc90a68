"""Tests of database columns that are read as whole arrays instead of row by row."""

import sqlite3

import numpy as np
import pytest

from photorank.index.catalogue.column_arrays import Texts, fractions, mixed, whole_numbers

ROWS = [
    (7, None, b"/a/\xff\n.jpg", "Größe"),
    (-3, 1, b"", None),
    (2**40, None, b"with\0zero, comma", ""),
    (5, 2, b"x" * 1000, "日本"),
]


@pytest.fixture
def table():
    """Database connection to a table of awkward values."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE odd (number INTEGER, hole INTEGER, path BLOB, word TEXT)")
    connection.executemany("INSERT INTO odd VALUES (?, ?, ?, ?)", ROWS)
    yield connection
    connection.close()


def read(connection, source="odd NOT INDEXED", **how):
    """Two number columns and two text columns of the test table, read as lists by `mixed`."""
    numbers, texts = mixed(connection, ["number", "hole"], ["path", "word"], source, **how)
    return [*(column.tolist() for column in numbers), *(list(column) for column in texts)]


def expected(rows=ROWS):
    """Four columns as they should be read from the given rows."""
    return [
        [number for number, *_ in rows],
        [-1 if hole is None else hole for _, hole, *_ in rows],
        [path for *_, path, _ in rows],
        [None if word is None else word.encode() for *_, word in rows],
    ]


def test_columns_hold_what_their_rows_hold(table):
    """Column arrays keep names that are not Unicode, zero bytes, empty texts and nulls."""
    assert read(table) == expected()


def test_a_source_may_leave_rows_out(table):
    """Rows that the SQL condition excludes are missing from all columns alike."""
    assert read(table, "odd NOT INDEXED WHERE number > 0") == expected([ROWS[0], *ROWS[2:]])
    assert read(table, "odd WHERE number > 2e40") == [[], [], [], []]


@pytest.mark.parametrize("chunk", [1, 3, 8, 10])
def test_what_is_too_much_for_one_text_comes_in_parts(table, chunk):
    """A column too large for one SQLite text is read in several parts, and no row is lost."""
    rows = [(number, None, b"%d" % number * 30, None) for number in range(40)]
    table.execute("DELETE FROM odd")
    table.executemany("INSERT INTO odd VALUES (?, ?, ?, ?)", rows)
    table.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1000)
    with pytest.raises(sqlite3.DataError):
        table.execute("SELECT group_concat(path) FROM odd").fetchone()
    assert read(table, chunk_rows=chunk) == expected(rows)


def test_numbers_with_fractions_come_to_the_last_bit():
    """Scores are read from SQLite exactly, to the last bit."""
    values = np.random.default_rng(0).normal(size=100)
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE scores (score REAL, photo INTEGER)")
    connection.executemany(
        "INSERT INTO scores VALUES (?, ?)", zip(values.tolist(), range(100), strict=True)
    )
    found = fractions(connection, "score", "scores WHERE photo >= :least", {"least": 50})
    np.testing.assert_array_equal(found, values[50:])
    (photos,) = whole_numbers(connection, ["photo"], "scores WHERE photo >= :least", {"least": 50})
    assert photos.tolist() == list(range(50, 100))
    connection.close()


def test_texts_are_taken_in_any_order():
    """Texts can be taken repeatedly by lists of positions, in any order; -1 gives None."""
    texts = Texts(b"onethree", np.array([3, -1, 5, 0]))
    assert list(texts) == [b"one", None, b"three", b""] == [texts[at] for at in range(4)]
    taken = texts.take([3, 2, -1, 0, 2]).take([1, 2, 4])
    assert list(taken) == [b"three", None, b"three"]
    assert list(texts.replace(b"e", b"E").take([2])) == [b"thrEE"]
    assert not texts.empty
    assert list(Texts(b"", np.empty(0, dtype=np.intp)).take([-1, -1])) == [None, None]
