import numpy as np
import pytest
from PIL import Image

from photorank.encoders import load_encoder
from photorank.encoders.base import Prepared, encode_photos
from photorank.errors import EncoderMismatchError
from photorank.photos.framing import FRAMINGS
from photorank.rating.heat_map import heat_map, occlusion, sum_over_positions
from photorank.vectors.master import MasterVector
from tests.fixtures.colours import ColourEncoder


def noise(width, height, seed=0):
    """Random photo that consists of coloured rectangles."""
    rng = np.random.default_rng(seed)
    fields = Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8))
    return fields.resize((width, height), Image.Resampling.NEAREST)


def vector_for(encoder, direction, **scale):
    """Vector with the given direction in the embedding space of an encoder."""
    return MasterVector("v", "all-pairs", direction, encoder.fingerprint, **scale)


@pytest.mark.slow
@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("size", [(340, 230), (190, 520)])
def test_the_parts_of_all_blocks_sum_to_the_rating(framing, size):
    """A photo's rating equals the sum of the heat map's values plus the map's field `rest`."""
    encoder = load_encoder("embedded", framing=framing)
    direction = np.random.default_rng(1).normal(size=encoder.dimensions)
    vector = vector_for(encoder, direction / np.linalg.norm(direction), scale=3.0, bias=-0.7)
    photo = noise(*size)
    prepared = encoder.prepare(photo)

    heat = heat_map(photo, encoder, vector)

    [rating] = vector.rate(encode_photos(encoder, [prepared]), encoder.fingerprint)
    assert heat.values.sum() + heat.rest == pytest.approx(heat.rating, abs=1e-9)
    assert heat.rating == pytest.approx(rating, abs=3e-3)  # rows are rounded to 16 bits
    if framing == "pad":
        return
    assert heat.weights.sum() == pytest.approx(1)
    # The linear part by itself: all numbers of the network, before they are rounded.
    linear = encoder.encode_frames(prepared.frames).astype(np.float64)
    head = linear[:, : encoder.head].mean(axis=0)
    row = np.concatenate([head / np.linalg.norm(head), linear[:, encoder.head :].mean(axis=0)])
    offset = sum(
        encoder.position_maps(one, 3 * vector.direction[:768]).offset for one in prepared.frames
    ) / len(prepared.frames)
    expected = 3 * row @ vector.direction[:768] - offset
    assert heat.values.sum() == pytest.approx(expected, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("size", [(340, 230), (190, 520)])
def test_the_parts_sum_to_the_rating(framing, size):
    """A heat map's values and its constant `rest` add up to the photo's rating."""
    encoder = load_encoder("embedded:1", framing=framing)
    direction = np.random.default_rng(1).normal(size=1280)
    vector = vector_for(encoder, direction / np.linalg.norm(direction), scale=3.0, bias=-0.7)
    photo = noise(*size)

    heat = heat_map(photo, encoder, vector)

    embedding = encode_photos(encoder, [encoder.prepare(photo)])
    [rating] = vector.rate(embedding, encoder.fingerprint)
    assert heat.exact
    assert heat.rating == pytest.approx(rating, abs=1e-5)
    assert heat.values.sum() + heat.rest == pytest.approx(rating, abs=1e-5)
    if framing != "pad":  # of which a part lies beside the photo
        assert heat.rest == pytest.approx(vector.bias, abs=1e-5)
        assert heat.weights.sum() == pytest.approx(1)
        assert heat.minus_average(0.2).sum() == pytest.approx(rating - 0.2, abs=1e-5)


@pytest.mark.slow
def test_what_crop_does_not_see_has_no_part():
    """With the framing `crop`, the heat map is zero left and right of the middle square."""
    encoder = load_encoder("embedded:1", framing="crop")
    heat = heat_map(noise(400, 200), encoder, vector_for(encoder, np.eye(1280)[0]))

    assert (heat.values[:, :15] == 0).all()
    assert (heat.minus_average(9.0)[:, :15] == 0).all()
    assert (heat.minus_average(9.0)[:, 20:44] != 0).any()


@pytest.fixture(scope="module")
def planted():
    """Encoder, vector that rewards a chessboard, and photo with a chessboard on its left half."""
    encoder = load_encoder("embedded:1", framing="whole")
    board = np.kron((np.indices((16, 12)).sum(axis=0) % 2), np.ones((14, 14)))
    board = np.repeat((255 * board)[..., None], 3, axis=2).astype(np.uint8)  # (224, 168, 3)
    flat = np.full((224, 336, 3), (120, 150, 180), dtype=np.uint8)
    whole_board = np.tile(board, (1, 2, 1))
    frames = [Prepared([whole_board]), Prepared([flat])]
    features = encode_photos(encoder, frames).astype(np.float64)
    difference = features[0] - features[1]
    vector = vector_for(encoder, difference / np.linalg.norm(difference))
    photo = flat.copy()
    photo[:, :168] = board
    return encoder, vector, Image.fromarray(photo)


def test_the_exact_map_finds_a_planted_patch(planted):
    """The heat map is positive on the half with the planted patch, negative on the other half."""
    encoder, vector, photo = planted
    heat = sum_over_positions(photo, encoder, vector)
    parts = heat.minus_average(heat.rating)
    half = parts.shape[1] // 2

    assert parts[:, :half].sum() > 0 > parts[:, half:].sum()


@pytest.mark.slow
def test_occlusion_agrees_in_sign_on_a_planted_patch(planted):
    """Covering the patch that a vector looks for lowers the rating more than covering the rest."""
    encoder, vector, photo = planted
    heat = occlusion(photo, encoder, vector, cells=6)
    half = heat.values.shape[1] // 2

    assert heat.values.shape == (4, 6)
    assert heat.values[:, : half - 1].mean() > 0
    assert heat.values[:, : half - 1].mean() > heat.values[:, half + 1 :].mean()
    exact = sum_over_positions(photo, encoder, vector)
    left = exact.minus_average(exact.rating)[:, : exact.values.shape[1] // 2].mean()
    assert np.sign(left) == np.sign(heat.values[:, :half].mean())


def test_occlusion_finds_each_planted_colour():
    """An occlusion heat map is highest at the red square that the vector rewards."""
    encoder = ColourEncoder(framing="squash")
    direction = np.zeros((4, 4, 3))
    direction[1, 2] = (1.0, -1.0, -1.0)
    vector = vector_for(encoder, direction.ravel())
    pixels = np.full((64, 64, 3), 128, dtype=np.uint8)
    pixels[16:32, 32:48] = (250, 20, 20)

    heat = heat_map(Image.fromarray(pixels), encoder, vector)

    assert heat.method == "occlusion"
    fields = heat.values.reshape(4, 2, 4, 2).sum(axis=(1, 3))
    assert np.unravel_index(np.argmax(fields), fields.shape) == (1, 2)
    assert fields[1, 2] > 0
    assert heat.values.sum() + heat.rest == pytest.approx(heat.rating)


def test_occlusion_tells_how_far_it_is():
    """The function `occlusion` reports its progress up to 32 of 32 grid cells."""
    encoder, told = ColourEncoder(), []
    vector = vector_for(encoder, np.eye(48)[0])

    occlusion(noise(40, 20), encoder, vector, on_progress=lambda *done: told.append(done))

    assert told[-1] == (32, 32)


def test_a_vector_of_another_framing_is_refused():
    """If vector and encoder have different framings, a heat map is refused."""
    encoder = ColourEncoder(framing="crop")
    vector = vector_for(ColourEncoder(framing="squash"), np.eye(48)[0])

    with pytest.raises(EncoderMismatchError):
        heat_map(noise(40, 20), encoder, vector)
