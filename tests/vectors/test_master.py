import json
from dataclasses import replace

import numpy as np
import pytest

from photorank.encoders.base import Fingerprint
from photorank.errors import CardError, EncoderMismatchError, InvalidNameError, MissingPathError
from photorank.vectors.master import Card, MasterVector

WHOLE = Fingerprint("embedded", "a" * 64, "whole", 224)
CROP = Fingerprint("embedded", "a" * 64, "crop", 224)


@pytest.fixture
def vector():
    """Vector whose card has every field filled in."""
    return MasterVector(
        "taste",
        "all-pairs",
        np.array([1.0, -2.0, 2.0]) / 3,
        WHOLE,
        scale=18.0,
        bias=5.2,
        slope=0.7,
        card=Card(
            parameters={"learner": {"gap_power": 1}},
            index="holiday",
            photos=frozenset({"0123456789abcdef"}),
            labels="f" * 64,
            n_photos=12,
            n_pairs=34,
            seed=5,
            metrics={"pairwise_accuracy": {"value": 0.8, "low": 0.7, "high": 0.9}},
            licence="CC0",
            source="me",
            created="2026-01-31",
        ),
    )


def test_a_card_survives_the_disk(vector, tmp_path):
    """A saved vector is loaded unchanged, except that its direction has float32 precision."""
    vector.save(tmp_path / "taste.json")

    loaded = MasterVector.load(tmp_path / "taste.json")

    assert loaded.to_json() == vector.to_json()
    np.testing.assert_allclose(loaded.direction, vector.direction, atol=1e-9)
    assert (loaded.scale, loaded.bias, loaded.slope) == pytest.approx((18.0, 5.2, 0.7))
    assert loaded.card == vector.card


def test_ratings_keep_the_published_scale(vector):
    """A rating is scale times the scalar product, plus the bias."""
    X = np.eye(3, dtype=np.float32)

    np.testing.assert_allclose(vector.rate(X, WHOLE), [11.2, -6.8, 17.2])


def test_a_direction_of_any_length_rates_the_same():
    """Storing a direction at unit length does not change the vector's ratings."""
    long = MasterVector("long", "prompt", np.array([3.0, 4.0]), WHOLE)

    assert np.linalg.norm(long.direction) == pytest.approx(1)
    np.testing.assert_allclose(long.rate(np.eye(2, dtype=np.float32), WHOLE), [3, 4])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(CROP, id="framing"),
        pytest.param(Fingerprint("embedded", "b" * 64, "whole", 224), id="weights"),
        pytest.param(Fingerprint("open_clip:RN50", "a" * 64, "whole", 224), id="model"),
        pytest.param(Fingerprint("embedded", "a" * 64, "whole", 336), id="size"),
    ],
)
def test_other_embeddings_are_refused(vector, other):
    """A vector refuses embeddings of another encoder, framing or image size."""
    with pytest.raises(EncoderMismatchError, match="vector 'taste' belongs to"):
        vector.rate(np.eye(3, dtype=np.float32), other)


def test_seen_photos_are_known_by_their_digest(vector):
    """A vector's card recognises its training photos by their digests."""
    assert vector.card.saw("0123456789abcdef" + "0" * 48)
    assert not vector.card.saw("f" * 64)


def broken_cards():
    """Invalid vector cards, each as the name of its fault and the bytes of the file."""
    good = MasterVector("v", "prompt", np.array([1.0, 0.0]), WHOLE).to_json()
    yield "not JSON", b"{"
    yield "a list", b"[]"
    yield "too deep", b"[" * 100_000
    yield "no schema", json.dumps({**good, "schema": None}).encode()
    yield "newer", json.dumps({**good, "schema": 99}).encode()
    yield "no direction", json.dumps({k: v for k, v in good.items() if k != "direction"}).encode()
    yield "nested direction", json.dumps({**good, "direction": [[1.0]]}).encode()
    yield "words", json.dumps({**good, "direction": ["one", "two"]}).encode()
    yield "zero", json.dumps({**good, "direction": [0.0, 0.0]}).encode()
    yield "not finite", json.dumps({**good, "direction": [float("nan"), 1.0]}).encode()
    for value in (1e300, 1e308):
        for key in ("scale", "bias", "slope"):
            yield f"{key} {value}", json.dumps({**good, key: value}).encode()
        yield f"direction {value}", json.dumps({**good, "direction": [value, value]}).encode()
    yield "infinite scale", json.dumps({**good, "scale": float("inf")}).encode()
    yield "no fingerprint", json.dumps({**good, "fingerprint": {}}).encode()
    yield "a path as name", json.dumps({**good, "name": "../../x"}).encode()
    yield "latin-1", b'{"schema": 1, "name": "\xe9"}'


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in broken_cards()])
def test_a_broken_card_is_an_error_in_words(data, tmp_path):
    """Any file that is not a saved rating vector is refused with an error of one line."""
    path = tmp_path / "card.json"
    path.write_bytes(data)

    with pytest.raises((CardError, InvalidNameError)) as error:
        MasterVector.load(path)

    assert "\n" not in str(error.value)
    assert str(error.value).count("is not a vector's card") <= 1


def test_what_could_not_be_loaded_is_not_made(vector):
    """A direction and scale that together exceed 1e100 are refused, as they could not be loaded."""
    with pytest.raises(CardError, match=r"not a number up to 1e\+100"):
        replace(vector, direction=np.array([1e99, 1e99, 0]), scale=10.0)


def test_a_missing_card_is_named(tmp_path):
    """The error for a missing vector card names its path."""
    with pytest.raises(MissingPathError, match="nowhere"):
        MasterVector.load(tmp_path / "nowhere.json")


def test_a_photo_rates_the_same_in_any_company():
    """A photo's rating is the same to the last digit, alone or in a batch of any size."""
    rng = np.random.default_rng(0)
    made_by = Fingerprint("m", "0" * 64, "whole", 8)
    for d in (48, 513, 1280):
        X = rng.normal(size=(1100, d)).astype(np.float32)
        vector = MasterVector("v", "prompt", rng.normal(size=d), made_by)
        together = vector.rate(X, made_by)
        for few in (1, 2, 7):
            alone = [vector.rate(X[row : row + few], made_by)[0] for row in range(0, 1000, 37)]
            np.testing.assert_array_equal(alone, together[:1000:37])


def test_a_changed_digit_of_a_card_is_noticed(vector, tmp_path):
    """Loading a vector file fails if a number in the file was changed and the checksum was not."""
    path = tmp_path / "taste.json"
    vector.save(path)
    text = path.read_text()
    for before, after in (("0.333333333", "0.333333332"), ('"seed": 5', '"seed": 6')):
        assert text.count(before) == 1
        path.write_text(text.replace(before, after))
        with pytest.raises(CardError, match="take out `checksum`"):
            MasterVector.load(path)
    data = json.loads(text)
    path.write_text(json.dumps(data))  # other spaces say the same
    assert MasterVector.load(path).scale == vector.scale
    del data["checksum"]
    path.write_text(json.dumps(data | {"bias": 7.0}))
    assert MasterVector.load(path).bias == 7.0
