"""Tests of measuring photo signals into the catalogue: once per photo, resumed after a break."""

import numpy as np
import pytest

from photorank.index.catalogue.connection import reading, writing
from photorank.index.measuring.measure_photos import MeasureOptions
from photorank.index.measuring.measure_signals import measure_signals
from photorank.photos.signals.all_signals import SIGNALS, photo_signals
from tests.fixtures.colours import fill, paint
from tests.index.building.test_durability import in_order


def test_the_catalogue_has_a_column_for_every_signal(library):
    """The catalogue has a column for every signal, and may have columns of older versions."""
    fill(library.folder, 1)
    library.build()
    with reading(library.paths) as connection:
        columns = connection.execute("SELECT name FROM pragma_table_info('signals')").fetchall()
    assert {name for (name,) in columns} >= {"photo", *SIGNALS}


def test_signals_are_those_of_each_row(library):
    """Signals are nan before measurement, and copies of a photo have the same signals."""
    files = fill(library.folder, 5)
    (library.folder / "copy.png").write_bytes(files[2].read_bytes())
    library.build()
    before = library.index.signals()
    assert before.names == tuple(SIGNALS)
    assert before.values.shape == (5, len(SIGNALS))
    assert np.isnan(before.values).all()

    report = measure_signals(library.paths)
    assert (report.measured, report.known, report.skipped) == (5, 0, [])
    index = library.index
    found = index.signals()
    for file in files:
        expected = photo_signals(file.read_bytes())
        row = found.values[index.row_of(file)]
        np.testing.assert_array_equal(row, [expected[name] for name in SIGNALS])
    assert found.column("width").tolist() == [24.0] * 5


def test_a_second_run_measures_only_what_is_new(library):
    """A second run measures only new photos and counts the others as known."""
    fill(library.folder, 3)
    library.build()
    measure_signals(library.paths)
    fill(library.folder / "more", 2, start=90)
    library.build()
    seen = []
    report = measure_signals(
        library.paths, MeasureOptions(on_progress=lambda *counts: seen.append(counts))
    )
    assert (report.measured, report.known) == (2, 3)
    assert seen == [(1, 2), (2, 2)]
    assert measure_signals(library.paths).measured == 0


def test_a_run_that_breaks_off_keeps_what_it_measured(library):
    """An interrupted run keeps all signals measured so far, and the next run does the rest."""
    fill(library.folder, 7)
    library.build()

    def interrupt(done, total):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_signals(library.paths, MeasureOptions(on_progress=interrupt, crash_photos=3))
    assert np.isfinite(library.index.signals().column("width")).sum() == 5
    assert measure_signals(library.paths).measured == 2


def test_photos_that_cannot_be_read_stop_nothing(library):
    """If a photo has vanished, changed or is damaged, measuring skips it and reports the reason."""
    files = fill(library.folder, 4)
    library.build()
    files[0].unlink()
    paint(files[1], 77)
    (library.folder / "copy.png").write_bytes(files[2].read_bytes())
    library.build(library.folder / "copy.png")
    files[2].unlink()  # its copy is still there

    report = measure_signals(library.paths)
    assert report.measured == 2
    assert {(file.path.name, file.reason) for file in report.skipped} == {
        (files[0].name, "vanished"),
        (files[1].name, "changed since it was indexed"),
    }
    paint(files[0], 0)
    assert measure_signals(library.paths).measured == 1


def test_photos_are_measured_while_another_process_indexes(library):
    """Measuring signals does not need the writer's lock, so it works during indexing."""
    fill(library.folder, 3)
    library.build()
    with writing(library.paths):
        assert measure_signals(library.paths).measured == 3


def test_pruning_drops_the_signals_of_what_is_gone(library):
    """Pruning removes the signals of vanished photos from the catalogue."""
    files = fill(library.folder, 4)
    library.build()
    measure_signals(library.paths)
    files[0].unlink()
    library.build(prune=True)
    assert in_order(library.paths)
    with reading(library.paths) as connection:
        assert connection.execute("SELECT count(*) FROM signals").fetchone() == (3,)
    assert np.isfinite(library.index.signals().column("width")).all()


def test_what_an_earlier_version_measured_is_shown_until_it_is_measured_again(library):
    """Old signals are shown until remeasuring starts, and are never mixed with new ones."""
    fill(library.folder, 3)
    library.build()
    measure_signals(library.paths)
    with writing(library.paths) as connection:
        connection.execute("UPDATE signals SET singular_share = 0.5, sharpness = -1.5")
    assert library.index.signals().column("sharpness").tolist() == [-1.5] * 3

    with writing(library.paths) as connection:  # the same run, killed after one photo
        connection.execute(
            "UPDATE signals SET singular_share = NULL, sharpness = -2"
            " WHERE photo = (SELECT min(photo) FROM signals)"
        )
    found = library.index.signals().column("sharpness")
    assert (found[found > -9].tolist(), np.isnan(found).sum()) == ([-2], 2)

    report = measure_signals(library.paths)
    assert (report.measured, report.known) == (2, 1)
    assert np.isfinite(library.index.signals().column("width")).all()
