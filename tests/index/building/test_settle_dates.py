"""Tests of photos' dates from EXIF, GPS, file names, neighbouring photos and file times."""

import os
from datetime import datetime

import pytest
from PIL import Image

from photorank.index.catalogue.connection import reading, writing
from photorank.index.catalogue.transactions import transaction
from tests.fixtures.colours import fill


def dated(path, *, zone=None, gps=None, taken=None, colour=0):
    """Write a photo with any of three EXIF entries: local time, time zone and GPS time."""
    exif = Image.Exif()
    exif[0x0110] = "Camera"
    details = exif.get_ifd(0x8769)
    if taken:
        details[0x9003] = taken
    if zone:
        details[0x9011] = zone
    if gps:
        day, hours = gps
        exif.get_ifd(0x8825).update({29: day, 7: hours})
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (32, 32), (colour, 90, 200)).save(path, exif=exif)


def test_a_photo_that_knows_only_utc_gets_the_zone_of_those_around_it(library):
    """A photo dated only in UTC gets its local day from the time zone of photos around it."""
    folder = library.folder
    for at in range(4):
        dated(
            folder / f"{at}.jpg", taken=f"2026:07:31 2{at % 3}:10:00", zone="-04:00", colour=40 * at
        )
    dated(folder / "drone.jpg", gps=("2026:08:01", (3.0, 30.0, 0.0)), colour=200)
    library.build()

    taken = {photo.path.name: photo.taken for photo in library.index.photos()}

    assert str(taken["drone.jpg"]).startswith("2026-07-31")


def test_dates_of_several_kinds_are_settled_in_one_run(library):
    """Dates from GPS, EXIF and file names are set in one run; the catalogue stays consistent."""
    dated(library.folder / "drone.jpg", gps=("2026:08:01", (3.0, 30.0, 0.0)))
    dated(library.folder / "phone.jpg", taken="2026:07:31 23:40:00", zone="-04:00", colour=90)
    dated(library.folder / "IMG-20260731-WA0001.jpg", colour=180)

    library.build()

    taken = {photo.path.name: photo.taken for photo in library.index.photos()}
    assert taken["drone.jpg"] == "2026-07-31T23:30:00-04:00"


@pytest.mark.slow
def test_photos_of_an_older_photorank_are_dated_anew_once(library):
    """Photos indexed by an older version get dates and cameras once, with no new embedding."""
    photo, *_ = fill(library.folder, 2)
    named = photo.rename(photo.with_name(f"IMG_20190503_140200{photo.suffix}"))
    dated(library.folder / "phone.jpg", taken="2019:05:03 15:00:00", zone="+02:00", colour=90)
    library.build()
    with writing(library.paths) as connection, transaction(connection):
        connection.execute("UPDATE photos SET taken = NULL, taken_from = NULL, camera = NULL")

    report = library.build()

    assert (report.added, report.unchanged) == (0, 3)
    photos = {photo.path.name: photo for photo in library.index.photos()}
    assert photos[named.name].taken == "2019-05-03T14:02:00"
    assert photos[named.name].taken_from == "name"
    assert photos["phone.jpg"].camera == "Camera"
    assert [one.taken_from for one in photos.values()].count(None) == 1
    with reading(library.paths) as connection:
        [kept] = connection.execute("SELECT count(*) FROM photos WHERE taken_from IS NULL")
    assert kept == (0,)


def test_the_time_of_a_file_counts_only_if_asked(library):
    """A photo is dated by its file's time only on request, because copying changes that time."""
    [file] = fill(library.folder, 1)
    os.utime(file, (datetime(2020, 5, 4, 12).timestamp(),) * 2)
    library.build()
    assert library.index.photos()[0].taken is None

    [other] = fill(library.folder, 1, start=100)
    os.utime(other, (datetime(2020, 5, 4, 12).timestamp(),) * 2)
    library.build(file_times=True)
    taken = [photo.taken for photo in library.index.photos() if photo.path == other]
    assert str(taken[0]).startswith("2020-05-04")
