"""The files of an index as a library of photos: where they lie, and what lies beside them."""

import os
import shlex
from collections.abc import Collection
from pathlib import Path

from photorank.errors import LabelsError
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.file_records import known_skips, load_roots
from photorank.index.catalogue.rooted_paths import path_bytes
from photorank.index.catalogue.sources import sources_in
from photorank.index.reading.rows import load_facts, load_rows
from photorank.labels.photo_library.collected_judgements import LibraryFile
from photorank.labels.tables.judgement_tables import SourceKind
from photorank.photos.files import RAW_SUFFIXES
from photorank.workspace import IndexPaths


def library_files(paths: IndexPaths, among: Collection[int] | None = None) -> list[LibraryFile]:
    """Return every file of an index's photos that is there now, copies too, folder by folder.

    Parameters
    ----------
    paths : IndexPaths
    among : collection of int, optional
        Rows of the photos that count; all by default.
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
        taken, camera = facts[row]
        file = Path(os.fsdecode(path))
        files.append(LibraryFile(file, digests[row], taken, folders, camera))
    return files


def raw_files(paths: IndexPaths) -> list[Path]:
    """Return the RAW files that lie among the photos, which are not read."""
    with reading(paths) as connection:
        roots = load_roots(connection)
        found = [Path(os.fsdecode(roots.path(place))) for place in known_skips(connection)]
    return [path for path in found if path.suffix.lower() in RAW_SUFFIXES]


def check_one_scale(paths: IndexPaths, source: str, kind: SourceKind) -> None:
    """Raise if an index has scores of another kind, with which a mean would say nothing.

    Parameters
    ----------
    paths : IndexPaths
    source : str
        The one that is about to be imported.
    kind : SourceKind
        What it is. Parts of a photo library that are of one kind are on the same scale.

    Raises
    ------
    LabelsError
        If it has.
    """
    others = [
        name
        for name, other in others_with(paths, "scores", source).items()
        if other == "table" or other not in (kind, "clicks")  # clicks join no mean of others
    ]
    if others:
        ways = [
            f"take those away with `photorank labels remove {_quoted(name)} --index {paths.name}`"
            for name in others
        ]
        raise LabelsError(
            f"index {paths.name!r} has labels by {', '.join(others)}, which may be on another "
            "scale, and a photo's score is the mean of all its labels. Either "
            + ", or ".join([*ways[:1], "import these too with --mix"])
            + ", or index the folder once more under another name."
        )


def _quoted(name: str) -> str:
    """Return a name as a shell takes it: the usual ones, with an apostrophe, in plain quotes."""
    return f'"{name}"' if not set(name) & set('"$`\\!') else shlex.quote(name)


def others_with(paths: IndexPaths, what: str, source: str) -> dict[str, SourceKind]:
    """Kinds of the other sources that tell scores, or groups, by the sources' names.

    Parameters
    ----------
    paths : IndexPaths
    what : {"scores", "groups"}
    source : str
        The one that is left out.
    """
    tables = {"scores": "ratings", "groups": 'memberships WHERE "group" IS NOT NULL'}
    with reading(paths) as connection:
        found = sources_in(connection, tables[what])
    return {name: kind for name, kind in found.items() if name != source}


def lies_in(file: LibraryFile, folder: Path) -> bool:
    """Tell whether a file lies in a folder or one of its subfolders."""
    inside = path_bytes(os.path.realpath(folder)).rstrip(b"/") + b"/"
    return path_bytes(file.path).startswith(inside)
