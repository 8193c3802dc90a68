"""Export of an index's embeddings in the folder layout of the search tool clip-retrieval."""

import os
import shutil
from collections.abc import Collection
from pathlib import Path

import numpy as np

from photorank.errors import ExportError
from photorank.index.opened import Index
from photorank.photos.path_text import path_text
from photorank.workspace import folder_for, make_folder, storage_errors, sync_folder

EMBEDDINGS, METADATA = "img_emb", "metadata"  # folders, and prefixes of their files
_PART_ROWS = 100_000  # clip-retrieval has up to a million; a whole part is in memory


def write_folder(
    folder: Path,
    index: Index,
    without: Collection[int] | None = None,
    *,
    part_rows: int = _PART_ROWS,
) -> list[Path]:
    """Write an index's embeddings as ``img_emb/img_emb_0.npy`` and ``metadata/metadata_0.parquet``.

    Returns the files, one pair for each `part_rows` photos. Embeddings are float32: float16, as in
    clip-retrieval, would change the fourth digit of ratings. The metadata has one column,
    ``image_path``. Left out are the photos `without`: by default those whose files have changed
    since they were indexed. Raises BrokenIndexError if an embedding is not as it was written,
    ExportError if the folder has embeddings already, StorageError if it
    cannot be written; nothing is left of it then.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    check_has_no_embeddings(folder)
    index.verify()
    left_out = index.changed(range(len(index))) if without is None else without
    kept = np.setdiff1d(np.arange(len(index)), np.array(sorted(left_out), dtype=np.intp))
    photos = index.photos()
    embeddings, paths = index.heads(), [path_text(photos[row].path) for row in kept.tolist()]
    starts = range(0, len(paths), part_rows)
    digits = len(str(max(len(starts) - 1, 0)))  # leading zeros: readers sort the names as text
    names = []
    temporary = folder / f".{index.name}.{os.getpid()}.part"
    with storage_errors(folder), folder_for(folder):
        for left_over in folder.glob(f".{index.name}.*.part"):  # of an export that was killed
            shutil.rmtree(left_over)
        try:
            for number, start in enumerate(starts):
                part, rows = f"{number:0{digits}}", slice(start, start + part_rows)
                arrays = temporary / EMBEDDINGS / f"{EMBEDDINGS}_{part}.npy"
                table = temporary / METADATA / f"{METADATA}_{part}.parquet"
                for path in (arrays, table):
                    make_folder(path.parent)
                    names.append(path.relative_to(temporary))
                with arrays.open("wb") as file:
                    np.save(file, embeddings[kept[rows]], allow_pickle=False)
                    os.fsync(file.fileno())
                with table.open("wb") as file:
                    pq.write_table(
                        pa.table({"image_path": pa.array(paths[rows], pa.string())}), file
                    )
                    os.fsync(file.fileno())
            for name in (METADATA, EMBEDDINGS):  # embeddings last: readers look for them
                (temporary / name).rename(folder / name)
            sync_folder(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return [folder / name for name in names]


def check_has_no_embeddings(folder: Path) -> None:
    """Raise ExportError if a folder already contains embeddings."""
    for name in (EMBEDDINGS, METADATA):
        if os.path.lexists(folder / name):
            raise ExportError(f"{folder / name} exists already. Name another folder with --to.")
