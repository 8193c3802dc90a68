"""Short run of the kill -9 benchmark, which must find no lost data."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="processes are forked and killed")
def test_a_few_kills_lose_nothing(tmp_path):
    """If indexing, export or evaluation is killed and rerun, the result is as if never killed."""
    command = [sys.executable, str(ROOT / "benchmarks" / "kills.py"), "--results", str(tmp_path)]
    command += ["--index", "3", "--export", "1", "--evaluate", "1", "--photos", "24"]
    ended = subprocess.run(command, check=True, timeout=300, capture_output=True)  # noqa: S603
    found = {
        path.stem: json.loads(path.read_text())["pieces"][0] for path in tmp_path.glob("*.json")
    }
    assert found.keys() == {"kills-index", "kills-export", "kills-evaluate"}
    wrong = ("differ", "unhealthy", "half", "altered")
    bad = {name: {one: piece.get(one, 0) for one in wrong} for name, piece in found.items()}
    assert not any(any(piece.values()) for piece in bad.values()), (bad, ended.stdout)
    assert found["kills-index"]["inside"] > 0
