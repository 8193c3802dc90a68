from dataclasses import replace

import numpy as np
import pytest

from benchmarks.synthetic import VECTOR, write_synthetic
from photorank.album.grounds import KeptGrounds
from photorank.album.make_album import make_album
from photorank.album.request import AlbumRequest
from photorank.similarity.series import find_series
from photorank.vectors.store import load_vector
from photorank.workspace import IndexPaths


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Index of 900 photos in scenes, with their ratings and series."""
    index = write_synthetic(IndexPaths(tmp_path_factory.mktemp("m") / "many"), 900, 24, scene=3)
    return index, index.rate(load_vector(index, VECTOR)), find_series(index)


def marked(rng, album, request):
    """Album request with one random change: a photo's pin or ban, or the album's size."""
    shown = [one.row for one in album.chosen] + [one.row for one in album.missed]
    row = int(rng.choice([*shown, int(rng.integers(900))]))
    pinned, banned = request.pinned - {row}, request.banned - {row}
    how = rng.choice(["pin", "ban", "free", "places"])
    if how == "places":
        return replace(request, places=int(rng.integers(8, 30)))
    if how == "pin" and len(pinned) < 8:
        return replace(request, pinned=pinned | {row}, banned=banned)
    return replace(request, pinned=pinned, banned=banned | ({row} if how == "ban" else set()))


@pytest.mark.slow
@pytest.mark.parametrize(
    "wishes",
    [{}, {"balance": 0.8, "balanced": False}, {"considered": 300}, {"per": "folder", "at_most": 9}],
)
def test_a_press_gives_the_album_that_is_chosen_anew(many, wishes):
    """After every request, the album made with cached results equals one made without them."""
    index, ratings, series = many
    rng, kept = np.random.default_rng(len(wishes)), KeptGrounds(index)
    request = AlbumRequest(12, clients=60, **wishes)
    for _ in range(12):
        made = make_album(index, ratings, series, request, vector="v", kept=kept)
        anew = make_album(index, ratings, series, request, vector="v")
        assert [one.row for one in made.chosen] == [one.row for one in anew.chosen]
        assert [one.reason for one in made.chosen] == [one.reason for one in anew.chosen]
        assert [one.row for one in made.missed] == [one.row for one in anew.missed]
        assert (made.swap and made.swap[:2]) == (anew.swap and anew.swap[:2])
        assert made.notes == anew.notes
        figures = [(one.value, one.quality, one.variety, one.bound) for one in (made, anew)]
        assert figures[0] == pytest.approx(figures[1], rel=1e-6)
        request = marked(rng, made, request)


def test_grounds_are_kept_for_the_same_ratings_and_series(many):
    """Cached intermediate results are reused only for the same ratings, series and candidates."""
    index, ratings, series = many
    kept, everything = KeptGrounds(index), np.ones(900, dtype=bool)
    first = kept.of(ratings, series, everything, everything)
    assert kept.of(ratings, series, everything.copy(), everything.copy()) is first
    some = everything.copy()
    some[:3] = False
    for changed in (
        (ratings + 1, series, everything, everything),
        (ratings, replace(series), everything, everything),
        (ratings, series, some, everything),
        (ratings, series, some, some),
    ):
        other = kept.of(*changed)
        assert other is not first
        first = other
    assert np.isnan(first.standing[:3]).all()
