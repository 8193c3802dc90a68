import numpy as np
import pytest

from photorank.encoders.base import Fingerprint
from photorank.errors import DegenerateDirectionError, EncoderMismatchError
from photorank.vectors.algebra import blend, combined, cosine_table, negated, projected_out
from photorank.vectors.master import Card, MasterVector

SPACE = Fingerprint("embedded", "a" * 64, "whole", 224)
D = 12


def vector(name, seed, *, fingerprint=SPACE, **fields):
    """Instance of `MasterVector` with the given name and a random direction."""
    direction = np.random.default_rng(seed).normal(size=D)
    return MasterVector(name, "all-pairs", direction, fingerprint, **fields)


@pytest.fixture
def taste():
    """Calibrated vector that has a licence and a card that lists two training photos."""
    card = Card(photos=frozenset({"0" * 16, "1" * 16}), n_photos=2, licence="MIT", index="small")
    return vector("taste", 0, bias=5.0, slope=0.7, card=card)


@pytest.fixture
def sunset():
    """Second vector, which has one training photo in common with the vector `taste`."""
    return vector("sunset", 1, card=Card(photos=frozenset({"1" * 16, "2" * 16}), licence="CC0"))


@pytest.fixture
def photos():
    """Random embeddings of 50 photos, an array (50, D) with rows of unit length."""
    rows = np.random.default_rng(9).normal(size=(50, D))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_a_blend_rates_by_the_weighted_sum_of_cosines(taste, sunset, photos):
    """A blend of vectors rates a photo by a weighted sum of cosines between photo and vectors."""
    made = blend("both", [taste, sunset], [2, -0.5])

    cosines = photos @ np.stack([taste.direction, sunset.direction]).T  # (50, 2)
    np.testing.assert_allclose(made.rate(photos, SPACE), cosines @ [2, -0.5], atol=1e-12)


def test_the_opposite_turns_every_rating_round(taste, photos):
    """Negating a vector changes every rating's sign; negating it twice restores the ratings."""
    made = negated("bad", taste)

    np.testing.assert_allclose(made.rate(photos, SPACE), -taste.rate(photos, SPACE))
    np.testing.assert_allclose(
        negated("again", made).rate(photos, SPACE), taste.rate(photos, SPACE)
    )


def test_what_is_projected_out_has_no_say(taste, sunset, photos):
    """Moving photos along a projected-out direction does not change their ratings."""
    third = vector("third", 2)

    made = projected_out("rest", taste, [sunset, third, sunset])

    before = made.rate(photos, SPACE)
    for nuisance in (sunset, third):
        assert abs(made.direction @ nuisance.direction) < 1e-12
        np.testing.assert_allclose(made.rate(photos + nuisance.direction, SPACE), before)
    moved = photos + made.direction
    np.testing.assert_allclose(
        made.rate(moved, SPACE) - before, taste.rate(moved, SPACE) - taste.rate(photos, SPACE)
    )
    assert made.bias == taste.bias


def test_a_nuisance_named_twice_is_taken_out_once(taste, sunset):
    """If two vectors to project out are parallel, their common direction is removed only once."""
    third = vector("third", 2)
    nuisances = np.stack([sunset.direction, third.direction]).T  # (D, 2)
    fitted = nuisances @ np.linalg.lstsq(nuisances, taste.direction, rcond=None)[0]

    made = projected_out("rest", taste, [sunset, third, negated("dawn", sunset)])

    residual = taste.scale * (taste.direction - fitted)
    np.testing.assert_allclose(made.scale * made.direction, residual, atol=1e-12)


def test_projecting_out_twice_is_once(taste, sunset):
    """Projecting out the same vector a second time changes nothing."""
    once = projected_out("once", taste, [sunset])
    twice = projected_out("twice", once, [sunset])

    np.testing.assert_allclose(twice.direction * twice.scale, once.direction * once.scale)


def test_little_that_is_left_is_still_at_right_angles(sunset):
    """Removing vector b from an almost parallel vector a leaves a vector orthogonal to b."""
    other = vector("other", 2).direction
    near = MasterVector("near", "all-pairs", sunset.direction + 1e-5 * other, SPACE)

    assert abs(projected_out("rest", near, [sunset]).direction @ sunset.direction) < 1e-14


@pytest.mark.parametrize("how", ["blend", "negated", "projected"])
def test_the_card_remembers_photos_but_no_slope(how, taste, sunset):
    """A derived vector's card lists its parents' training photos; the vector has no calibration."""
    made = {
        "blend": lambda: blend("new", [taste, sunset], [1, 1]),
        "negated": lambda: negated("new", taste),
        "projected": lambda: projected_out("new", taste, [sunset]),
    }[how]()

    seen = taste.card.photos if how == "negated" else taste.card.photos | sunset.card.photos
    assert made.card.photos == seen
    assert made.card.n_photos == len(seen)
    assert made.slope is None
    assert made.kind == how
    assert made.card.index is None
    assert made.card.licence.startswith("MIT")
    assert "taste" in made.card.source
    assert made.card.parameters["vectors"][0] == "taste"
    assert MasterVector.from_json(made.to_json()).card.photos == seen


def test_combining_one_vector_keeps_its_scale(taste, sunset):
    """A single vector that is multiplied by -1 keeps its scale."""
    assert combined("bad", [taste], [-1]).scale == pytest.approx(taste.scale)
    assert combined("bad", [taste], [-1]).bias == -5
    freed = combined("free", [taste], [1], [sunset])
    assert freed.scale * freed.direction @ taste.direction < taste.scale
    assert freed.bias == 5
    both = combined("both", [taste, sunset], [1, 2], [vector("third", 2)])
    assert both.kind == "projected"
    assert both.card.parameters["of"]["weights"] == [1, 2]


def test_vectors_that_cancel_define_no_direction(taste, sunset):
    """Blending opposites, or projecting a vector out of itself, raises a clear error."""
    with pytest.raises(DegenerateDirectionError, match="cancel out"):
        blend("none", [taste, negated("bad", taste)], [1e9, 1e9])
    with pytest.raises(DegenerateDirectionError, match="cancel out"):
        blend("none", [taste], [0])
    with pytest.raises(DegenerateDirectionError, match="'taste' is left without sunset, taste"):
        projected_out("none", taste, [sunset, taste])


@pytest.mark.parametrize("weights", [[float("nan")], [float("inf")], [1e308], [6e99, -6e99]])
def test_weights_must_be_finite(taste, weights):
    """A blend is refused if its weights are too large or not finite, or if it has no vectors."""
    with pytest.raises(DegenerateDirectionError, match=r"weights up to 1e\+100"):
        blend("none", [taste], weights)
    with pytest.raises(DegenerateDirectionError):
        blend("none", [], [])


def test_vectors_of_other_embeddings_are_refused(taste):
    """Blending, projecting or comparing vectors of different encoders is refused."""
    foreign = vector("foreign", 3, fingerprint=Fingerprint("embedded", "a" * 64, "crop", 224))

    for mix in (
        lambda: blend("x", [taste, foreign], [1, 1]),
        lambda: projected_out("x", taste, [foreign]),
        lambda: cosine_table([taste, foreign]),
    ):
        with pytest.raises(EncoderMismatchError, match="foreign"):
            mix()


def test_the_cosine_table(taste, sunset):
    """A cosine table is symmetric, with 1 on the diagonal and -1 for opposite vectors."""
    names, table = cosine_table([taste, sunset, negated("bad", taste)])

    assert names == ["taste", "sunset", "bad"]
    np.testing.assert_allclose(np.diag(table), 1)
    np.testing.assert_allclose(table, table.T)
    assert table[0, 1] == pytest.approx(taste.direction @ sunset.direction)
    assert table[0, 2] == pytest.approx(-1)
    assert cosine_table([])[1].shape == (0, 0)
