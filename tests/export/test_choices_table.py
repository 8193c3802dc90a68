import csv
import random

import numpy as np
import pytest

from photorank.errors import ExportError, NoLabelsError, StorageError
from photorank.export.choices_table import write_choices
from photorank.export.destination import checked_new_file
from photorank.index.judging.import_rows import import_choices
from photorank.labels.tables.judgement_tables import ChoiceRow, ChoiceTable, read_choices
from photorank.workspace import Workspace
from tests.fixtures.colours import paint


def choose(collection, *, votes=True, raters=("", "ann", "=bob")):
    """Import 40 random choices between an index's photos."""
    photos = [str(photo.path) for photo in collection.index.photos()]
    rng = random.Random(0)  # noqa: S311
    rows = [
        ChoiceRow(
            line=line,
            winner=winner,
            loser=loser,
            tie=line % 3 == 0,
            rater=rng.choice(raters),
            weight=rng.choice([1, 7, 0.1 + 0.2]) if votes else 1,
        )
        for line, (winner, loser) in enumerate([rng.sample(photos, 2) for _ in range(40)])
    ]
    import_choices(collection.paths, ChoiceTable("choices", rows))


def said(index):
    """Winners, losers, ties and weights of all choices in an index, as lists."""
    choices = index.choices()
    columns = (choices.winners, choices.losers, choices.ties, choices.weights)
    return [column.tolist() for column in columns]


def moved(collection, table):
    """Index whose choices have been replaced by those of an imported table."""
    import_choices(collection.paths, ChoiceTable("choices", table.rows))
    return collection.index


@pytest.mark.slow
@pytest.mark.parametrize("votes", [True, False])
@pytest.mark.parametrize("kind", ["collection", "hostile"])
def test_what_was_exported_imports_as_the_same_graph(kind, votes, request, tmp_path):
    """Exported choices import again with the same winners, losers, ties and votes."""
    collection = request.getfixturevalue(kind)
    choose(collection, votes=votes)
    index = collection.index
    before, graph, raters = said(index), index.comparisons(), index.choices().raters

    assert write_choices(tmp_path / "pairs.csv", index) == 40

    after = moved(collection, read_choices(tmp_path / "pairs.csv"))
    assert said(after) == before
    again, each = after.comparisons(), np.eye(len(index))
    np.testing.assert_array_equal(again.laplacian(each), graph.laplacian(each))
    np.testing.assert_array_equal(again.preference(), graph.preference())
    assert [rater.lstrip("'") for rater in after.choices().raters] == raters


def test_the_columns_are_those_of_the_contract(collection, tmp_path):
    """A choices table has relative paths, and a votes column only if a choice has several votes."""
    choose(collection, votes=False)
    write_choices(tmp_path / "pairs.csv", collection.index)
    lines = (tmp_path / "pairs.csv").read_text().splitlines()
    assert lines[0] == "winner,loser,tie,rater"
    assert all(line.startswith("day ") for line in lines[1:])

    choose(collection)
    write_choices(tmp_path / "votes.csv", collection.index)
    assert (tmp_path / "votes.csv").read_text().startswith("winner,loser,tie,rater,votes\n")


def test_no_cell_begins_a_formula(hostile, tmp_path):
    """Names of photos and raters that a spreadsheet would run as formulas are neutralised."""
    choose(hostile)
    write_choices(tmp_path / "pairs.csv", hostile.index)
    with (tmp_path / "pairs.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r"))]
    assert "./=HYPERLINK(A1).png" in cells


def test_one_raters_choices_may_be_exported_alone(collection, tmp_path):
    """Exporting one rater's choices writes only the choices of that person."""
    choose(collection)
    write_choices(tmp_path / "pairs.csv", collection.index, rater="ann")
    assert {row.rater for row in read_choices(tmp_path / "pairs.csv").rows} == {"ann"}


def test_names_that_two_folders_have_are_written_whole(collection, tmp_path):
    """If two folders have photos with the same relative name, their full paths are exported."""
    second = tmp_path / "second"
    paint(second / "day 0" / "0.png", 50)
    paint(second / "day 0" / "alone.png", 51)
    collection.build(collection.folder, second)
    choose(collection)
    before = said(collection.index)

    write_choices(tmp_path / "pairs.csv", collection.index)

    text = (tmp_path / "pairs.csv").read_text()
    assert str(second / "day 0" / "0.png") in text
    assert str(second / "day 0" / "alone.png") not in text
    assert said(moved(collection, read_choices(tmp_path / "pairs.csv"))) == before


def test_an_index_without_choices_has_nothing_to_export(collection, tmp_path):
    """If the index or the named rater has no choices, an error is raised instead of an export."""
    with pytest.raises(NoLabelsError, match="no choices"):
        write_choices(tmp_path / "pairs.csv", collection.index)
    choose(collection)
    with pytest.raises(NoLabelsError, match="nobody"):
        write_choices(tmp_path / "pairs.csv", collection.index, rater="nobody")
    assert not (tmp_path / "pairs.csv").exists()


def test_nothing_is_written_over(collection, tmp_path):
    """A table is not exported over an existing file."""
    (tmp_path / "old.csv").write_text("mine")
    with pytest.raises(ExportError, match="exists already"):
        checked_new_file(collection.index, tmp_path / "old.csv")
    assert checked_new_file(collection.index, tmp_path / "new.csv") == tmp_path / "new.csv"


def test_a_full_disk_is_told(collection, full):
    """A full disk raises an error and leaves no partial table."""
    choose(collection)
    full.filled()
    with pytest.raises(StorageError, match="full"):
        write_choices(full.folder / "pairs.csv", collection.index)
    assert not (full.folder / "pairs.csv").exists()
    assert Workspace(full.folder).index_names() == []
