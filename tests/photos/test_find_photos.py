import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from photorank.errors import MissingPathError
from photorank.photos.find_photos import (
    COMPANION,
    HIDDEN_FOLDER,
    OTHER_KIND,
    PhotoFile,
    SkippedFile,
    find_photos,
)

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")


def make(folder, *names):
    """Write one-byte files into a folder, and create their parent folders."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def found(*paths, exclude=()):
    """Paths of all photos found, relative to the first path searched."""
    return [os.path.relpath(file.path, paths[0]) for file in seen(*paths, exclude=exclude)]


def seen(*paths, exclude=()):
    """Photo files that a search found or skipped, without files of other kinds."""
    return [
        file
        for file in find_photos(paths, exclude)
        if isinstance(file, PhotoFile) or not file.passed_over
    ]


def passed_over(folder):
    """Reasons why files were passed over, keyed by the files' paths relative to a folder."""
    return {
        os.path.relpath(file.path, folder): file.reason
        for file in find_photos([folder])
        if isinstance(file, SkippedFile) and file.passed_over
    }


def reason(path):
    """Reason for which the only file found was skipped."""
    [skipped] = seen(path)
    assert isinstance(skipped, SkippedFile)
    return skipped.reason


@contextmanager
def without_privileges():
    """Context in which code runs as an unprivileged user instead of root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public_folder():
    """Temporary folder that every user of the machine can access."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_files_come_sorted_with_their_size_and_time(tmp_path):
    """Photo files are found in sorted order, each with its size and its modification time."""
    make(tmp_path, "b.jpg", "a/z.PNG", "a.jpeg", "notes.txt", "c/d/e.webp")

    files = list(seen(tmp_path))

    assert found(tmp_path) == ["a.jpeg", "b.jpg", "a/z.PNG", "c/d/e.webp"]
    status = (tmp_path / "a.jpeg").stat()
    assert files[0] == PhotoFile(
        tmp_path / "a.jpeg", 1, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
    )


def test_relative_paths_become_absolute(tmp_path, monkeypatch):
    """Relative paths are made absolute, so they stay valid if the current folder changes."""
    make(tmp_path, "a.jpg")
    monkeypatch.chdir(tmp_path)

    assert [file.path for file in find_photos([Path("."), Path("a.jpg")])] == [tmp_path / "a.jpg"]


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.jpg",
        "._a.jpg",
        ".thumbnails/a.jpg",
        ".@__thumb/a.jpg",
        "@eaDir/a.jpg/SYNOPHOTO_THUMB_B.jpg",
        "Thumbnails/a.jpg",
        "$RECYCLE.BIN/a.jpg",
        "Thumbs.db",
        "movie.mp4",
        "jpg",
    ],
)
def test_machine_made_and_other_files_are_passed_over(tmp_path, name):
    """Hidden files, thumbnails by programs or network drives, and non-photo files are skipped."""
    make(tmp_path, name, "kept.jpg")

    assert found(tmp_path) == ["kept.jpg"]
    top = name.partition("/")[0]
    assert passed_over(tmp_path) == {top: HIDDEN_FOLDER if "/" in name else OTHER_KIND}


def test_what_goes_along_with_a_photo_is_told(tmp_path):
    """A RAW file, video or sidecar beside a JPEG or HEIC photo counts as its companion."""
    companions = {
        "a.NEF", "a.MOV", "a.xmp", "a.JPG.xmp", "a.NEF.xmp", "b.dng", "b.mp4", "b.AAE",
        "PXL_2.RAW-02.ORIGINAL.dng", "PXL_1.MP", "g.jpg.supplemental-metadata.json",
    }  # fmt: skip
    photos = {"a.JPG", "b.heic", "PXL_1.MP.jpg", "g.jpg", "alone.CR2", "edit.tif", "edit.RAF"}
    photos |= {"PXL_2.RAW-01.COVER.jpg"}
    others = {"clip.MOV", "c.xmp", "a.psd", "alone/a.MOV"}
    make(tmp_path, *companions, *photos, *others)

    assert set(found(tmp_path)) == photos
    expected = dict.fromkeys(companions, COMPANION) | dict.fromkeys(others, OTHER_KIND)
    assert passed_over(tmp_path) == expected


def test_every_file_has_a_kind_to_be_counted_by(tmp_path):
    """Skipped files are counted by suffix, or by a label such as `hidden` or `@eaDir/`."""
    make(tmp_path, "a.psd", "b.MOV", "._c.jpg", ".DS_Store", "@eaDir/d.jpg", "README", "e.jpg")

    kinds = [file.kind for file in find_photos([tmp_path]) if isinstance(file, SkippedFile)]

    assert set(kinds) == {"._*", ".MOV", ".psd", "@eaDir/", "hidden", "without a suffix"}
    assert len(kinds) == 6


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF"])
def test_a_photo_without_a_suffix_is_found_by_its_first_bytes(tmp_path, kind):
    """If a file name has no suffix, the first bytes decide whether the file is a photo."""
    Image.new("RGB", (8, 8)).save(tmp_path / "4F2A", kind)
    make(tmp_path, "bare", "kept.jpg")

    assert found(tmp_path) == ["4F2A", "kept.jpg"]
    assert found(tmp_path / "4F2A") == ["."]


def test_what_follows_the_dot_of_a_time_or_title_is_no_suffix(tmp_path):
    """Files with a dot in the name but no suffix are opened to see if they are photos."""
    names = ["Mr. Jones", "Screenshot 2024-07-31 at 18.05.09"]
    for name in names:
        Image.new("RGB", (8, 8)).save(tmp_path / name, "PNG")
    make(tmp_path, "log.1", "Dr. No")

    assert found(tmp_path) == names


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [("a.NEF", "rawpy", "raw"), ("a.jxl", "pillow_jxl", "jxl"), ("a.HIF", "pillow_heif", "heic")],
)
def test_a_photo_whose_library_is_missing_tells_how_to_get_it(
    tmp_path, monkeypatch, name, module, extra
):
    """If the decoder for a photo is missing, the skip reason names the command that installs it."""
    make(tmp_path, name)
    assert isinstance(next(find_photos([tmp_path])), PhotoFile)

    monkeypatch.setitem(sys.modules, module, None)

    assert f'pip install "photorank[{extra}]"' in reason(tmp_path)


def test_a_hidden_folder_that_is_named_is_searched(tmp_path):
    """A hidden folder is searched if the user names it."""
    make(tmp_path, ".secret/a.jpg")

    assert found(tmp_path / ".secret") == ["a.jpg"]


@pytest.mark.parametrize(
    ("glob", "kept"),
    [
        ("*.png", ["a.jpg", "private/b.jpg", "private/deep/c.jpg"]),
        ("private", ["a.jpg", "d.png"]),
        ("private/", ["a.jpg", "d.png"]),
        ("private/*", ["a.jpg", "d.png"]),
        ("deep", ["a.jpg", "d.png", "private/b.jpg"]),
        ("private/deep/*", ["a.jpg", "d.png", "private/b.jpg"]),
        ("[ad].*", ["private/b.jpg", "private/deep/c.jpg"]),
        ("nothing", ["a.jpg", "d.png", "private/b.jpg", "private/deep/c.jpg"]),
    ],
)
def test_exclude(tmp_path, glob, kept):
    """An exclude pattern matches names or relative paths; a matching folder is skipped entirely."""
    make(tmp_path, "a.jpg", "d.png", "private/b.jpg", "private/deep/c.jpg")

    assert found(tmp_path, exclude=[glob]) == kept


def test_overlapping_roots_give_each_file_once(tmp_path):
    """If searched folders overlap, each photo is found once, whatever order they are given in."""
    make(tmp_path, "a.jpg", "b/c.jpg")
    roots = [tmp_path, tmp_path / "b", tmp_path / "b" / "c.jpg", tmp_path]

    once = sorted(file.path for file in find_photos(roots))

    assert once == [tmp_path / "a.jpg", tmp_path / "b" / "c.jpg"]
    assert list(find_photos(roots)) == list(find_photos(roots[::-1]))


def test_a_missing_path_is_an_error_at_once(tmp_path):
    """If a folder is missing, an error is raised before the search for photos starts."""
    with pytest.raises(MissingPathError, match="nowhere does not exist"):
        find_photos([tmp_path, tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("notes.txt", "not the name of a photo (.txt)"),
        ("photo", "not the name of a photo (no suffix)"),
    ],
)
def test_a_named_file_that_is_no_photo_has_a_reason(tmp_path, name, words):
    """If a file named by the user is no photo, it is reported with a reason."""
    make(tmp_path, name)

    assert reason(tmp_path / name) == words


@posix
def test_names_of_all_kinds(tmp_path):
    """Photos are found even if names have line breaks, quotes, emoji or bytes that are no UTF-8."""
    names = [b"a\nb.jpg", b'it\'s "it".jpg', "🌅.jpg".encode(), b"caf\xe9.jpg", b"-rf.jpg"]
    for name in names:
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
            file.write(b"x")

    assert {os.fsencode(file.path.name) for file in find_photos([tmp_path])} == set(names)


@posix
def test_what_is_no_regular_file_is_skipped_without_waiting(tmp_path, monkeypatch):
    """Pipes, sockets and broken links named like photos are skipped with a reason at once."""
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "lost.jpg").symlink_to("nowhere.jpg")
    (tmp_path / "circle.jpg").symlink_to("circle.jpg")
    make(tmp_path, "folder.jpg/a.jpg")
    monkeypatch.chdir(tmp_path)  # a socket's address is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.jpg")

        files = {os.path.relpath(file.path): file for file in find_photos([tmp_path])}

    assert isinstance(files.pop("folder.jpg/a.jpg"), PhotoFile)
    assert {name: file.reason for name, file in files.items()} == {
        "pipe.jpg": "not a regular file",
        "socket.jpg": "not a regular file",
        "folder.jpg": "a folder with a photo's name",
        "lost.jpg": "a link to nothing",
        "circle.jpg": "links that lead in a circle",
    }


@posix
def test_links_are_followed_without_running_in_circles(tmp_path):
    """Linked folders are searched once, under their real path if that is searched, too."""
    make(tmp_path, "in/m/a.jpg", "out/b.jpg")
    (tmp_path / "in" / "all").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "also").symlink_to(tmp_path / "in" / "m")
    (tmp_path / "in" / "b").symlink_to(tmp_path / "out")
    (tmp_path / "out" / "back").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "c.jpg").symlink_to(tmp_path / "out" / "b.jpg")

    assert found(tmp_path / "in") == ["c.jpg", "m/a.jpg", "b/b.jpg"]


@posix
def test_a_root_that_is_a_link_gives_way_to_the_folder_itself(tmp_path):
    """If a folder and a link to it are both given, its photos have the folder's real path."""
    make(tmp_path, "real/a.jpg")
    (tmp_path / "alias").symlink_to(tmp_path / "real")

    assert found(tmp_path / "alias") == ["a.jpg"]
    both = find_photos([tmp_path / "alias", tmp_path / "real"])
    assert [file.path for file in both] == [tmp_path / "real" / "a.jpg"]


@posix
def test_an_unreadable_folder_is_told_and_the_rest_is_found(public_folder):
    """If a folder cannot be read, it is reported, and the photos in other folders are found."""
    make(public_folder, "a.jpg", "closed/b.jpg", "hiding/c.jpg", "z/d.jpg")
    (public_folder / "closed").chmod(0o000)
    (public_folder / "hiding").chmod(0o644 if os.geteuid() == 0 else 0o400)

    with without_privileges():
        files = {os.path.relpath(f.path, public_folder): f for f in find_photos([public_folder])}
        named = list(find_photos([public_folder / "closed" / "b.jpg"]))
    for name in ("closed", "hiding"):
        (public_folder / name).chmod(0o755)

    assert [name for name, file in files.items() if isinstance(file, PhotoFile)] == [
        "a.jpg",
        "z/d.jpg",
    ]
    assert files["closed"].reason == "this folder cannot be read: permission denied"
    assert files["hiding/c.jpg"].reason == "permission denied"
    assert [file.reason for file in named] == ["permission denied"]


@pytest.mark.slow
@posix
def test_folders_nested_deeper_than_a_path_can_say(tmp_path, monkeypatch):
    """Folders nested beyond Python's recursion and path limits are skipped without failing."""
    monkeypatch.chdir(tmp_path)
    for _ in range(2_200):  # two bytes each, and 4,096 are a path on Linux
        os.mkdir("d")
        os.chdir("d")
    os.chdir(tmp_path)
    make(tmp_path, "z.jpg")

    files = list(find_photos([tmp_path]))
    subprocess.run(
        ["/bin/rm", "-rf", "d"], cwd=tmp_path, check=True
    )  # pytest's own removal recurses

    assert files[0].path == tmp_path / "z.jpg"
    assert [type(file) for file in files[1:]] == [SkippedFile]
    assert files[1].reason == "this folder cannot be read: its path is too long"


@pytest.mark.slow
def test_a_few_thousand_files_take_a_moment(tmp_path):
    """Finding 3,000 files takes less than a second, since only names and sizes are read."""
    for number in range(3_000):
        (tmp_path / f"{number}.jpg").touch()

    start = time.process_time()
    count = sum(1 for _ in find_photos([tmp_path]))

    assert count == 3_000
    assert time.process_time() - start < 1
