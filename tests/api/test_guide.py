import runpy
from pathlib import Path

import jupytext
import pytest

import photorank

ROOT = Path(__file__).parents[2]


@pytest.mark.slow  # a whole story
def test_the_notebook_runs(monkeypatch, capsys):
    """All code cells of docs/python.md run in order and give the results that the page promises."""
    monkeypatch.setenv("PHOTORANK_HOME", "set by the first cell")
    notebook = jupytext.read(ROOT / "docs" / "python.md")
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    scope = {}
    for cell in cells:
        exec(compile(cell, "docs/python.md", "exec"), scope)  # noqa: S102 - the page's own lines

    assert len(cells) > 8
    assert scope["vector"].card.accuracy.low > 0.8
    assert scope["both"].probabilities[0] > 0.5
    assert scope["ratings"][1] == pytest.approx(scope["ratings"][2])
    assert "the first is better with probability" in capsys.readouterr().out


def test_the_pages_of_names_are_what_the_docstrings_say():
    """The API pages equal those that `python scripts/api_pages.py` makes from the docstrings."""
    script = runpy.run_path(str(ROOT / "scripts" / "api_pages.py"))
    there = {path.name: path.read_text(encoding="utf-8") for path in ROOT.glob("docs/api/*.md")}
    told = {name for _, _, names in script["PAGES"].values() for name in names}

    assert there == script["pages"]()
    assert told == {
        *(set(photorank.__all__) - {"metrics"}),
        *(f"metrics.{name}" for name in photorank.metrics.__all__),
    }
