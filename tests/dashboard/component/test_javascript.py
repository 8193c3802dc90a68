"""JavaScript of the photo component: its own tests, its size, and forbidden constructs."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FOLDER = HERE.parents[2] / "dashboard" / "component"
MODULES = sorted(FOLDER.glob("*.js"))
SERVED = [path for path in MODULES if path.name != "eslint.config.js"]
MOST_BYTES = 45_000  # of all modules and the style sheet, as they are sent


@pytest.mark.slow
def test_its_own_tests_pass():
    """The JavaScript component's own tests pass under Node."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: apt-get install nodejs runs the component's tests")
    command = [node, "--test", *map(str, sorted(HERE.glob("*.test.mjs")))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout[-4000:]


def test_text_from_outside_is_only_set_as_text():
    """JavaScript modules never parse a string as markup and name no other server."""
    for path in SERVED:
        code = path.read_text()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", code)
        assert set(re.findall(r"https?://[^\s\"'`]+", code)) <= {"http://www.w3.org/2000/svg"}


def test_every_module_is_documented_and_small():
    """Every JavaScript module of the dashboard starts with a documentation comment."""
    for path in SERVED:
        assert path.read_text().startswith("/**"), path.name


def test_it_stays_small():
    """The component's scripts and styles are at most 45 kB when compressed."""
    sent = [*SERVED, FOLDER / "component.css"]
    assert sum(len(gzip.compress(path.read_bytes())) for path in sent) < MOST_BYTES
