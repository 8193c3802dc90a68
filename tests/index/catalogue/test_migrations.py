"""Tests of the upgrade of older catalogues, which keeps a copy of the old version."""

import sqlite3

import pytest

from photorank.errors import BrokenIndexError
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.migrations import MIGRATIONS
from photorank.index.catalogue.row_checksums import add_missing_sums, changed_tables
from photorank.index.judging.click_log import (
    record_choice,
    record_skip,
    record_stars,
    undo,
)
from photorank.index.judging.import_rows import import_choices, import_labels
from photorank.labels.tables.judgement_tables import ChoiceRow, ChoiceTable, LabelRow, LabelTable
from tests.fixtures.colours import fill


def without_version_5(connection):
    """Remove the tables that schema version 5 and later ones added."""
    for table in ("switches", "photo_faces", "faces", "flags"):
        connection.execute(f"DROP TABLE {table}")


def without_version_4(connection):
    """Remove the tables and columns that schema version 4 and later ones added."""
    without_version_5(connection)
    connection.execute("DROP TABLE manifest")
    connection.execute("ALTER TABLE photos DROP COLUMN taken_from")
    for table in ("files", "skipped"):
        for column in ("ctime_ns", "inode"):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def sum_up(connection, version):
    """Set a catalogue's schema version, compute its checksums and close it."""
    connection.execute("DELETE FROM sums")
    add_missing_sums(connection)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()


def as_version_4(paths):
    """Turn a catalogue back into schema version 4 and compute the catalogue's checksums anew."""
    connection = sqlite3.connect(paths.catalogue)
    without_version_5(connection)
    sum_up(connection, 4)


def as_version_3(paths):
    """Turn a catalogue back into schema version 3 and compute the catalogue's checksums anew."""
    connection = sqlite3.connect(paths.catalogue)
    without_version_4(connection)
    sum_up(connection, 3)


def as_version_2(paths):
    """Turn a catalogue back into schema version 2 and compute the catalogue's checksums anew."""
    connection = sqlite3.connect(paths.catalogue)
    without_version_4(connection)
    connection.execute("ALTER TABLE sources DROP COLUMN kind")
    sum_up(connection, 2)


def as_version_1(paths):
    """Turn a catalogue back into schema version 1."""
    connection = sqlite3.connect(paths.catalogue)
    without_version_4(connection)
    connection.execute("DROP TABLE sums")
    connection.execute("ALTER TABLE sources DROP COLUMN kind")
    connection.execute("DROP INDEX photos_of_shard")
    connection.execute("CREATE INDEX photos_of_shard ON photos (shard)")
    connection.execute("DROP INDEX vanished_files")
    connection.execute("ALTER TABLE photos DROP COLUMN camera")
    for column in ("weight", "asked", "made"):
        connection.execute(f"ALTER TABLE choices DROP COLUMN {column}")
    connection.execute("DROP TABLE skips")
    connection.execute("DROP TABLE star_clicks")
    connection.execute("DROP TABLE signals")
    connection.execute("ALTER TABLE memberships DROP COLUMN split")
    connection.execute("PRAGMA user_version = 1")
    connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("first", ["reader", "writer"])
def test_an_older_catalogue_is_brought_up_to_date_with_a_copy_of_what_it_was(library, first):
    """The first reader or writer migrates an older catalogue, backs it up, and keeps judgements."""
    photos = fill(library.folder, 4)
    library.build()
    table = ChoiceTable("mine", [ChoiceRow(2, photos[0].name, photos[1].name, False, "ann")])
    import_choices(library.paths, table)
    as_version_1(library.paths)
    if first == "writer":
        library.build()
    index = library.index
    assert index.choices().winners.tolist() == [index.row_of(photos[0])]
    assert index.choices().weights.tolist() == [1.0]
    backup = sqlite3.connect(library.paths.catalogue_backup(1))
    assert backup.execute("PRAGMA user_version").fetchone() == (1,)
    assert backup.execute("SELECT count(*) FROM choices").fetchone() == (1,)
    backup.close()


@pytest.mark.slow
def test_kinds_of_sources_are_told_by_the_names_that_older_versions_gave_them(library):
    """Migration finds each label source's kind (table, stars, album, clicks) by its old name."""
    files = fill(library.folder, 3)
    library.build()
    row = LabelRow(2, files[0].name, 2.0, "", None, None, None)
    for name in ("/tables/stars.csv", "the library's stars, by ann", "the library's album"):
        import_labels(library.paths, LabelTable(name, [row]))
    record_stars(library.paths, "bo", library.index.photos()[1].digest, 4)
    as_version_2(library.paths)
    with reading(library.paths) as connection:
        assert dict(connection.execute("SELECT name, kind FROM sources")) == {
            "/tables/stars.csv": "table",
            "the library's stars, by ann": "stars",
            "the library's album": "album",
            "clicks of bo": "clicks",
        }
        assert changed_tables(connection) == []


@pytest.mark.slow
def test_a_migration_does_not_hide_what_a_disk_changed_before(library):
    """A table that was damaged before a migration is still reported as changed afterwards."""
    fill(library.folder, 3)
    library.build()
    digest = library.index.photos()[1].digest
    record_stars(library.paths, "bo", digest, 4)
    as_version_2(library.paths)
    connection = sqlite3.connect(library.paths.catalogue)
    connection.execute("UPDATE sources SET name = 'clicks of bp'")
    connection.execute("UPDATE ratings SET score = 5")
    connection.commit()
    connection.close()
    record_stars(library.paths, "bo", digest, 3)
    with reading(library.paths) as connection:
        assert changed_tables(connection) == ["ratings", "sources"]


@pytest.mark.slow
def test_clicks_of_before_are_taken_back_in_the_order_that_they_were_made_in(library):
    """After migration, clicks are undone in order of their times, and imported choices stay."""
    photos = fill(library.folder, 4)
    library.build()
    one, two, three, four = (photo.digest for photo in library.index.photos())
    table = ChoiceTable("t", [ChoiceRow(2, photos[0].name, photos[1].name, False, "ann")] * 3)
    import_choices(library.paths, table)
    record_skip(library.paths, "ann", one, two)
    record_choice(library.paths, "ann", three, four, tie=False, asked=None)
    record_stars(library.paths, "ann", four, 2)
    record_skip(library.paths, "ann", two, three)
    connection = sqlite3.connect(library.paths.catalogue)
    for table, numbers in (("skips", (1, 2)), ("choices", (4,)), ("star_clicks", (1,))):
        rows = f"SELECT id FROM {table} WHERE made IS NOT NULL ORDER BY id"  # noqa: S608
        for (number,), before in zip(connection.execute(rows).fetchall(), numbers, strict=True):
            connection.execute(f"UPDATE {table} SET id = ? WHERE id = ?", [before, number])  # noqa: S608
    connection.commit()
    connection.close()
    as_version_3(library.paths)
    undone = [undo(library.paths, "ann") for _ in range(5)]
    assert [one and one.kind for one in undone] == ["skip", "stars", "choice", "skip", None]
    assert len(library.index.choices().winners) == 3
    with reading(library.paths) as connection:
        assert changed_tables(connection) == []


def test_an_index_of_before_has_no_faces_yet(library):
    """An older index opens with all judgements, and faces can be added to it."""
    fill(library.folder, 2)
    library.build()
    record_stars(library.paths, "bo", library.index.digests()[0], 4)
    as_version_4(library.paths)
    assert not library.index.faces().measured.any()
    assert library.index.labels().scores[0] == 4
    with reading(library.paths) as connection:
        assert changed_tables(connection) == []


def test_a_migration_that_fails_changes_nothing(library, monkeypatch):
    """A failed migration leaves the catalogue at its old version for the next run to migrate."""
    fill(library.folder, 3)
    library.build()
    as_version_1(library.paths)
    with monkeypatch.context() as patch:
        patch.setitem(MIGRATIONS, 1, (*MIGRATIONS[1], "ALTER TABLE nowhere ADD COLUMN x"))
        with pytest.raises(BrokenIndexError, match="nowhere"):
            library.build()
    connection = sqlite3.connect(library.paths.catalogue)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    connection.close()
    assert len(library.index) == 3
