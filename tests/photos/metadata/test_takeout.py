"""Tests of the JSON files in Google's exports: matching to photos, capture time and place."""

import json

import pytest

from photorank.errors import MetadataError
from photorank.photos.metadata.names_in_folder import FolderNames
from photorank.photos.metadata.takeout import takeout_json, takeout_time
from photorank.photos.metadata.timestamp import Place, Timestamp

LONG = "IMG_20240731_180509_012345678901234567890123456789.jpg"


@pytest.fixture
def export(tmp_path):
    """Function that creates a Google Takeout export and returns the JSON file found for a photo."""

    def found(photo, *names, titles=None):
        for name in (photo, *names):
            (tmp_path / name).touch()
        for name in (name for name in names if name.endswith(".json")):
            title = (titles or {}).get(name)
            (tmp_path / name).write_text(json.dumps({"title": title} if title else {}))
        told = takeout_json(tmp_path / photo, FolderNames())
        return told and told[0].name

    return found


@pytest.mark.parametrize(
    ("photo", "name"),
    [
        ("a.jpg", "a.jpg.json"),
        ("a.jpg", "a.jpg.supplemental-metadata.json"),
        ("a.jpg", "a.jpg.supplemental-me.json"),
        ("a.jpg", "a.jpg.s.json"),
        ("a.jpg", "a.supplemental-metadata.json"),
        ("a.jpg", "a.json"),
        ("a.JPG", "a.jpg.json"),
        (LONG, LONG[:46] + ".json"),
        (LONG, LONG[:49] + ".json"),
        ("a(1).jpg", "a.jpg(1).json"),
        ("a(1).jpg", "a.jpg.supplemental-metadata(1).json"),
        ("a(1).jpg", "a.jpg.supplem(1).json"),
        ("a(1).jpg", "a(1).jpg.json"),
        ("trip (2).jpg", "trip (2).jpg.supplemental-metadata.json"),
        ("Mu\u0308ller.jpg", "M\u00fcller.jpg.supplemental-metadata.json"),
        ("a-edited.jpg", "a.jpg.json"),
        ("a-edited(1).jpg", "a.jpg(1).json"),
        ("a-edited(1).jpg", "a.jpg.supplemental-metadata.json"),
        ("a-bearbeitet.jpg", "a.jpg.json"),
        ("a-ha editado.jpg", "a.jpg.supplemental-metadata.json"),
        ("a-edytowane.jpg", "a.jpg.json"),
        ("a-編集済み.jpg", "a.jpg.json"),
        ("a-EFFECTS.jpg", "a.jpg.json"),
        ("a-edi.jpg", "a.jpg.json"),
        ("a-.jpg", "a.jpg.json"),
        ("a-edited.png", "a.HEIC.json"),
        ("a-edited.png", "a.HEIC.supplemental-metadata.json"),
        ("a-edited(1).png", "a.heic.supplemental-meta(1).json"),
        ("a-edited(1).jpg", "a.HEIC(1).json"),
        ("a(1)-edited.jpg", "a.jpg(1).json"),
        ("a-edited-edited.jpg", "a.jpg.json"),
        ("a-EFFECTS-edited(1).png", "a.HEIC.supplemental-metadata.json"),
        ("Mu\u0308ller-modifie\u0301.png", "M\u00fcller.HEIC.json"),
        ("a-แก้ไข.jpg", "a.jpg.json"),
        ("a-संपादित.jpg", "a.jpg.json"),
        ("a-s'ha editat.jpg", "a.jpg.json"),
        ("a-POP_OUT.jpg", "a.jpg.json"),
        (f"{LONG[:42]}-edi.png", f"{LONG[:42]}.HEI.json"),
    ],
)
def test_names_as_google_makes_them(export, photo, name):
    """A Takeout JSON file is found for a truncated, numbered, edited or Unicode-decomposed name."""
    assert export(photo, name) == name


def test_files_of_other_photos(export):
    """A Takeout JSON file is not matched to a photo whose name has another number or extension."""
    assert export("b(1).jpg", "b.jpg.json") is None
    assert export("c-edited(1).jpg", "c(1).jpg", "c.jpg", "c.jpg.json") is None
    assert export("d.jpg", "d.JPG", "d.JPG.json") is None
    assert export("e1.jpg", "e10.jpg.json") is None
    assert export("f-2.jpg", "f.jpg.json") is None
    assert export("g-edited.png", "g.HEIC.json", "g.png.json") == "g.png.json"
    assert export("h-edited.jpg", "h.MP4.json", "h2.HEIC.json") is None


def test_a_cut_name_is_told_by_the_title(export):
    """A Takeout file with a truncated name is matched to its photo by the title inside it."""
    one, other = LONG, LONG[:47] + "other.jpg"
    cut = f"{LONG[:46]}.json"
    assert export(other, one, cut, titles={cut: one}) is None
    assert export(one, cut, titles={cut: one}) == cut
    # Google does not allow ' in a name, and cuts the photo's own name too.
    spoken, written = "it's " + "0" * 60 + ".jpg", "it_s " + "0" * 42 + ".jpg"
    file = written[:46] + ".json"
    assert export(written, file, titles={file: spoken}) == file


def test_the_moment_and_the_place(tmp_path):
    """Google Takeout's time (in UTC) and place are read; a damaged file or time 0 gives None."""
    photo, file = tmp_path / "a.jpg", tmp_path / "a.jpg.json"
    told = {"photoTakenTime": {"timestamp": "1722441909"}, "geoData": {"latitude": 0.0}}
    told["geoDataExif"] = {"latitude": 40.7, "longitude": -74.0}
    file.write_text(json.dumps(told))
    expected = Timestamp("Takeout", "2024-07-31T16:05:09", True, Place(40.7, -74.0))
    assert takeout_time(photo, FolderNames()) == expected
    for damaged in ('{"photoTakenTime": {"timestamp": "0"}}', "{}", "[1]", "no JSON"):
        file.write_text(damaged)
        assert takeout_time(photo, FolderNames()) is None
    with pytest.raises(MetadataError, match="not JSON"):
        takeout_json(photo, FolderNames())
