"""Checks that an export's destination is outside photo folders, and replaces no file."""

import os
from dataclasses import dataclass
from pathlib import Path

from photorank.errors import ExportError
from photorank.index.catalogue.file_records import load_folders, load_root_folders
from photorank.index.opened import Index
from photorank.outside_text import typed_destination
from photorank.workspace import Workspace

Identity = tuple[int, int]  # device and inode, which all names of a folder share


@dataclass(frozen=True)
class PhotoFolders:
    """Photo folders of all indexes, to check if a path is inside one (symbolic links resolved)."""

    paths: frozenset[Path]  # links resolved
    identities: frozenset[Identity]  # of those that are there

    @classmethod
    def beside(cls, index: Index) -> "PhotoFolders":
        """Photo folders of every index in the workspace of `index`, symbolic links resolved.

        Raises the errors of an index that cannot be read: where its photos lie is not known then.
        """
        workspace = Workspace(index.paths.root.parent.parent)
        paths: set[Path] = set()
        for name in workspace.index_names():
            indexed = load_root_folders(workspace.index(name))
            for folder in indexed | set(load_folders(workspace.index(name))):
                paths |= {Path(os.path.realpath(one)) for one in _up_to(folder, indexed)}
        return cls(frozenset(paths), frozenset(filter(None, map(_identity, paths))))

    def around(self, path: Path) -> Path | None:
        """Photo folder that contains a path; None if it is in none. The path need not exist."""
        real = Path(os.path.realpath(path))
        for folder in (real, *real.parents):
            if folder in self.paths or _identity(folder) in self.identities:
                return folder
        return None

    def refuse(self, path: Path) -> None:
        """Raise ExportError if a path is inside a photo folder."""
        if folder := self.around(path):
            raise ExportError(
                f"{path} lies in {folder}, whose photos are in the index. Name a place outside; "
                "only `photorank export --format xmp --beside-photos` writes among photos."
            )


def checked_folder(index: Index, typed: str | Path) -> Path:
    """Absolute path of a folder to export to; ExportError if it is a file or in a photo folder."""
    folder = checked_path(index, typed)
    if os.path.lexists(folder) and not folder.is_dir():
        raise ExportError(f"{folder} is a file. Name a folder with --to.")
    return folder


def checked_new_file(index: Index, typed: str | Path) -> Path:
    """Absolute path for a new file; ExportError if it exists or is inside a photo folder."""
    path = checked_path(index, typed)
    if os.path.lexists(path):
        raise ExportError(f"{path} exists already. Name another file, or move that one away.")
    return path


def checked_path(index: Index, typed: str | Path) -> Path:
    """Absolute path to export to; ExportError if it is a special file or inside a photo folder."""
    path = outside_photos(index, typed)
    if os.path.lexists(path) and not (os.path.isfile(path) or os.path.isdir(path)):
        raise ExportError(
            f"{path} is a device, a pipe or a link to nothing, where nothing can be written. Name "
            "another place."
        )
    return path


def outside_photos(index: Index, typed: str | Path) -> Path:
    """Absolute path for a path typed by the user; ExportError if it is inside a photo folder.

    What lies there is not looked at. Raises TypedPathError if no file can have that path.
    """
    path = typed_destination(typed).absolute()
    PhotoFolders.beside(index).refuse(path)
    return path


def _up_to(folder: Path, roots: set[Path]) -> list[Path]:
    """Folder and its parent folders, up to and including an indexed root folder."""
    above = [folder, *folder.parents]
    ends = [place for place, one in enumerate(above) if one in roots]
    return above[: ends[0] + 1] if ends else [folder]


def _identity(folder: Path) -> Identity | None:
    try:
        status = os.stat(folder)
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino) if status.st_ino else None  # some disks number nothing
