"""Commands about known datasets, and the indexing of a dataset by one command."""

import shutil

import numpy as np
import pytest
from PIL import Image

from photorank.index.opened import open_index

MINE = """
title = "Mine"
citation = "me"
licence = "mine"
homepage = "https://example.org"
how_to_get = "Ask me for it."
official_split = "by list"
photos = 4

[[layouts]]
name = "plain"
layout_source = "made up"
verified = false

[[layouts.tables]]
file = "votes.csv"
photo = "photos/{name}.png"
histogram = ["1", "2", "3"]
group = "{theme}"
split = "{set}"
"""
VOTES = "name,1,2,3,theme,set\na,4,0,0,sea,training\nb,0,4,0,sea,training\n"
VOTES += "c,0,0,4,land,test\nd,1,1,2,land,test\n"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Folder of a small dataset, with its manifest in the current workspace."""
    home = tmp_path / "home"
    (home / "datasets").mkdir(parents=True)
    (home / "index").mkdir()
    (home / "datasets" / "mine.toml").write_text(MINE)
    monkeypatch.setenv("PHOTORANK_HOME", str(home))
    folder = tmp_path / "mine"
    (folder / "photos").mkdir(parents=True)
    for number, name in enumerate("abcd"):
        Image.new("RGB", (40, 40), (60 * number, 90, 200 - 50 * number)).save(
            folder / "photos" / f"{name}.png"
        )
    (folder / "votes.csv").write_text(VOTES)
    return folder


def test_datasets_are_listed_with_ones_own(photorank, mine):
    """The table and the JSON list the same datasets, including the user's own."""
    found = {one["name"]: one for one in photorank("datasets", "list", "--json").json}
    assert found["mine"]["verified"] == "no"
    assert found["ava"]["verified"] == "in part"
    table = photorank("datasets", "list").out
    assert all(name in table for name in found)


def test_a_dataset_is_shown_with_what_its_layout_was_taken_from(photorank, mine):
    """A dataset's description tells the source of its layout and if that layout was verified."""
    shown = photorank("datasets", "show", "mine").out
    assert "not verified" in shown
    assert "made up" in shown
    found = photorank("datasets", "show", "mine", "--json").json
    assert found["how_to_get"] == "Ask me for it."
    assert found["layouts"][0]["label_files"] == ["votes.csv"]


def test_a_complete_dataset_is_checked(photorank, mine):
    """`datasets check` exits with code 0 for a complete dataset."""
    outcome = photorank("datasets", "check", "mine", "--root", mine)
    assert outcome.code == 0
    assert "4 of the 4" in outcome.out
    assert "never run against its real tables" in outcome.err


def test_what_is_missing_or_does_not_fit_is_told(photorank, mine, refused):
    """Missing photos and bad rows are counted with examples, and the check exits with code 1."""
    (mine / "photos" / "b.png").unlink()
    (mine / "votes.csv").write_text(VOTES + "e,0,0,0,sea,test\nf,-1,0,0,sea,test\n")
    outcome = photorank("datasets", "check", "mine", "--root", mine, "--json")
    assert outcome.code == 1
    assert (outcome.json["missing"], outcome.json["photos"]) == (1, 4)
    assert outcome.json["missing_examples"] == ["photos/b.png"]
    assert outcome.json["problems"] == 2
    assert outcome.json["problem_examples"][0].startswith("votes.csv, line 6: nobody rated it")
    assert not outcome.json["complete"]
    assert "missing: photos/b.png" in photorank("datasets", "check", "mine", "--root", mine).out
    (mine / "votes.csv").unlink()
    assert "Ask me for it." in refused("datasets", "check", "mine", "--root", mine)
    assert "'other'" in refused("datasets", "check", "other", "--root", mine)
    assert "does not exist" in refused("datasets", "check", "mine", "--root", mine / "none")


@pytest.mark.parametrize("command", [["show", "bad"], ["check", "bad"]])
def test_a_bad_manifest_is_told_with_its_key(refused, mine, command):
    """A bad manifest is refused by `show` and `check`; the error names its file and the key."""
    bad = mine.parent / "home" / "datasets" / "bad.toml"
    bad.write_text(MINE.replace('"votes.csv"', '"../votes.csv"'))
    line = refused("datasets", *command)
    assert "bad.toml" in line
    assert "layouts[1].tables[1].file '../votes.csv' leads out" in line


def test_a_bad_manifest_hides_no_other(photorank, mine):
    """`datasets list` reports a broken manifest and still lists all other data sets."""
    bad = mine.parent / "home" / "datasets" / "bad.toml"
    bad.write_text(MINE.replace('"votes.csv"', '"../votes.csv"'))
    outcome = photorank("datasets", "list", "--json")
    assert outcome.code == 0
    assert "bad.toml" in outcome.err
    names = {one["name"] for one in outcome.json}
    assert {"mine", "ava"} <= names
    assert "bad" not in names


@pytest.mark.slow
def test_photos_and_labels_are_indexed_in_one_go(photorank, mine):
    """Indexing a dataset imports scores, groups, rater counts and the official train-test split."""
    outcome = photorank("index", mine, "--encoder", "embedded", "--dataset", "mine")
    assert outcome.code == 0, outcome.err  # the index is called as the dataset is
    assert "never run against its real tables" in outcome.err
    index = open_index("mine")
    labels = index.labels()
    np.testing.assert_allclose(labels.scores, [1, 2, 3, 2.25])
    assert labels.n_raters.tolist() == [4, 4, 4, 4]
    assert labels.group_names == ["land", "sea"]
    assert index.splits() == ["train", "train", "test", "test"]


@pytest.mark.slow
def test_labels_are_checked_before_anything_is_embedded(photorank, refused, mine):
    """A dataset with missing photos is refused before embedding, unless --partial is given."""
    (mine / "photos" / "b.png").unlink()
    run = ("index", mine, "--name", "mine", "--encoder", "embedded", "--dataset", "mine")
    line = refused(*run)
    assert "4 photos, of which 1" in line
    assert "photos/b.png" in line
    assert "--partial" in line
    assert not (mine.parent / "home" / "index" / "mine").exists()
    assert photorank(*run, "--partial").code == 0
    np.testing.assert_allclose(open_index("mine").labels().scores, [1, 3, 2.25])
    shutil.rmtree(mine / "photos")
    assert "4 photos, of which 4" in refused(*run, "--partial")


@pytest.mark.parametrize(
    "options",
    [
        ["--dataset", "mine", "--labels", "x.csv"],
        ["--partial"],
        ["--dataset", "mine", "--group-column", "theme"],
    ],
)
def test_options_that_do_not_go_together_are_refused(photorank, mine, options):
    """Contradicting options are refused as wrong usage."""
    assert photorank("index", mine, "--name", "mine", *options).code == 2
    assert photorank("index", mine, mine, "--name", "mine", "--dataset", "mine").code == 2
    assert photorank("index", mine).code == 2  # of no name
