"""Tests of an index that lost its manifest, catalogue or shards, and of its repair."""

import dataclasses
import json
import shutil
import sqlite3

import pytest

from photorank.encoders.base import Prepared
from photorank.errors import (
    BrokenIndexError,
    EncoderError,
    IndexMismatchError,
    LostManifestError,
    MissingIndexError,
    MissingPathError,
)
from photorank.index.catalogue.connection import reading, writing
from photorank.index.catalogue.row_checksums import changed_tables
from photorank.index.judging.click_log import clicks, record_choice, record_stars
from photorank.index.maintenance.checks import examine_index
from photorank.index.maintenance.repair import repair_index
from photorank.index.manifest import read_manifest, write_manifest
from tests.fixtures.colours import contents, fill
from tests.index.catalogue.test_migrations import as_version_3


def snapshot(root):
    """Content of each file below a folder, except for locks and the catalogue."""
    return {
        path.relative_to(root): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith(("writer.", "catalogue.sqlite"))
    }


def wrong(paths):
    """Parts of an index in which its examination finds errors."""
    return {finding.about for finding in examine_index(paths) if finding.level == "wrong"}


@pytest.fixture
def judged(library):
    """Indexed library of 6 photos, with one choice and one star rating."""
    fill(library.folder, 6)
    library.build()
    digests = [photo.digest for photo in library.index.photos()]
    record_choice(library.paths, "ann", digests[0], digests[1], tie=False, asked=None)
    record_stars(library.paths, "ann", digests[2], 4)
    return library


def no_encoder(*_, **__):
    """Raise EncoderError, like an encoder that cannot be loaded."""
    raise EncoderError("it cannot be had")


def interrupted(*_):
    """Raise KeyboardInterrupt, as Ctrl-C does."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("error", "request_"),
    [
        (EncoderError, {"load": no_encoder, "encoder_spec": None}),
        (KeyboardInterrupt, {"on_progress": interrupted}),
        (MissingPathError, {"paths": "nowhere"}),
        (IndexMismatchError, {"framing": "crop"}),
        (IndexMismatchError, {"encoder_spec": "other"}),
    ],
)
def test_a_run_that_fails_or_is_stopped_removes_nothing_that_it_did_not_make(
    judged, error, request_
):
    """A failed or stopped run deletes no existing file, even if the manifest was missing.

    What a run that is stopped has looked at by then is kept, too.
    """
    kept = contents(judged.index)
    judged.paths.manifest.unlink()
    before = snapshot(judged.paths.root)
    fill(judged.folder / "new", 1, start=50)
    folder = judged.root / request_.pop("paths", judged.folder)
    with pytest.raises(error):
        judged.build(folder, **request_)
    assert before.items() <= snapshot(judged.paths.root).items()
    assert set(kept) <= set(contents(judged.index))
    said = clicks(judged.index, "ann")
    assert (len(said.winners), said.stars.tolist()) == (1, [4.0])


@pytest.mark.slow
def test_a_catalogue_that_was_restored_alone_keeps_its_judgements(judged):
    """If all files of an index but its catalogue are lost, a repair keeps the judgements."""
    kept = contents(judged.index)
    judged.paths.manifest.unlink()
    shutil.rmtree(judged.paths.shards)
    shutil.rmtree(judged.paths.thumbnails)
    with pytest.raises(BrokenIndexError, match="doctor --repair"):
        judged.build()
    assert wrong(judged.paths) == {"manifest", "shards", "thumbnails"}
    repair_index(judged.paths)
    judged.build()
    assert contents(judged.index) == kept
    said = clicks(judged.index, "ann")
    assert (len(said.winners), said.stars.tolist()) == (1, [4.0])
    assert wrong(judged.paths) == set()


@pytest.mark.parametrize("first", ["reader", "index", "repair", "click"])
def test_a_lost_manifest_is_read_from_the_catalogues_copy(judged, first):
    """If the manifest is lost, the catalogue's copy is read instead, and all judgements stay."""
    kept, manifest = contents(judged.index), read_manifest(judged.paths)
    judged.paths.manifest.unlink()
    assert judged.workspace.index_names() == ["library"]
    assert wrong(judged.paths) == {"manifest"}
    if first == "index":
        judged.build(encoder_spec=None, load=no_encoder)
    elif first == "repair":
        assert "the manifest was written again" in repair_index(judged.paths)[0]
    elif first == "click":
        record_stars(judged.paths, "ann", kept[3][0], 5)
    assert contents(judged.index) == kept
    assert judged.index.manifest == manifest
    if first in ("index", "repair"):
        assert read_manifest(judged.paths) == manifest
        assert wrong(judged.paths) == set()


def test_a_manifest_of_another_index_relabels_nothing(judged):
    """An index with another index's manifest is refused until repair restores its own manifest."""
    kept, manifest = contents(judged.index), read_manifest(judged.paths)
    fingerprint = dataclasses.replace(manifest.fingerprint, framing="crop")
    write_manifest(judged.paths, dataclasses.replace(manifest, fingerprint=fingerprint))
    for use in (judged.build, lambda: judged.index):
        with pytest.raises(BrokenIndexError, match="another index's"):
            use()
    assert wrong(judged.paths) == {"manifest"}
    repair_index(judged.paths)
    assert contents(judged.index) == kept
    assert wrong(judged.paths) == set()


def test_a_damaged_manifest_is_repaired(judged):
    """Repair restores a damaged manifest and keeps the damaged file beside it."""
    kept = contents(judged.index)
    judged.paths.manifest.write_text("{")
    repair_index(judged.paths)
    assert contents(judged.index) == kept
    assert (judged.paths.root / "manifest.json.damaged").read_text() == "{"


@pytest.mark.slow
def test_an_older_index_that_lost_its_manifest_is_refused_until_its_encoder_is_named(judged):
    """If the manifest is lost, the encoder named by the user must reproduce stored embeddings."""
    kept = contents(judged.index)
    as_version_3(judged.paths)
    judged.paths.manifest.unlink()
    before = snapshot(judged.paths.shards)
    for use in (lambda: judged.build(encoder_spec=None), lambda: judged.index):
        with pytest.raises(LostManifestError, match="--encoder SPEC --framing F"):
            use()

    class Mirrored(type(judged.load("colours"))):
        """Encoder that mirrors every photo both vertically and horizontally."""

        def prepare(self, photo):
            """Pixels of the photo, rotated by 180 degrees, as input for the encoder."""
            return Prepared([frame[::-1, ::-1] for frame in super().prepare(photo).frames])

    with pytest.raises(IndexMismatchError, match="another encoder or framing"):
        judged.build(load=Mirrored)
    assert snapshot(judged.paths.shards) == before
    judged.build()
    assert contents(judged.index) == kept
    assert judged.index.manifest.roots == (str(judged.folder),)
    assert len(clicks(judged.index, "ann").winners) == 1


def test_an_older_index_keeps_a_copy_of_its_manifest_when_it_is_migrated(judged):
    """When an older index is first opened, a copy of its manifest is saved in the catalogue."""
    as_version_3(judged.paths)
    kept = contents(judged.index)
    judged.paths.manifest.unlink()
    assert contents(judged.index) == kept
    with reading(judged.paths) as connection:
        assert changed_tables(connection) == []


@pytest.mark.parametrize("empty", [None, b""])
def test_an_index_that_lost_its_catalogue_is_left_as_it_is(judged, empty):
    """If an index's catalogue is missing, every use is refused, and no file is changed."""
    judged.paths.catalogue.unlink()
    if empty is not None:
        judged.paths.catalogue.write_bytes(empty)
    before = snapshot(judged.paths.root)
    for use in (judged.build, lambda: judged.index, lambda: repair_index(judged.paths)):
        with pytest.raises(BrokenIndexError, match=r"catalogue\.sqlite is missing"):
            use()
    assert snapshot(judged.paths.root) == before


@pytest.mark.slow
def test_a_catalogue_that_lost_shards_has_no_others_swept(judged):
    """If an embeddings file is missing, indexing stops and deletes no other embeddings file."""
    fill(judged.folder / "more", 3, start=20)
    judged.build()
    first, *_ = sorted(judged.paths.shards.iterdir())
    other = judged.paths.shards / "other.faiss"
    first.rename(other)
    with pytest.raises(BrokenIndexError, match="doctor --repair"):
        judged.build()
    assert other.exists()
    repair_index(judged.paths)
    judged.build()
    assert wrong(judged.paths) == set()
    assert len(judged.index) == 9


def test_a_new_index_that_comes_to_nothing_leaves_nothing_but_what_was_there(library):
    """A failed first run leaves no index, and keeps unrelated files that were in its folder."""
    fill(library.folder, 3)
    note = library.paths.thumbnails / "mine.txt"
    note.parent.mkdir(parents=True)
    note.write_text("mine")
    with pytest.raises(EncoderError):
        library.build(load=no_encoder)
    assert snapshot(library.paths.root) == {note.relative_to(library.paths.root): b"mine"}
    assert library.workspace.index_names() == []


def test_a_run_that_is_killed_before_its_first_photo_makes_no_index(library):
    """An indexing run killed before its first photo makes no index, but the next run makes it."""
    fill(library.folder, 3)
    with writing(library.paths):
        assert library.workspace.index_names() == []
        shutil.copytree(library.paths.root, library.root / "killed")
    shutil.copytree(library.root / "killed", library.paths.root, dirs_exist_ok=True)
    assert library.workspace.index_names() == []
    with pytest.raises(MissingIndexError, match="photorank index"):
        library.index  # noqa: B018
    library.build()
    assert library.workspace.index_names() == ["library"]
    assert len(library.index) == 3


def test_the_copy_is_as_the_file_after_every_writer(judged):
    """The copy of the manifest in the catalogue equals the manifest file after every change."""
    connection = sqlite3.connect(judged.paths.catalogue)
    (text,) = connection.execute("SELECT json FROM manifest").fetchone()
    connection.close()
    assert json.loads(text) == json.loads(judged.paths.manifest.read_text())


def test_a_folder_in_the_place_of_the_manifest_is_told_and_nothing_is_lost(judged):
    """If a folder is in the manifest's place, the error says to move it, and no data are lost."""
    judged.paths.manifest.rename(judged.paths.root / "kept.json")
    judged.paths.manifest.mkdir()
    for use in (lambda: read_manifest(judged.paths), judged.build):
        with pytest.raises(BrokenIndexError, match=r"it is a folder\. Move that folder away"):
            use()
    judged.paths.manifest.rmdir()
    assert len(judged.index.photos()) == 6
    assert len(clicks(judged.index, "ann").winners) == 1
