"""Value that a photo adds to an album, given the album's other photos."""

from dataclasses import replace

import numpy as np
import pytest

from photorank.album.in_context import AlbumContext, PhotoToAssess


@pytest.fixture
def asked(collection):
    """Index, and a function that computes the value that photos add to a given album."""
    index = collection.index
    ratings = index.rate(collection.vector)

    def ask(album, rows, *, own=None):
        photos = [
            PhotoToAssess(row, index.embeddings()[row], float(ratings[row] if own is None else own))
            for row in rows
        ]
        return AlbumContext(index, ratings, album).tell(photos)

    return index, ask


def test_a_photo_adds_what_the_album_is_worth_less_without_it(asked):
    """A photo adds the same value to an album whether or not the photo is already inside."""
    _, ask = asked
    [inside] = ask([1, 4, 7], [4])
    [outside] = ask([1, 7], [4])
    assert inside.adds == pytest.approx(outside.adds)
    assert (inside.in_album, outside.in_album) == (True, False)
    assert inside.most_alike == outside.most_alike
    [alone] = ask([], [4])
    assert (alone.adds, alone.most_alike) == (1.0, None)


def test_a_twin_of_the_albums_photos_adds_less_than_another_of_its_rating(asked):
    """A duplicate of an album's photo adds less value than a different photo of equal rating."""
    index, ask = asked
    ratings = np.zeros(len(index))
    heads = index.embeddings()
    twin, other = PhotoToAssess(None, heads[1], 0.0), PhotoToAssess(None, heads[5], 0.0)
    of_twin, of_other = AlbumContext(index, ratings, [1, 2]).tell([twin, other])
    assert of_twin.adds == pytest.approx(0, abs=1e-4)
    assert of_other.adds > 0.001
    assert of_twin.cosine == pytest.approx(1, abs=1e-5)
    [low], [high] = ask([1, 2], [5], own=0.0), ask([1, 2], [5], own=1.0)
    assert high.adds > low.adds


def test_what_a_photo_adds_is_said_in_a_sentence(collection):
    """The sentence on what a photo adds to an album names the most similar photo in it."""
    index = collection.index
    ratings = index.rate(collection.vector)
    context = AlbumContext(index, ratings, [1, 4, 7])
    inside, outside = context.tell_rows([4, 5], ratings)
    assert inside.in_words("the album").startswith("adds ")
    words = outside.in_words("the best 3 photos")
    assert words.startswith("would add ")
    assert words.endswith(
        f"to the best 3 photos, of which {outside.most_alike.name} is most like it"
    )
    assert "hardly anything" in replace(outside, adds=0.0001).in_words("it")
