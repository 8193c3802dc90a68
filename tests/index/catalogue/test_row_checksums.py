"""Tests of the checksums that show which catalogue rows another program changed."""

import contextlib
import random
import sqlite3

import pytest

from photorank.index.catalogue.connection import adding, reading, writing
from photorank.index.catalogue.row_checksums import changed_tables
from photorank.index.catalogue.transactions import transaction
from photorank.index.judging.click_log import record_choice, record_stars
from photorank.index.judging.import_rows import import_labels
from photorank.index.maintenance.checks import examine_index
from photorank.index.maintenance.repair import repair_index
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from tests.fixtures.colours import fill


@pytest.fixture
def judged(library):
    """Library of 12 photos with ratings, groups, a choice and a star rating."""
    fill(library.folder, 12)
    library.build()
    rows = [LabelRow(n, f"{n:04}.png", n / 3, "ann", "trip", None, None) for n in range(2, 9)]
    import_labels(library.paths, LabelTable("s", rows))
    photos = library.index.photos()
    record_choice(
        library.paths, "bo", photos[0].digest, photos[1].digest, tie=False, asked="random"
    )
    record_stars(library.paths, "bo", photos[2].digest, 4)
    return library


def changed(paths):
    """Names of tables whose contents no longer match their checksums."""
    with reading(paths) as connection:
        return changed_tables(connection)


def behind_the_back(paths, *statements):
    """Change the catalogue by SQL statements, as another program would."""
    connection = sqlite3.connect(paths.catalogue, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


@pytest.mark.slow
def test_what_photorank_does_changes_the_sums_with_the_rows(judged):
    """Row checksums stay valid after indexing, pruning, label imports and clicks."""
    assert changed(judged.paths) == []
    (judged.folder / "0003.png").unlink()
    fill(judged.folder / "more", 5, start=40)
    (judged.folder / "0005.png").write_bytes(b"no photo any more")
    judged.build()
    record_stars(judged.paths, "bo", judged.index.photos()[0].digest, 2)
    record_stars(judged.paths, "bo", judged.index.photos()[0].digest, 5)
    judged.build(prune=True)
    rows = [LabelRow(2, "0006.png", 2.0, "ann", "home", None, None)]
    import_labels(judged.paths, LabelTable("s", rows))
    assert changed(judged.paths) == []


def test_a_transaction_that_is_taken_back_takes_its_sums_back(judged):
    """Row checksums are rolled back together with the rows of a failed transaction."""
    with (
        writing(judged.paths) as connection,
        contextlib.suppress(ZeroDivisionError),
        transaction(connection),
    ):
        connection.execute("DELETE FROM ratings")
        raise ZeroDivisionError
    with contextlib.suppress(ZeroDivisionError), adding(judged.paths) as connection:
        connection.execute("UPDATE choices SET tie = 1")
        raise ZeroDivisionError
    assert len(judged.index.choices().winners) == 1
    assert changed(judged.paths) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("ratings", "UPDATE ratings SET score = score + 1e-9 WHERE score = 2"),
        ("choices", "UPDATE choices SET winner = loser, loser = winner"),
        ("memberships", "DELETE FROM memberships WHERE photo = 3"),
        ("star_clicks", "INSERT INTO star_clicks VALUES (9, 1, 'x', 0, 'now')"),
        ("photos", "UPDATE photos SET camera = 'x' WHERE id = 1"),
        ("files", "UPDATE files SET size = size + 1 WHERE photo = 2"),
    ],
)
def test_a_changed_value_is_told_with_its_table(judged, table, statement):
    """If a stored value is changed directly in the file, row checksums report its table."""
    behind_the_back(judged.paths, statement)
    findings = {one.about: one for one in examine_index(judged.paths)}
    assert findings["catalogue"].level == "good"
    assert findings["values"].level == "wrong"
    assert f"values in {table} are not" in findings["values"].says
    told = repair_index(judged.paths)
    assert any("files were forgotten" in text or f"in {table} were kept" in text for text in told)
    judged.build()
    assert changed(judged.paths) == []
    assert {one.level for one in examine_index(judged.paths)} == {"good"}


@pytest.mark.slow
def test_a_flipped_bit_anywhere_in_the_file_is_told_or_of_no_effect(judged):
    """A flipped bit in the catalogue file is either reported or has no effect on the index."""

    def shown():
        with reading(judged.paths) as connection:
            tables = [
                name
                # Letters of either case name the same table, and an index's name means nothing.
                for (name,) in connection.execute(
                    "SELECT lower(name) FROM sqlite_master WHERE type = 'table'"
                )
                if not name.startswith("sqlite_")
            ]
            known = connection.execute("SELECT name FROM sums ORDER BY name").fetchall()
            return tables, [
                connection.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608
                for (name,) in known
            ]

    with writing(judged.paths) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file = judged.paths.catalogue
    whole, before = file.read_bytes(), shown()
    dice = random.Random(0)  # noqa: S311
    told = 0
    written = [at for at, byte in enumerate(whole) if byte and at >= 100]  # after the header
    for at in dice.sample(written, 150):
        data = bytearray(whole)
        data[at] ^= 1 << dice.randrange(8)
        for suffix in ("-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        file.write_bytes(data)
        wrong = any(one.level == "wrong" for one in examine_index(judged.paths))
        told += wrong
        assert wrong or shown() == before, at
    assert told > 50
    file.write_bytes(whole)


def test_a_catalogue_without_sums_gets_them_from_the_next_run(judged):
    """A catalogue of an older photorank gets its checksums at the next build and keeps clicks."""
    behind_the_back(judged.paths, "DROP TABLE sums")
    assert changed(judged.paths) is None
    record_stars(judged.paths, "bo", judged.index.photos()[5].digest, 3)
    (finding,) = (one for one in examine_index(judged.paths) if one.about == "values")
    assert finding.level == "note"
    judged.build()
    assert changed(judged.paths) == []
