"""Checks of an export's destination: it must be outside photo folders and replace no file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from photorank.errors import ExportError
from photorank.index.catalogue.file_records import load_folders, load_root_folders
from photorank.index.opened import Index
from photorank.outside_text import typed_destination
from photorank.workspace import IndexPaths, Workspace, reading_errors

Identity = tuple[int, int]  # device and inode, which all names of a folder share


@dataclass(frozen=True)
class PhotoFolders:
    """Photo folders of all indexes, to check if a path is inside one of them.

    Symbolic links are resolved.
    """

    paths: Mapping[Path, str]  # index by folder, links resolved
    identities: Mapping[Identity, str]  # index by folder, of the folders that are there

    @classmethod
    def of_all_indexes(cls, index: Index) -> "PhotoFolders":
        """Photo folders of all indexes in the same workspace as `index`.

        Raises the errors of an index that cannot be read: where its photos lie is not known then.
        """
        workspace = Workspace(index.paths.root.parent.parent)
        paths: dict[Path, str] = {}
        for name in workspace.index_names():
            paths |= dict.fromkeys(_photo_folders(workspace.index(name)), name)
        found = ((_identity(path), name) for path, name in paths.items())
        return cls(paths, {identity: name for identity, name in found if identity})

    def folder_of(self, path: Path) -> tuple[Path, str] | None:
        """Photo folder that contains the path, and the name of the folder's index; otherwise None.

        The path need not exist.
        """
        real = Path(os.path.realpath(path))
        for folder in (real, *real.parents):
            identity = _identity(folder)
            name = self.paths.get(folder) or (identity and self.identities.get(identity))
            if name:
                return folder, name
        return None

    def refuse(self, path: Path) -> None:
        """Raise ExportError if a path is inside a photo folder."""
        if found := self.folder_of(path):
            folder, name = found
            raise ExportError(
                f"{path} lies in {folder}, whose photos are in the index {name!r}. Name a place "
                "outside; only `photorank export --format xmp --beside-photos` writes among photos."
            )


def checked_folder(index: Index, typed: str | Path) -> Path:
    """Absolute path of an export folder, which must not be a file or inside a photo folder.

    Raises ExportError otherwise.
    """
    folder = checked_path(index, typed)
    if os.path.lexists(folder) and not folder.is_dir():
        raise ExportError(f"{folder} is a file. Name a folder with --to.")
    return folder


def checked_new_file(index: Index, typed: str | Path) -> Path:
    """Absolute path for a new file; raises ExportError if it exists or is in a photo folder."""
    path = checked_path(index, typed)
    if os.path.lexists(path):
        raise ExportError(f"{path} exists already. Name another file, or move that one away.")
    return path


def checked_table(index: Index, folder: Path, name: str, begins: bytes) -> Path:
    """Path of a table file to write; raises ExportError if another kind of file exists there.

    A table of an earlier export may exist there.
    A link to such a table is as good, where it does not lead into a photo folder. `begins` is how
    a table of this kind begins, such as its first columns' names.
    """
    path = folder / name
    if path.is_symlink():
        outside_photos(index, path)
    if os.path.lexists(path):
        is_table = os.path.isfile(path)  # opening a pipe would wait, a link leads to nothing
        if is_table:
            with reading_errors(path), path.open("rb") as file:
                is_table = file.read(len(begins)) == begins
        if not is_table:
            raise ExportError(
                f"{path} is there and no table of an earlier export. Name another folder, or "
                "move that file away."
            )
    return path


def checked_path(index: Index, typed: str | Path) -> Path:
    """Absolute path to export to, which must not be a special file or inside a photo folder.

    Raises ExportError otherwise.
    """
    path = outside_photos(index, typed)
    if os.path.lexists(path) and not (os.path.isfile(path) or os.path.isdir(path)):
        raise ExportError(
            f"{path} is a device, a pipe or a link to nothing, where nothing can be written. Name "
            "another place."
        )
    return path


def outside_photos(index: Index, typed: str | Path) -> Path:
    """Absolute form of a path typed by the user, which must not be inside a photo folder.

    What lies there is not looked at. Raises ExportError if the path is in a photo folder, and
    TypedPathError if no file can have that path.
    """
    path = typed_destination(typed).absolute()
    PhotoFolders.of_all_indexes(index).refuse(path)
    return path


def _photo_folders(paths: IndexPaths) -> set[Path]:
    """Folders that hold an index's photos, with symbolic links resolved.

    A folder above the person's home is none, although it may be an index's root: what names of
    imported embeddings have in common may be as high, and every place would be refused.
    """
    home = os.path.expanduser("~")  # stays ~ where nobody knows it
    above_home = set(_real(Path(home)).parents) if os.path.isabs(home) else set()
    indexed = {one for one in load_root_folders(paths) if _real(one) not in above_home}
    folders = indexed | set(load_folders(paths))
    real = {_real(one) for folder in folders for one in _with_parents(folder, indexed)}
    return real - above_home


def _real(folder: Path) -> Path:
    return Path(os.path.realpath(folder))


def _with_parents(folder: Path, roots: set[Path]) -> list[Path]:
    """List of a folder and its parents, up to and including an indexed root folder."""
    above = [folder, *folder.parents]
    ends = [place for place, one in enumerate(above) if one in roots]
    return above[: ends[0] + 1] if ends else [folder]


def _identity(folder: Path) -> Identity | None:
    try:
        status = os.stat(folder)
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino) if status.st_ino else None  # some disks number nothing
