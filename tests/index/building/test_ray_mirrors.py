"""Tests of mirrors: copies of a folder that a cluster's workers read instead."""

import os

import pytest

from photorank.errors import ClusterError, UnreadablePhotoError
from photorank.index.building.ray_mirrors import Mirror, mirrored, parse_mirror


@pytest.fixture(params=["folder", "file", "memory"])
def mirror(request, tmp_path):
    """Mirror of the folder /photos, with two files: a photo in a subfolder and an empty file."""
    if request.param == "memory":
        fsspec = pytest.importorskip("fsspec")
        files = fsspec.filesystem("memory")
        files.pipe("/mirror/in it/a b.jpg", b"a photo")
        files.pipe("/mirror/empty.jpg", b"")
        return parse_mirror("/photos=memory://mirror")
    (tmp_path / "in it").mkdir()
    (tmp_path / "in it" / "a b.jpg").write_bytes(b"a photo")
    (tmp_path / "empty.jpg").write_bytes(b"")
    return parse_mirror(f"/photos={tmp_path if request.param == 'folder' else tmp_path.as_uri()}/")


def test_a_file_is_read_from_the_same_place_below_the_mirror(mirror):
    """A photo is read from the folder's copy (mirror) at the same relative path."""
    assert mirrored([mirror])(mirror.folder / "in it" / "a b.jpg") == b"a photo"


@pytest.mark.parametrize("name", ["missing.jpg", "empty.jpg"])
def test_what_cannot_be_read_is_an_unusable_photo(mirror, name):
    """If a file in a folder's copy (mirror) cannot be read, UnreadablePhotoError is raised."""
    with pytest.raises(UnreadablePhotoError):
        mirrored([mirror])(mirror.folder / name)


def test_other_folders_are_read_as_they_are(mirror, tmp_path):
    """A file is read from the first mirror that covers its folder, or else from its own path."""
    file = tmp_path / "beside.jpg"
    file.write_bytes(b"another")
    assert mirrored([mirror])(file) == b"another"
    first = Mirror(tmp_path, str(tmp_path / "in it"))
    with pytest.raises(UnreadablePhotoError):
        mirrored([first, Mirror(tmp_path, str(tmp_path))])(file)


def test_a_name_that_is_no_text_is_read_only_from_folders(tmp_path):
    """A file name that is not Unicode is read from a mirror folder but refused for a URL mirror."""
    name = os.fsdecode(b"caf\xe9\n.jpg")
    (tmp_path / name).write_bytes(b"a photo")
    folder = parse_mirror(f"/photos={tmp_path}")
    assert mirrored([folder])(folder.folder / name) == b"a photo"
    bucket = parse_mirror(f"/photos={tmp_path.as_uri()}")
    with pytest.raises(UnreadablePhotoError, match="not Unicode"):
        mirrored([bucket])(bucket.folder / name)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("/photos", "FOLDER=URL"),
        ("=s3://bucket", "FOLDER=URL"),
        ("/photos=", "FOLDER=URL"),
        ("/photos=nonsense://bucket", "cannot be read"),
    ],
)
def test_what_is_no_mirror_is_refused(text, reason):
    """A mirror option that cannot be parsed is refused with an error that gives the reason."""
    with pytest.raises(ClusterError, match=reason):
        parse_mirror(text)
