import json

import pytest

from photorank.index.opened import open_index

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def album(photorank):
    """Function that makes an album by the vector `ours`, and returns the command's JSON."""

    def make(*arguments):
        outcome = photorank("album", "--vector", "ours", *arguments, "--json")
        assert outcome.code == 0, outcome.err
        return outcome.json

    return make


@pytest.mark.slow
def test_the_json_is_the_contract(album):
    """The JSON gives an album's size, its value's upper bound, and each photo's rating and gain."""
    made = album("--places", 5)
    assert {"places", "chosen", "bound"} <= set(made)
    assert made["places"] == 5
    assert len(made["chosen"]) == 5
    for one in made["chosen"]:
        assert {"path", "rating", "marginal", "represents"} <= set(one)
        assert one["reason"]
    assert sum(one["marginal"] for one in made["chosen"]) == pytest.approx(made["value"], abs=1e-5)
    assert made["value"] <= made["bound"] + 1e-6
    assert made["guarantee"] == pytest.approx(0.632, abs=1e-3)
    assert len(made["missed"]) == 5
    assert made["series"]["alike"] == 0.9


def test_known_series_have_one_shot_each(album):
    """An album of twelve photos has one photo from each of the gallery's twelve series."""
    made = album("--places", 12)
    series = {str(photo.path): photo.series for photo in open_index().photos()}
    assert len({series[one["path"]] for one in made["chosen"]}) == 12
    for one in made["chosen"]:
        assert [series[path] for path in one["represents"]] == [series[one["path"]]]
        assert f"of 2 shots of one moment, {series[one['path']]}" in one["reason"]
        assert ", ".join(one["over_next"]) in one["reason"]


def test_pins_bans_groups_and_limits(album, gallery):
    """An album obeys pins, bans, a group and a limit per group, and reports empty places."""
    worst, best = gallery / "beach" / "7.jpg", gallery / "beach" / "0.jpg"
    made = album("--places", 3, "--pin", worst, "--ban", best, "--group", "beach")
    paths = [one["path"] for one in made["chosen"]]
    assert str(worst) in paths
    assert str(best) not in paths
    assert all("/beach/" in path for path in paths)

    made = album("--places", 6, "--per", "group", "--at-most", 1)
    groups = [one["path"].split("/")[-2] for one in made["chosen"]]
    assert sorted(groups) == ["beach", "forest", "street"]
    assert made["guarantee"] == 0.5
    assert any("3 places left empty" in note for note in made["notes"])


def test_without_a_folder_it_only_tells(photorank, gallery, tmp_path, monkeypatch):
    """If no folder is given, the album command only prints the album and copies no photos."""
    monkeypatch.chdir(tmp_path)
    before = sorted(gallery.rglob("*"))
    outcome = photorank("album", "--places", 4, "--vector", "ours")
    assert outcome.code == 0, outcome.err
    for said in ("no album can exceed", "just missed", "swap", "cosine of 0.9"):
        assert said in outcome.out
    assert "no photos were copied" in outcome.err
    assert "choosing by" not in outcome.err
    assert sorted(gallery.rglob("*")) == before
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.slow
def test_copies_are_made_once(photorank, tmp_path):
    """A repeated export of a larger album copies only the photos that are not yet there."""
    asked = ["album", "--vector", "ours", "--variety", 0, "--to", tmp_path / "out"]
    outcome = photorank(*asked, "--places", 3)
    assert "3 copied, 0 there already" in outcome.out
    made = photorank(*asked, "--places", 4, "--json").json
    assert len(made["written"]) == 1
    assert [one["outcome"] for one in made["files"]].count("there") == 3
    assert len(list((tmp_path / "out").iterdir())) == 4
    links = photorank(*asked[:-1], tmp_path / "links", "--link", "soft", "--places", 3)
    assert "3 soft links made" in links.out


@pytest.mark.slow
def test_edges(album):
    """An album may ask for more photos than there are, or ban all photos but one."""
    assert len(album("--places", 1000)["chosen"]) == 24
    photos = [photo.path for photo in open_index().photos()]
    bans = [word for path in photos[1:] for word in ("--ban", path)]
    assert [one["path"] for one in album("--places", 3, *bans)["chosen"]] == [str(photos[0])]


@pytest.mark.slow
def test_mistakes_end_in_one_line(refused, gallery, tmp_path):
    """Each mistake ends in one line that says what to change, and nothing is written."""
    photo = gallery / "beach" / "0.jpg"
    asked = ["album", "--places", 1, "--vector", "ours"]
    assert "both pinned and banned" in refused(*asked, "--pin", photo, "--ban", photo)
    two = ["--pin", photo, "--pin", gallery / "beach" / "1.jpg"]
    assert "2 photos pinned, and 1 place:" in refused(*asked, *two)
    assert "is no photo of index" in refused(*asked, "--ban", tmp_path / "no.jpg")
    assert "no group 'sea'. There is: beach" in refused(*asked, "--group", "sea")
    assert "no group 'sea'. There is: beach" in refused(*asked[:3], "--group", "sea")  # no vector
    assert "are in the index" in refused(*asked, "--to", gallery / "album")
    assert "no photo tells its day" in refused(*asked, "--per", "day", "--at-most", 2)
    assert not (gallery / "album").exists()
    assert "no index named 'nope'" in refused("album", "--index", "nope", "--places", 1)


@pytest.mark.parametrize("wrong", [["--places", 0], ["--places", 3, "--per", "day"],
                                   ["--places", 3, "--variety", 2]], ids=str)  # fmt: skip
def test_what_makes_no_sense_is_wrong_usage(wrong, photorank):
    """Invalid album options end with exit code 2, the code for wrong usage."""
    assert photorank("album", "--vector", "ours", *wrong).code == 2


def test_without_a_vector_the_usual_one_chooses_and_is_told(photorank):
    """A message names the default vector that chose a new album; a saved album has no message."""
    chosen = photorank("album", "--places", 2)
    assert chosen.code == 0
    assert "choosing by " in chosen.err
    assert photorank("albums", "save", "Shown", "--places", 2).code == 0
    shown = photorank("album", "--album", "Shown")
    assert shown.code == 0
    assert "choosing by " not in shown.err


def test_what_is_printed_can_be_read_by_a_machine(photorank):
    """Standard output holds nothing but JSON, in ASCII."""
    outcome = photorank("album", "--places", 2, "--vector", "ours", "--json")
    assert json.loads(outcome.out)["places"] == 2
    assert outcome.out.isascii()
