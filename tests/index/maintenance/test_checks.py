"""Tests of checking an index for damage, and of repairing it."""

import os
import sqlite3
from dataclasses import replace

import numpy as np
import pytest

from photorank.errors import BrokenIndexError, PhotorankError
from photorank.index.catalogue.connection import adding
from photorank.index.embeddings.shards import write_shard
from photorank.index.judging.import_rows import import_labels
from photorank.index.maintenance.checks import examine_index
from photorank.index.maintenance.repair import repair_index
from photorank.index.manifest import read_manifest, write_manifest
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from tests.fixtures.colours import contents, fill


def wrong(paths):
    """Parts of an index that examine_index reports as wrong, as a set of names."""
    return {finding.about for finding in examine_index(paths) if finding.level == "wrong"}


def notes(paths):
    """Values of the field `about` in an index check's findings of level `note`."""
    return {finding.about for finding in examine_index(paths) if finding.level == "note"}


@pytest.fixture
def built(library):
    """Indexed library of 30 photos in four shards, with scores for three photos."""
    library.asked = {"crash_photos": 8}
    fill(library.folder, 30)
    library.build(batch_size=4)
    rows = [LabelRow(n, f"{n:04}.png", float(n), "ann", None, None, None) for n in (2, 3, 20)]
    import_labels(library.paths, LabelTable("s", rows))
    return library


def shards(library):
    """Sorted paths of an index's shard files."""
    return sorted(library.paths.shards.iterdir())


def test_nothing_is_wrong_with_an_index_that_was_just_made(built):
    """A new index passes every check, and its repair has nothing to do."""
    findings = examine_index(built.paths)
    assert {finding.level for finding in findings} == {"good"}
    assert len(findings) == 11
    assert repair_index(built.paths) == []


@pytest.mark.slow
@pytest.mark.parametrize("how", ["flip", "cut", "gone", "empty"])
def test_a_damaged_shard_is_found_and_its_photos_are_embedded_anew(built, how):
    """If a file of embeddings is damaged or missing, a repair and a new run restore its content."""
    before, scores = contents(built.index), built.index.labels().scores
    file = shards(built)[1]
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes({"flip": data, "cut": data[:-9], "empty": b""}[how])

    assert wrong(built.paths) == {"shards"}
    assert any("forgotten" in line for line in repair_index(built.paths))
    assert wrong(built.paths) == set()
    encoded = built.encoded
    built.build()
    assert built.encoded - encoded in (6, 8)
    assert contents(built.index) == before
    assert built.index.labels().scores.tolist() == pytest.approx(scores.tolist(), nan_ok=True)


def test_a_shard_of_another_width_is_named(built):
    """A file of embeddings of a wrong width is reported and repaired, even if its checksum fits."""
    with adding(built.paths) as connection:
        [(name, n)] = connection.execute("SELECT name, rows FROM shards ORDER BY id LIMIT 1")
        odd = write_shard(built.paths, np.eye(n, 47, dtype=np.float32))
        connection.execute(
            "UPDATE shards SET name = ?, sha256 = ? WHERE name = ?", [odd.name, odd.sha256, name]
        )

    [finding] = [one for one in examine_index(built.paths) if one.level == "wrong"]
    assert odd.name in finding.says
    assert "another width" in finding.says
    repair_index(built.paths)
    assert wrong(built.paths) == set()


@pytest.mark.slow
def test_a_damaged_shard_is_not_merged_into_a_good_one(built):
    """Compaction refuses a damaged file of embeddings and does not give it a new checksum."""
    file = shards(built)[0]
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(data)
    with sqlite3.connect(built.paths.catalogue) as connection:
        (number,) = connection.execute(
            "SELECT id FROM shards WHERE name = ?", [file.stem]
        ).fetchone()
        (digest,) = connection.execute(
            "SELECT digest FROM photos WHERE shard = ? AND row = 0", [number]
        ).fetchone()
    connection.close()
    (photo,) = [photo for photo in built.index.photos() if photo.digest == digest]
    photo.path.unlink()
    with pytest.raises(BrokenIndexError, match="doctor --repair"):
        built.build(prune=True)
    repair_index(built.paths)
    built.build(prune=True)
    assert wrong(built.paths) == set()
    assert len(built.index) == 29


@pytest.mark.parametrize("damage", [b"", b"RIFF", None])
def test_a_thumbnail_is_made_again_from_its_photo(built, damage):
    """A thumbnail repaired from its photo equals the lost one byte for byte."""
    file = built.index.thumbnail(built.index.photos()[4])
    before = file.read_bytes()
    if damage is None:
        file.unlink()
    else:
        file.write_bytes(damage)
    assert wrong(built.paths) == {"thumbnails"}
    assert repair_index(built.paths) == ["made again: 1 thumbnail"]
    assert file.read_bytes() == before
    assert wrong(built.paths) == set()


def test_a_thumbnail_without_its_photo_is_told(built):
    """If a photo has changed, its missing thumbnail cannot be made again, and is reported."""
    photo = built.index.photos()[4]
    built.index.thumbnail(photo).unlink()
    photo.path.write_bytes(b"another content")
    (told,) = repair_index(built.paths)
    assert told == "not made: 1 thumbnail, whose photos cannot be read now"
    assert wrong(built.paths) == {"thumbnails"}


def test_what_cut_short_runs_left_is_told_and_swept(built):
    """Files left by interrupted runs are reported and removed, unless a run still writes them."""
    paths = built.paths
    digest = built.index.photos()[0].digest
    parts = [
        paths.root / ".manifest.json.1.part",
        paths.vectors / ".mine.json.1.part",
        paths.thumbnail(digest).parent / ".x.webp.part",
    ]
    for part in parts:
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(b"half")
    paths.shard("0" * 32).write_bytes(b"half")
    assert notes(paths) == {"unknown shards"}
    for part in parts:
        os.utime(part, (0, 0))
    assert notes(paths) == {"unknown shards", "leftovers"}
    repair_index(paths)
    assert notes(paths) == set()
    assert not any(part.exists() for part in parts)


@pytest.mark.slow
def test_two_photos_cannot_share_an_embedding(built):
    """Two photos with one embedding are reported; after a repair, a new run embeds them again."""
    before = contents(built.index)
    connection = sqlite3.connect(built.paths.catalogue, isolation_level=None)
    connection.execute("UPDATE photos SET row = 1 WHERE row = 0 AND shard = 2")
    connection.close()
    assert wrong(built.paths) == {"rows", "values"}
    repair_index(built.paths)
    built.build()
    assert wrong(built.paths) == set()
    assert contents(built.index) == before


def test_an_index_of_the_catalogue_is_rebuilt(built):
    """An SQLite index that disagrees with its table is rebuilt from the table."""
    connection = sqlite3.connect(built.paths.catalogue, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_master SET sql = 'CREATE INDEX photos_of_shard ON photos (row)'"
        " WHERE name = 'photos_of_shard'"
    )
    connection.close()
    assert wrong(built.paths) == {"catalogue"}
    assert repair_index(built.paths)[0] == "the catalogue's indexes were rebuilt"
    assert wrong(built.paths) == set()


def test_a_catalogue_that_is_garbage_is_told_with_where_judgements_come_back_from(built):
    """If the catalogue is garbage, restoring a backup is advised, and a repair changes nothing."""
    for suffix in ("-wal", "-shm"):
        built.paths.catalogue.with_name(built.paths.catalogue.name + suffix).unlink(missing_ok=True)
    built.paths.catalogue.write_bytes(b"garbage" * 1000)
    (finding,) = examine_index(built.paths)
    assert finding.level == "wrong"
    assert "backup" in finding.remedy
    with pytest.raises(PhotorankError, match="damaged"):
        repair_index(built.paths)
    assert built.paths.catalogue.read_bytes() == b"garbage" * 1000


def test_an_orphan_of_the_catalogue_is_told(built):
    """A stored rating whose photo is not in the catalogue is reported as damage."""
    connection = sqlite3.connect(built.paths.catalogue, isolation_level=None)
    connection.execute("UPDATE ratings SET photo = 9999 WHERE score = 20")
    connection.close()
    assert wrong(built.paths) == {"catalogue"}


def test_damaged_hashes_are_removed(built):
    """Repair deletes a damaged file of photo hashes; the hashes are computed again when needed."""
    built.paths.hashes.write_bytes(b"PK\3\4 no")
    assert wrong(built.paths) == {"hashes"}
    repair_index(built.paths)
    assert not built.paths.hashes.exists()


def test_embeddings_of_two_precisions_are_told_with_the_way_out(built):
    """If an old index may mix embeddings of two precisions, a note advises building a new one."""
    manifest = read_manifest(built.paths)
    old = replace(manifest, runtime="torch 2 bf16 on cpu", precision="", photos=600)
    write_manifest(built.paths, old)

    [found] = [one for one in examine_index(built.paths) if one.about == "precision"]
    assert found.level == "note"
    assert "--name NEW" in found.remedy


def test_a_folder_that_is_gone_is_told_with_the_command_for_it(built):
    """A missing folder is no damage; a note gives the command to run if the folder has moved."""
    built.folder.rename(built.root / "elsewhere")
    assert wrong(built.paths) == set()
    (finding,) = [finding for finding in examine_index(built.paths) if finding.level == "note"]
    assert f"photorank reroot {built.folder} NEW" in finding.remedy
