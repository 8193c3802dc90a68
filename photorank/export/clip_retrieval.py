"""Embeddings in the layout of clip-retrieval, which its tools and others read."""

import os
import shutil
from pathlib import Path

import numpy as np

from photorank.errors import ExportError
from photorank.index.opened import Index
from photorank.photos.pathtext import path_text
from photorank.workspace import storage_errors, sync_folder

EMBEDDINGS, METADATA = "img_emb", "metadata"  # folders, and how their files' names begin
_PART_ROWS = 100_000  # clip-retrieval has up to a million; a part is in memory as a whole


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
