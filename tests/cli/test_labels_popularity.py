"""Command `labels popularity`, which turns counts of likes into labels of an index."""

import shlex

import numpy as np
import pytest

from photorank.index.opened import open_index


@pytest.mark.usefixtures("home")
def test_likes_become_labels(photorank, tmp_path):
    """A table of likes and followers is imported as labels, and a note explains the formula."""
    table = tmp_path / "likes.csv"
    table.write_text(
        "file,likes,followers\n" + "".join(f"beach/{n}.jpg,{10 * n},{1000 + n}\n" for n in range(8))
    )

    outcome = photorank("labels", "popularity", table, "--mix", "--json")

    assert outcome.code == 0
    assert "likes per follower" in outcome.json["notes"][0]
    assert outcome.err.splitlines()[0].startswith("photorank: a photo's score is the logarithm of")
    with_others = open_index().labels()
    assert outcome.json["labelled"] == np.isfinite(with_others.scores).sum() == 24
    assert with_others.n_raters[:8].tolist() == [2] * 8


@pytest.mark.usefixtures("home")
def test_likes_of_unknown_photos_change_nothing(photorank, refused, tmp_path):
    """If the table lists a photo that is not in the index, no label is imported at all."""
    table = tmp_path / "likes.csv"
    table.write_text("file,likes\nbeach/0.jpg,5\nmoon.jpg,7\n")
    before = open_index().labels().scores

    assert "line 3" in refused("labels", "popularity", table, "--mix")

    np.testing.assert_array_equal(open_index().labels().scores, before)


@pytest.mark.usefixtures("home")
def test_popularity_is_not_mixed_with_other_scores_unasked(refused, photorank, tmp_path):
    """If photos have other scores, popularity scores are refused, and the error names `--mix`."""
    table = tmp_path / "likes.csv"
    table.write_text("file,likes\nbeach/0.jpg,5\nbeach/1.jpg,7\n")
    line = refused("labels", "popularity", table)
    assert "--mix" in line
    command = line.partition("`photorank ")[2].partition("`")[0]
    assert photorank(*shlex.split(command)).code == 0
    assert photorank("labels", "popularity", table).code == 0
    assert np.isfinite(open_index().labels().scores).sum() == 2


@pytest.mark.usefixtures("home")
def test_one_tier_is_wrong_usage(photorank, tmp_path):
    """A single tier of popularity orders no photos, so `--tiers 1` is wrong usage."""
    assert photorank("labels", "popularity", tmp_path / "likes.csv", "--tiers", 1).code == 2
