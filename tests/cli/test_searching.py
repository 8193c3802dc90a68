"""`photorank search` by a photo, by a vector and by both."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from photorank.index.opened import open_index
from photorank.vectors.store import load_vector

OURS = ("--vector", "ours")
pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def index():
    """Index `small`, in which the commands search."""
    return open_index("small")


def rows_of(index, found):
    """Index row number of each photo in a search result."""
    return [index.row_of(Path(one["path"])) for one in found]


def test_photos_like_one_of_the_index_are_its_nearest_without_itself(photorank, index):
    """`search --like` lists the other photos with the order and cosines that NumPy computes."""
    X = index.heads()
    found = photorank("search", "--like", index.photo(3).path, "-k", 5, "--json").json

    cosines = X @ X[3]
    cosines[3] = -np.inf
    expected = np.argsort(-cosines, kind="stable")[:5]
    assert rows_of(index, found) == expected.tolist()
    assert [one["similarity"] for one in found] == pytest.approx(cosines[expected], abs=1e-5)


def test_photos_like_one_that_is_not_in_the_index(photorank, index, tmp_path):
    """A search by a mirrored copy of an indexed photo finds that photo first."""
    with Image.open(index.photo(3).path) as photo:
        ImageOps.mirror(photo).save(tmp_path / "mirrored.png")
    [found] = photorank("search", "--like", tmp_path / "mirrored.png", "-k", 1, "--json").json

    assert rows_of(index, [found]) == [3]


def test_photos_along_a_vector_are_those_it_rates_best(photorank):
    """Searching along a vector finds the same photos as `top`, in the same order."""
    found = photorank("search", "--vector", "ours", "-k", 6, "--json").json
    best = photorank("top", "--vector", "ours", "-k", 6, "--json").json

    assert [one["path"] for one in found] == [one["path"] for one in best]


def test_like_this_one_but_better(photorank, index):
    """All photos found are rated higher than the given one; the most similar comes first."""
    ratings = index.rate(load_vector(index, "ours"))
    worst = int(ratings.argmin())
    asked = ("search", "--like", index.photo(worst).path, "--vector", "ours", "-k", 4, "--json")
    found = photorank(*asked).json

    assert 0 < len(found) <= 4  # those of its kind
    assert (ratings[rows_of(index, found)] > ratings[worst]).all()
    similarities = [one["similarity"] for one in found]
    assert similarities == sorted(similarities, reverse=True)


def test_better_photos_that_changed_are_told(photorank, own_gallery):
    """A search for photos better than a given one warns if found files changed since indexing."""
    index = open_index("small")
    ratings = index.rate(load_vector(index, "ours"))
    worst = int(ratings.argmin())
    asked = ("search", "--like", index.photo(worst).path, "--vector", "ours", "-k", 4)
    for found in photorank(*asked, "--json").json:
        assert Path(found["path"]).is_relative_to(own_gallery)
        shutil.copy(index.photo(worst).path, found["path"])

    assert "changed since" in photorank(*asked).err


@pytest.mark.slow
def test_what_words_and_framing_cannot_say_is_told(photorank):
    """The commands `search` and `top` print a note on what their results cannot tell."""
    found = photorank("search", "a beach", "-k", 1)
    assert (found.code, "English names" in found.err) == (0, True)
    found = photorank("top", "--vector", "framing", "-k", 1)
    assert (found.code, "of different scenes it says nothing" in found.err) == (0, True)


def test_what_is_looked_for_is_said_once(photorank, refused, index):
    """`search` exits with code 2 if it gets both a text and a photo, or neither of them."""
    photo = index.photo(0).path
    approximate = ("--like", photo, "--vector", "ours", "--approximate")
    for wrong in ((), ("a forest", "--like", photo), ("a forest", "--vector", "ours"), approximate):
        outcome = photorank("search", *wrong)
        assert outcome.code == 2
        assert "give a text" in outcome.err or "--approximate cannot" in outcome.err

    assert "no vector named 'nobody'" in refused("search", "--like", photo, "--vector", "nobody")


def test_a_photo_that_cannot_be_searched_by(refused, gallery, tmp_path):
    """A missing file, or a file that is no photo, is refused with a one-line error."""
    assert "does not exist" in refused("search", "--like", tmp_path / "no.jpg")
    assert "notes.jpg" in refused("search", "--like", gallery / "notes.jpg")


@pytest.mark.slow
def test_what_changed_since_it_was_indexed_is_left_out_and_told(
    photorank, index, gallery, tmp_path
):
    """A photo replaced since indexing is left out instead of listed with the old rating."""
    moved = tmp_path / "photos"
    shutil.copytree(gallery, moved)
    assert photorank("reroot", gallery, moved, "--apply").code == 0
    first, second, *_ = [one["path"] for one in photorank("top", "-k", 5, "--json", *OURS).json]
    shutil.copy(gallery / "street" / "7.jpg", first)
    found = photorank("top", "-k", 1, "--json", *OURS)
    assert [one["path"] for one in found.json] == [second]
    assert found.err.count("1 photo changed since it was indexed") == 1
    for command in (("rate", first), ("compare", first, moved / "street" / "7.jpg")):
        assert photorank(*command, *OURS, "--json").code == 0
    both = photorank("compare", first, moved / "street" / "7.jpg", *OURS, "--json").json
    assert both["first"]["probability"] == 0.5
    album = photorank("album", "--places", 3, *OURS, "--json").json
    assert first not in [one["path"] for one in album["chosen"]]
    assert "1 photo changed" in album["notes"][-1]
