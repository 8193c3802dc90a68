import json
from dataclasses import dataclass

import pytest

from tests.encoders.conftest import tiny_model
from tests.fixtures.command_line import invoke

__all__ = ["tiny_model"]


@dataclass
class Outcome:
    """Output, error text and exit code of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """Parsed output of the command, which must be nothing but JSON."""
        return json.loads(self.out)


@pytest.fixture
def photorank():
    """Function that runs a command in this process, and raises its unexpected exceptions."""

    def run(*arguments):
        result = invoke(*arguments)
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def refused(photorank):
    """Function that runs a command expected to fail, and returns its one-line error."""

    def run(*arguments):
        outcome = photorank(*arguments)
        assert outcome.code == 1, (outcome.out, outcome.err)
        assert outcome.out == ""
        [line] = outcome.err.splitlines()
        assert line.startswith("photorank: ")
        return line

    return run


@pytest.fixture
def empty_home(tmp_path, monkeypatch):
    """Workspace without any index, set as the current workspace."""
    home = tmp_path / "empty-home"
    monkeypatch.setenv("PHOTORANK_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def tiny_spec(tiny_model, tmp_path_factory):
    """Spec of a tiny, fast encoder whose embeddings differ between photos."""
    from safetensors.torch import load_file, save_file

    name, file = tiny_model
    weights = load_file(file)
    for part in ("class_embedding", "positional_embedding"):  # the same for every photo
        weights[f"visual.{part}"].zero_()
    seeing = tmp_path_factory.mktemp("seeing") / "model.safetensors"
    save_file(weights, seeing)
    return f"open_clip:{name}@{seeing}"
