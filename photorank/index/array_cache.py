"""Cache files of NumPy arrays in an index's folder."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photorank.errors import StorageError
from photorank.workspace import write_bytes


def cache_arrays(path: Path, **arrays: Any) -> bool:
    """Save named arrays in a cache file; return False if the file cannot be written."""
    file = BytesIO()
    np.savez(file, **arrays)
    try:
        write_bytes(path, file.getvalue())
    except StorageError:
        return False
    return True


def cached_arrays(path: Path, *names: str) -> dict[str, NDArray[Any]] | None:
    """Arrays by name, read from a cache file; None if it is missing, damaged or incomplete."""
    if not path.is_file():  # a pipe would be waited for
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return {name: kept[name] for name in names}
    except Exception:  # NumPy's and zipfile's parsers raise anything for damaged bytes
        return None
