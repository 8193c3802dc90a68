import pytest

from photorank.index.opened import open_index
from photorank.photos.signals.all_signals import SIGNALS

pytestmark = pytest.mark.usefixtures("home")


def test_an_index_is_measured_once_and_summed_up(photorank):
    """Indexing measures all technical signals of photos, so `signals` finds nothing left to do."""
    first = photorank("signals", "--page", "2x3")
    assert "index small: 0 measured, 24 known before" in first.out
    assert all(name in first.out for name in SIGNALS)
    assert "at 2 × 3 cm: 0 fine, 0 soft, 24 too small; 0 very dark in print" in first.out
    again = photorank("signals", "--json").json
    assert (again["measured"], again["known"], again["skipped"]) == (0, 24, [])
    photos = open_index("small").photos()
    assert [one["path"] for one in again["photos"]] == [str(photo.path) for photo in photos]
    assert list(again["photos"][0]["signals"]) == list(SIGNALS)
    assert "print" not in again["photos"][0]


def test_single_files_need_no_index(photorank, gallery, empty_home):
    """Single files are measured without an index, and their print quality is put into words."""
    file = gallery / "beach" / "0.jpg"
    [told] = photorank("signals", file, "--page", "1x1", "--json").json
    assert told["path"] == str(file)
    assert told["signals"]["width"] == 96
    assert told["print"]["words"] == "183 dpi at 1 × 1 cm: soft, 25% of it is cut off"
    assert told["print"]["words"] in photorank("signals", file, "--page", "1x1").out
    assert not empty_home.exists()


@pytest.mark.parametrize("arguments", [["--page", "a4"], ["photo.jpg", "--index", "small"]])
def test_wrong_usage(photorank, arguments):
    """`signals` refuses files together with --index, and a --page without width and height."""
    assert photorank("signals", *arguments).code == 2


@pytest.mark.slow
def test_photos_teach_themselves_by_a_command(photorank, own_gallery, tiny_spec):
    """The degradations learner needs no labels and refuses options about labels."""
    for file in sorted(own_gallery.glob("*/*.jpg"))[10:]:
        file.unlink()  # ten photos are enough
    photorank("index", own_gallery, "--name", "few", "--encoder", tiny_spec)
    learn = ("vector", "learn", "--index", "few", "--learner", "degradations")
    made = photorank(*learn, "taught")
    assert made.code == 0, made.err
    assert "made taught (degradations), held-out pairwise accuracy" in made.out
    assert "on degraded copies of other photos" in made.out
    assert "degraded copies" in photorank("vector", "show", "taught", "--index", "few").out
    wrong = (*learn, "other", "--within", "group")
    assert photorank(*wrong).code == 2


@pytest.mark.slow
def test_keepers_tell_how_low_may_be_rejected(photorank, refused):
    """The command `keepers` prints the rating below which photos may be rejected."""
    arguments = ("keepers", "--vector", "technical", "--lose", 30, "--keeper-from")
    found = photorank(*arguments, 1, "--json").json
    assert found["keepers"]["independent"] == 12  # two of a series are one
    assert found["lost"] == 0.3
    told = photorank(*arguments, 1).out
    assert f"reject below {found['rating']:.4f}: with 95 % confidence" in told
    assert "at most 30 % of the keepers" in told
    assert "technical has not seen them" in told
    assert "9 keepers of different moments are needed" in refused(*arguments, 8)
    assert photorank("keepers", "--vector", "technical").code == 2


@pytest.mark.slow  # a whole story
def test_copies_teach_beside_judgements_by_a_command(photorank, own_gallery, tiny_spec, refused):
    """An evaluation refits a vector that was learned from both judgements and degraded copies."""
    labels = ("--labels", own_gallery / "labels.csv")
    photorank("index", own_gallery, "--name", "few", "--encoder", tiny_spec, *labels)
    learn = ("vector", "learn", "--index", "few", "--with-degradations", 0.1)
    made = photorank(*learn, "both", "--learner", "all-pairs", "--json")
    assert made.code == 0, made.err
    card = photorank("vector", "show", "both", "--index", "few", "--json").json
    assert card["parameters"]["with_degradations"] == 0.1
    accuracy = card["metrics"]["pairwise_accuracy"]
    assert accuracy["low"] <= accuracy["value"] <= accuracy["high"]
    assert card["slope"] is not None
    told = photorank("evaluate", "--index", "few", "--vectors", "both", "--folds", 2, "--json").json
    assert all(row["refitted"] for row in told["results"] if row["vector"] == "both")
    for file in own_gallery.glob("*/*.jpg"):
        file.unlink()  # so that an embedding of copies would be refused for another reason
    assert "leave out the degradations" in refused(*learn, "other", "--learner", "rank-svm")
