"""Sums over the catalogue's rows: they tell of values that a disk changed, as SQLite cannot.

Each table has one sum of all its rows' checksums, in any order, kept up to date by triggers in the
very transaction that changes a row. So a click on a million photos costs a click.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence

_SUMS = "CREATE TABLE IF NOT EXISTS sums (name TEXT PRIMARY KEY, total INTEGER NOT NULL)"
_HALF = 1 << 63  # SQLite's integers are signed
_WHOLE_FLOATS = 1 << 53  # up to here a number may be stored as an integer or as a float


def keep_sums(connection: sqlite3.Connection) -> None:
    """Begin the sums of tables that have none. Call it in a transaction."""
    connection.execute(_SUMS)
    for table in set(_tables(connection)) - dict(_kept(connection)).keys():
        total = _total(connection, table)
        connection.execute("INSERT INTO sums (name, total) VALUES (?, ?)", [table, total])


def take_sums(connection: sqlite3.Connection) -> None:
    """Take every table as it is from now on. Call it in a transaction."""
    connection.execute(_SUMS)
    connection.execute("DELETE FROM sums")
    keep_sums(connection)


def watch(connection: sqlite3.Connection) -> None:
    """Have this connection's changes of rows change the sums, where there are any."""
    connection.create_function("summed", -1, _summed, deterministic=True)
    # Else a row that another one replaces would go without a trigger.
    connection.execute("PRAGMA recursive_triggers = ON")
    for table in sorted(dict(_kept(connection)).keys() & set(_tables(connection))):
        names = _columns(connection, table)
        old = ", ".join(f"OLD.{name}" for name in names)
        new = ", ".join(f"NEW.{name}" for name in names)
        added, removed = f"summed(total, 1, {new})", f"summed(total, -1, {old})"
        changed = f"summed({removed}, 1, {new})"
        for event, total in (("INSERT", added), ("DELETE", removed), ("UPDATE", changed)):
            connection.execute(
                f"CREATE TEMP TRIGGER IF NOT EXISTS sum_{table}_{event} AFTER {event}"  # noqa: S608
                f" ON main.{table} BEGIN UPDATE sums SET total = {total}"
                f" WHERE name = '{table}'; END"
            )


def changed_tables(connection: sqlite3.Connection) -> list[str] | None:
    """Return the tables whose rows are not what was written; None where no sums were kept yet."""
    kept = _kept(connection)
    if not kept:
        return None
    return sorted(table for table, total in kept if not _is(connection, table, total))


def totals(connection: sqlite3.Connection, tables: Sequence[str]) -> tuple[int, ...]:
    """Return the sums of some tables, which change whenever a row does; none that is not kept."""
    kept = dict(_kept(connection))
    return tuple(kept[table] for table in tables if table in kept)


def _is(connection: sqlite3.Connection, table: str, total: int) -> bool:
    try:
        return _total(connection, table) == total
    except sqlite3.OperationalError:  # a text that is no UTF-8 any more
        return False


def _total(connection: sqlite3.Connection, table: str) -> int:
    names = ", ".join(_columns(connection, table))
    rows = connection.execute(f"SELECT {names} FROM {table}")  # noqa: S608 - names of our own
    return _signed(sum(_checksum(row) for row in rows))


def _summed(total: int, sign: int, *row: object) -> int:
    return _signed(total + sign * _checksum(row))


def _checksum(row: tuple[object, ...]) -> int:
    """Return 64 bits of a row, the same whether a whole number is stored as a float or not."""
    text = repr([_plain(value) for value in row]).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def _plain(value: object) -> object:
    whole = isinstance(value, float) and abs(value) < _WHOLE_FLOATS and value.is_integer()
    return int(value) if whole and isinstance(value, float) else value


def _signed(total: int) -> int:
    return (total + _HALF) % (2 * _HALF) - _HALF


def _kept(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    if "sums" not in _names(connection):
        return []
    return connection.execute("SELECT name, total FROM sums ORDER BY name").fetchall()


def _tables(connection: sqlite3.Connection) -> list[str]:
    return [
        name for name in _names(connection) if name != "sums" and not name.startswith("sqlite_")
    ]


def _names(connection: sqlite3.Connection) -> Iterator[str]:
    rows = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")
    return (name for (name,) in rows)


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    rows = connection.execute("SELECT name FROM pragma_table_info(?, 'main')", [table])
    return [f'"{name}"' for (name,) in rows]
