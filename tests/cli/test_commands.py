import csv
import json
from pathlib import Path

import pytest

from photorank.index.opened import open_index
from tests.conftest import draw_photo

QUICK = ["--learners", "mean-difference", "--folds", 4, "--repeats", 1]

pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.slow
def test_index_adds_what_is_new_and_imports_labels(photorank, gallery):
    """The command `index` adds new photos and imports labels; a second run adds no photos."""
    command = ["index", gallery, "--name", "mine", "--encoder", "embedded", "--json"]

    first = photorank(*command, "--labels", gallery / "labels.csv")
    again = photorank(*command)

    assert first.code == 0
    skipped = first.json.pop("skipped")
    assert [Path(file["path"]) for file in skipped] == [gallery / "notes.jpg"]
    assert "not" in skipped[0]["reason"]
    assert [Path(one["path"]).name for one in first.json["passed_over"]] == ["labels.csv"]
    assert {**first.json, "skipped": [], "passed_over": []} == {
        "index": "mine",
        "added": 24,
        "unchanged": 0,
        "vanished": 0,
        "skipped": [],
        "passed_over": [],
    }
    assert again.json["added"] == 0
    assert again.json["unchanged"] == 24
    assert open_index("mine").labels().group_names == ["beach", "forest", "street"]


@pytest.mark.slow
def test_labels_come_along_by_columns_of_any_name(photorank, gallery, tmp_path):
    """The command `index --labels` accepts the same column options as `labels import`."""
    table = tmp_path / "table.csv"
    table.write_text("who;image;mark;theme\nAnn;0.jpg;2,5;sea\nAnn;1.jpg;1;sea\n")
    columns = ["--file-column", "Image", "--score-column", "mark", "--rater-column", "who"]

    made = photorank(
        *("index", gallery / "beach", "--name", "mine", "--encoder", "embedded"),
        *("--labels", table, *columns, "--group-column", "theme"),
    )

    assert made.code == 0, made.err
    index = open_index("mine")
    row = index.row_of(gallery / "beach" / "0.jpg")
    assert index.labels().scores[row] == 2.5
    assert index.labels().group_names == ["sea"]
    assert list(index.raters()) == ["Ann"]


def test_index_tells_its_result_in_words(photorank, gallery):
    """Without --json the index command prints its counts and the reason for each skipped file."""
    outcome = photorank("index", gallery, "--name", "small", "--encoder", "embedded:2")

    assert outcome.out.startswith("index small: 0 added, 24 unchanged, 0 vanished, 1 skipped\n")
    assert f"{gallery / 'notes.jpg'}: " in outcome.out


@pytest.mark.slow
def test_indexing_leaves_the_series_that_an_album_needs(photorank, gallery):
    """An album uses the grouping of photos into series that was saved by indexing."""
    photorank("index", gallery, "--name", "new", "--encoder", "embedded:1")
    [kept] = open_index("new").paths.series.iterdir()
    assert photorank("album", "--vector", "beauty", "--places", 3, "--index", "new").code == 0
    assert list(open_index("new").paths.series.iterdir()) == [kept]


@pytest.mark.slow
def test_a_finished_index_does_not_fail_for_series(photorank, gallery):
    """Indexing a finished index succeeds even if a damaged file prevents the search for series."""
    photorank("index", gallery, "--name", "new", "--encoder", "embedded:1")
    paths = open_index("new").paths
    [shard] = paths.shards.iterdir()
    shard.write_bytes(shard.read_bytes()[:-64])
    for kept in paths.series.iterdir():
        kept.unlink()
    told = photorank("index", gallery, "--name", "new", "--json")
    assert told.code == 0
    assert told.json["unchanged"] == 24
    assert "were not looked for" in told.err


def test_status(photorank):
    """The status command prints the encoder, the framing, the photo count and the vectors."""
    status = photorank("status", "--json").json

    assert set(status) == {"index", "encoder", "framing", "photos", "skipped", "vectors"} | {
        "passed_over"
    }
    assert status["index"] == "small"
    assert status["encoder"] == "embedded"
    assert status["framing"] == "whole"
    assert status["photos"] == 24
    assert all(set(vector) == {"name", "kind", "builtin"} for vector in status["vectors"])
    assert "labelled  24" in photorank("status").out


def test_labels_of_a_source_replace_what_it_said_before(photorank, gallery, tmp_path):
    """Importing a table again replaces its labels; a group column may have any name."""
    table = tmp_path / "mine.csv"
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([("file", "stars", "theme"), ("beach/0.jpg", 5, "sea")])

    first = photorank("labels", "import", table, "--json")
    table.write_text("file,stars\nbeach/0.jpg,1\n")
    again = photorank("labels", "import", table, "--json")

    assert first.code == again.code == 0
    assert again.json["labelled"] == 24
    score = open_index().labels().scores[open_index().row_of(gallery / "beach" / "0.jpg")]
    assert score == pytest.approx((8 + 1) / 2)
    assert any("theme" in note for note in first.json["notes"])


def test_good_rows_of_a_bad_table_are_imported_with_partial(photorank, refused, tmp_path):
    """A table with an unknown photo is refused as a whole unless --partial is given."""
    table = tmp_path / "choices.csv"
    table.write_text("winner,loser\nbeach/0.jpg,beach/7.jpg\nbeach/0.jpg,moon.jpg\n")

    assert "line 3" in refused("choices", "import", table)
    assert photorank("choices", "import", table, "--partial", "--json").json["choices"] == 1


@pytest.mark.slow
def test_a_vector_from_words_can_be_shown(photorank):
    """A vector made from a prompt is saved in the index, and `vector show` prints its texts."""
    made = photorank(
        "vector", "prompt", "sharp", "a sharp photo", "--not", "a blurred photo", "--json"
    )

    assert made.json["kind"] == "prompt+qualities"
    assert "words are weak" in made.err
    assert Path(made.json["path"]).is_file()
    assert {"name": "sharp", "kind": "prompt+qualities", "builtin": False} in photorank(
        "vector", "list", "--json"
    ).json
    told = photorank("vector", "show", "sharp", "--json").json["parameters"]
    assert (told["texts"], told["not"]) == (["a sharp photo"], ["a blurred photo"])
    assert "sharp and in focus" in told["qualities"]
    plain = photorank("vector", "prompt", "plain", "a sharp photo", "--plain", "--json")
    assert plain.json["kind"] == "prompt"
    shown = photorank("vector", "show", "sharp").out
    assert "a blurred photo" in shown
    assert "words, through built-in qualities" in shown
    assert "sharp and in focus +" in shown


@pytest.mark.slow
def test_a_learned_vector_tells_its_held_out_accuracy(photorank):
    """`vector learn` learns from all labels, and reports a cross-validated pairwise accuracy."""
    learned = photorank("vector", "learn", "again", "--learner", "all-pairs", "--gap-power", 1)

    card = photorank("vector", "show", "again", "--json").json
    accuracy = card["metrics"]["pairwise_accuracy"]
    assert learned.code == 0
    assert "held-out pairwise accuracy" in learned.out
    assert 0 <= accuracy["low"] <= accuracy["value"] <= accuracy["high"] <= 1
    assert card["data"]["n_photos"] == 24
    assert card["kind"] == "all-pairs"
    assert "again" in photorank("vector", "list").out


def test_top_and_bottom_are_the_two_ends_of_one_order(photorank):
    """For all photos, the lists printed by `top` and `bottom` are each other's reverse."""
    top = photorank("top", "-k", 30, "--vector", "ours", "--json").json
    bottom = photorank("bottom", "-k", 30, "--vector", "ours", "--json").json

    assert len(top) == 24
    assert top == bottom[::-1]
    assert [photo["rating"] for photo in top] == sorted(
        (photo["rating"] for photo in top), reverse=True
    )
    assert set(top[0]) == {"path", "rating", "percentile", "group"}
    assert top[0]["percentile"] == pytest.approx(100 * 23.5 / 24)
    assert len(photorank("top", "-k", 3, "--vector", "ours", "--json").json) == 3
    assert top[0]["path"] in photorank("top", "-k", 1, "--vector", "ours").out


@pytest.mark.slow
def test_a_photo_is_rated_alike_inside_and_outside_the_index(photorank, gallery, tmp_path):
    """A copy of a photo outside the index gets the same rating as the indexed photo."""
    inside = gallery / "forest" / "2.jpg"
    outside = tmp_path / "copy.jpg"
    outside.write_bytes(inside.read_bytes())

    known, new = photorank("rate", inside, outside, "--vector", "ours", "--json").json

    assert known["path"] == str(inside)
    assert known["group"] == "forest"
    assert new["group"] is None
    assert new["rating"] == pytest.approx(known["rating"], abs=1e-4)
    assert 0 <= known["percentile"] <= 100


@pytest.mark.slow
def test_compare_gives_two_probabilities_that_swap_with_the_photos(photorank, gallery, tmp_path):
    """The probabilities of two photos sum to 1 in either order, even if one is not indexed."""
    known, new = gallery / "beach" / "0.jpg", tmp_path / "new.jpg"
    draw_photo(new, seed=7, blur=9)

    one = photorank("compare", known, new, "--vector", "ours", "--json").json
    other = photorank("compare", new, known, "--vector", "ours", "--json").json

    assert set(one) == {"vector", "calibrated", "first", "second"}
    assert one["calibrated"] is True
    assert one["first"]["probability"] + one["second"]["probability"] == pytest.approx(1)
    assert one["first"] == other["second"]
    preferred = max((one["first"], one["second"]), key=lambda photo: photo["probability"])
    assert preferred["rating"] == max(one["first"]["rating"], one["second"]["rating"])


@pytest.mark.slow
def test_commands_say_which_vector_they_took(photorank, gallery):
    """A message names the default vector: the latest evaluation's best, or else a built-in one."""
    photos = gallery / "beach" / "0.jpg", gallery / "beach" / "7.jpg"
    known = {vector["name"] for vector in photorank("vector", "list", "--json").json}

    before = photorank("compare", *photos, "--json")
    evaluated = photorank("evaluate", *QUICK, "--json").json
    after = photorank("compare", *photos, "--json")

    best = next(
        row["vector"]
        for row in evaluated["results"]
        if row["vector"] in known and not row["in_sample"]
    )
    assert before.err.startswith(f"photorank: comparing by {before.json['vector']}, built in")
    assert after.json["vector"] == best
    assert "latest evaluation" in after.err
    for command in ["top", "-k", 2], ["rate", photos[0]]:
        usual = photorank(*command, "--json")
        assert usual.json == photorank(*command, "--vector", best, "--json").json
        assert f"rating by {best}, the best vector of the latest evaluation" in usual.err
    assert photorank("explain", photos[0], "--json").json["vector"] == best


@pytest.mark.slow
def test_evaluate_prints_the_contract_and_keeps_it(photorank):
    """The command `evaluate` prints an evaluation as JSON and saves the same JSON to a file."""
    command = ["evaluate", "--learners", "pair-least-squares", *QUICK[2:]]

    outcome = photorank(*command, "--fold-by", "series", "--seed", 3, "--json")

    found = outcome.json
    assert found["protocol"]["fold_by"] == "series"
    assert found["protocol"]["folds"] == 4
    assert found["protocol"]["seed"] == 3
    assert {"pair-least-squares", "mean-difference", "random-direction"} <= {
        row["vector"] for row in found["results"]
    }
    for row in found["results"]:
        accuracy = row["metrics"]["pairwise_accuracy"]
        assert row["scope"] in ("all", "within", "across")
        assert accuracy["low"] <= accuracy["value"] <= accuracy["high"]
    assert {"a", "b", "scope", "metric", "value", "low", "high", "p"} <= set(
        found["differences"][0]
    )
    saved = Path(outcome.err.strip().rpartition("saved as ")[2])
    assert json.loads(saved.read_text()) == found


@pytest.mark.slow
def test_evaluate_in_words(photorank):
    """Without --json the evaluate command prints a table and a sentence on the best vector."""
    outcome = photorank("evaluate", *QUICK)

    assert outcome.code == 0
    assert "Kendall" in outcome.out
    assert "is best: it puts the better of two photos first in" in outcome.out
    assert "baseline" in outcome.out
    assert "3 folds instead of 4, dealt once: there are only 3 groups" in outcome.err


@pytest.mark.slow
def test_search_finds_by_words(photorank):
    """Search returns photos by falling cosine similarity to the text."""
    found = photorank("search", "a forest", "-k", 5, "--json").json

    similarities = [photo["similarity"] for photo in found]
    assert len(found) == 5
    assert all(set(photo) == {"path", "similarity"} for photo in found)
    assert similarities == sorted(similarities, reverse=True)


def test_a_removed_vector_no_longer_rates(photorank, refused):
    """After a vector is removed, commands say that the index has no vector of that name."""
    assert photorank("top", "--vector", "ours").code == 0

    assert photorank("vector", "remove", "ours", "--json").json == {
        "index": "small",
        "removed": "ours",
    }

    assert "no vector named 'ours'" in refused("top", "--vector", "ours")
