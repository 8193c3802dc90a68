"""Tests of recorded clicks: durability, simultaneous raters, undo, and imported choices."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from photorank.errors import ChangedIndexError, LabelsError, LockedIndexError
from photorank.index.catalogue.connection import reading, writing
from photorank.index.catalogue.transactions import transaction
from photorank.index.judging.click_log import (
    Undone,
    clicks,
    record_choice,
    record_skip,
    record_stars,
    undo,
)
from photorank.index.judging.import_rows import import_choices, import_labels
from photorank.index.manifest import read_manifest
from photorank.index.opened import Index
from photorank.labels.tables.judgement_tables import ChoiceRow, ChoiceTable, LabelRow, LabelTable
from photorank.workspace import IndexPaths
from tests.fixtures.colours import fill

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture
def digests(library):
    """Digests of the eight photos of an index, in the order of its rows."""
    fill(library.folder, 8)
    library.build()
    return [photo.digest for photo in library.index.photos()]


def choose(library, winner, loser, *, rater="ann", tie=False, asked="random"):
    """Record one rater's choice between two photos, or a tie."""
    record_choice(library.paths, rater, winner, loser, tie=tie, asked=asked)


def test_what_was_clicked_is_read_back_in_its_order(library, digests):
    """Reading back clicks gives only the named person's choices, ties, skips and stars."""
    choose(library, digests[3], digests[1])
    choose(library, digests[0], digests[2], tie=True, asked="informative")
    record_skip(library.paths, "ann", digests[4], digests[5])
    record_stars(library.paths, "ann", digests[6], 4)
    choose(library, digests[7], digests[6], rater="bob", asked=None)

    said = clicks(library.index, "ann")
    assert said.winners.tolist() == [3, 0]
    assert said.losers.tolist() == [1, 2]
    assert said.ties.tolist() == [False, True]
    assert said.asked == ["random", "informative"]
    assert said.skipped.tolist() == [[4, 5]]
    assert said.seen_pairs.tolist() == [[3, 1], [0, 2], [4, 5]]
    assert (said.starred.tolist(), said.stars.tolist()) == ([6], [4.0])
    assert clicks(library.index, "bob").asked == [""]
    assert library.index.raters() == ["ann", "bob"]
    assert len(clicks(library.index, "cy").seen_pairs) == 0


def test_undo_takes_back_the_latest_click_whatever_it_was(library, digests):
    """Undo removes the latest click of one person each time and leaves other people's clicks."""
    choose(library, digests[3], digests[1])
    record_stars(library.paths, "ann", digests[6], 2)
    record_stars(library.paths, "ann", digests[6], 5)
    record_skip(library.paths, "ann", digests[4], digests[5])
    choose(library, digests[0], digests[2], rater="bob")

    assert undo(library.paths, "ann") == Undone("skip", (digests[4], digests[5]), "informative")
    assert undo(library.paths, "ann") == Undone("stars", (digests[6],))
    assert clicks(library.index, "ann").stars.tolist() == [2.0]
    assert undo(library.paths, "ann") == Undone("stars", (digests[6],))
    assert clicks(library.index, "ann").stars.tolist() == []
    assert undo(library.paths, "ann") == Undone("choice", (digests[3], digests[1]), "random")
    assert undo(library.paths, "ann") is None
    assert len(clicks(library.index, "ann").winners) == 0
    assert len(clicks(library.index, "bob").winners) == 1


def test_stars_are_replaced_and_taken_back(library, digests):
    """A click on 0 stars removes a photo's rating; undo restores the stars clicked before."""
    for stars in (1, 5, 0):
        record_stars(library.paths, "ann", digests[0], stars)
    assert clicks(library.index, "ann").starred.tolist() == []
    assert np.isnan(library.index.labels("ann").scores).all()

    assert undo(library.paths, "ann").kind == "stars"
    assert clicks(library.index, "ann").stars.tolist() == [5.0]


def test_imports_and_clicks_leave_each_other_alone(library, digests):
    """Importing a table again does not remove clicks; undo does not remove imported choices."""
    files = sorted(path.name for path in library.folder.iterdir())
    table = ChoiceTable("pairs.csv", [ChoiceRow(2, files[0], files[1], False, "ann")])
    choose(library, digests[3], digests[1])
    for _ in range(2):
        import_choices(library.paths, table)
    assert clicks(library.index, "ann").winners.tolist() == [3, 0]

    assert undo(library.paths, "ann").photos == (digests[3], digests[1])
    assert undo(library.paths, "ann") is None
    assert clicks(library.index, "ann").winners.tolist() == [0]


def test_the_first_choices_are_what_comparisons_are_made_of(library, digests):
    """After a choice between two photos, an index without scores uses choices as comparisons."""
    assert read_manifest(library.paths).judgements == "scores"
    choose(library, digests[3], digests[1])
    assert read_manifest(library.paths).judgements == "choices"
    assert library.index.comparisons().n_pairs == 1


def test_scores_stay_what_comparisons_are_made_of(library, digests):
    """If an index has imported scores, its comparisons still use those scores after a click."""
    rows = [LabelRow(2, f"{row:04}.png", float(row), "", None, None, None) for row in range(3)]
    import_labels(library.paths, LabelTable("scores.csv", rows))
    choose(library, digests[3], digests[1])
    assert read_manifest(library.paths).judgements == "scores"


def test_clicks_do_not_wait_for_an_indexing_run(library, digests):
    """Clicks are saved at once while an indexing run holds the writer's lock."""
    with writing(library.paths):
        begun = time.monotonic()
        choose(library, digests[3], digests[1])
        record_skip(library.paths, "ann", digests[4], digests[5])
        assert undo(library.paths, "ann").kind == "skip"
        assert time.monotonic() - begun < 2
    assert clicks(library.index, "ann").winners.tolist() == [3]
    assert read_manifest(library.paths).judgements == "scores"  # it was the writer's
    choose(library, digests[2], digests[1])
    assert read_manifest(library.paths).judgements == "choices"


def test_a_long_transaction_of_another_is_told(library, digests, monkeypatch):
    """If another connection holds a long transaction, a click fails soon and is not saved."""
    monkeypatch.setattr("photorank.index.catalogue.connection._LOCK_TIMEOUT_SECONDS", 0.1)
    with (
        writing(library.paths) as connection,
        transaction(connection),
        pytest.raises(LockedIndexError),
    ):
        choose(library, digests[3], digests[1])
    assert len(clicks(library.index, "ann").winners) == 0


def test_a_pruned_photo_cannot_be_clicked(library, digests):
    """A click on a photo whose digest is not in the index is refused, and nothing is stored."""
    with pytest.raises(ChangedIndexError):
        choose(library, digests[0], "0" * 64)
    assert len(clicks(library.index, "ann").winners) == 0


@pytest.mark.slow
def test_a_photo_that_was_skipped_may_vanish_and_come_back(library, digests):
    """If a skipped pair of photos is deleted and later restored, it counts as skipped again."""
    record_skip(library.paths, "ann", digests[0], digests[1])
    record_stars(library.paths, "ann", digests[2], 3)
    record_stars(library.paths, "ann", digests[2], 0)
    photos = sorted(library.folder.iterdir())
    kept = [path.read_bytes() for path in photos[:3]]
    for path in photos[:3]:
        path.unlink()
    library.build(prune=True)
    assert len(clicks(library.index, "ann").skipped) == 0

    assert undo(library.paths, "ann") == Undone("stars", (digests[2],))
    for path, data in zip(photos, kept, strict=False):
        path.write_bytes(data)
    library.build()
    assert clicks(library.index, "ann").skipped.tolist() == [[0, 1]]


@pytest.mark.parametrize("rater", ["", "  ", "a\nb", "x" * 61])
def test_who_clicks_needs_a_name(library, digests, rater):
    """A click without a rater's name is refused."""
    with pytest.raises(LabelsError, match="needs a name"):
        choose(library, digests[0], digests[1], rater=rater)


def test_what_cannot_be_meant_is_refused(library, digests):
    """A choice between a photo and itself, or a rating of six stars, is refused."""
    with pytest.raises(LabelsError, match="two different photos"):
        choose(library, digests[0], digests[0])
    with pytest.raises(LabelsError, match="1 to 5 stars"):
        record_stars(library.paths, "ann", digests[0], 6)


def clicking(library, rater, n):
    """Process that records n choices and prints the number of each once it is stored."""
    return subprocess.Popen(  # noqa: S603
        [
            sys.executable,
            "-m",
            "tests.index.judging.test_click_log",
            library.paths.root,
            rater,
            str(n),
        ],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )


def main():
    """Record n choices in favour of the first photo, and print each choice's running number."""
    root, rater, n = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    paths = IndexPaths(root)
    digests = [photo.digest for photo in Index.open(paths).photos()]
    for number in range(n):
        other = digests[1 + number % (len(digests) - 1)]
        record_choice(paths, rater, digests[0], other, tie=False, asked=str(number))
        print(number, flush=True)


@pytest.mark.slow  # two processes
def test_two_processes_that_click_at_once_lose_nothing(library, digests):
    """All choices are stored in order if two processes record forty each at the same time."""
    processes = [clicking(library, rater, 40) for rater in ("ann", "bob")]
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    for rater in ("ann", "bob"):
        assert clicks(library.index, rater).asked == [str(number) for number in range(40)]


@pytest.mark.slow
def test_a_process_that_is_killed_loses_no_click_that_it_kept(library, digests):
    """If kill -9 ends a process, all choices it acknowledged are stored, and at most one more."""
    chance = np.random.default_rng(1)
    for turn in range(4):
        rater, told = f"rater {turn}", int(chance.integers(3, 30))
        process = clicking(library, rater, 10_000)
        for _ in range(told):
            process.stdout.readline()
        time.sleep(chance.uniform(0, 0.01))
        process.send_signal(signal.SIGKILL)
        told += len(process.communicate()[0].splitlines())
        kept = clicks(library.index, rater).asked
        assert kept == [str(number) for number in range(len(kept))]
        assert told <= len(kept) <= told + 1
    with reading(library.paths) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.slow
def test_undo_takes_back_the_latest_click_whatever_the_clock_says(library, digests):
    """Undo removes clicks in reverse order of clicking, even if their stored times are wrong."""
    choose(library, digests[0], digests[1])
    record_skip(library.paths, "ann", digests[2], digests[3])
    record_stars(library.paths, "ann", digests[4], 3)
    choose(library, digests[5], digests[6])
    record_skip(library.paths, "ann", digests[6], digests[7])
    with writing(library.paths) as connection, transaction(connection):
        for table in ("choices", "skips", "star_clicks"):
            connection.execute(f"UPDATE {table} SET made = 'hour ' || (9 - id)")  # noqa: S608
    undone = [undo(library.paths, "ann") for _ in range(6)]
    assert [one and one.photos for one in undone] == [
        (digests[6], digests[7]),
        (digests[5], digests[6]),
        (digests[4],),
        (digests[2], digests[3]),
        (digests[0], digests[1]),
        None,
    ]


if __name__ == "__main__":
    main()
