import csv
import json

import pandas as pd
import pytest

from tests.conftest import draw_photo


@pytest.fixture
def photos(tmp_path):
    """Folder of three new photos and a damaged one."""
    folder = tmp_path / "new"
    folder.mkdir()
    for number in range(3):
        draw_photo(folder / f"{number}.jpg", seed=900 + number)
    (folder / "bad.jpg").write_text("no photo")
    return folder


@pytest.mark.slow
def test_scores_are_those_of_rate(photorank, home, photos, gallery):
    """`score` prints the ratings and percentiles of `rate`, one JSON line for each photo."""
    outcome = photorank("score", photos, gallery / "beach", "--vector", "ours")
    rows = [json.loads(line) for line in outcome.out.splitlines()]

    assert outcome.code == 0
    assert outcome.err.splitlines()[-1] == "photorank: rated 11 of 12 photos"
    assert [sorted(row) for row in rows] == [
        ["error", "path", "percentile", "rating", "stars"] for _ in range(12)
    ]
    good = [row for row in rows if row["error"] is None]
    rated = photorank("rate", *(row["path"] for row in good), "--vector", "ours", "--json").json
    for row, other in zip(good, rated, strict=True):
        assert row["rating"] == pytest.approx(other["rating"], abs=1e-5)
        assert row["percentile"] == pytest.approx(other["percentile"])
        assert row["stars"] in range(1, 6)


@pytest.mark.slow
def test_files_of_every_format_say_the_same(photorank, home, photos, tmp_path):
    """JSON Lines, CSV and Parquet files hold the same scores; an existing file needs --resume."""
    for name in ("a.jsonl", "a.csv", "a.parquet"):
        assert photorank("score", photos, "--vector", "ours", "--to", tmp_path / name).code == 0
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    with (tmp_path / "a.csv").open(newline="") as file:
        cells = list(csv.DictReader(file))
    table = pd.read_parquet(tmp_path / "a.parquet")
    assert [one["rating"] and float(one["rating"]) for one in cells] == [
        one["rating"] or "" for one in lines
    ]
    assert table["stars"].dropna().tolist() == [one["stars"] for one in lines if one["stars"]]

    again = ("score", photos, "--vector", "ours", "--to", tmp_path / "a.csv")
    assert "--resume" in photorank(*again).err
    assert photorank(*again, "--resume").code == 0


def test_a_run_in_which_nothing_is_rated_fails(photorank, refused, home, photos, gallery):
    """The command `score` fails if no photo can be rated or if an argument is wrong."""
    outcome = photorank("score", photos / "bad.jpg", "--vector", "ours")
    assert outcome.code == 1
    assert json.loads(outcome.out)["error"] == "not an image (text file?)"
    among = ("score", photos, "--vector", "ours", "--to", gallery / "x")
    assert "are in the index" in refused(*among)
    assert photorank("score", photos, "--vector", "ours", "--format", "parquet").code == 2
    assert "no vector named" in refused("score", photos, "--vector", "nobody")
    assert "is a folder" in refused("score", photos, "--to", home)  # and no line before it
    assert "names no file" in refused("score", "ftp://")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["s.xlsx", "s.json", "s.txt"])
def test_no_file_is_written_whose_name_promises_another_format(photorank, home, photos, name):
    """An output file with an unsupported suffix, such as .xlsx, is refused without `--format`."""
    file = home / name
    asked = ("score", photos, "--vector", "ours", "--to", file)
    outcome = photorank(*asked)
    assert outcome.code == 2
    assert "none of .jsonl, .csv and .parquet" in outcome.err
    assert not file.exists()
    assert photorank(*asked, "--format", "jsonl").code == 0


def test_what_leads_to_no_photo_is_told_as_a_row(photorank, home, tmp_path):
    """A folder, pattern or address without photos gives one output row with an error."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").touch()
    asked = (tmp_path / "empty", tmp_path / "*.jpg", f"file://{tmp_path}/empty", "memory://nobody")
    outcome = photorank("score", *asked, "--vector", "ours")
    assert outcome.code == 1
    told = [json.loads(row)["error"] for row in outcome.out.splitlines()]
    empty = "no photo is in this folder"
    assert told == [empty, "no file is like this pattern", empty, "not found"]
    assert "no photo could be rated; each row has its reason" in outcome.err


@pytest.mark.slow
def test_scores_tell_what_a_photo_adds_to_an_album(photorank, home, photos, gallery, tmp_path):
    """The commands `score` and `rate` agree on how much a photo adds to an album."""
    indexed = gallery / "beach" / "0.jpg"
    assert photorank("albums", "save", "mine", "--photo", indexed, "--vector", "ours").code == 0
    asked = (indexed, photos, "--vector", "ours")
    outcome = photorank("score", *asked, "--album", "mine")
    assert outcome.code == 0, outcome.err
    rows = [json.loads(line) for line in outcome.out.splitlines()]
    good = [row for row in rows if row["error"] is None]
    assert [row["adds"] for row in rows if row["error"]] == [None]
    paths = [row["path"] for row in good]
    told = photorank("rate", *paths, "--vector", "ours", "--album", "mine", "--json").json
    for row, other in zip(good, told, strict=True):
        assert row["adds"] == pytest.approx(other["adds"], abs=1e-4)
    assert good[0]["adds"] == 1  # alone in it
    for name in ("s.csv", "s.parquet"):
        to = ("--to", tmp_path / name, "--resume")
        assert photorank("score", *asked, "--album", "mine", *to).code == 0
        assert photorank("score", *asked, "--album", "mine", *to).code == 0
        assert "context" in photorank("score", *asked, *to).err
    table = pd.read_parquet(tmp_path / "s.parquet")
    assert table["adds"].dropna().tolist() == [row["adds"] for row in good]
    assert photorank("score", *asked, "--album", "mine", "--in-context").code == 2
