import pytest

from dashboard.background import accept_uploads
from dashboard.background.accept_uploads import RefusedFileError, safe_path
from photorank.errors import InvalidNameError
from photorank.workspace import Workspace


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Rome/a.jpg", "Rome/a.jpg"),
        ("../../etc/passwd.jpg", "etc/passwd.jpg"),
        ("/root/.ssh/a.jpg", "root/ssh/a.jpg"),
        ("..\\..\\Windows\\a.jpg", "Windows/a.jpg"),
        ("a\0b\n\u202egpj.jpg", "abgpj.jpg"),
        ("<img src=x>.jpg", "_img src=x_.jpg"),
        ("CON.jpg", "_CON.jpg"),
        (".jpg/.hidden.jpg", "jpg/hidden.jpg"),
        ("été 夏.JPG", "été 夏.JPG"),
    ],
)
def test_a_name_is_made_safe(name, path):
    """An upload's path is made safe: inside its folder, not hidden and valid on every system."""
    assert str(safe_path(name)) == path


@pytest.mark.parametrize("name", ["x" * 300 + ".jpg", "夏" * 300 + ".jpg", "a/" * 100 + "b.jpg"])
def test_a_long_name_is_cut(name):
    """A long file name is cut, but keeps its suffix."""
    path = safe_path(name)
    assert path.suffix == ".jpg"
    assert all(len(part.encode()) <= 255 for part in path.parts)
    assert len(path.parts) <= 8


@pytest.mark.parametrize("name", ["", "/", "..", "a.exe", "jpg", "page.html", "x.jpg.svg"])
def test_what_is_no_photo_is_refused(name):
    """An upload is refused if its file name is unsafe or not that of a photo."""
    with pytest.raises(RefusedFileError):
        safe_path(name)


def test_nothing_that_is_there_is_replaced(tmp_path):
    """An upload replaces no file: a repeated photo is skipped, another photo gets a new name."""
    taker = accept_uploads.receiver(accept_uploads.begin_upload(Workspace(tmp_path), "rome"))
    for number, content in enumerate([b"one", b"one", b"two"]):
        part = taker.folder / f".{number}.part"
        part.write_bytes(content)
        taker.keep(part, safe_path("a.jpg"))

    kept = {one.name: one.read_bytes() for one in (tmp_path / "photos" / "rome").iterdir()}
    assert kept == {"a.jpg": b"one", "a-2.jpg": b"two"}


def test_a_sender_is_bounded(tmp_path):
    """Uploads are limited in files and bytes; unknown tokens and invalid names are refused."""
    taker = accept_uploads.Receiver(tmp_path, most_files=2)
    with pytest.raises(RefusedFileError):
        taker.admit("a.jpg", accept_uploads.MOST_FILE_BYTES + 1)
    taker.admit("a.jpg", 1)
    taker.admit("b.jpg", 1)
    with pytest.raises(RefusedFileError, match="no more than 2 files"):
        taker.admit("c.jpg", 1)
    assert accept_uploads.receiver("guess") is None
    with pytest.raises(InvalidNameError):
        accept_uploads.begin_upload(Workspace(tmp_path), "../rome")
