import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.opened import Index, open_index
from photorank.rating.text_search import search_direction
from photorank.workspace import Workspace
from tests.fixtures.colours import ColourEncoder, fill, paint


class _WordedEncoder(ColourEncoder):
    """Encoder that gives every text the embedding of the colour red."""

    def encode_texts(self, texts):
        red = np.tile([1.0, 0, 0], 16) / 4
        return np.tile(red, (len(texts), 1)).astype(np.float32)


@pytest.fixture
def indexed(tmp_path):
    """Function that indexes n photos with a text encoder of the given model name."""

    def make(n, model):
        fill(tmp_path / "photos", n)
        encoder, paths = _WordedEncoder(model), Workspace(tmp_path / "home").index("some")
        request = BuildRequest(
            [tmp_path / "photos"], encoder_spec="colours", load=lambda *_, **__: encoder
        )
        build_index(paths, request)
        return Index.open(paths), encoder

    return make


def _words(encoder):
    return encoder.encode_texts(["red"])[0]


def test_feedback_is_a_quarter_of_what_the_five_best_have_and_all_have_not(indexed):
    """Feedback adds a vector of length 0.25 to the text vector, towards the five best photos."""
    index, encoder = indexed(12, "embedded:2")
    X, words = index.embeddings().astype(float), _words(encoder)
    best = X[np.argsort(-(X @ words))[:5]]
    difference = best.mean(axis=0) - X.mean(axis=0)
    turned = words + difference / np.linalg.norm(difference) / 4

    found = search_direction(index, "red", encoder)

    np.testing.assert_allclose(found, turned / np.linalg.norm(turned), atol=1e-6)
    assert found @ words < 0.99


@pytest.mark.parametrize(("n", "model"), [(12, "colours"), (12, "embedded"), (5, "embedded:2")])
def test_other_encoders_and_few_photos_are_searched_along_the_words_alone(indexed, n, model):
    """With few photos or certain encoders, a text search uses only the text's vector."""
    index, encoder = indexed(n, model)

    np.testing.assert_allclose(search_direction(index, "red", encoder), _words(encoder))


def test_photos_that_are_all_alike_have_nothing_in_common_to_turn_to(tmp_path):
    """If all photos look the same, the search direction depends on the search text only."""
    first = paint(tmp_path / "photos" / "0.png", 0)
    for number in range(1, 10):  # of other bytes, but the same pixels
        comment = PngInfo()
        comment.add_text("Comment", str(number))
        with Image.open(first) as photo:
            photo.save(tmp_path / "photos" / f"{number}.png", pnginfo=comment)
    encoder, paths = _WordedEncoder("embedded:2"), Workspace(tmp_path / "home").index("same")
    request = BuildRequest(
        [tmp_path / "photos"], encoder_spec="colours", load=lambda *_, **__: encoder
    )
    build_index(paths, request)
    index = Index.open(paths)

    assert len(index) == 10
    np.testing.assert_allclose(search_direction(index, "red", encoder), _words(encoder))


@pytest.mark.slow
def test_the_best_matches_stand_out_more(home):
    """A search vector rates the best matches further above average than a text embedding does."""
    index = open_index("small")
    encoder, X = index.encoder(), index.heads().astype(float)
    words = encoder.encode_texts(["the sea"])[0]
    found = search_direction(index, "the sea", encoder)[: X.shape[1]]
    best = np.argsort(-(X @ words))[:5]

    assert np.linalg.norm(found) == pytest.approx(1)
    before, after = (ratings[best].mean() - ratings.mean() for ratings in (X @ words, X @ found))
    assert after > before
