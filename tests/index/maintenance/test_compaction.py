"""Tests of pruning and compacting an index, also while other processes read it."""

import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from photorank.errors import ChangedIndexError
from photorank.index.catalogue.connection import reading, writing
from photorank.index.catalogue.file_records import Shard
from photorank.index.embeddings.shards import read_shard
from photorank.index.judging.import_rows import import_choices, import_labels
from photorank.index.maintenance import compaction, leftover_files
from tests.fixtures.colours import contents, fill
from tests.index.building.test_durability import in_order
from tests.index.test_opened import choices, labels


@pytest.fixture
def in_pieces(library):
    """Indexed library of 40 photos in 14 shards."""
    library.asked = {"crash_photos": 3}
    fill(library.folder, 40)
    library.build()
    assert len(list(library.paths.shards.iterdir())) == 14
    return library


def compacted(paths, full):
    """Compact an index into shards that hold at most `full` rows each."""
    with writing(paths) as connection:
        compaction.compact(connection, paths, 48, full=full, many=0)
        leftover_files.remove_leftovers(connection, paths)


def embedded(paths):
    """Number of embeddings in all shards of an index."""
    with reading(paths) as connection:
        shards = connection.execute("SELECT name, rows, sha256 FROM shards").fetchall()
    return sum(len(read_shard(paths, Shard(*shard), 48)) for shard in shards)


def test_many_small_shards_become_few(in_pieces):
    """Compaction merges small shards into few without changing a photo or an embedding."""
    before = contents(in_pieces.index)
    compacted(in_pieces.paths, full=30)
    assert contents(in_pieces.index) == before
    assert len(list(in_pieces.paths.shards.iterdir())) == 2
    assert in_order(in_pieces.paths)


def test_a_run_merges_more_than_sixteen_small_shards(in_pieces):
    """An indexing run merges small shards only if there are more than sixteen of them."""
    for number, expected in ((9, 15), (10, 16), (11, 1)):
        fill(in_pieces.folder / str(number), 1, start=100 * number)
        in_pieces.build()
        assert len(list(in_pieces.paths.shards.iterdir())) == expected


@pytest.mark.slow
def test_a_crash_in_a_compaction_loses_nothing(in_pieces, monkeypatch):
    """If compaction is interrupted, the index is still complete and the next run continues."""
    before = contents(in_pieces.index)
    write = compaction.write_shard
    for survived in range(4):
        left = iter(range(survived))

        def interrupted(paths, rows, left=left):
            shard = write(paths, rows)
            if next(left, None) is None:
                raise KeyboardInterrupt
            return shard

        monkeypatch.setattr(compaction, "write_shard", interrupted)
        with pytest.raises(KeyboardInterrupt):
            compacted(in_pieces.paths, full=10)
        assert contents(in_pieces.index) == before
    monkeypatch.setattr(compaction, "write_shard", write)
    in_pieces.build(prune=True)
    assert contents(in_pieces.index) == before
    assert in_order(in_pieces.paths)


def test_a_reader_finds_embeddings_that_were_moved_meanwhile(in_pieces):
    """A reader that listed photos before a compaction still reads their embeddings after it."""
    before = contents(in_pieces.index)
    reader = in_pieces.index
    photos = reader.photos()
    compacted(in_pieces.paths, full=30)
    assert reader.photos() == photos
    assert contents(reader) == before


def test_a_reader_of_pruned_photos_is_told(in_pieces):
    """If photos are pruned, an open index gives its old rows or an error, never wrong rows."""
    reader, counter = in_pieces.index, in_pieces.index
    before = contents(reader)
    assert len(counter) == 40
    (in_pieces.folder / "0000.png").unlink()
    in_pieces.build(prune=True)
    assert contents(reader) == before
    for ask in (counter.photos, lambda: counter.best(np.ones(48), 40)):
        with pytest.raises(ChangedIndexError, match="library"):
            ask()
    assert in_pieces.index.embeddings().shape == (39, 48)


@pytest.mark.slow
def test_pruning_drops_vanished_photos_and_keeps_judgements(in_pieces):
    """Pruning removes a vanished photo's embedding and thumbnail, but not its judgements."""
    folder, paths = in_pieces.folder, in_pieces.paths
    import_labels(paths, labels(("0000.png", 1.0, "", "g"), ("0001.png", 2.0)))
    import_choices(paths, choices(("0002.png", "0003.png")))
    digests = [photo.digest for photo in in_pieces.index.photos()]
    for number in range(6):
        shutil.move(folder / f"{number:04}.png", in_pieces.root / f"{number:04}.png")
    assert in_pieces.build().vanished == 6
    assert paths.thumbnail(digests[0]).exists()
    report = in_pieces.build(prune=True)
    assert (report.unchanged, report.vanished) == (34, 0)
    assert [paths.thumbnail(digest).exists() for digest in digests] == [False] * 6 + [True] * 34
    assert embedded(paths) == 34
    assert np.isnan(in_pieces.index.labels().scores).all()
    assert in_pieces.index.labels().group_names == []
    assert in_order(paths)

    for number in range(6):
        shutil.move(in_pieces.root / f"{number:04}.png", folder / f"{number:04}.png")
    assert in_pieces.build().added == 6
    assert in_pieces.encoded == 46
    known = in_pieces.index.labels()
    assert known.scores[:2].tolist() == [1, 2]
    assert in_pieces.index.photos()[0].group == "g"
    assert in_pieces.index.choices().winners.tolist() == [2]


@pytest.mark.slow
def test_pruning_spares_paths_that_are_not_named(library):
    """Pruning drops only photos that vanished from the paths named in the run."""
    fill(library.folder / "a", 2)
    fill(library.folder / "b", 2, start=10)
    library.build()
    (library.folder / "a" / "0000.png").unlink()
    library.build()
    library.build(library.folder / "b", prune=True)
    fill(library.folder / "a", 1)
    library.build()
    assert library.encoded == 4


@pytest.mark.slow
def test_pruning_drops_what_a_changed_file_held_before(library):
    """If a file has changed, pruning removes the embedding of its former content."""
    fill(library.folder, 3)
    library.build()
    fill(library.folder, 1, start=50)
    library.build()
    assert embedded(library.paths) == 4
    library.build(prune=True)
    assert embedded(library.paths) == 3
    fill(library.folder, 1)
    library.build()
    assert library.encoded == 5  # the first photo twice


def test_a_prune_without_anything_to_drop_keeps_no_writer_waiting(library, monkeypatch):
    """A prune that finds nothing to remove only reads, so it works beside a write transaction."""
    monkeypatch.setattr("photorank.index.catalogue.connection._LOCK_TIMEOUT_SECONDS", 0.1)
    fill(library.folder, 2)
    library.build()
    root = (1, b"")
    with (
        writing(library.paths) as connection,
        closing(sqlite3.connect(library.paths.catalogue)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        compaction.drop_vanished(connection, library.paths, [root])


@pytest.mark.slow
def test_a_prune_drops_each_photo_with_its_files(library, monkeypatch):
    """After an interrupted prune no photo is half removed, and the next prune removes the rest."""
    monkeypatch.setattr("photorank.index.catalogue.transactions._PART_ROWS", 2)
    photos = fill(library.folder, 6)
    shutil.copy(photos[5], library.folder / "copy.png")
    library.build()
    import_labels(library.paths, labels(("0000.png", 1.0)))
    for photo in photos:
        photo.unlink()
    library.build()

    def ended(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("photorank.index.catalogue.transactions.time.sleep", ended)
    with pytest.raises(KeyboardInterrupt):
        library.build(prune=True)
    assert in_order(library.paths)
    with reading(library.paths) as connection:
        assert connection.execute("SELECT count(*) FROM files").fetchone() == (5,)
    monkeypatch.undo()
    library.build(prune=True)
    assert in_order(library.paths)
    with reading(library.paths) as connection:
        assert connection.execute("SELECT path FROM files").fetchall() == [(b"copy.png",)]
        kept = "SELECT count(shard), count(*), (SELECT count(*) FROM ratings) FROM photos"
        assert connection.execute(kept).fetchone() == (1, 2, 1)
