"""Speed benchmarks on a small index."""

from pathlib import Path

import pytest

from benchmarks.synthetic import VECTOR, write_synthetic
from photorank.workspace import Workspace

pytestmark = pytest.mark.usefixtures("made_up")


@pytest.fixture
def made_up(tmp_path, monkeypatch):
    """Create a workspace with one index of synthetic photos, and make it current."""
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path))
    workspace = Workspace(tmp_path)
    workspace.datasets.mkdir()
    write_synthetic(workspace.index("small"), 300, 24, labels=200, shard=128)


@pytest.mark.slow  # it measures
def test_search_is_measured_beside_numpy_and_faiss(photorank):
    """Photorank, NumPy and Faiss find the same photos, and each one's search speed is reported."""
    found = photorank("bench", "search", "-k", 5, "--rounds", 1, "--json").json
    assert (found["k"], found["photos"], found["same"]) == (5, 300, 1.0)
    assert found["faiss_ratio"] == pytest.approx(found["faiss"] / found["ours"])
    assert min(found[name] for name in ("ours", "numpy", "faiss", "limit")) > 0
    assert "IndexFlatIP" in photorank("bench", "search", "--rounds", 1).out


def test_measuring_is_measured_beside_scipy(photorank):
    """The metrics are timed beside SciPy's, and their values agree within 1e-9."""
    arguments = ["bench", "evaluate", "--rounds", 1, "--vector", VECTOR]
    found = photorank(*arguments, "--json").json
    assert found["off"] < 1e-9
    assert found["low"] <= found["pairwise_accuracy"] <= found["high"]
    assert found["ratio"] == pytest.approx(found["scipy"] / found["ours"])
    assert "SciPy" in photorank(*arguments).out


@pytest.mark.slow  # it measures
def test_encoders_are_raced_in_one_run(photorank):
    """Each encoder is timed with its own runtime, and its speed is divided by the first one's."""
    asked = ("--encoder", "embedded", "--encoder", "embedded:1", "--photos", 32, "--rounds", 1)
    first, second = photorank("bench", "index", *asked, "--json").json["encoders"]
    assert [one["encoder"] for one in (first, second)] == ["embedded", "embedded:1"]
    assert first["ratio"] == first["least_ratio"] == first["greatest_ratio"] == 1
    assert second["ratio"] == pytest.approx(second["speed"] / first["speed"])
    assert all(one["runtime"].startswith("torch") for one in (first, second))


@pytest.mark.slow  # it measures
def test_every_page_is_measured(photorank):
    """Each dashboard page is timed at its first run and at later runs."""
    found = photorank("bench", "dashboard", "--rounds", 1, "--vector", VECTOR, "--json").json
    views = list((Path(__file__).parents[2] / "dashboard" / "views").glob("*.py"))
    assert len({page["page"] for page in found["pages"]}) == len(views) > 0
    assert all(page["first"] > 0 and page["again"] > 0 for page in found["pages"])
