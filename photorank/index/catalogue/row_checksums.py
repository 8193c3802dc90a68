"""Checksums of the catalogue's rows, which reveal corruption on disk.

Each table has one sum over its rows' checksums. Triggers keep it up to date in the very
transaction that changes a row, so a click on a million photos costs a click.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence

_CREATE_SUMS = "CREATE TABLE IF NOT EXISTS sums (name TEXT PRIMARY KEY, total INTEGER NOT NULL)"
_SIGN_BIT = 1 << 63  # SQLite's integers are signed
_MAX_WHOLE_FLOAT = 1 << 53  # integers below it may be stored as floats


def keep_sums(connection: sqlite3.Connection) -> None:
    """Compute the missing checksums of tables inside a transaction."""
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


def take_sums(connection: sqlite3.Connection, tables: Iterable[str]) -> None:
    """Recompute some tables' checksums inside a transaction."""
    columns = table_columns(connection)
    for table in tables:
        total = _total(connection, table, columns[table])
        connection.execute("UPDATE sums SET total = ? WHERE name = ?", [total, table])


def watch(connection: sqlite3.Connection) -> None:
    """Install triggers on this connection that update checksums with every row change."""
    connection.create_function("summed", -1, _summed, deterministic=True)
    # Else a row that another one replaces would go without a trigger.
    connection.execute("PRAGMA recursive_triggers = ON")
    kept = _kept(connection)
    for table, columns in table_columns(connection).items():
        if table not in kept:
            continue
        old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
        added, removed = f"summed(total, 1, {new})", f"summed(total, -1, {old})"
        changed = f"summed({removed}, 1, {new})"
        for event, total in (("INSERT", added), ("DELETE", removed), ("UPDATE", changed)):
            connection.execute(
                f"CREATE TEMP TRIGGER IF NOT EXISTS sum_{table}_{event} AFTER {event}"  # noqa: S608
                f" ON main.{table} BEGIN UPDATE sums SET total = {total}"
                f" WHERE name = '{table}'; END"
            )


def changed_tables(connection: sqlite3.Connection) -> list[str] | None:
    """Sorted tables whose rows do not match their checksum; None without checksums."""
    kept = _kept(connection)
    return sorted(set(kept) - set(whole_tables(connection))) if kept else None


def whole_tables(connection: sqlite3.Connection) -> list[str]:
    """Tables whose rows match their checksum."""
    kept, columns = _kept(connection), table_columns(connection)
    return [
        table for table in kept if table in columns and _is(connection, table, columns[table], kept)
    ]


def totals(connection: sqlite3.Connection, tables: Sequence[str]) -> tuple[int, ...]:
    """Checksum of each table's rows."""
    kept = _kept(connection)
    return tuple(kept[table] for table in tables if table in kept)


def table_columns(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Quoted column names of each table that has a checksum."""
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


def _summed(total: int, sign: int, *row: object) -> int:
    return _signed(total + sign * _checksum(row))


def _checksum(row: tuple[object, ...]) -> int:
    """64-bit checksum of a row; equal integers and floats give the same value."""
    text = repr([_plain(value) for value in row]).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def _plain(value: object) -> object:
    whole = isinstance(value, float) and abs(value) < _MAX_WHOLE_FLOAT and value.is_integer()
    return int(value) if whole and isinstance(value, float) else value


def _signed(total: int) -> int:
    return (total + _SIGN_BIT) % (2 * _SIGN_BIT) - _SIGN_BIT


def _kept(connection: sqlite3.Connection) -> dict[str, int]:
    if not connection.execute("SELECT 1 FROM main.sqlite_master WHERE name = 'sums'").fetchone():
        return {}
    return dict(connection.execute("SELECT name, total FROM sums"))
