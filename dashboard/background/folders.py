"""Folders for the folder chooser: subfolders and photo counts, without reading any file."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from photorank.errors import PhotorankError
from photorank.outside_text import typed_path
from photorank.photos.find_photos import PhotoFile, find_photos

MOST_FOLDERS = 200  # that are listed; more are reached by typing their path
COUNTING_SECONDS = 0.7  # after which a count is told as "or more"


@dataclass(frozen=True)
class Listing:
    """Subfolders of a folder, sorted by name, or the reason why they cannot be listed."""

    here: Path
    folders: tuple[Path, ...]
    more: int  # folders that are not listed
    trouble: str = ""


@dataclass(frozen=True)
class Count:
    """Number of photos in a folder, and whether all of them were counted."""

    photos: int
    is_whole: bool


def listing(typed: str) -> Listing:
    """Subfolders at a path that the user typed or chose, including symbolic links to folders."""
    try:
        here = Path(os.path.abspath(typed_path(typed).expanduser()))
        names = sorted(entry.name for entry in os.scandir(here) if _is_shown(entry))
    except (PhotorankError, OSError, RuntimeError) as error:
        return Listing(Path(typed.replace("\0", "")), (), 0, _trouble(error))
    return Listing(
        here, tuple(here / name for name in names[:MOST_FOLDERS]), max(0, len(names) - MOST_FOLDERS)
    )


def starting_folders() -> dict[str, Path]:
    """Folders to start browsing from, keyed by name: home, pictures, downloads, mounted disks."""
    home = Path.home()
    asked = {"Home": home, "Pictures": home / "Pictures", "Downloads": home / "Downloads"}
    user = os.environ.get("USER") or home.name
    for root in (Path("/media") / user, Path("/run/media") / user, Path("/Volumes"), Path("/mnt")):
        try:
            disks = [entry for entry in os.scandir(root) if _is_shown(entry)]
        except OSError:
            continue  # this system has none there
        asked |= {f"Disk {disk.name}": root / disk.name for disk in disks[:6]}
    return {name: folder for name, folder in asked.items() if _is_folder(folder)}


def count_photos(folder: Path) -> Count:
    """Number of photos in a folder and its subfolders, counted until a time limit."""
    until, photos = time.monotonic() + COUNTING_SECONDS, 0
    try:
        for found in find_photos([folder]):
            photos += isinstance(found, PhotoFile)
            if time.monotonic() > until:
                return Count(photos, is_whole=False)
    except (PhotorankError, OSError):
        return Count(0, is_whole=True)  # what is wrong with it stands in its listing
    return Count(photos, is_whole=True)


def _is_shown(entry: "os.DirEntry[str]") -> bool:
    try:
        return not entry.name.startswith(".") and entry.is_dir()
    except OSError:
        return False  # a link in a circle, or to nowhere


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _trouble(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "There is no such folder."
    if isinstance(error, NotADirectoryError):
        return "That is a file, not a folder."
    if isinstance(error, PermissionError):
        return "This folder cannot be opened: permission denied."
    if isinstance(error, PhotorankError):
        return str(error)
    return f"This folder cannot be opened: {getattr(error, 'strerror', None) or error}."
