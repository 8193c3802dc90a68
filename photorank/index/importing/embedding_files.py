"""Files of embeddings and photo names: an .npy file with a Parquet table, or Parquet alone."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from photorank.errors import EmbeddingsError, MissingPathError, counted, first_line
from photorank.typing import Embeddings
from photorank.workspace import regular_file

# Folders that clip-retrieval and img2dataset write; embedding-reader reads any such two.
_ARRAYS, _METADATA = "img_emb", "metadata"
# Possible columns of photo names; the first one present is used.
NAME_COLUMNS = (
    *("image_path", "path", "file", "file_name", "filename", "filepath", "image.path"),
    *("url", "key", "id"),
)
# Usual names of embedding columns, most likely first.
_LIKELY = (
    r"im(age|g).*emb",
    r"emb.*im(age|g)",
    r"(clip|siglip|dino|vis)",
    r"^emb",
    r"emb|vec|feat",
)
_ROWS = 16_384  # read together


class Named(NamedTuple):
    """Embeddings with the names of their photos; None where a name is missing."""

    names: Sequence[str | None]
    rows: Embeddings  # (k, d)


class EmbeddingFile(NamedTuple):
    """Embeddings in one Parquet file, or in an .npy file with a Parquet table of photo names."""

    name: str  # for messages, and for rows without a name
    n: int
    d: int
    parts: Callable[[], Iterator[Named]]  # the rows in their order, some at a time
    table: Path | None  # the Parquet file that may tell the names

    def names(self) -> Iterator[str]:
        """Yield all photo names in the file, without reading any embedding.

        Rows without a name are skipped.
        """
        if self.table is not None and (named := _name_column(self.table)):
            for batch in _parquet(self.table).iter_batches(_ROWS, columns=[named]):
                yield from filter(None, _texts(batch, named))


def _array_parts(array: Path, table: Path | None) -> Iterator[Named]:
    """Yield chunks of an .npy file's embeddings, with photo names from a Parquet table."""
    rows = np.load(array, mmap_mode="r", allow_pickle=False)
    names = [None] * len(rows) if table is None else _names(table)
    for start in range(0, len(rows), _ROWS):
        some = slice(start, start + _ROWS)
        with np.errstate(over="ignore"):  # infinite rows are left out and told
            part = np.array(rows[some], dtype=np.float32)
        yield Named(names[some], part)


def _column_parts(table: Path, column: str, d: int) -> Iterator[Named]:
    """Yield chunks of a Parquet file's embeddings, with photo names from the same file."""
    named = _name_column(table)
    wanted = [column, *([named] if named else [])]
    for batch in _parquet(table).iter_batches(_ROWS, columns=wanted):
        names = _texts(batch, named) if named else [None] * len(batch)
        yield Named(names, _matrix(batch.column(column), d))


def embedding_files(folder: Path) -> list[EmbeddingFile]:
    """Embedding files of a folder, sorted by the numbers in their names.

    Understood are clip-retrieval's ``img_emb/*.npy`` with ``metadata/*.parquet``, ``.npy`` files
    beside ``.parquet`` files of the same names (or one of each), ``.npy`` files alone, and
    ``.parquet`` files with a column of lists of numbers, as Hugging Face's datasets has them.

    Raises
    ------
    MissingPathError
        If there is no such folder.
    EmbeddingsError
        If it has no embeddings, or they contradict each other.
    """
    if not folder.exists():
        raise MissingPathError(folder)
    files = _array_files(folder) or _column_files(folder)
    if not files:
        raise EmbeddingsError(
            folder,
            "no embeddings are in it: it needs img_emb/*.npy with metadata/*.parquet, .npy files "
            "beside .parquet files of the same names, or .parquet files with a column of lists of "
            "numbers",
        )
    if not sum(file.n for file in files):
        raise EmbeddingsError(folder, "its files have no rows")
    first = files[0]
    for file in files:
        if file.d != first.d:
            raise EmbeddingsError(
                folder, f"{first.name} has {first.d} dimensions, and {file.name} has {file.d}"
            )
    return files


def _array_files(folder: Path) -> list[EmbeddingFile]:
    """The .npy files in a folder, each with its Parquet table of photo names, if any."""
    if folder.is_file():
        arrays, tables = ([folder] if folder.suffix == ".npy" else []), list[Path]()
    elif (folder / _ARRAYS).is_dir():
        arrays = _numbered((folder / _ARRAYS).glob("*.npy"))
        tables = _numbered((folder / _METADATA).glob("*.parquet"))
    else:
        arrays, tables = _numbered(folder.glob("*.npy")), _numbered(folder.glob("*.parquet"))
    if tables and len(tables) != len(arrays):
        if not arrays:
            return []
        raise EmbeddingsError(
            folder, f"there are {len(arrays)} .npy files and {len(tables)} .parquet files of names"
        )
    if not tables:
        return [_array_file(array, None) for array in arrays]
    return [_array_file(array, table) for array, table in zip(arrays, tables, strict=True)]


def _array_file(array: Path, table: Path | None) -> EmbeddingFile:
    """One .npy file with its Parquet table of photo names; only headers are read."""
    regular_file(array)
    try:
        with array.open("rb") as file:
            np.lib.format.read_magic(file)
        rows = np.load(array, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise EmbeddingsError(array, first_line(error)) from error
    except (ValueError, EOFError) as error:  # whose words speak of NumPy's own options
        raise EmbeddingsError(array, "it is no .npy file of numbers, or it is cut off") from error
    if rows.ndim != 2 or not np.issubdtype(rows.dtype, np.floating):
        raise EmbeddingsError(array, f"its shape is {rows.shape} and its kind {rows.dtype}")
    if table is not None and (k := _parquet(table).metadata.num_rows) != len(rows):
        raise EmbeddingsError(
            table, f"it names {counted(k, 'photo')}, and {array.name} has {len(rows):,}"
        )
    return EmbeddingFile(
        array.stem, len(rows), rows.shape[1], partial(_array_parts, array, table), table
    )


def _column_files(folder: Path) -> list[EmbeddingFile]:
    """Parquet files with an embedding column, in a folder and its subfolders."""
    paths = [folder] if folder.is_file() else _numbered(folder.rglob("*.parquet"))
    files = []
    for path in paths:
        column = _embedding_column(path)
        file = _parquet(path)
        if not file.metadata.num_rows:
            continue
        first = next(file.iter_batches(1, columns=[column])).column(column)
        d = len(first[0]) if first[0].is_valid else 0
        parts = partial(_column_parts, path, column, d)
        files.append(EmbeddingFile(path.stem, file.metadata.num_rows, d, parts, path))
    return files


def _embedding_column(path: Path) -> str:
    """Name of the Parquet file's column that most likely holds the embeddings."""
    import pyarrow as pa

    fields = [
        field.name
        for field in _parquet(path).schema_arrow
        if (
            pa.types.is_list(field.type)
            or pa.types.is_large_list(field.type)
            or pa.types.is_fixed_size_list(field.type)
        )
        and pa.types.is_floating(field.type.value_type)
    ]
    if not fields:
        raise EmbeddingsError(path, "no column of it holds lists of numbers")
    ranks = [
        next((rank for rank, how in enumerate(_LIKELY) if re.search(how, name, re.I)), len(_LIKELY))
        for name in fields
    ]
    best = [name for name, rank in zip(fields, ranks, strict=True) if rank == min(ranks)]
    if len(best) > 1:
        raise EmbeddingsError(
            path, f"several columns may be the embeddings: {', '.join(best)}. Keep one of them"
        )
    return best[0]


def _names(table: Path) -> list[str | None]:
    """Photo names in a Parquet table, one per row; all None if no column holds names."""
    named, file = _name_column(table), _parquet(table)
    if named is None:
        return [None] * file.metadata.num_rows
    return [
        name for batch in file.iter_batches(_ROWS, columns=[named]) for name in _texts(batch, named)
    ]


def _name_column(table: Path) -> str | None:
    """Name of the column or nested field (``image.path``) that holds photo names, or None."""
    import pyarrow as pa

    schema = _parquet(table).schema_arrow
    there = {field.name for field in schema}
    for field in schema:
        if pa.types.is_struct(field.type):
            there |= {f"{field.name}.{inner.name}" for inner in field.type}
    return next((name for name in NAME_COLUMNS if name in there), None)


def _texts(batch: Any, column: str) -> list[str | None]:
    """Values of a table's column or nested field, as texts."""
    import pyarrow as pa

    outer, _, inner = column.partition(".")
    values = batch.column(outer)
    if inner:
        values = values.field(inner)
    return values.cast(pa.string()).to_pylist()


def _matrix(column: Any, d: int) -> Embeddings:
    """Embeddings (k, d) from a column of k lists; nan for a missing list or one of wrong length."""
    import pyarrow.compute as pc

    lengths = pc.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False)
    right = lengths == d
    rows = np.full((len(column), d), np.nan, dtype=np.float32)
    flat = column.filter(pc.equal(pc.list_value_length(column), d)).flatten()
    with np.errstate(over="ignore"):  # infinite rows are left out and told
        rows[right] = flat.to_numpy(zero_copy_only=False).reshape(-1, d)
    return rows


def _parquet(path: Path) -> Any:
    """Parquet file, opened without reading its rows; raises EmbeddingsError for other files."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    regular_file(path)
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise EmbeddingsError(path, first_line(error)) from error


def _numbered(paths: Iterator[Path]) -> list[Path]:
    """Paths sorted by the numbers in their names, so that 2 comes before 10."""

    def order(path: Path) -> list[tuple[int, str]]:
        parts = re.split(r"(\d+)", path.as_posix())
        return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]

    return sorted(paths, key=order)
