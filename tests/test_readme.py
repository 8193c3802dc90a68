"""Tests of the README alone; checks shared with the other guides are in test_docs.py."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_two_commands_of_a_fresh_machine_are_told():
    """The README gives one shell command for the demo and one shell command for the tests."""
    shell = README.splitlines()
    assert 'pip install -e ".[embedded,dev]" && photorank demo' in shell
    assert 'pip install -e ".[embedded,dev]" && pytest -n 3 --dist worksteal' in shell
    assert (
        'pip install -q -e ".[embedded,dev]" && pytest -n 3 --dist worksteal'
        in (ROOT / ".ci" / "run").read_text()
    )
    assert sys.version_info >= (3, 11)


def test_the_readme_is_short():
    """The README has at most 130 lines; longer topics have their own page in docs."""
    assert len(README.splitlines()) <= 130
