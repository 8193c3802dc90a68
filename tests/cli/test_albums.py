"""Commands for kept albums: making, changing, showing, exporting and removing them."""

import json
import shutil

import pytest

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def kept(photorank):
    """Function that runs an album command, and returns its JSON."""

    def run(*arguments):
        outcome = photorank(*arguments, "--json")
        assert outcome.code == 0, outcome.err
        return outcome.json

    return run


@pytest.mark.slow
def test_an_album_is_kept_from_its_choice_to_its_removal(kept, photorank, gallery, tmp_path):
    """An album is chosen, changed, undone, shown, exported, removed and imported again."""
    made = kept("album", "--places", 6, "--vector", "ours", "--album", "Italy 2026")
    paths = [one["path"] for one in made["chosen"]]
    assert made["album"]["revision"] == 1
    again = kept("album", "--album", "Italy 2026")
    assert [one["path"] for one in again["chosen"]] == paths
    assert again["album"]["revision"] == 1  # to look changes nothing

    without = kept("album", "--album", "Italy 2026", "--ban", paths[0])
    assert paths[0] not in [one["path"] for one in without["chosen"]]
    assert len(without["chosen"]) == 6
    assert kept("albums", "undo", "Italy 2026")["count"] == 6
    shown = kept("albums", "show", "Italy 2026")
    assert [one["path"] for one in shown["photos"]] == paths

    filled = kept("album", "--album", "Italy 2026", "--places", 8, "--fill")
    assert set(paths) < {one["path"] for one in filled["chosen"]}
    [entry] = kept("albums", "list")
    assert (entry["name"], entry["count"], entry["settings"]["vector"]) == ("Italy 2026", 8, "ours")

    file = tmp_path / "italy.json"
    assert photorank("albums", "export", "Italy 2026", "--to", file).code == 0
    assert photorank("albums", "remove", "Italy 2026").code == 0
    assert kept("albums", "list") == []
    assert kept("albums", "list", "--removed") == ["Italy 2026"]
    assert kept("albums", "import", file)["count"] == 8
    assert json.loads(photorank("albums", "export", "Italy 2026").out)["photos"] == entry["digests"]


@pytest.mark.slow
def test_photos_that_are_named_are_in_their_order(kept, gallery):
    """Photos given by path keep the given order, whatever their ratings."""
    wanted = [gallery / "street" / "3.jpg", gallery / "beach" / "7.jpg"]
    kept("albums", "save", "mine", "--photo", wanted[0], "--photo", wanted[1])
    shown = kept("album", "--album", "mine")
    assert [one["path"] for one in shown["chosen"]] == [str(path) for path in wanted]


@pytest.mark.slow
def test_an_album_finds_its_photos_wherever_they_lie(kept, own_gallery, home):
    """A saved album finds its photos after they were moved, even if another index has them."""
    kept("albums", "save", "mine", "--photo", own_gallery / "beach" / "2.jpg")
    (own_gallery / "beach" / "2.jpg").rename(own_gallery / "renamed.jpg")
    kept("index", own_gallery, "--name", "small")
    [photo] = kept("albums", "show", "mine")["photos"]
    assert photo["path"] == str(own_gallery / "renamed.jpg")
    (home / "index" / "small").rename(home / "index" / "other")
    [photo] = kept("albums", "show", "mine", "--index", "other")["photos"]
    assert photo["path"] == str(own_gallery / "renamed.jpg")


@pytest.mark.slow
def test_the_swap_is_one_command(kept):
    """The option --swap saves a proposed exchange of photos that raises the album's value."""
    before = kept("albums", "save", "s", "--places", 4, "--vector", "ours")
    worst = kept("bottom", "--vector", "ours", "-k", 3)
    kept("albums", "save", "s", *[word for one in worst for word in ("--photo", one["path"])])
    told = kept("album", "--album", "s")
    assert told["swap"]["gain"] > 0
    swapped = kept("album", "--album", "s", "--swap")
    assert swapped["value"] > told["value"]
    kept("albums", "undo", "s")
    kept("albums", "undo", "s")
    assert kept("albums", "show", "s")["digests"] == before["digests"]


def test_copies_are_numbered_in_order(kept, photorank, tmp_path):
    """The copied photo files have names that are numbered in album order."""
    asked = ["album", "--places", 3, "--vector", "ours", "--to", tmp_path / "out", "--numbered"]
    made = kept(*asked, "--with-sidecars")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names[::2] == [
        f"00{n + 1}_{one['path'].split('/')[-1]}" for n, one in enumerate(made["chosen"])
    ]
    assert names[1::2] == [f"{name}.xmp" for name in names[::2]]
    assert {one["outcome"] for one in kept(*asked)["files"]} == {"there"}


def test_mistakes_end_in_one_line(refused, photorank):
    """Each mistake in an album command ends in one line that says how to go on."""
    assert "There is no" not in refused("albums", "show", "nothing")
    assert "cannot be an album's name" in refused("album", "--album", "../x", "--places", 2)
    for wrong in (["--fill"], ["--album", "new", "--swap"], ["--album", "new"], []):
        assert photorank("album", *wrong).code == 2
    assert "does not exist" in refused("albums", "import", "nowhere.json")
    told = refused("albums", "import", __file__)
    assert f"{__file__} is no album's JSON: line 1, column 3 is no JSON" in told


@pytest.mark.slow
def test_ratings_tell_what_a_photo_adds_to_an_album(kept, photorank, gallery, tmp_path):
    """The rate command tells how much value a photo adds to a saved album or to the best photos."""
    photos = [gallery / "beach" / "0.jpg", gallery / "street" / "7.jpg"]
    kept("albums", "save", "mine", "--photo", photos[0])
    plain = kept("rate", *photos, "--vector", "ours")
    told = kept("rate", *photos, "--vector", "ours", "--album", "mine")
    assert [{key: one[key] for key in plain[0]} for one in told] == plain
    assert [one["in_album"] for one in told] == [True, False]
    assert told[0]["adds"] == 1
    assert told[1]["most_alike"] == str(photos[0])
    [own] = (tmp_path / "home" / "index").iterdir()
    shutil.copytree(own, own.with_name("another"))
    assert kept("rate", *photos, "--vector", "ours", "--album", "mine") == told
    shutil.rmtree(own.with_name("another"))
    best = kept("rate", *photos, "--vector", "ours", "--in-context")
    assert 0 < best[1]["adds"] < best[0]["adds"] < 1
    assert (
        photorank("rate", photos[0], "--vector", "ours", "--album", "a", "--in-context").code == 2
    )
