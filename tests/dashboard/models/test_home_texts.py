from types import SimpleNamespace

from dashboard.models.home_texts import album_progress, public_accuracy
from photorank.album.kept.album import AlbumSettings, KeptAlbum
from photorank.album.kept.store import Entry


def test_what_is_known_of_other_photos_is_said_in_the_words_of_the_page():
    """The home page states a vector's accuracy in everyday words or in statistical terms."""
    card = SimpleNamespace(accuracy=SimpleNamespace(value=0.79))
    vector = SimpleNamespace(name="worth", card=card)

    assert "**Worth printing** is right 79 times in 100." in public_accuracy(vector, "plain")
    assert "**worth** puts 79" in public_accuracy(vector, "statistics")
    assert public_accuracy(None, "plain") == "Not measured on your photos."


def test_an_album_says_how_many_of_its_places_are_filled():
    """If 34 of an album's 60 places are filled, the text says `34 of 60 photos`."""

    def said(photos):
        digests = tuple(f"{number:064x}" for number in range(photos))
        album = KeptAlbum("family", digests, settings=AlbumSettings(60))
        return album_progress(Entry("*Summer*", album, 1, "", "", None, None))

    assert said(34) == r"**\*Summer\*** · 34 of 60 photos"
    assert said(60) == r"**\*Summer\*** · 60 photos"
