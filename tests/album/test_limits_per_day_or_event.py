import numpy as np
from PIL import Image

from photorank.album.limits_per_day_or_event import parts
from photorank.album.make_album import make_album
from photorank.album.request import AlbumRequest
from photorank.similarity.series import Series
from tests.fixtures.colours import paint


def single(n):
    """Division of n photos into series of one photo each."""
    return Series(np.arange(n), np.arange(n), [None] * n, {}, 0.9)


def rows(album):
    """Row numbers of an album's photos in the index."""
    return [one.row for one in album.chosen]


def test_days_are_the_cameras_and_the_undated_have_no_limit(collection):
    """A limit on photos per day uses camera dates and does not apply to photos without a date."""
    folder = collection.folder / "dated"
    folder.mkdir()
    for number in range(6):
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = f"2024:05:0{1 + number // 3} 23:5{number}:00"
        paint(folder / f"{number}.png", 100 + number)
        Image.open(folder / f"{number}.png").save(folder / f"{number}.jpg", exif=exif)
        (folder / f"{number}.png").unlink()
    collection.build()
    index = collection.index
    dated = [row for row, photo in enumerate(index.photos()) if photo.taken]
    ratings = np.zeros(len(index))
    ratings[dated] = np.arange(1.0, 7)

    request = AlbumRequest(6, 0, per="day", at_most=2)
    album = make_album(index, ratings, single(len(index)), request, vector="v")
    photos = index.photos()
    assert [photos[row].taken for row in rows(album)[:4]] == [
        f"2024-05-0{day}T23:5{minute}:00" for day, minute in ((1, 1), (1, 2), (2, 4), (2, 5))
    ]
    assert any("10 photos of no known day" in note for note in album.notes)
    assert any("2 photos without a capture time, put last" in note for note in album.notes)
    shapes = AlbumRequest(6, 0, per="orientation", at_most=2)
    assert len(make_album(index, ratings, single(len(index)), shapes, vector="v").chosen) == 2


def test_a_trip_is_in_the_order_of_time_and_its_days_are_local(collection):
    """Photos are sorted by instant across time zones and split into days by local clock time."""
    taken = {  # in their order
        "phone in Tokyo": ("2024:08:01 01:00:00", "+09:00"),
        "camera in Tokyo": ("2024:08:01 01:00:05", None),
        "phone in Boston": ("2024:07:31 12:30:00", "-04:00"),
        "camera in Boston": ("2024:07:31 12:30:05", None),
        "phone, next day": ("2024:08:01 09:00:00", "-04:00"),
    }
    trip = collection.folder / "trip"
    trip.mkdir()
    for number, (name, (clock, zone)) in enumerate(taken.items()):
        exif = Image.Exif()
        exif.get_ifd(0x8769).update({0x9003: clock} | ({0x9011: zone} if zone else {}))
        photo = Image.open(paint(collection.folder / "unused.png", 200 + number, (64, 64)))
        photo.save(trip / f"{name}.jpg", exif=exif)
    (collection.folder / "unused.png").unlink()
    collection.build(trip)
    index = collection.index
    photos = index.photos()
    of_trip = [row for row, photo in enumerate(photos) if photo.taken]
    ratings = np.zeros(len(photos))
    ratings[of_trip] = np.arange(1.0, 6)

    album = make_album(index, ratings, single(len(photos)), AlbumRequest(5, 0), vector="v")
    assert [photos[row].path.stem for row in rows(album)] == list(taken)
    days, names = parts(index, "day")
    found = {photos[row].path.stem: names[days[row]] for row in of_trip}
    assert [found[name][-2:] for name in taken] == ["01", "01", "31", "31", "01"]
