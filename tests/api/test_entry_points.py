import numpy as np
import pytest
from PIL import Image

import photorank
from photorank.errors import EntryPointError, UnknownNameError
from photorank.vectors.learners_by_name import is_learner, make_learner
from tests.fixtures.command_line import invoke

CODE = """
import numpy as np
import photorank
from photorank.metrics import pairwise_accuracy

@photorank.image_encoder(name="brightness", digest="1", size=8, framing="squash")
def brightness(images):
    pixels = np.stack([np.asarray(image, dtype=float) for image in images])
    return np.stack([pixels.mean(axis=(1, 2, 3)) + 1, pixels.std(axis=(1, 2, 3)) + 1], axis=1)

class FirstNumber(photorank.DirectionLearner):
    def _learn(self, X, comparisons):
        return np.eye(X.shape[1])[0]

def twice_accuracy(ratings, comparisons):
    return 2 * pairwise_accuracy(ratings, comparisons)

def broken():
    raise RuntimeError("out of order")
broken_value = 3
"""
DECLARED = {
    "photorank.encoders": "brightness = photorank_example:brightness\n"
    "odd = photorank_example:broken",
    "photorank.learners": "first-number = photorank_example:FirstNumber\n"
    "odd = photorank_example:broken_value",
    "photorank.metrics": "twice_accuracy = photorank_example:twice_accuracy",
}


@pytest.mark.slow
def test_a_package_adds_an_encoder(install, gallery, tmp_path, monkeypatch):
    """An index made with an encoder from an installed package can be reopened to rate photos."""
    install(CODE, DECLARED)
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path))
    made = invoke("index", str(gallery), "--name", "bright", "--encoder", "brightness")
    assert made.exit_code == 0, made.output

    index = photorank.open_index("bright")
    vector = photorank.MasterVector("light", "given", [1.0, 0.0], index.opened.fingerprint)
    dark, light = index.rate(
        [Image.new("RGB", (9, 9), shade) for shade in ("#222", "#ddd")], vector
    )
    assert index.opened.fingerprint.framing == "squash"
    assert dark < light


def test_a_package_adds_a_learner_and_a_metric(install):
    """Learners and metrics that a package declares are available by name like built-in ones."""
    install(CODE, DECLARED)
    X = np.random.default_rng(0).normal(size=(40, 3))

    found = photorank.cross_validate("first-number", X, X[:, 0], folds=4, repeats=2)

    assert is_learner("first-number")
    assert found["pairwise_accuracy"].value == 1
    assert found["twice_accuracy"].value == pytest.approx(2)
    assert "twice_accuracy" in photorank.measure(X[:, 0], X[:, 1])


def test_what_a_package_declares_wrongly_is_told_with_its_name(install):
    """The error for an unusable entry point names the package, its declaration and a remedy."""
    install(CODE, DECLARED)
    told = r"photorank-example declares photorank\.{}: odd = .* cannot be used: .*Update that"
    with pytest.raises(EntryPointError, match=told.format("encoders")):
        photorank.load_encoder("odd")
    with pytest.raises(EntryPointError, match=told.format("learners")):
        make_learner("odd", seed=0)
    with pytest.raises(UnknownNameError, match="first-number, odd"):
        make_learner("none", seed=0)


def test_a_package_that_cannot_be_imported_is_told_with_its_name(install):
    """If a package cannot be imported, the error quotes the import error and shows no traceback."""
    install("import nothing_like_this", DECLARED)
    with pytest.raises(EntryPointError, match="No module named 'nothing_like_this'"):
        photorank.load_encoder("brightness")
