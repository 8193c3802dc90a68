import json
import shutil

import pytest

from photorank.errors import DamagedVectorError
from photorank.vectors import shipped
from photorank.vectors.shipped import FOLDER, SHA256, damaged_vectors, shipped_vector
from tests.fixtures.command_line import invoke


@pytest.fixture
def turned(tmp_path):
    """Copy of the built-in vector cards in which the direction of `beauty.whole` is reversed."""
    folder = shutil.copytree(FOLDER, tmp_path / "builtin")
    card = json.loads((folder / "beauty.whole.json").read_text())
    card["direction"] = [-number for number in card["direction"]]
    (folder / "beauty.whole.json").write_text(json.dumps(card))
    return folder


def test_every_card_that_is_shipped_is_known():
    """Every shipped vector card has a recorded digest that matches its content."""
    assert {path.stem for path in FOLDER.glob("*.*.json")} == set(SHA256)
    assert not damaged_vectors()


@pytest.mark.parametrize("damage", ["turned", "missing", "cut"])
def test_a_card_that_is_another_is_refused(turned, damage):
    """A shipped vector card that is missing, cut short or altered is refused."""
    path = turned / "beauty.whole.json"
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DamagedVectorError, match="pip install --force-reinstall photorank"):
        shipped_vector("beauty.whole", turned)
    assert len(damaged_vectors(turned)) == 1
    assert shipped_vector("technical.whole", turned).name == "technical"


@pytest.mark.slow
def test_commands_and_the_doctor_tell_of_it(home, turned, monkeypatch):
    """Commands refuse an altered built-in vector in one line; the doctor command reports it."""
    for function in (shipped.shipped_for, shipped.damaged_vectors):
        monkeypatch.setattr(function, "__defaults__", (turned,))

    refused = invoke("top", "--vector", "beauty", "--index", "small")
    assert refused.exit_code == 1
    assert len(refused.stderr.splitlines()) == 1
    assert "not the vector that photorank came with" in refused.stderr
    assert invoke("top", "--vector", "technical", "--index", "small").exit_code == 0
    listed = invoke("vector", "list", "--index", "small")
    assert "beauty" in listed.stderr
    assert "technical" in listed.stdout
    examined = invoke("doctor")
    assert examined.exit_code == 1
    assert "built-in vectors" in examined.stdout
