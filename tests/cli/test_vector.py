import numpy as np
import pytest

from photorank.index.opened import open_index

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def head(tmp_path):
    """File with random weights and a random bias, in the format of a published vector."""
    numbers = np.random.default_rng(0).normal(size=open_index("small").manifest.head + 1)
    np.save(tmp_path / "head.npy", numbers)
    return tmp_path / "head.npy"


def test_an_imported_head_rates_photos(photorank, head):
    """An imported vector rates photos by its own weights and bias, in the usual commands."""
    made = photorank("vector", "import", "head", head, "--json")

    assert made.json["kind"] == "published"
    index = open_index("small")
    numbers = np.load(head)
    ratings = index.heads().astype(np.float64) @ numbers[:-1] + numbers[-1]
    top = photorank("top", "-k", 30, "--vector", "head", "--json").json
    np.testing.assert_allclose(
        [photo["rating"] for photo in top], np.sort(ratings)[::-1], atol=1e-4
    )
    assert "head.npy" in photorank("vector", "show", "head").out


def test_a_head_that_cannot_be_used_leaves_no_vector(refused, photorank, tmp_path):
    """A missing weights file or one of the wrong length is refused, and no vector is added."""
    np.save(tmp_path / "long.npy", np.ones(768))
    before = photorank("vector", "list", "--json").json

    assert "does not exist" in refused("vector", "import", "new", tmp_path / "nothing.pth")
    assert "ViT-L/14" in refused("vector", "import", "new", tmp_path / "long.npy")

    assert photorank("vector", "list", "--json").json == before


def test_an_imported_head_says_whose_encoder_it_is_for(photorank, tmp_path):
    """The command `vector import` names the encoder for which the imported weights were made."""
    import torch

    width = open_index("small").manifest.head
    path = tmp_path / "sa_0_4_vit_l_14_linear.pth"
    torch.save(torch.nn.Linear(width, 1).state_dict(), path)

    assert "--force" in photorank("vector", "import", "laion", path).err
    made = photorank("vector", "import", "laion", path, "--force")

    assert "ViT-L/14; this index was made with embedded" in made.err
    assert "MIT" in photorank("vector", "show", "laion").out


@pytest.mark.slow
def test_vectors_are_blended_turned_and_freed(photorank):
    """Weight -1 reverses a vector, and a blend made with `--without V` is orthogonal to V."""
    assert photorank("vector", "blend", "bad", "ours", "--weight", -1).code == 0
    both = ["vector", "blend", "calm", "beauty", "technical", "--weight", 2, "--weight", 1]
    made = photorank(*both, "--without", "plain-prompt", "--json")
    assert made.json["kind"] == "projected"

    found = photorank("vector", "cosines", "ours", "bad", "calm", "plain-prompt", "--json").json

    assert found["vectors"] == ["ours", "bad", "calm", "plain-prompt"]
    table = np.array(found["cosines"])
    assert table[0, 1] == pytest.approx(-1)
    assert table[2, 3] == pytest.approx(0, abs=1e-6)
    assert "calm" in photorank("vector", "cosines").out


def test_a_blend_that_cannot_be_made(photorank, refused):
    """A blend is refused if a weight is missing or if its vectors cancel out."""
    outcome = photorank("vector", "blend", "x", "ours", "beauty", "--weight", 1)
    assert outcome.code == 2
    assert "1 weight for 2 vectors" in outcome.err

    opposites = ["ours", "ours", "--weight", 1, "--weight", -1]
    assert "cancel out" in refused("vector", "blend", "x", *opposites)
    assert "no vector named 'nobody'" in refused("vector", "blend", "x", "nobody")


@pytest.mark.slow
def test_a_blend_of_what_saw_the_photos_is_in_sample(photorank):
    """A blend counts as in-sample if one of its vectors was learned from the tested photos."""
    photorank("vector", "blend", "mixed", "ours", "plain-prompt")

    found = photorank(
        *("evaluate", "--vectors", "mixed", "--learners", "mean-difference"),
        *("--folds", 4, "--repeats", 1, "--json"),
    ).json

    marks = {row["in_sample"] for row in found["results"] if row["vector"] == "mixed"}
    assert marks == {True}


@pytest.mark.slow
def test_a_card_lists_the_qualities_that_words_went_through(photorank):
    """For a vector made from a text prompt, `vector show` lists qualities such as sharpness."""
    made = photorank("vector", "prompt", "crisp", "a sharp photo")
    assert "qualities only by praise, blame and a fixed table" in made.err
    shown = photorank("vector", "show", "crisp").out
    assert "words, through built-in qualities" in shown
    assert "sharp and in focus +" in shown
    plain = photorank("vector", "prompt", "things", "a sharp photo", "--plain")
    assert "hardly qualities" in plain.err
    assert "qualities" not in photorank("vector", "show", "things").out
