import shutil

import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data
from sklearn.datasets import load_sample_image

from photorank.encoders import load_encoder
from photorank.errors import MissingPathError, UnreadablePhotoError
from photorank.index.opened import open_index
from photorank.rating.rate_photo import compare_embeddings, embeddings_of, rate_files
from photorank.vectors.store import load_vector
from tests.fixtures.colours import ColourEncoder, paint


@pytest.fixture
def index(home):
    """The index “small” of the shared photo gallery."""
    return open_index("small")


def index_encoder():
    """Encoder with which the index of the fixture `collection` was built."""
    return ColourEncoder()


def no_encoder():
    """Encoder loader that fails the test if called."""
    raise AssertionError("the encoder is not needed for photos of the index")


def test_photos_of_the_index_need_no_encoder(index, gallery):
    """An indexed photo is rated from its stored embedding, and the result names its group."""
    vector = load_vector(index, "ours")

    [rated] = rate_files(index, vector, [gallery / "beach" / "3.jpg"], no_encoder)

    row = index.row_of(gallery / "beach" / "3.jpg")
    assert rated.rating == vector.rate(index.embeddings(), index.fingerprint)[row]
    assert rated.group == "beach"
    assert 0 <= rated.percentile <= 100


@pytest.mark.slow
def test_photos_outside_are_embedded(index, gallery, tmp_path):
    """A copy outside the index is rated like its original, and has no group."""
    copy = tmp_path / "elsewhere.jpg"
    shutil.copy(gallery / "beach" / "3.jpg", copy)
    vector = load_vector(index, "ours")

    first, second = rate_files(
        index,
        vector,
        [gallery / "beach" / "3.jpg", copy],
        lambda: load_encoder("embedded"),
    )

    assert second.rating == pytest.approx(first.rating, abs=1e-5)
    assert second.group is None


def test_an_unusable_file_is_named(index, gallery):
    """The error for an unusable file gives the reason and the file's path."""
    with pytest.raises(UnreadablePhotoError, match=r"notes\.jpg is not a usable photo"):
        embeddings_of(index, [gallery / "notes.jpg"], lambda: load_encoder("embedded"))


def test_swapping_the_photos_swaps_the_probabilities(index):
    """Swapping the two compared photos swaps their probabilities."""
    vector = load_vector(index, "technical")
    pair = index.embeddings()[[0, 5]]

    forward = compare_embeddings(index, vector, pair)
    backward = compare_embeddings(index, vector, pair[::-1])

    assert forward.probabilities == pytest.approx(backward.probabilities[::-1])
    assert sum(forward.probabilities) == pytest.approx(1)


@pytest.mark.slow
@pytest.mark.parametrize("framing", ["whole", "crop"])
def test_technical_prefers_the_sharp_photo(framing, tmp_path):
    """The vector `technical` rates unfamiliar photographs above their blurred copies."""
    encoder = load_encoder("embedded", framing=framing)
    from photorank.rating.rate_photo import embed_photo
    from photorank.vectors.store import builtin_vectors

    class Bare:
        fingerprint = encoder.fingerprint

    vector = builtin_vectors(Bare())["technical"]
    pictures = [data.astronaut(), data.chelsea(), data.coffee(), data.rocket()]
    pictures += [load_sample_image("china.jpg"), load_sample_image("flower.jpg")]
    preferred = 0
    for pixels in pictures:
        sharp = Image.fromarray(pixels)
        sharp.thumbnail((560, 560))
        ratings = []
        for photo in (sharp, sharp.filter(ImageFilter.GaussianBlur(4))):
            photo.save(tmp_path / "photo.png")
            embedding = embed_photo((tmp_path / "photo.png").read_bytes(), encoder)
            ratings.append(float(vector.rate(embedding, encoder.fingerprint)[0]))
        preferred += ratings[0] > ratings[1]

    assert preferred >= 5
    assert np.isfinite(ratings).all()


def test_a_replaced_photo_is_rated_anew(collection):
    """A file replaced since indexing is rated by its new content, not by its stored embedding."""
    index, vector = collection.index, collection.vector
    first, second, third = (photo.path for photo in index.photos()[:3])
    other = paint(collection.folder.parent / "other.png", 99)
    first.write_bytes(other.read_bytes())
    second.write_bytes(third.read_bytes())
    rated = rate_files(index, vector, [first, other, second, third], index_encoder)
    assert rated[0].rating == rated[1].rating != index.rate(vector)[0]
    assert rated[2].rating == rated[3].rating == index.rate(vector)[2]
    pair = embeddings_of(index, [second, third], no_encoder)
    assert compare_embeddings(index, vector, pair).probabilities == (0.5, 0.5)


def test_a_photo_that_is_gone_is_not_rated(collection):
    """Rating an indexed photo whose file was deleted is refused."""
    index = collection.index
    path = index.photo(0).path
    path.unlink()
    with pytest.raises(MissingPathError, match=path.name):
        rate_files(index, collection.vector, [path], no_encoder)
