"""Tests of a photo's capture date: the choice among its sources, and its time zone."""

import json

import pytest
from PIL import Image, PngImagePlugin

from photorank.photos.metadata.choose_capture_date import LADDER, Dated, capture_date
from photorank.photos.metadata.exif import shot
from photorank.photos.metadata.names_in_folder import FolderNames
from photorank.photos.metadata.timestamp import Place, Timestamp
from tests.photos.sidecars import saved

NEW_YORK = Place(40.7, -74.0)
EXIF_IFD, GPS_IFD = 0x8769, 0x8825
DIGITIZED, CHANGED = 0x9004, 0x0132


@pytest.fixture
def dated(tmp_path, scene):
    """Function that saves a photo with the given metadata and returns its capture date."""

    def of(name="a.jpg", stamps=None, mtime_ns=None, **options):
        path = tmp_path / name
        scene.resize((60, 40)).save(path, **options)
        found = shot(path.read_bytes()).stamps if stamps is None else stamps
        return capture_date(found, path, FolderNames(), mtime_ns=mtime_ns)

    return of


def iptc(day, time=b""):
    """JPEG segment with a date and a time in IPTC fields."""
    fields = b"".join(
        b"\x1c\x02" + bytes([number]) + len(text).to_bytes(2, "big") + text
        for number, text in ((55, day), (60, time))
    )
    block = b"8BIM\x04\x04\0\0" + len(fields).to_bytes(4, "big") + fields
    segment = b"Photoshop 3.0\0" + block + b"\0" * (len(fields) % 2)
    return b"\xff\xed" + (len(segment) + 2).to_bytes(2, "big") + segment


def xmp_with(name, text):
    """XMP packet with a time in the given field."""
    spaces = (
        'xmlns:exif="http://ns.adobe.com/exif/1.0/"'
        ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
    )
    return saved(1).replace(b"xmp:Rating=", f'{spaces} {name}="{text}" xmp:Rating='.encode())


def test_the_first_place_that_tells_a_time_counts(dated, tmp_path):
    """If a photo has several date sources, the capture date comes from the highest-ranked one."""
    Image.new("RGB", (1, 1))
    stamps = []
    for day, source in enumerate(reversed(LADDER[1:]), start=1):
        time = f"2024-07-{day:02}T18:05:09"
        if source == "name":
            pass
        elif source == "sidecar":
            (tmp_path / "IMG_20240703.jpg.xmp").write_bytes(xmp_with("exif:DateTimeOriginal", time))
        elif source == "Takeout":
            taken = {"photoTakenTime": {"timestamp": "1720116309"}}
            (tmp_path / "IMG_20240703.jpg.json").write_text(json.dumps(taken))
        elif source != "file time":
            stamps.append(Timestamp(source, time))
        name = "IMG_20240703.jpg" if day > 2 else "a.jpg"
        found = dated(name, stamps, mtime_ns=1_719_857_109_000_000_000)
        assert found.source.partition(",")[0] == source
        assert found.taken[:7] == "2024-07"


def test_the_time_of_the_file_counts_only_if_asked(dated):
    """A file's modification time is used as the capture date only if that is requested."""
    assert dated() == Dated()
    found = dated(mtime_ns=1_722_441_909_000_000_000)
    assert found == Dated("2024-07-31T16:05:09+00:00", "file time, in UTC")


def test_a_zero_gives_way_to_the_next_place(dated):
    """If an EXIF date is all zeros or blanks, the next EXIF date field is read."""
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD).update({0x9003: "0000:00:00 00:00:00", DIGITIZED: "    :  :     :  :  "})
    exif[CHANGED] = "2024:07:31 18:05:09"
    assert dated(exif=exif) == Dated("2024-07-31T18:05:09", "DateTime")
    exif.get_ifd(EXIF_IFD)[DIGITIZED] = "2024:07:30 18:05:09"
    assert dated(exif=exif) == Dated("2024-07-30T18:05:09", "DateTimeDigitized")


def test_exif_may_lie_in_the_first_part(dated):
    """DateTimeOriginal is also read from EXIF's first directory, where some programs write it."""
    exif = Image.Exif()
    exif[0x9003] = "2024:07:31 18:05:09"
    assert dated(exif=exif) == Dated("2024-07-31T18:05:09", "DateTimeOriginal")


def test_an_editors_zone_is_not_the_cameras(dated):
    """The time zone of the last edit is used only if the edit's time equals the capture time."""
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD).update({0x9003: "2024:07:31 18:05:09", 0x9010: "+09:00"})
    exif[CHANGED] = "2024:07:31 18:05:09"
    assert dated(exif=exif).taken == "2024-07-31T18:05:09+09:00"
    exif[CHANGED] = "2024:08:02 10:00:00"
    assert dated(exif=exif).taken == "2024-07-31T18:05:09"


@pytest.mark.parametrize(
    "name", ["exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate"]
)
def test_times_in_xmp(dated, name):
    """A capture time and its zone are read from each of three XMP properties."""
    found = dated(xmp=xmp_with(name, "2024-07-31T18:05:09.25+02:00"))
    assert found == Dated("2024-07-31T18:05:09+02:00", "XMP")


def test_times_in_iptc(tmp_path, dated):
    """IPTC's separate date and time fields are combined into the capture date."""
    dated()
    path = tmp_path / "a.jpg"
    data = path.read_bytes()
    path.write_bytes(data[:2] + iptc(b"20240731", b"180509+0200") + data[2:])
    found = capture_date(shot(path.read_bytes()).stamps, path, FolderNames())
    assert found == Dated("2024-07-31T18:05:09+02:00", "IPTC")


@pytest.mark.parametrize("text", ["2024:07:31 18:05:09", "Wed, 31 Jul 2024 18:05:09"])
def test_a_png_may_tell_its_time_in_text(dated, text):
    """The time in a PNG's Creation Time text is read in EXIF format or e-mail format."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Creation Time", text)
    found = dated("a.png", pnginfo=info)
    assert found == Dated("2024-07-31T18:05:09", "Creation Time")


def test_a_png_tells_its_last_change_in_utc(dated):
    """A PNG's tIME chunk gives a date in UTC; an invalid or truncated chunk is ignored."""
    chunks = [bytes([7, 232, 7, 31, 18, 5, 9]), bytes([7, 232, 2, 31, 18, 5, 9]), b"\7\xe8"]
    found = []
    for chunk in chunks:
        info = PngImagePlugin.PngInfo()
        info.add(b"tIME", chunk)
        found.append(dated("a.png", pnginfo=info))
    assert found == [Dated("2024-07-31T18:05:09+00:00", "DateTime, in UTC"), Dated(), Dated()]


def test_a_day_gets_its_time_from_a_place_that_agrees(dated):
    """A date without a time gets its time from the next source if that source has the same date."""
    stamps = [Timestamp("IPTC", "2024-07-31"), Timestamp("DateTime", "2024-07-31T18:05:09")]
    assert dated(stamps=stamps) == Dated("2024-07-31T18:05:09", "DateTime")
    stamps[1] = Timestamp("DateTime", "2024-08-03T18:05:09")
    assert dated(stamps=stamps) == Dated("2024-07-31", "IPTC")


def test_satellites_alone_tell_the_local_time_of_the_place(dated):
    """A GPS time in UTC is turned into local time by the zone of the photo's place."""
    exif = Image.Exif()
    gps = {29: "2024:08:01", 7: (3.0, 30.0, 0.0), 1: "N", 2: (40.0, 42.0, 0.0), 3: "W"}
    exif.get_ifd(GPS_IFD).update(gps | {4: (74.0, 0.0, 0.0)})
    assert dated(exif=exif) == Dated("2024-07-31T23:30:00-04:00", "GPS, zone by place")
    exif.get_ifd(GPS_IFD).update({2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)})
    assert dated(exif=exif) == Dated("2024-08-01T03:30:00+00:00", "GPS, in UTC")


@pytest.mark.parametrize(
    ("moment", "place", "date"),
    [
        ("2024-07-31T22:05:20", None, Dated("2024-07-31T18:05:09-04:00", "XMP, zone by GPS")),
        ("2024-07-31T22:05:20", NEW_YORK, Dated("2024-07-31T18:05:09-04:00", "XMP, zone by place")),
        (
            "2024-07-31T16:05:20",
            NEW_YORK,
            Dated("2024-07-31T18:05:09+02:00", "XMP, zone by GPS, not of the place"),
        ),
        ("2024-07-31T04:35:00", None, Dated("2024-07-31T18:05:09", "XMP")),
        ("2024-07-31T22:12:20", None, Dated("2024-07-31T18:05:09", "XMP")),
    ],
)
def test_a_clock_beside_satellites_has_a_zone_of_the_world(dated, moment, place, date):
    """If a zone computed from GPS time is in use nowhere in the world, it is ignored."""
    stamps = [Timestamp("XMP", "2024-07-31T18:05:09"), Timestamp("GPS", moment, True, place)]
    assert dated(stamps=stamps) == date


def test_a_time_at_the_end_of_a_name_without_a_suffix(tmp_path):
    """The seconds after the last dot of a file name are not mistaken for an extension."""
    photo = tmp_path / "Screenshot 2024-07-31 at 18.05.09"
    assert capture_date((), photo, FolderNames()).taken == "2024-07-31T18:05:09"
