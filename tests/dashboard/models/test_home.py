from types import SimpleNamespace

from dashboard.models.home import not_measured


def test_what_is_known_of_other_photos_is_said_in_the_words_of_the_page():
    """Accuracy is given in the page's vocabulary, and nothing unmeasured is claimed."""
    card = SimpleNamespace(accuracy=SimpleNamespace(value=0.79))
    vector = SimpleNamespace(name="worth", card=card)

    assert "**Worth printing** is right 79 times in 100." in not_measured(vector, "plain")
    assert "**worth** puts 79" in not_measured(vector, "statistics")
    assert not_measured(None, "plain") == "Not measured on your photos."
