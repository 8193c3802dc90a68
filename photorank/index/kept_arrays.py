"""Arrays kept beside an index: slow to compute, and possible to compute again."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photorank.errors import StorageError
from photorank.workspace import write_bytes


def keep_arrays(path: Path, **arrays: Any) -> bool:
    """Whether arrays were written for the next time; a read-only disk does no harm."""
    file = BytesIO()
    np.savez(file, **arrays)
    try:
        write_bytes(path, file.getvalue())
    except StorageError:
        return False
    return True


def kept_arrays(path: Path, *names: str) -> dict[str, NDArray[Any]] | None:
    """Kept arrays of some names; None where a file is missing, damaged or incomplete."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return {name: kept[name] for name in names}
    except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile):
        return None
