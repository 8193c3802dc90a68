"""Photo files of an index, and RAW files, videos and sidecars beside them."""

import os
from collections.abc import Collection
from pathlib import Path

from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.file_records import (
    known_files,
    known_skips,
    load_roots,
    load_skipped,
)
from photorank.index.catalogue.rooted_paths import path_bytes
from photorank.index.reading.rows import load_facts, load_rows
from photorank.labels.photo_library.collected_judgements import LibraryFile
from photorank.photos.find_photos import COMPANION
from photorank.photos.suffixes import RAW_SUFFIXES
from photorank.workspace import IndexPaths


def library_files(paths: IndexPaths, among: Collection[int] | None = None) -> list[LibraryFile]:
    """Existing files of an index's photos, copies included, folder by folder.

    Only the photos of some rows count where these are given.
    """
    rows = load_rows(paths)
    facts, digests = load_facts(paths, rows).tolist(), rows.all_digests()
    with reading(paths) as connection:
        roots = load_roots(connection)
    names = {number: os.fsdecode(os.path.basename(root)) for number, root in roots.folders.items()}
    files = []
    for path, row in rows.files():
        if among is not None and row not in among:
            continue
        place = roots.place(path)
        root, below = place or (0, b"")
        folders = (names.get(root) or "/", *os.fsdecode(below).split("/")[:-1])
        taken, camera, _ = facts[row]
        file = Path(os.fsdecode(path))
        files.append(LibraryFile(file, digests[row], taken, folders, camera))
    return files


def raw_files(paths: IndexPaths) -> list[Path]:
    """Paths of the RAW files in the indexed folders, whether indexed or skipped."""
    with reading(paths) as connection:
        roots = load_roots(connection)
        files = known_files(connection)
        there = [place for place, file in files.items() if not file.vanished]
        found = [
            Path(os.fsdecode(roots.path(place))) for place in (*there, *known_skips(connection))
        ]
    return [path for path in found if path.suffix.lower() in RAW_SUFFIXES]


def companion_files(paths: IndexPaths) -> list[Path]:
    """Paths of unindexed files that accompany photos: videos, sidecars and RAW files."""
    return [
        file.path
        for file in load_skipped(paths)
        if file.reason == COMPANION or file.path.suffix.lower() in RAW_SUFFIXES
    ]


def lies_in(file: LibraryFile, folder: Path) -> bool:
    """True if a file is in a folder or one of its subfolders."""
    inside = path_bytes(os.path.realpath(folder)).rstrip(b"/") + b"/"
    return path_bytes(file.path).startswith(inside)
