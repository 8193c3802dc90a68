"""Where an export may be written: never among the photos, never over something else."""

import os
from pathlib import Path

from photorank.errors import ExportError
from photorank.index.opened import Index


def photo_folders(index: Index) -> list[Path]:
    """Return the folders that were indexed, links resolved."""
    roots = [Path(os.path.realpath(root)) for root in index.manifest.roots]
    return [root.parent if root.is_file() else root for root in roots]


def checked_folder(index: Index, folder: Path) -> Path:
    """Return a destination as an absolute path; it need not exist.

    Raises
    ------
    ExportError
        If it is a file, or lies among the index's photos.
    """
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"{folder} is a file. Name a folder with --to.")
    real = Path(os.path.realpath(folder))
    for photos in photo_folders(index):
        if real.is_relative_to(photos):
            raise ExportError(
                f"{folder} lies in {photos}, whose photos are in the index. Name a folder outside "
                "with --to; only --beside-photos, with --format xmp, writes among photos."
            )
    return folder.absolute()


def checked_new_file(path: Path) -> Path:
    """Return a file's path, at which there is nothing yet.

    Raises
    ------
    ExportError
        If there is something.
    """
    if os.path.lexists(path):
        raise ExportError(f"{path} exists already. Name another file, or move that one away.")
    return path
