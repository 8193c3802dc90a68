"""Tests of finding a photo's sidecars among the files beside it."""

import pytest

from photorank.errors import MetadataError
from photorank.photos.metadata.find_sidecars import sidecar_for, sidecar_time, sidecars
from photorank.photos.metadata.names_in_folder import FolderNames
from photorank.photos.metadata.timestamp import Timestamp
from photorank.photos.photo_tags import photo_tags
from tests.photos.sidecars import saved


@pytest.fixture
def photo(tmp_path, scene):
    """Path of a photo without any metadata."""
    path = tmp_path / "a.jpg"
    scene.resize((60, 40)).save(path)
    return path


def for_extension(rating, extension):
    """XMP sidecar that stores the photo's file extension in a property, as Lightroom does."""
    told = (
        f'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        f' photoshop:SidecarForExtension="{extension}" xmp:Rating='
    )
    return saved(rating).replace(b"xmp:Rating=", told.encode())


def test_sidecars_are_found_in_both_forms_and_every_case(tmp_path):
    """Sidecars of a.jpg are found in any letter case, with a.jpg.xmp ranked before a.xmp."""
    photo = tmp_path / "a.jpg"
    assert sidecars(photo) == []
    assert sidecar_for(photo) == tmp_path / "a.jpg.xmp"
    (tmp_path / "a.Xmp").write_bytes(saved(1))
    assert sidecar_for(photo) == tmp_path / "a.Xmp"
    assert sidecar_for(tmp_path / "a.CR3") == tmp_path / "a.Xmp"
    (tmp_path / "A.JPG.xmp").write_bytes(saved(1))
    (tmp_path / "a.jpeg.xmp").write_bytes(saved(1))
    assert sidecars(photo) == [tmp_path / "A.JPG.xmp", tmp_path / "a.Xmp"]


def test_a_sidecar_is_that_of_the_photo_whose_very_name_it_bears(tmp_path):
    """If a.jpg and a.JPG both exist, the sidecar a.JPG.xmp belongs only to a.JPG."""
    for name in ("a.jpg", "a.JPG", "a.JPG.xmp"):
        (tmp_path / name).touch()
    assert sidecars(tmp_path / "a.jpg") == []
    assert sidecars(tmp_path / "a.JPG") == [tmp_path / "a.JPG.xmp"]


def test_decomposed_names_are_met(tmp_path):
    """A sidecar with a decomposed Unicode name belongs to the photo with the composed name."""
    (tmp_path / "Mu\u0308ller.jpg.xmp").touch()
    assert sidecars(tmp_path / "M\u00fcller.jpg") == [tmp_path / "Mu\u0308ller.jpg.xmp"]


def test_a_sidecar_for_another_extension_is_left_alone(photo, tmp_path):
    """A sidecar for a RAW file is neither read nor written for the JPEG of the same name."""
    (tmp_path / "a.xmp").write_bytes(for_extension(5, "CR2"))
    assert sidecars(photo) == []
    assert photo_tags(photo).rating is None
    assert sidecar_for(photo) == tmp_path / "a.jpg.xmp"
    assert sidecar_for(tmp_path / "a.CR2") == tmp_path / "a.xmp"
    (tmp_path / "a.xmp").write_bytes(for_extension(4, "JPG"))
    assert photo_tags(photo).rating == 4


def test_a_sidecar_that_a_raw_file_shares_comes_after_the_photo(tmp_path, scene):
    """Stars in a photo file outrank those in a sidecar that the photo shares with a RAW file."""
    (tmp_path / "a.xmp").write_bytes(saved(5))
    (tmp_path / "a.CR2").touch()
    scene.resize((60, 40)).save(tmp_path / "a.jpg", xmp=saved(2))
    scene.resize((60, 40)).save(tmp_path / "a.png")
    assert photo_tags(tmp_path / "a.jpg").rating == 2
    assert photo_tags(tmp_path / "a.png").rating == 5


def test_a_damaged_sidecar_hides_no_rating(tmp_path, scene):
    """If a sidecar is damaged, it is reported, and the stars in the photo file are used."""
    scene.resize((60, 40)).save(tmp_path / "a.jpg", xmp=saved(2))
    (tmp_path / "a.jpg.xmp").write_text("<x:xmpmeta broken")
    told = []
    assert photo_tags(tmp_path / "a.jpg", on_damage=told.append).rating == 2
    assert [error.path for error in told] == [tmp_path / "a.jpg.xmp"]


@pytest.mark.parametrize(
    ("text", "rating", "label"),
    [
        ("[Version]\nAppVersion=5.9\n\n[General]\nRank=4\nColorLabel=1\nInTrash=false\n", 4, "Red"),
        ("[Version]\nAppVersion=5.9\n\n[General]\nRank=3\nInTrash=true\n", -1, None),
        ("[Version]\nAppVersion=5.9\n", 0, None),
        ("[General]\nRank=4\n", None, None),
    ],
)
def test_ranks_of_rawtherapee_are_stars(photo, text, rating, label):
    """RawTherapee's rank is read as stars if the sidecar states RawTherapee's version."""
    photo.with_name("a.jpg.pp3").write_text(text)
    assert photo_tags(photo)[:2] == (rating, label)


@pytest.mark.parametrize("text", ["[Version]\nx=1\n[General]\nRank=many\n", "no section"])
def test_a_damaged_rank_is_told(photo, text):
    """The error for a damaged RawTherapee sidecar names its path."""
    photo.with_name("a.jpg.pp3").write_text(text)
    with pytest.raises(MetadataError) as caught:
        photo_tags(photo)
    assert caught.value.path == photo.with_name("a.jpg.pp3")


def test_the_time_of_a_sidecar(photo, tmp_path):
    """A photo's time is read from the first sidecar that has a time; damaged ones are skipped."""
    dated = saved(1).replace(b"xmp:Rating=", b'xmp:CreateDate="2024-07-31T18:05:09.5" xmp:Rating=')
    (tmp_path / "a.jpg.xmp").write_text("damaged")
    assert sidecar_time(photo, FolderNames()) is None
    (tmp_path / "a.xmp").write_bytes(dated)
    found = sidecar_time(photo, FolderNames())
    assert found == Timestamp("sidecar", "2024-07-31T18:05:09")
