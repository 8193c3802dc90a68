"""JSON export and import of saved albums, and refusal of invalid files."""

import json

import pytest

from photorank.album.kept.album import AlbumSettings, BookSettings, KeptAlbum
from photorank.album.kept.exchange import album_json, album_of_json
from photorank.errors import AlbumError

ALBUM = KeptAlbum(
    "family",
    ("a" * 64, "b" * 64),
    pinned=("a" * 64,),
    settings=AlbumSettings(12, group="Rome", faces_at_most=3),
    book=BookSettings(24, 300, 210, alone=("b" * 64,)),
)


def test_json_brings_an_album_back():
    """An album that is exported as JSON and imported again keeps its name and all contents."""
    text = json.dumps(album_json("Italy", ALBUM)).encode()
    assert album_of_json(text) == ("Italy", ALBUM)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "another"},
        {"photos": ["/etc/passwd"]},
        {"photos": "aa"},
        {"settings": {"places": "many"}},
        {"settings": {"balance": 7}},
        {"name": "a\u202eb"},
        {"book": {"width": 1e9}},
        {"book": None},
    ],
)
def test_what_is_no_album_is_refused(change):
    """An imported album with any invalid field is refused."""
    with pytest.raises(AlbumError):
        album_of_json(json.dumps(album_json("Italy", ALBUM) | change).encode())


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[]", b"3", b"[" * 100_000, b'{"format": 1}'])
def test_what_is_no_json_is_refused(data):
    """A JSON file nested too deeply for Python's parser is refused like any other invalid JSON."""
    with pytest.raises(AlbumError, match="no album's JSON"):
        album_of_json(data)
