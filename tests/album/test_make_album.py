import csv
import io
import itertools
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFilter

from photorank.album.candidates import shortlist
from photorank.album.make_album import make_album
from photorank.album.request import AlbumRequest, rows_of_files
from photorank.errors import AlbumError
from photorank.export.album_table import COLUMNS, album_csv
from photorank.index.judging.import_rows import import_labels
from photorank.index.measuring.measure_signals import measure_signals
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from photorank.similarity.series import Series, find_series
from tests.fixtures.colours import fill


def single(n):
    """Division of n photos into series of one photo each."""
    return Series(np.arange(n), np.arange(n), [None] * n, {}, 0.9)


def in_series(codes, names=None):
    """Division of photos into series, by the given series number of each photo."""
    codes = np.array(codes)
    names = names or [None] * (codes.max() + 1)
    return Series(codes, np.arange(len(codes)), names, {}, 0.9)


@pytest.fixture
def make(collection):
    """Function that makes an album from ten photos; the default rating is the row number."""
    index = collection.index

    def album(places, series=None, ratings=None, **wishes):
        rated = np.arange(10.0) if ratings is None else np.asarray(ratings, dtype=np.float64)
        return make_album(
            index, rated, series or single(10), AlbumRequest(places, **wishes), vector="v"
        )

    return album


def rows(album):
    """Row numbers of an album's photos in the index."""
    return [one.row for one in album.chosen]


@pytest.mark.parametrize("places", [10, 11, 1000])
def test_with_room_for_all_all_are_in(make, places):
    """An album with room for every photo takes all of them; a note reports places left empty."""
    for balance in (0, 0.5, 1):
        album = make(places, balance=balance)
        assert rows(album) == list(range(10))
        assert album.missed == []
        assert album.swap is None
        assert album.chosen[0].reason == "the album has room for all photos"
        assert any("left empty" in note for note in album.notes) == (places > 10)


def test_no_place_no_photo(make):
    """An album with no places is valid: it is empty and lists the best photos left out."""
    album = make(0)
    assert album.chosen == []
    assert album.value == album.bound == 0
    best = make(1, balance=0).chosen[0]
    assert make(0, balance=0).missed[0].row == best.row
    assert make(0, balance=0).missed[0].marginal == pytest.approx(best.marginal) == 1
    assert [one.marginal for one in album.missed] == sorted(
        (one.marginal for one in album.missed), reverse=True
    )
    assert 0 < album.missed[0].marginal <= 1


def test_without_variety_the_best_rated_are_in(make):
    """An album without variety (balance 0) holds just the best-rated photos."""
    album = make(3, balance=0)
    assert rows(album) == [7, 8, 9]
    assert album.value == pytest.approx(album.bound) == pytest.approx(1)
    assert [one.row for one in album.missed] == [6, 5, 4, 3, 2]
    assert album.swap.gain < 0


@pytest.mark.parametrize("balance", [0, 0.3, 1])
def test_photos_that_are_all_rated_alike_or_all_the_same(collection, make, balance):
    """An album is filled even if all photos are rated equally or are the same picture."""
    assert len(make(4, ratings=np.ones(10), balance=balance).chosen) == 4

    class Same:
        """Stand-in for the index in which all photos have the same embedding."""

        photos_by_row, name = staticmethod(collection.index.photos_by_row), "same"
        signals = staticmethod(collection.index.signals)
        faces = staticmethod(collection.index.faces)
        moments = staticmethod(collection.index.moments)
        manifest = collection.index.manifest

        fingerprint, paths = collection.index.fingerprint, collection.index.paths

        @staticmethod
        def heads():
            return np.tile(collection.index.heads()[:1], (10, 1))

    request = AlbumRequest(4, balance)
    album = make_album(Same, np.arange(10.0), single(10), request, vector="v")
    assert len(album.chosen) == 4
    assert 9 in rows(album)  # of photos that cover the same, the best rated one
    assert album.value <= album.bound + 1e-6


def test_all_photos_of_one_series_come_in_the_order_of_ratings(make):
    """If all photos are of one series, the album takes the photos with the highest ratings."""
    one = make(1, in_series([0] * 10))
    assert rows(one) == [9]
    assert one.chosen[0].represents == list(range(9))
    assert one.chosen[0].reason.startswith("best of 10 near-identical shots")
    assert set(rows(make(3, in_series([0] * 10), balance=0))) == {7, 8, 9}


def test_one_of_each_series_before_two_of_any(make):
    """An album has one photo of each series before it has two photos of any series."""
    series = in_series([0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
    assert rows(make(5, series)) == [1, 3, 5, 7, 9]
    album = make(6, series, balance=0)
    assert rows(album) == [1, 3, 5, 7, 8, 9]
    represented = list(itertools.chain(*(one.represents for one in album.chosen)))
    assert sorted(represented) == [0, 2, 4, 6]


@pytest.mark.slow
def test_signals_choose_among_the_shots_of_a_series_and_there_alone(collection):
    """The sharp shot represents its series even if a blurred shot is rated higher."""
    rng = np.random.default_rng(0)
    sharp = Image.fromarray(rng.integers(0, 256, (60, 90, 3), dtype=np.uint8)).resize((360, 240))
    folder = collection.folder / "burst"
    folder.mkdir()
    for number, radius in enumerate((4, 0, 2)):
        sharp.filter(ImageFilter.GaussianBlur(radius)).save(folder / f"{number}.png")
    collection.build()
    index = collection.index
    names = [photo.path for photo in index.photos()]
    burst = [names.index(folder / f"{number}.png") for number in range(3)]
    codes = np.arange(len(names))
    codes[burst] = burst[0]
    series = in_series(codes, [None] * len(names))
    ratings = np.arange(float(len(names)))
    ratings[burst] = [102, 101, 100]

    def album(places):
        return make_album(index, ratings, series, AlbumRequest(places, 0), vector="v")

    unmeasured = album(1)
    assert rows(unmeasured) == burst[:1]
    assert any("photorank signals" in note for note in unmeasured.notes)
    measure_signals(collection.paths)
    measured = album(1)
    assert rows(measured) == [burst[1]]
    assert "best of 3 near-identical shots (sharper subject)" in measured.chosen[0].reason
    assert measured.chosen[0].over_next == ["sharper subject"]
    assert any("sharp, not blown out" in note for note in measured.notes)
    best_rated = max(row for row in range(len(names)) if row not in burst)
    assert set(rows(album(2))) == {burst[1], best_rated}  # no signal compares two series


def test_a_threshold_that_was_not_measured_is_called_so(make):
    """If the near-duplicate threshold was measured with another encoder, a note says so."""
    assert any("measured with embedded, not with colours" in note for note in make(3).notes)


def test_names_of_series_are_told(make):
    """The reason for a chosen photo includes the name that people gave to its series."""
    album = make(1, in_series([0] * 10, ["at the lake"]))
    assert "best of 10 shots of one moment, at the lake" in album.chosen[0].reason


def test_pins_are_in_and_bans_are_not(make):
    """A pinned photo represents its series even if others are better; no banned photo is chosen."""
    series = in_series([0, 0, 0, 1, 1, 1, 2, 2, 2, 3])
    album = make(3, series, pinned=frozenset({0}), banned=frozenset({9, 5}), balance=0)
    assert rows(album) == [0, 4, 8]
    assert [one.pinned for one in album.chosen] == [True, False, False]
    assert "you always keep it" in album.chosen[0].reason
    assert "one of 3" in album.chosen[0].reason
    better = [1, 9, 9, 2, 2, 2, 3, 3, 3, 4]  # what is pinned is the worst of its series
    assert rows(make(2, series, better, pinned=frozenset({0}), balance=0)) == [0, 9]
    both = make(3, series, pinned=frozenset({0, 1}), balance=0)
    assert rows(both) == [0, 1, 9]


def test_every_photo_banned_but_one(make):
    """If all photos but one are banned, the album is that one; if all are banned, it is empty."""
    assert rows(make(3, banned=frozenset(range(9)))) == [9]
    album = make(3, banned=frozenset(range(10)))
    assert album.chosen == []
    assert album.notes[0].startswith("3 places left empty")


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"pinned": frozenset({1, 2, 3})}, "3 photos pinned, and 2 places"),
        ({"pinned": frozenset({1}), "banned": frozenset({1})}, "both pinned and banned"),
        ({"group": "nowhere"}, "no group 'nowhere'"),
        ({"per": "day", "at_most": 1}, "no photo tells its day"),
    ],
)
def test_wishes_that_contradict_themselves_end_in_a_line(make, wishes, said):
    """Contradictory album wishes raise an error of one line that says what is wrong."""
    with pytest.raises(AlbumError, match=said) as caught:
        make(2, **wishes)
    assert "\n" not in str(caught.value)


def test_a_photo_outside_the_index_is_told(collection, tmp_path):
    """A photo outside the index cannot be pinned."""
    with pytest.raises(AlbumError, match="is no photo of index"):
        rows_of_files(collection.index, [tmp_path / "other.jpg"])


def test_groups_and_their_limits(collection):
    """An album may be limited to one group or to n photos per group; pins may exceed a limit."""
    names = [str(photo.path) for photo in collection.index.photos()]
    table = LabelTable(
        "t", [LabelRow(i, name, 0.0, "", "ab"[i % 2], None, None) for i, name in enumerate(names)]
    )
    import_labels(collection.paths, table)
    index = collection.index

    def album(places, **wishes):
        return make_album(
            index, np.arange(10.0), single(10), AlbumRequest(places, 0, **wishes), vector="v"
        )

    assert rows(album(2, group="a")) == [6, 8]
    assert rows(album(4, per="group", at_most=1)) == [8, 9]
    assert any("allows no more" in note for note in album(4, per="group", at_most=1).notes)
    assert album(4, per="group", at_most=1).promise == 0.5
    for limit, said in ((1, "1 photo"), (2, "2 photos")):
        missed = album(6, per="group", at_most=limit).missed
        assert missed[0].reason == f"this group already has {said}"
    kept = album(4, per="group", at_most=1, pinned=frozenset({0, 2}))
    assert rows(kept) == [0, 2, 9]
    assert any("2 photos of a are pinned" in note for note in kept.notes)
    with pytest.raises(AlbumError, match="but not in group"):
        album(2, group="a", pinned=frozenset({1}))


@pytest.mark.slow
def test_the_album_is_the_same_every_time(collection):
    """Repeated requests give the same album, although the choice uses a random sample of photos."""
    fill(collection.folder / "more", 20, start=50)
    collection.build()
    index = collection.index
    series, ratings = find_series(index), index.rate(collection.vector)
    request = AlbumRequest(5, 0.8, clients=4)
    albums = [make_album(index, ratings, series, request, vector="v") for _ in range(2)]
    assert albums[0] == albums[1]
    assert albums[0].value <= albums[0].bound + 1e-6


@pytest.mark.slow
def test_a_ban_takes_out_one_photo_and_leaves_the_others(collection):
    """A ban changes few other photos of an album: on average it adds at most two new ones."""
    fill(collection.folder / "more", 50, start=50)
    collection.build()
    index = collection.index
    series, ratings = single(60), index.rate(collection.vector)

    def chosen(**wishes):
        request = AlbumRequest(8, 0.8, clients=15, **wishes)
        return set(rows(make_album(index, ratings, series, request, vector="v")))

    before = chosen()
    new = [len(chosen(banned=frozenset({row})) - before) for row in before]
    assert min(new) == 1
    assert sum(new) <= 2 * len(before)


def test_an_album_of_one_photo_is_not_told_from_its_rest(collection):
    """The reason for an album's single photo does not compare it with the rest of the album."""
    ratings = np.zeros(10)
    for wish in (0.3, 1.0):
        request = AlbumRequest(1, wish)
        album = make_album(collection.index, ratings, in_series(range(10)), request, vector="v")
        assert "rest of the album" not in album.chosen[0].reason


def test_a_large_collection_is_chosen_from_its_best_rated(collection):
    """In large collections only the best-rated and pinned photos are candidates; a note says so."""
    index = collection.index
    ratings = np.array([5.0, 1, 9, 2, 8, 3, 7, 0, 6, 4])
    request = AlbumRequest(3, 1.0, pinned=frozenset({7}))
    assert shortlist(index, ratings, request).tolist() == list(range(10))
    request = replace(request, considered=4)
    among = shortlist(index, ratings, request)
    assert among.tolist() == [2, 4, 6, 7, 8]
    assert len(shortlist(index, ratings, AlbumRequest(10, considered=4))) == 10

    series = find_series(index, 0.0, among=np.array([2, 4]))
    assert series.codes[2] == series.codes[4]
    assert len(series) == 9
    album = make_album(index, ratings, in_series([0] * 10), request, vector="v")
    assert 7 in {one.row for one in album.chosen} <= set(among.tolist())
    assert "chosen among the 5 best rated (and pinned) of 10 photos" in album.notes
    assert {one.standing for one in album.chosen if one.row == 7} == {5}


def test_the_table_has_a_row_a_photo_and_no_formula(hostile):
    """The CSV has a row for each chosen photo, and no cell that a spreadsheet runs as a formula."""
    index = hostile.index
    n = len(index)
    album = make_album(index, np.arange(float(n)), in_series([0] * n), AlbumRequest(2), vector="=v")
    table = list(csv.DictReader(io.StringIO(album_csv(album, index.photos()).decode(), newline="")))
    assert tuple(table[0]) == COLUMNS
    assert [row["place"] for row in table] == ["1", "2"]
    assert [float(row["rating"]) for row in table] == [one.rating for one in album.chosen]
    assert len(table[0]["represents"].splitlines() + table[1]["represents"].splitlines()) >= n - 2
    for row in table:
        assert not any(str(cell).startswith(("=", "+", "@")) for cell in row.values())


@pytest.mark.parametrize("balance", [-0.1, 7.0, float("nan")])
def test_variety_that_is_no_share_is_refused(make, balance):
    """An album's variety setting outside 0 to 1 raises an error even in calls from Python."""
    with pytest.raises(AlbumError, match="variety is"):
        make(2, balance=balance)
