"""Table files for other programs, in CSV or Parquet."""

import csv
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from photorank.labels.tables.formula_cells import text_cell
from photorank.workspace import link_target, replacing

_BATCH_ROWS = 50_000  # of a Parquet file, held twice in memory

Row: TypeAlias = dict[str, Any]  # by column, None where unknown
Kind: TypeAlias = Literal["text", "whole number", "number"]


class Table(NamedTuple):
    """Table to export: an iterator over its rows, and the value types of its columns."""

    columns: Mapping[str, Kind]  # in their order
    rows: Iterator[Row]


def write_csv_table(path: Path, table: Table) -> None:
    """Write a table as CSV (RFC 4180, UTF-8).

    Text that looks like a spreadsheet formula is escaped. Raises StorageError if it cannot be
    written; an existing file then stays.
    """
    with (
        replacing(link_target(path), alone=True) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)  # with \r\n, so that names with either are quoted
        writer.writerow(table.columns)
        for row in table.rows:
            writer.writerow(
                text_cell(row[name]) if kind == "text" else row[name]
                for name, kind in table.columns.items()
            )


def write_parquet_table(
    path: Path, table: Table, kept: str | None = None, *, batch_rows: int = _BATCH_ROWS
) -> None:
    """Write a table as Parquet in batches of rows; raises StorageError if it fails."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"text": pa.string(), "whole number": pa.int64(), "number": pa.float64()}
    schema = pa.schema([(name, types[kind]) for name, kind in table.columns.items()])
    # Through a Python file errors of the disk are OSErrors.
    with (
        replacing(link_target(path), alone=True, kept=kept) as temporary,
        temporary.open("wb") as file,
        pq.ParquetWriter(file, schema) as writer,
    ):
        while part := list(islice(table.rows, batch_rows)):
            writer.write_table(pa.Table.from_pylist(part, schema=schema))
