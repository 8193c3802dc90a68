"""Checks of an export's destination: outside the photo folders, no file replaced."""

import os
from pathlib import Path

from photorank.errors import ExportError
from photorank.index.opened import Index


def checked_folder(index: Index, folder: Path) -> Path:
    """Absolute path of an export folder, maybe missing; ExportError if inside photo folders."""
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"{folder} is a file. Name a folder with --to.")
    real = Path(os.path.realpath(folder))
    for root in map(Path, map(os.path.realpath, index.manifest.roots)):
        photos = root.parent if root.is_file() else root
        if real.is_relative_to(photos):
            raise ExportError(
                f"{folder} lies in {photos}, whose photos are in the index. Name a folder outside "
                "with --to; only --beside-photos, with --format xmp, writes among photos."
            )
    return folder.absolute()


def checked_new_file(path: Path) -> Path:
    """Path of a new file, unchanged; ExportError if the file exists."""
    if os.path.lexists(path):
        raise ExportError(f"{path} exists already. Name another file, or move that one away.")
    return path
