import pytest
from PIL import Image

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("home")
def test_explain_tells_why_and_draws_it(photorank, gallery, tmp_path):
    """The parts of a heat map sum to the photo's rating, and the heat map is saved as an image."""
    photo, heat = gallery / "beach" / "2.jpg", tmp_path / "heat.png"
    why = photorank(
        *("explain", photo, "--vector", "ours", "--index", "small", "--heatmap", heat, "--json")
    ).json
    [rated] = photorank("rate", photo, "--vector", "ours", "--index", "small", "--json").json

    assert why["rating"] == pytest.approx(rated["rating"], abs=2e-3)
    assert sum(map(sum, why["heat"]["values"])) + why["heat"]["rest"] == pytest.approx(
        why["rating"], abs=1e-5
    )
    assert why["heat"]["method"] == "sum over positions"
    assert len(why["concepts"]) == 6
    assert {one["text"] for one in why["signals"]["kinds"]} >= {"sharpness", "noise", "light"}
    assert why["better"]
    assert all(one["rating"] > why["rating"] for one in why["better"])
    with Image.open(heat) as picture:
        assert picture.format == "PNG"


@pytest.mark.usefixtures("home")
def test_explain_in_words(photorank, gallery):
    """Without --json, the command `explain` prints the reasons for a photo's rating as text."""
    outcome = photorank("explain", gallery / "beach" / "7.jpg", "--vector", "ours")

    assert outcome.code == 0
    assert "heat map by sum over positions" in outcome.out
    assert "technical signals carry" in outcome.out
    assert "goes with ratings" in outcome.out
    assert "closest better photos" in outcome.out


@pytest.mark.usefixtures("home")
def test_wrong_photos_are_refused(refused, gallery, tmp_path):
    """A missing file, a text file and an unusable heat map path each give an error line."""
    assert "does not exist" in refused("explain", tmp_path / "no.jpg", "--vector", "ours")
    assert "not" in refused("explain", gallery / "notes.jpg", "--vector", "ours")
    heat = gallery / "notes.jpg" / "heat.png"  # a file is no folder
    assert "heat.png" in refused(
        "explain", gallery / "beach" / "1.jpg", "--vector", "ours", "--heatmap", heat
    )


@pytest.mark.usefixtures("home")
def test_a_damaged_photo_is_named(refused, gallery, tmp_path):
    """The error for a damaged photo names its file."""
    half = tmp_path / "half.jpg"
    whole = (gallery / "beach" / "1.jpg").read_bytes()
    half.write_bytes(whole[: len(whole) // 2])
    assert "half.jpg" in refused("explain", half, "--vector", "ours")


@pytest.mark.usefixtures("home")
def test_a_heat_map_is_a_png_in_a_folder_that_there_is(photorank, refused, gallery, tmp_path):
    """A heat map is refused if its folder does not exist or its file name ends in .jpg."""
    explain = ("explain", gallery / "beach" / "1.jpg", "--vector", "ours", "--heatmap")
    assert "does not exist" in refused(*explain, tmp_path / "no folder" / "heat.png")
    assert not (tmp_path / "no folder").exists()

    assert photorank(*explain, tmp_path / "heat.jpg").code == 2
    assert not list(tmp_path.glob("heat*"))


@pytest.mark.usefixtures("home")
def test_what_nothing_is_better_than_says_so(photorank, gallery):
    """If no similar photo is better, `explain` says so instead of printing an empty table."""
    outcome = photorank("explain", gallery / "forest" / "0.jpg", "--vector", "ours")

    assert "no photo of its kind" in outcome.out
    assert "closest better" not in outcome.out


@pytest.mark.usefixtures("home")
def test_compare_marks_an_order_that_does_not_hold(photorank, gallery):
    """With --stability, `compare` reports how often the order flips and marks unsteady orders."""
    photo, other = gallery / "beach" / "0.jpg", gallery / "beach" / "7.jpg"
    arguments = ["--vector", "ours", "--stability"]
    itself = photorank("compare", photo, photo, *arguments, "--json").json["stability"]
    words = photorank("compare", photo, other, *arguments).out

    assert itself["steady"] is False
    assert itself["spreads"][0] == pytest.approx(itself["spreads"][1])
    assert "change places in" in words


@pytest.mark.usefixtures("home")
def test_nuisance_tells_gaps_and_keeps_the_vector(photorank):
    """`nuisance` lists how groups differ in rating and saves a vector without that difference."""
    arguments = ["--vector", "ours", "--by", "group", "--fold-by", "photo", "--json"]
    outcome = photorank("nuisance", *arguments, "--save", "rest")

    assert outcome.code == 0, outcome.err
    assert {gap["group"] for gap in outcome.json["gaps"]} == {"beach", "forest", "street"}
    assert outcome.json["directions"] == 2
    listed = photorank("vector", "list", "--json").json
    assert "rest" in {one["name"] for one in listed}


@pytest.mark.usefixtures("home")
def test_nuisance_in_words(photorank, refused):
    """The command `nuisance` describes each cluster of photos in words."""
    outcome = photorank("nuisance", "--vector", "ours", "--clusters", 2)

    assert outcome.code == 0, outcome.err
    assert outcome.out.count("like ") >= 2
    assert "change in accuracy" in outcome.out
    assert "for fewer kinds" in refused("nuisance", "--vector", "ours", "--clusters", 5000)


@pytest.mark.usefixtures("home")
def test_a_name_that_is_taken_is_told_before_any_work(refused):
    """A vector name that is already taken is refused before anything is measured."""
    assert "plain-prompt" in refused("nuisance", "--vector", "ours", "--save", "plain-prompt")


@pytest.mark.usefixtures("home")
def test_bench_framing_and_stability_print_their_tables(photorank, gallery, tiny_spec):
    """`bench framing` compares framings with `crop`; `bench stability` prints a table."""
    labels = ("--labels", gallery / "labels.csv")
    photorank("index", gallery, "--name", "tiny", "--encoder", tiny_spec, *labels)
    bench_framing = ("bench", "framing", "--index", "tiny", "--folds", 3, "--framings")
    framing = photorank(*bench_framing, "crop,squash")
    stability = photorank(
        *("bench", "stability", "--index", "tiny", "--framings", "crop", "--photos", 10)
    )

    for nothing in ("", ","):
        assert photorank(*bench_framing, nothing).code == 2
    assert framing.code == stability.code == 0, framing.err + stability.err
    assert "ahead of crop" in framing.out
    assert "unsteady pairs" in stability.out
    found = photorank(*bench_framing, "crop", "--json").json
    assert found["rows"][0]["ahead"] is None
