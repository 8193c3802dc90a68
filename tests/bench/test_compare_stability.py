import shutil

import numpy as np
import pytest

from photorank.bench.compare_framings import measure_framings
from photorank.bench.compare_stability import flip_table, measure_stability
from photorank.errors import TooFewPhotosError, UnknownNameError
from photorank.index.opened import open_index
from photorank.json_values import to_json
from photorank.rating.stability import flips
from tests.bench.test_compare_framings import load


def test_the_table_holds_each_pairs_flips():
    """The table gives, for each photo pair, the share of altered copies that reverse its order."""
    ratings = np.random.default_rng(0).normal(size=(6, 7))
    table = flip_table(ratings)

    for first in range(6):
        for second in range(6):
            expected = 0 if first == second else flips(ratings[first], ratings[second])
            assert table[first, second] == pytest.approx(expected)


def test_photos_are_rated_in_other_forms(home):
    """For each framing, rating stability is measured on altered copies of the photos."""
    told = []
    found = measure_stability(
        open_index("small"),
        load,
        framings=("crop", "squash"),
        photos=10,
        on_progress=lambda *done: told.append(done),
    )

    assert {row.framing for row in found} == {"crop", "squash"}
    assert found[0].flips.value <= found[1].flips.value
    for row in found:
        assert row.flips.low <= row.flips.value <= row.flips.high
        assert row.spread.n_photos == 10
        assert row.spread.low <= row.spread.value <= row.spread.high
        assert set(row.by_change) == {"size", "crop", "JPEG"}
        assert 0 <= row.unsteady.low <= row.unsteady.value <= row.unsteady.high <= 1
        assert row.unsteady.n_pairs == 45
        assert {"spread", "by_change", "flips", "unsteady"} <= set(to_json(row))
    assert told[-1] == (48, 48)


def test_the_same_seed_gives_the_same_figures(home):
    """Stability figures are the same for the same random seed."""
    first, again = (
        measure_stability(open_index("small"), load, framings=("squash",), photos=10)
        for _ in range(2)
    )

    assert first == again


def test_photos_that_are_gone_are_told(own_gallery):
    """If all photos' files are gone, the error says that 0 photos can be read."""
    index = open_index("small")
    shutil.rmtree(own_gallery)
    with pytest.raises(TooFewPhotosError, match="0 photos that can be read"):
        measure_stability(index, load, framings=("squash",), photos=10)
    with pytest.raises(TooFewPhotosError, match="0 photos that can be read"):
        measure_framings(index, load, framings=("squash",))


def test_few_photos_are_refused(home, photos_of_one_kind):
    """Measuring stability is refused if there are too few photos to learn and test a vector."""
    with pytest.raises(TooFewPhotosError):
        measure_stability(photos_of_one_kind, load, framings=("squash",))


def test_an_unknown_framing_is_refused(home):
    """An unknown framing is refused before any work starts."""
    with pytest.raises(UnknownNameError):
        measure_stability(open_index("small"), pytest.fail, framings=("middle",))


@pytest.fixture
def photos_of_one_kind(tmp_path):
    """Index of six photos, with scores from 0 to 5."""
    from photorank.index.building.build import build_index
    from photorank.index.building.request import BuildRequest
    from photorank.index.judging.import_rows import import_labels
    from photorank.index.opened import Index
    from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
    from photorank.workspace import Workspace
    from tests.fixtures.colours import ColourEncoder, fill

    folder = tmp_path / "few"
    folder.mkdir()
    files = fill(folder, 6)
    workspace = Workspace(tmp_path / "workspace")
    build_index(
        workspace.index("few"), BuildRequest([folder], encoder_spec="colours", load=ColourEncoder)
    )
    rows = [LabelRow(n + 2, file.name, n, "", None, None, None) for n, file in enumerate(files)]
    import_labels(workspace.index("few"), LabelTable("test", rows), base=[folder])
    return Index.open(workspace.index("few"))
