import os

import pytest

from dashboard.background.folders import MOST_FOLDERS, count_photos, listing, starting_folders
from tests.conftest import draw_photo


def test_a_listing_has_folders_alone_and_none_that_hides(tmp_path):
    """A listing holds visible folders only, sorted by name, and no files."""
    for name in ("b", "A", "<b>bold", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "secret.txt").write_text("secret")

    found = listing(str(tmp_path))
    assert [one.name for one in found.folders] == ["<b>bold", "A", "b"]
    assert (found.more, found.trouble) == (0, "")


def test_links_in_a_circle_and_to_nowhere_are_passed_over(tmp_path):
    """A link to a folder counts as a folder; circular and broken links are passed over."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "nowhere").symlink_to(tmp_path / "none")
    (tmp_path / "real" / "up").symlink_to(tmp_path)

    assert [one.name for one in listing(str(tmp_path)).folders] == ["link", "real"]
    assert listing(str(tmp_path / "circle")).trouble
    draw_photo(tmp_path / "real" / "a.jpg", seed=1)
    assert count_photos(tmp_path).photos == 1


@pytest.mark.parametrize("path", ["/none/there", "\0", "a\nb", "~nobody-here", "x" * 5000])
def test_a_path_that_is_no_folder_is_told(path):
    """A path that is not a folder gives an error message and an empty listing, not an exception."""
    found = listing(path)
    assert found.trouble
    assert found.folders == ()


def test_a_file_and_a_closed_folder_are_told(tmp_path):
    """A path to a file or to an unreadable folder gives an error message that says so."""
    (tmp_path / "a.txt").touch()
    assert "file" in listing(str(tmp_path / "a.txt")).trouble
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0)
    if os.access(closed, os.R_OK):
        pytest.skip("whoever runs the tests may open any folder")
    assert "denied" in listing(str(closed)).trouble


def test_a_long_list_is_cut_and_says_so(tmp_path):
    """A long list of folders is cut, and the number of folders left out is given."""
    for number in range(MOST_FOLDERS + 5):
        (tmp_path / f"{number:04}").mkdir()
    found = listing(str(tmp_path))
    assert (len(found.folders), found.more) == (MOST_FOLDERS, 5)


def test_starting_folders_are_folders_that_are_there(tmp_path, monkeypatch):
    """The offered starting folders begin with the home folder and leave out missing folders."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "Pictures").mkdir()
    found = starting_folders()
    assert list(found)[:2] == ["Home", "Pictures"]
    assert "Downloads" not in found
