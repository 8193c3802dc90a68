"""Choice of photos for a saved album: filling empty places, swapping, and the album's value."""

import numpy as np
import pytest

from photorank.album.kept.album import AlbumSettings, KeptAlbum
from photorank.album.kept.choose import choose_album, request_of, rows_of_album, with_photos


@pytest.fixture
def chosen(collection):
    """Index of ten photos, and a function that chooses photos for a saved album."""
    index = collection.index

    def choose(album, *, hold, fill):
        request = request_of(album.settings, rows_of_album(index, album), hold=hold, fill=fill)
        return choose_album(index, collection.vector, request, album.settings.alike)[0]

    return index, choose


def album_of(index, rows, **settings):
    """Saved album of the photos that have the given row numbers in the index."""
    digests = tuple(index.photo(row).digest for row in rows)
    return KeptAlbum(index.name, digests, settings=AlbumSettings(**settings))


def test_an_album_is_judged_as_it_is(chosen):
    """An album can be evaluated with exactly the photos that the album already has."""
    index, choose = chosen
    album = album_of(index, [3, 1, 7], places=3)
    held = choose(album, hold=True, fill=False)
    best = choose(album, hold=False, fill=True)
    assert {one.row for one in held.chosen} == {1, 3, 7}
    assert not any(one.pinned for one in held.chosen)
    assert held.value <= best.value + 1e-9 <= best.bound + 2e-9


def test_the_swap_raises_the_value_by_what_was_told(chosen):
    """Each proposed swap raises the album's value by the stated gain, until no swap helps."""
    index, choose = chosen
    album = album_of(index, [0, 1, 2], places=3, alike=0.9999)  # no photo is of another's series
    for done in range(10):
        made = choose(album, hold=True, fill=False)
        if made.swap is None or made.swap.gain <= 1e-9:
            assert done
            break
        out, into = (index.photo(row).digest for row in (made.swap.out, made.swap.into))
        album = album.exchange(out, into)
        after = choose(album, hold=True, fill=False)
        assert after.value == pytest.approx(made.value + made.swap.gain, abs=1e-5)
    else:
        pytest.fail("swaps go round in a circle")


def test_filling_keeps_what_is_there(chosen):
    """Filling an album's empty places keeps its photos in order and adds no excluded photo."""
    index, choose = chosen
    album = album_of(index, [5, 2], places=6).leave_out([index.photo(9).digest])
    made = choose(album, hold=True, fill=True)
    rows = [one.row for one in made.chosen]
    assert len(rows) == 6
    assert {5, 2} <= set(rows)
    assert 9 not in rows
    filled = with_photos(index, album, rows)
    assert len(filled.photos) == 6
    assert filled.photos.index(album.photos[0]) < filled.photos.index(album.photos[1])


def test_photos_of_another_collection_stay_in_the_album(chosen):
    """An album's photos from another index are listed as missing, but stay in the album."""
    index, choose = chosen
    album = album_of(index, [1], places=2)
    album = KeptAlbum(album.index, (*album.photos, "f" * 64), settings=album.settings)
    assert rows_of_album(index, album).missing == ["f" * 64]
    made = choose(album, hold=True, fill=True)
    assert with_photos(index, album, [one.row for one in made.chosen]).photos[-1] == "f" * 64
    assert np.isfinite(made.value)


def test_a_photo_whose_file_has_changed_is_not_chosen(chosen):
    """Photos whose files have changed are not chosen, but those already in the album stay in it."""
    index, choose = chosen
    wanted = album_of(index, [], places=3)
    first, second = (choose(wanted, hold=False, fill=True).chosen[place].row for place in (0, 1))
    for row in (first, second):
        path = index.photo(row).path
        path.write_bytes(path.read_bytes() + b"more")
    made = choose(wanted, hold=False, fill=True)
    assert not {first, second} & {one.row for one in made.chosen}
    assert any(note.startswith("2 photos changed since they were indexed") for note in made.notes)
    held = choose(album_of(index, [first], places=1), hold=True, fill=False)
    assert [one.row for one in held.chosen] == [first]
