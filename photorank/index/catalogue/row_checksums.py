"""Checksums that reveal corruption of the catalogue's rows on disk.

Each table has one sum over its rows' checksums. Triggers tell what changes, and the very
transaction that changes a row records it, so a click on a million photos costs a click.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence

_CREATE_SUMS = "CREATE TABLE IF NOT EXISTS sums (name TEXT PRIMARY KEY, total INTEGER NOT NULL)"
_SIGN_BIT = 1 << 63  # SQLite's integers are signed
_MAX_WHOLE_FLOAT = 1 << 53  # integers below it may be stored as floats


def add_missing_sums(connection: sqlite3.Connection) -> None:
    """Compute and store the missing checksums of tables, in the caller's transaction."""
    connection.execute(_CREATE_SUMS)
    kept = _kept(connection)
    connection.executemany(
        "INSERT INTO sums (name, total) VALUES (?, ?)",
        [
            (table, _total(connection, table, columns))
            for table, columns in table_columns(connection).items()
            if table not in kept
        ],
    )


def recompute_sums(connection: sqlite3.Connection, tables: Iterable[str]) -> None:
    """Recompute and store the checksums of the given tables.

    The caller's transaction must change no row of these tables.
    """
    columns = table_columns(connection)
    for table in tables:
        total = _total(connection, table, columns[table])
        connection.execute("UPDATE sums SET total = ? WHERE name = ?", [total, table])


class Changes:
    """Changes to the tables' checksums during one transaction, collected by SQL triggers."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._sums = dict.fromkeys(_kept(connection), 0)
        connection.create_function("row_changed", -1, self._row_changed)
        # Else a row that another one replaces would go without a trigger.
        connection.execute("PRAGMA recursive_triggers = ON")
        for table, columns in table_columns(connection).items():
            if table not in self._sums:
                continue
            old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
            added, removed = (
                f"row_changed('{table}', 1, {new})",
                f"row_changed('{table}', -1, {old})",
            )
            changed = f"{removed}, {added}"
            for event, call in (("INSERT", added), ("DELETE", removed), ("UPDATE", changed)):
                connection.execute(
                    f"CREATE TEMP TRIGGER IF NOT EXISTS sum_{table}_{event} AFTER {event}"
                    f" ON main.{table} BEGIN SELECT {call}; END"
                )

    def record(self) -> None:
        """Update the stored checksum of each table whose rows have changed; the caller commits."""
        for table, change in self._sums.items():
            if change:
                self._connection.execute(
                    "UPDATE sums SET total = ? WHERE name = ?",
                    [_signed(_kept(self._connection)[table] + change), table],
                )

    def _row_changed(self, table: str, sign: int, *row: object) -> None:
        self._sums[table] += sign * _checksum(row)


def changed_tables(connection: sqlite3.Connection) -> list[str] | None:
    """Names of tables that do not match their stored checksum; None if no checksum is stored."""
    kept = _kept(connection)
    return sorted(set(kept) - set(intact_tables(connection))) if kept else None


def intact_tables(connection: sqlite3.Connection) -> list[str]:
    """Names of tables whose rows match their stored checksum."""
    kept, columns = _kept(connection), table_columns(connection)
    return [
        table for table in kept if table in columns and _is(connection, table, columns[table], kept)
    ]


def totals(connection: sqlite3.Connection, tables: Sequence[str]) -> tuple[int, ...]:
    """Stored checksums of the given tables; tables without a stored checksum are left out."""
    kept = _kept(connection)
    return tuple(kept[table] for table in tables if table in kept)


def table_columns(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Quoted column names of each table except the table of checksums."""
    found: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "SELECT one.name, columns.name FROM main.sqlite_master AS one"
        " JOIN pragma_table_info(one.name, 'main') AS columns"
        " WHERE one.type = 'table' AND one.name != 'sums' AND one.name NOT GLOB 'sqlite_*'"
    ):
        found.setdefault(table, []).append(f'"{column}"')
    return found


def _is(
    connection: sqlite3.Connection, table: str, columns: list[str], kept: dict[str, int]
) -> bool:
    try:
        return _total(connection, table, columns) == kept[table]
    except sqlite3.OperationalError:  # a text that is no UTF-8 any more
        return False


def _total(connection: sqlite3.Connection, table: str, columns: list[str]) -> int:
    rows = connection.execute(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608 - our own
    return _signed(sum(map(_checksum, rows)))


def _checksum(row: tuple[object, ...]) -> int:
    """Checksum (64 bits) of a table row; an integer and an equal float give the same checksum."""
    plain = [
        int(value)
        if type(value) is float and value.is_integer() and abs(value) < _MAX_WHOLE_FLOAT
        else value
        for value in row
    ]
    text = repr(plain).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def _signed(total: int) -> int:
    return (total + _SIGN_BIT) % (2 * _SIGN_BIT) - _SIGN_BIT


def _kept(connection: sqlite3.Connection) -> dict[str, int]:
    if not connection.execute("SELECT 1 FROM main.sqlite_master WHERE name = 'sums'").fetchone():
        return {}
    return dict(connection.execute("SELECT name, total FROM sums"))
