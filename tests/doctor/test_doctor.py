"""Commands `photorank doctor` and `photorank reroot`, run from the command line."""

import importlib
import json
import shutil
import sys

import numpy as np
import pytest

from photorank.doctor.golden import GOLDEN, examine_embedded, golden_photo
from photorank.doctor.machine import examine_pip
from photorank.index.maintenance.checks import Finding
from photorank.photos.open_photo import decode_photo
from tests.fixtures.command_line import invoke


def run(*arguments):
    """Exit code and output of a command."""
    result = invoke(*arguments)
    return result.exit_code, result.stdout


def doctor(*arguments):
    """Exit code of `photorank doctor`, and its findings by index and subject."""
    code, out = run("doctor", "--json", *arguments)
    report = json.loads(out)
    assert (code == 0) == report["ok"]
    return code, {(one["index"], one["about"]): one for one in report["findings"]}


@pytest.mark.slow
def test_a_healthy_index_passes_and_is_embedded_again_alike(home):
    """For a healthy index, doctor exits with 0, lists all checks and embeds three photos again."""
    code, found = doctor("--index", "small")
    assert code == 0
    assert {one["level"] for one in found.values()} <= {"good", "note"}
    assert "3 photos embedded again" in found["small", "encoder"]["says"]
    assert {"versions", "packages", "processor", "disk", "decoder", "embedded"} <= {
        about for index, about in found if index is None
    }


@pytest.mark.slow
def test_what_is_wrong_ends_in_1_and_is_mended(home):
    """Doctor mends a damaged evaluation and lost thumbnails, but only reports a damaged vector."""
    root = home / "index" / "small"
    (root / "evaluations").mkdir(exist_ok=True)
    (root / "evaluations" / "2020.json").write_text("{")
    shutil.rmtree(root / "thumbnails")
    code, found = doctor()
    assert code == 1
    assert found["small", "results"]["level"] == found["small", "thumbnails"]["level"] == "wrong"
    assert "--repair" in found["small", "thumbnails"]["remedy"]
    code, found = doctor("--repair")
    assert code == 0
    assert found["small", "thumbnails"]["repaired"]
    assert (root / "evaluations" / "2020.json.damaged").read_text() == "{"
    (root / "vectors" / "bad.json").write_text("{")
    assert doctor("--repair")[0] == 1


def test_where_there_is_no_pip_its_advice_is_translated(monkeypatch):
    """If pip is missing, the doctor's advice adds how to install packages without pip."""
    advised = [Finding("faces", "note", "not installed", 'Run `pip install "photorank[faces]"`.')]
    monkeypatch.setattr(sys, "path", [])  # on which nothing can be found, nor pip
    monkeypatch.delitem(sys.modules, "pip", raising=False)
    importlib.invalidate_caches()
    assert ["image" in one.remedy for one in examine_pip(advised)] == [True]
    assert examine_pip([Finding("disk", "note", "full", "Make room.")]) == []


@pytest.mark.slow
def test_weights_that_compute_something_else_are_told(tmp_path):
    """If the test photo's embedding differs from the stored one, doctor reports it as wrong."""
    assert examine_embedded().level == "good"
    stored = json.loads(GOLDEN.read_bytes())
    stored["embedding"] = stored["embedding"][::-1]
    other = tmp_path / "golden.json"
    other.write_text(json.dumps(stored))
    assert examine_embedded(other).level == "wrong"


def test_the_golden_photo_is_what_it_is():
    """The doctor's test photo is computed from integers, so it is the same on every machine."""
    pixels = np.asarray(decode_photo(golden_photo()))
    assert pixels.shape == (320, 320, 3)
    assert pixels[0, 1].tolist() == [0, 0, 35]
    assert pixels[319, 7].tolist() == [(49 // 97 + 957) % 256, (7 * 319 // 53) % 256, 210]


def test_a_moved_library_is_told_first_and_followed_on_request(home, gallery, tmp_path):
    """The command `reroot` only counts photos in the new folder, unless --apply is given."""
    shutil.copytree(gallery, tmp_path / "elsewhere")
    before = (home / "index" / "small" / "manifest.json").read_bytes()
    code, out = run("reroot", gallery, tmp_path / "elsewhere")
    assert (code, "photos found: 24, not found: 0" in out) == (0, True)
    assert (home / "index" / "small" / "manifest.json").read_bytes() == before
    code, out = run("reroot", gallery, tmp_path / "elsewhere", "--apply", "--json")
    assert json.loads(out)["applied"]
    _, out = run("top", "-k", "1", "--vector", "ours", "--json")
    assert json.loads(out)[0]["path"].startswith(str(tmp_path / "elsewhere"))


@pytest.mark.parametrize("name", ["../../etc", "nothing"])
def test_an_index_that_is_none_is_refused(home, name):
    """The doctor refuses an unknown index name with exit code 1 and an empty standard output."""
    code, out = run("doctor", "--index", name)
    assert (code, out) == (1, "")
