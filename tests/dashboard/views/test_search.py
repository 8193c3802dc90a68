import numpy as np
import pytest

from dashboard.models import search
from dashboard.session_state import photo_token
from photorank.index.opened import open_index
from photorank.vectors.store import load_vector
from tests.dashboard.views.test_pages import texts


def test_a_photo_is_not_like_itself(home):
    """A search for photos like a given one leaves out that photo and agrees with NumPy."""
    index = open_index("small")
    X = index.heads()
    found = search.most_similar(index, X[3], 3)

    assert 3 not in found.rows
    assert found.rows[0] == np.argsort(-(X @ X[3]), kind="stable")[1]
    assert len(found.rows) == len(index) - 1


def test_better_ones_are_rated_higher_and_the_closest_comes_first(home):
    """A search for similar, better photos finds higher rated ones and sorts them by similarity."""
    index = open_index("small")
    vector = load_vector(index, "ours")
    ratings = index.rate(vector)
    worst = int(ratings.argmin())
    found = search.similar_but_better(index, vector, index.embeddings()[worst], ratings)

    assert (ratings[found.rows] > ratings[worst]).all()
    assert (np.diff(found.similarities) <= 1e-7).all()


@pytest.mark.slow
def test_nothing_is_looked_for_before_words_come(dashboard, home):
    """The search page shows a hint and the best photos until words are entered."""
    app = dashboard("search")
    assert app.text_input(key="q").placeholder.startswith("What is on the photo")
    assert "For example" in texts(app)
    assert "rated highest by **worth**, the best first." in texts(app)

    app.text_input(key="q").set_value("a forest").run()
    assert not app.exception
    assert "closest first" in texts(app)


def test_an_address_with_a_photo_looks_for_its_like(dashboard, home):
    """A URL that names a photo opens a search for similar photos, most similar first."""
    app = dashboard("search", like=photo_token(open_index("small").photo(3).digest))
    assert app.segmented_control(key="by").value == "photo"
    assert "most similar to it, the most similar first." in texts(app)


@pytest.mark.slow
def test_a_photo_is_chosen_by_its_picture(dashboard, home):
    """A click on a photo puts its identifier into the page's URL and shows similar photos."""
    index = open_index("small")
    tokens = [index.photo(5).digest[:16]]
    pressed = {"pick-like-small": {"act": {"what": "like", "tokens": tokens}}}
    app = dashboard("search", state=pressed, by="A photo")

    assert app.query_params["like"] == photo_token(index.photo(5).digest)
    assert "most similar to it, the most similar first." in texts(app)


@pytest.mark.slow
def test_every_way_of_searching_works(dashboard, home):
    """Searches by a vector, by a photo, and for better photos all show results."""
    app = dashboard("search")
    app.segmented_control(key="by").set_value("vector").run()
    assert not app.exception
    assert "**24 photos** rated highest by **worth**, the best first." in texts(app)

    app.segmented_control(key="by").set_value("photo").run()
    assert not app.exception
    assert "Choose a photo" in app.info[0].value
    picker = next(one for one in app.selectbox if one.label == "or pick one that is here")
    picker.set_value(7).run()
    assert not app.exception
    assert "most similar to it, the most similar first." in texts(app)

    app.segmented_control(key="by").set_value("better").run()  # than the same photo
    assert not app.exception
    assert not app.info
    assert "similar to it and rated clearly higher by **worth**, the most similar first." in texts(
        app
    )
