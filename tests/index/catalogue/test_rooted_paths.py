"""Tests of paths that are stored as a root folder and the bytes of the relative path."""

import random
from pathlib import Path

from photorank.index.catalogue.rooted_paths import Roots, lies_under, path_bytes, path_order


def test_a_place_and_its_path_are_one():
    """A path split into root folder and relative path is joined back unchanged, even for /."""
    roots = Roots([(1, b"/photos"), (2, b"/more \xff")])
    for path in (b"/photos/a", b"/photos/a/b.jpg", b"/more \xff/x", b"/photos"):
        assert roots.path(roots.place(path)) == path
    assert roots.place(b"/photosy/a") is None
    assert Roots([(1, b"/")]).place(b"/a/b") == (1, b"a/b")
    assert Roots([(1, b"/")]).path((1, b"a/b")) == b"/a/b"


def test_paths_sort_folder_by_folder():
    """Paths as bytes sort folder by folder, in the order of Path objects."""
    letters = random.Random(0)  # noqa: S311
    paths = {
        Path("/", *("".join(letters.choices("a-b !0", k=2)) for _ in range(letters.randint(1, 3))))
        for _ in range(300)
    }
    assert sorted(paths, key=lambda path: path_order(path_bytes(path))) == sorted(paths)


def test_what_lies_under_a_folder():
    """A folder contains itself and all paths below it: a/b contains a/b/c but not a/bc."""
    folders = {(1, b"a/b"), (2, b"")}
    for place in ((1, b"a/b"), (1, b"a/b/c/d"), (2, b"x/y"), (2, b"")):
        assert lies_under(place, folders)
    for place in ((1, b"a"), (1, b"a/bc"), (1, b""), (3, b"a/b")):
        assert not lies_under(place, folders)
