import io
import os
from pathlib import Path

import fsspec
import pandas as pd
import pytest

from photorank.scoring.sources import SourcesError, check_sources, find_sources
from tests.fixtures.colours import fill, paint


def found(*asked, stdin=b"", column=None):
    """Paths of all photo sources found for the given command-line arguments."""
    return [
        one.path
        for one in find_sources([str(one) for one in asked], io.BytesIO(stdin), column=column)
    ]


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """Paths of three photos in a subfolder of the current folder, next to a text file."""
    monkeypatch.chdir(tmp_path)
    files = fill(tmp_path / "photos", 3)
    (tmp_path / "photos" / "notes.txt").touch()
    return [str(file) for file in files]


def test_files_folders_and_patterns(photos, tmp_path):
    """Files, folders and patterns are expanded as in a shell; in folders, only photos are found."""
    assert found(tmp_path / "photos") == photos
    assert found("photos/0001.png", "photos") == [photos[1], *photos]
    assert sorted(found("photos/*.png")) == photos
    assert sorted(found("**/*.png")) == photos
    paint(tmp_path / "a[1]*.png", 9)
    assert found("a[1]*.png") == [str(tmp_path / "a[1]*.png")]


@pytest.mark.timeout(20)
def test_links_in_circles_are_walked_once(photos, tmp_path):
    """Circular links do not repeat photos, and photos behind other links are found."""
    (tmp_path / "photos" / "up").symlink_to(tmp_path)
    (tmp_path / "photos" / "up too").symlink_to(tmp_path)
    other = tmp_path.with_name("other")
    [linked] = fill(other, 1)
    (tmp_path / "linked").symlink_to(other)
    every = sorted([*photos, str(linked)])
    assert str(tmp_path / "linked" / linked.name) in found("**/*.png")
    for pattern in ("**/*.png", f"{tmp_path}/**/*.png", "photo?/**/*.png"):
        assert sorted(map(os.path.realpath, found(pattern))) == every
    assert sorted(found("photos/**/*.*"))[0] == str(tmp_path / "photos/0000.png")
    assert len(found("photos/**")) == len(every) + 1  # the notes
    assert found("photos/**/**/*.png") == found("photos/**/*.png")
    (other / "real").mkdir()
    linked.rename(other / "real" / "a.png")
    (other / "alias").symlink_to(other / "real")
    assert found("../other/*/**/a.png") == [str(other / "real" / "a.png")]


def test_lists_of_paths(photos, tmp_path, monkeypatch):
    """Standard input, text files and tables can list photos by absolute or relative path."""
    names = b"photos/0001.png\r\n\n" + photos[2].encode()
    assert found("-", stdin=names) == photos[1:]
    assert found("-", stdin=b"photos/0001.png\0photos/0002.png\0") == photos[1:]
    (tmp_path / "list").write_bytes(names)
    pd.DataFrame({"n": [1, 2], "Image_Path": photos[1:]}).to_parquet(tmp_path / "list.parquet")
    pd.DataFrame({"mine": ["0001.png", photos[2]]}).to_csv("photos/list.csv", index=False)
    monkeypatch.chdir("/")
    assert found(f"@{tmp_path}/list")[1:] == photos[2:]
    assert found(f"{tmp_path}/list.parquet") == photos[1:]
    assert found(f"{tmp_path}/photos/list.csv", column="mine") == photos[1:]


def test_names_that_are_no_text_come_through_a_pipe(tmp_path, monkeypatch):
    """File names that are not UTF-8 or that begin with @ are accepted like others."""
    monkeypatch.chdir(tmp_path)
    odd = os.fsdecode(b"latin-\xe9.png")
    for name in (odd, "@at.png"):
        paint(tmp_path / name, 1)
    assert found("-", "@at.png", stdin=os.fsencode(odd)) == [
        str(tmp_path / odd),
        str(tmp_path / "@at.png"),
    ]


def test_a_bad_row_of_a_list_is_a_source_that_cannot_be_read(tmp_path, scorer):
    """A bad row of a list is reported by its line or row number; the other photos are scored."""
    (tmp_path / "list.csv").write_text("path,n\n/a.png,1\n/b.png,2,3,4\n,5\n/c.png,6\n")
    pd.DataFrame({"path": ["/a.png", None, ""]}).to_parquet(tmp_path / "list.parquet")
    rows = scorer.rows(tmp_path / "list.csv", tmp_path / "list.parquet")

    assert [(Path(one.path).name, one.error) for one in rows] == [
        ("a.png", "does not exist"),
        ("list.csv, line 3", "4 cells for 2 columns"),
        ("list.csv, line 4", "no path stands there"),
        ("c.png", "does not exist"),
        ("a.png", "does not exist"),
        ("list.parquet, row 2", "no path stands there"),
        ("list.parquet, row 3", "no path stands there"),
    ]


def test_what_is_no_path_is_a_row_too(scorer, tmp_path):
    """Overlong lines, missing files and patterns that match nothing each give an error row."""
    stdin = io.BytesIO(b"x" * 300 + b".png\n" + b"y" * 200_000)
    rows = scorer.rows("-", tmp_path / "*.png", stdin=stdin)
    assert [one.error for one in rows] == [
        "does not exist",
        "too long for a path",
        "no file is like this pattern",
    ]


def test_photos_at_addresses(scorer, tmp_path):
    """Photos at fsspec URLs of files, patterns or folders are scored; failures give error rows."""
    memory = fsspec.filesystem("memory")
    files = fill(tmp_path / "here", 3, start=80)
    for file in files:
        memory.pipe(f"/there/{file.name}", file.read_bytes())
    memory.pipe("/there/notes.txt", b"")
    own = [one.score for one in scorer.rows(tmp_path / "here")]

    for asked in ("memory://there", "memory://there/*.png"):
        rows = scorer.rows(asked)
        assert [one.path for one in rows] == [f"memory:///there/{file.name}" for file in files]
        assert [one.score for one in rows] == own
    [one] = scorer.rows("memory://there/0001.png")
    assert one.score == own[1]
    rows = scorer.rows("memory://there/9.png", "memory://nowhere", files[0].as_uri())
    assert [one.error for one in rows[:2]] == ["not found", "not found"]
    assert rows[2].score == own[0]


def test_all_faults_of_what_is_named_are_told_at_once(tmp_path):
    """A single error message names every fault in the given lists and URLs."""
    (tmp_path / "list.csv").write_text("name\na.png\n")
    (tmp_path / "list.parquet").write_text("no Parquet")
    asked = [f"@{tmp_path}/none", f"{tmp_path}/list.csv", f"{tmp_path}/list.parquet"]
    with pytest.raises(SourcesError) as told:
        check_sources([*asked, "nix://a", "-", "-"], None)
    for part in (
        "none does not exist",
        "no column 'path' or",
        "is no Parquet file",
        "Protocol not known: nix",
        "can be read once",
    ):
        assert part in str(told.value)
    assert "\n" not in str(told.value)


def test_a_missing_package_is_named_with_what_to_do():
    """If the package for a URL's protocol is missing, the error says how to install it."""
    fsspec.register_implementation(
        "nowhere", "no_such_package.Files", clobber=True, errtxt="Install no_such_package"
    )
    with pytest.raises(SourcesError, match=r"Install no_such_package\. Install that with pip"):
        check_sources(["nowhere://a.jpg"], column=None)
