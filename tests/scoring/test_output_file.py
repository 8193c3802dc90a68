import errno
import fcntl
import json

import pandas as pd
import pytest

from photorank.errors import StorageError
from photorank.export.destination import outside_photos
from photorank.scoring.output_file import ScoreFile, ScoreFileError
from photorank.scoring.scale import Scale
from photorank.vectors.master import MasterVector
from tests.fixtures.collection import HOSTILE
from tests.fixtures.colours import paint

PHOTOS = 10 + len(HOSTILE)  # plain and hostile names
FORMATS = ("jsonl", "csv", "parquet")


@pytest.fixture
def run(scorer, hostile, tmp_path):
    """Function that scores photos into a file, with an optional interruption after some batches."""
    (hostile.folder / "bad.jpg").write_text("no photo")

    def run(name, *, asked=(hostile.folder,), resume=True, batches=None, scale=scorer.scale):
        format = name.rpartition(".")[2]
        file = ScoreFile(outside_photos(scorer.index, tmp_path / name), format)
        try:
            with file.open(scale.card, resume=resume):
                for number, batch in enumerate(
                    scorer.batches(file.left(scorer.sources(*asked)), batch_size=2)
                ):
                    if number == batches:
                        raise KeyboardInterrupt
                    file.write(batch)
        except KeyboardInterrupt:
            pass
        return file

    return run


def content(file):
    """Bytes of a score file; a Parquet file's table is given as CSV text instead."""
    if file.path.suffix == ".parquet":
        return pd.read_parquet(file.path).to_csv()
    return file.path.read_bytes()


def test_a_disk_without_locks_is_told_before_anything_is_written(run, tmp_path, monkeypatch):
    """If the disk has no file locks, the error says so, and no file is left behind."""

    def refuse(file, operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(ScoreFileError, match="has no file locks"):
        run("new.jsonl")
    assert not list(tmp_path.glob("new*"))


def test_a_full_disk_keeps_the_rows_so_far(run, scorer, hostile, tmp_path, full_disk):
    """If the disk fills up, written rows remain, and the error suggests --resume to finish."""
    whole = run("whole.jsonl")
    batches = list(scorer.batches(scorer.sources(hostile.folder), batch_size=2))
    file = ScoreFile(tmp_path / "other.jsonl", "jsonl")
    told = pytest.raises(StorageError, match="with --resume")
    with full_disk(bytes_a_file=1500), told, file.open(scorer.scale.card, resume=False):
        for batch in batches:
            file.write(batch)
    assert 0 < file.path.stat().st_size <= 1500
    assert content(run("other.jsonl")) == content(whole)


def test_a_parquet_file_without_room_keeps_its_rows_beside_it(scorer, tmp_path, full_disk):
    """If a Parquet file does not fit on the disk, its rows are saved, and --resume completes it."""
    file = ScoreFile(tmp_path / "rows.parquet", "parquet")
    [batch, *_] = scorer.batches(scorer.sources(scorer.index.photos()[0].path))
    told = pytest.raises(StorageError, match="rows so far are kept")
    with told, full_disk(bytes_a_file=700), file.open(scorer.scale.card, resume=False):
        file.write(batch)
    with file.open(scorer.scale.card, resume=True):
        pass
    assert len(pd.read_parquet(file.path)) == 1


@pytest.mark.parametrize("format", FORMATS)
def test_a_run_that_was_killed_twice_equals_one(run, format):
    """A run resumed after two kills equals one full run: no row is lost, torn or repeated."""
    whole = run(f"whole.{format}")

    run(f"other.{format}", batches=2)
    file = run(f"other.{format}", batches=1)
    with file._grown.open("ab") as grown:
        grown.write(b'{"path": "/torn, and so')
    file = run(f"other.{format}")

    assert content(file) == content(whole)
    assert file.kept == 6
    assert sorted(one.name for one in file.path.parent.glob(f"other.{format}*")) == [
        f"other.{format}",
        f"other.{format}.card.json",
    ]


@pytest.mark.parametrize("format", FORMATS)
def test_a_finished_file_takes_new_photos_alone(run, hostile, format):
    """A second run adds new photos to a finished file and leaves rows of deleted photos in it."""
    run(f"all.{format}")
    before = content(run(f"all.{format}"))
    paint(hostile.folder / "0 first.png", 90)
    (hostile.folder / HOSTILE[3]).unlink()
    file = run(f"all.{format}")

    assert file.kept == PHOTOS + 1
    if format != "parquet":
        added = content(file).removeprefix(before)
        assert added.count(b"\n") == 1
        assert b"0 first.png" in added
    else:
        assert len(pd.read_parquet(file.path)) == file.kept + 1


def test_photos_that_are_named_twice_have_two_rows_after_any_end(run, hostile):
    """A photo named several times has the same number of rows after a resumed and a full run."""
    photo = hostile.folder / HOSTILE[0]
    whole = run("twice.jsonl", asked=(photo, photo, photo, photo, photo))
    run("ended.jsonl", asked=(photo, photo, photo, photo, photo), batches=1)
    assert content(run("ended.jsonl", asked=(photo,) * 5)) == content(whole)


def test_a_file_of_other_scores_is_left_alone(run, scorer):
    """A score file is continued only with --resume, the same vector and an intact .card.json."""
    file = run("mine.jsonl", batches=2)
    before = content(file)
    other = MasterVector("any", "prompt", -scorer.vector.direction, scorer.index.fingerprint)

    with pytest.raises(ScoreFileError, match="--resume"):
        run("mine.jsonl", resume=False)
    with pytest.raises(ScoreFileError, match="vector version"):
        run("mine.jsonl", scale=Scale(scorer.index, other))
    file.card.write_text("{}")
    with pytest.raises(ScoreFileError, match="missing or damaged"):
        run("mine.jsonl")
    assert content(file) == before


def test_a_file_that_holds_something_else_is_told(run):
    """A score file with a line that is not a score row is refused and not overwritten."""
    file = run("mine.jsonl", batches=2)
    file.path.write_text('{"path": "a", "rating": 1}\n')
    with pytest.raises(ScoreFileError, match="something else than scores after 0 rows"):
        run("mine.jsonl")


def test_two_runs_do_not_write_one_file(run, scorer):
    """A second run is refused while another one writes to the same output file."""
    file = run("mine.jsonl", batches=1)
    with (
        file.open(scorer.scale.card, resume=True),
        pytest.raises(ScoreFileError, match="another photorank"),
    ):
        run("mine.jsonl")


def test_every_row_of_csv_is_one_line_and_no_formula(run, hostile):
    """File names with line breaks become URIs in CSV, and no row starts like a formula."""
    rows = content(run("mine.csv")).decode().splitlines()
    assert len(rows) == PHOTOS + 2
    assert not any(row.startswith(("=", "-", "+", "@")) for row in rows)
    assert any(row.startswith("file:///") and "two%0Alines" in row for row in rows)


def test_the_card_says_what_scores_rest_on(run, scorer):
    """A card file beside the score file records which index and encoder were used."""
    card = json.loads(run("mine.jsonl").card.read_text())
    assert card == json.loads(json.dumps(scorer.scale.card))
    assert card["index"] == "odd"
    assert card["fingerprint"]["weights"] == "0" * 64
