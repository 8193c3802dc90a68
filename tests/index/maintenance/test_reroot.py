"""Tests of an index's new paths after its photo library moved to another folder."""

import dataclasses
import os

import pytest

from photorank.errors import MissingPathError, MovedLibraryError
from photorank.index.maintenance.reroot import plan_move, reroot
from photorank.index.manifest import read_manifest, write_manifest
from tests.fixtures.colours import contents, fill


@pytest.fixture
def moved(library):
    """Library of five photos whose folder was moved after indexing, and the new folder."""
    fill(library.folder, 5)
    library.build()
    new = library.root / os.fsdecode(b"new \xff place")
    library.folder.rename(new)
    return library, new


def below(index, root):
    """Contents of an index, with file paths relative to a given folder."""
    return [(digest, os.path.relpath(path, root), *rest) for digest, path, *rest in contents(index)]


def test_photos_are_found_where_they_are_now_and_nothing_is_embedded_again(moved):
    """After moving an index's root folder, the next run finds all files unchanged."""
    library, new = moved
    before = below(library.index, library.folder)
    move = reroot(library.paths, library.folder, new)
    assert (move.roots, move.found, move.missing) == ({str(library.folder): str(new)}, 5, 0)
    assert below(library.index, new) == before
    assert all(photo.path.exists() for photo in library.index.photos())
    assert read_manifest(library.paths).roots == (str(new),)
    encoded = library.encoded
    report = library.build(new)
    assert (report.added, report.unchanged, report.vanished) == (0, 5, 0)
    assert library.encoded == encoded


def test_telling_changes_nothing(moved):
    """Planning a folder's move changes no file and reports what the move itself will do."""
    library, new = moved
    before = library.paths.catalogue.read_bytes(), library.paths.manifest.read_bytes()
    plan = plan_move(library.paths, library.folder, new)
    assert (library.paths.catalogue.read_bytes(), library.paths.manifest.read_bytes()) == before
    assert reroot(library.paths, library.folder, new) == plan


def test_a_disk_with_several_folders_of_the_index_moves_at_once(library):
    """If a disk moves, `reroot` updates the paths of all its folders, but not of other folders."""
    for name in ("disk/a", "disk/b", "other"):
        fill(library.root / name, 2, start=len(name) * 10 + ord(name[-1]))
    library.build(library.root / "disk/a", library.root / "disk/b", library.root / "other")
    (library.root / "disk").rename(library.root / "mnt")
    move = reroot(library.paths, library.root / "disk", library.root / "mnt")
    assert move.found == 4
    assert all(photo.path.exists() for photo in library.index.photos())
    assert str(library.root / "other") in read_manifest(library.paths).roots


def test_photos_that_are_not_there_are_counted(moved):
    """Photos missing from the new folder are counted; if all are missing the move is refused."""
    library, new = moved
    (new / "0003.png").unlink()
    move = plan_move(library.paths, library.folder, new)
    assert (move.found, move.missing) == (4, 1)
    assert move.first_missing.endswith("0003.png")
    empty = library.root / "empty"
    empty.mkdir()
    with pytest.raises(MovedLibraryError, match="of 5 photos"):
        reroot(library.paths, library.folder, empty)


def test_a_move_that_cannot_be_is_told(moved):
    """A move is refused for an unknown old folder or a new path that is no folder or is indexed."""
    library, new = moved
    with pytest.raises(MissingPathError, match="is in now"):
        reroot(library.paths, library.folder, library.root / "nowhere")
    with pytest.raises(MissingPathError, match="is a file, not a folder"):
        reroot(library.paths, library.folder, library.paths.manifest)
    with pytest.raises(MovedLibraryError, match="has no folder"):
        reroot(library.paths, library.root / "never", new)
    library.build(new)
    with pytest.raises(MovedLibraryError, match="known by their content"):
        reroot(library.paths, library.folder, new)


def test_a_move_that_was_cut_short_is_completed(moved):
    """Reroot completes an interrupted move that changed the catalogue but not the manifest."""
    library, new = moved
    before = read_manifest(library.paths)
    reroot(library.paths, library.folder, new)
    whole = read_manifest(library.paths)
    write_manifest(library.paths, dataclasses.replace(before))
    reroot(library.paths, library.folder, new)
    assert read_manifest(library.paths) == whole
