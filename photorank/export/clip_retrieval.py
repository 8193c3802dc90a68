"""Embeddings in the layout of clip-retrieval, which its tools and others read."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from photorank.errors import ExportError, LayoutError, first_line
from photorank.index.opened import Index
from photorank.photos.pathtext import path_text, text_path
from photorank.typing import Embeddings
from photorank.workspace import storage_errors, sync_folder

EMBEDDINGS, METADATA = "img_emb", "metadata"  # folders, and how their files' names begin
_PART_ROWS = 100_000  # clip-retrieval has up to a million; a part is in memory as a whole


class Part(NamedTuple):
    """Some photos of a folder of embeddings."""

    paths: list[Path]  # (n,) as whoever wrote them named them
    embeddings: Embeddings  # (n, d), unit rows


def write_folder(folder: Path, index: Index, *, part_rows: int = _PART_ROWS) -> list[Path]:
    """Write an index's embeddings as ``img_emb/img_emb_0.npy`` and ``metadata/metadata_0.parquet``.

    Parameters
    ----------
    folder : Path
        Made if it is missing.
    index : Index
    part_rows : int, default=100_000
        Photos in one pair of files. Numbers in names have leading zeros, for readers
        sort them as text.

    Returns
    -------
    list of Path
        The files, in float32: clip-retrieval's own are float16, which would cost
        ratings their fourth digit. ``image_path`` is the metadata's one column.

    Raises
    ------
    ExportError
        If the folder has embeddings already.
    StorageError
        If it cannot be written; then there is nothing of it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    check_free(folder)
    embeddings, paths = index.embeddings(), [path_text(photo.path) for photo in index.photos()]
    starts = range(0, len(paths), part_rows)
    digits = len(str(max(len(starts) - 1, 0)))
    names = []
    temporary = folder / f".{index.name}.{os.getpid()}.part"
    with storage_errors(folder):
        try:
            for number, start in enumerate(starts):
                part, rows = f"{number:0{digits}}", slice(start, start + part_rows)
                arrays = temporary / EMBEDDINGS / f"{EMBEDDINGS}_{part}.npy"
                table = temporary / METADATA / f"{METADATA}_{part}.parquet"
                for path in (arrays, table):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    names.append(path.relative_to(temporary))
                with arrays.open("wb") as file:
                    np.save(file, np.ascontiguousarray(embeddings[rows]), allow_pickle=False)
                    os.fsync(file.fileno())
                with table.open("wb") as file:
                    pq.write_table(
                        pa.table({"image_path": pa.array(paths[rows], pa.string())}), file
                    )
                    os.fsync(file.fileno())
            for name in (METADATA, EMBEDDINGS):  # readers look for embeddings
                (temporary / name).rename(folder / name)
            sync_folder(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return [folder / name for name in names]


def check_free(folder: Path) -> None:
    """Raise if a folder has embeddings, whose parts would mix with others.

    Raises
    ------
    ExportError
        If it has.
    """
    for name in (EMBEDDINGS, METADATA):
        if os.path.lexists(folder / name):
            raise ExportError(f"{folder / name} exists already. Name another folder with --to.")


def read_folder(folder: Path) -> Iterator[Part]:
    """Yield the parts of a folder that clip-retrieval or photorank wrote, in their order.

    Raises
    ------
    LayoutError
        If embeddings and metadata do not match, or are none.
    """
    arrays = sorted((folder / EMBEDDINGS).glob(f"{EMBEDDINGS}_*.npy"))
    if not arrays:
        raise LayoutError(folder, f"no {EMBEDDINGS}/{EMBEDDINGS}_0.npy")
    dimensions = None
    for path in arrays:
        number = path.stem.removeprefix(f"{EMBEDDINGS}_")
        table = folder / METADATA / f"{METADATA}_{number}.parquet"
        embeddings, paths = _array(folder, path), _paths(folder, table)
        if len(paths) != len(embeddings):
            what = f"{len(embeddings)} embeddings in {path.name}, {len(paths)} in {table.name}"
            raise LayoutError(folder, what)
        if dimensions not in (None, embeddings.shape[1]):
            raise LayoutError(folder, f"{path.name} has another size than those before it")
        dimensions = embeddings.shape[1]
        yield Part(paths, embeddings)


def _array(folder: Path, path: Path) -> Embeddings:
    try:
        stored = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise LayoutError(folder, f"{path.name} cannot be read: {first_line(error)}") from error
    if stored.ndim != 2 or stored.dtype.kind != "f":
        raise LayoutError(folder, f"{path.name} is not a table of numbers")
    embeddings = stored.astype(np.float32)
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    if not (np.isfinite(lengths) & (lengths > 0)).all():
        raise LayoutError(folder, f"{path.name} has embeddings without a direction")
    return embeddings / lengths


def _paths(folder: Path, table: Path) -> list[Path]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        column = pq.read_table(table, columns=["image_path"])["image_path"].to_pylist()
    except (OSError, KeyError, pa.ArrowException) as error:
        raise LayoutError(folder, f"{table.name} cannot be read: {first_line(error)}") from error
    if not all(isinstance(path, str) for path in column):
        raise LayoutError(folder, f"{table.name} has photos without a path")
    return [Path(text_path(path)) for path in column]
