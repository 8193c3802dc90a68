import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from photorank.cli.app import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = [
    line.strip()
    for block in re.findall(r"```bash\n(.*?)```", README, flags=re.DOTALL)
    for line in block.splitlines()
]
# Commands that serve until they are stopped: the browser test starts the server for real.
SERVING = ("demo", "dashboard")


def ours(line):
    """Return the words of the photorank command in a line, if there is one."""
    command = line.split("&&")[-1].strip()
    return shlex.split(command)[1:] if command.startswith("photorank ") else None


@pytest.fixture
def someone(tmp_path, gallery, monkeypatch):
    """Return a place where the README's folder of photos and table of stars exist."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(gallery, tmp_path / "Pictures" / "Italy")
    shutil.copy(gallery / "labels.csv", tmp_path / "stars.csv")
    return tmp_path


def test_commands_run_in_the_order_they_are_told(someone):
    """A reader who types the README's commands on a folder of photos meets no error."""
    commands = [words for line in SHELL if (words := ours(line)) and words[0] not in SERVING]
    assert len(commands) >= 5

    for words in commands:
        arguments = [str(Path(word).expanduser()) if "~" in word else word for word in words]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, (words, result.output, result.exception)

    snippet = re.search(r"```python\n(.*?)```", README, flags=re.DOTALL).group(1)
    scope = {}
    exec(snippet, scope)  # noqa: S102 - the README's own lines
    assert len(scope["ratings"]) == 24


def test_serving_commands_exist():
    """Commands that do not end by themselves are at least understood."""
    serving = [words for line in SHELL if (words := ours(line)) and words[0] in SERVING]
    assert {words[0] for words in serving} == set(SERVING)

    for words in serving:
        assert CliRunner().invoke(app, [*words, "--help"]).exit_code == 0


def test_every_command_that_is_named_exists():
    """Nothing in the text promises a command that is not there."""
    group = typer.main.get_command(app)
    for line in re.findall(r"`photorank ([a-z]+)", README):
        assert line in group.commands


def test_files_that_are_named_exist():
    """Pictures, scripts and folders of the text are in the repository."""
    named = re.findall(r"\((docs/[^)]+)\)", README)
    named += re.findall(
        r"`((?:scripts|tests|photorank|dashboard|datasets|index)/[\w./-]*)`", README
    )
    assert named

    for path in named:
        assert (ROOT / path).exists(), path


def test_the_two_commands_of_a_fresh_machine_are_told():
    """Installing and testing are one line each, as continuous integration runs them."""
    assert 'pip install -e ".[embedded,dev]" && photorank demo' in SHELL
    assert 'pip install -e ".[embedded,dev]" && pytest' in SHELL
    assert 'pip install -q -e ".[embedded,dev]" && pytest' in (ROOT / ".ci" / "run").read_text()
    assert sys.version_info >= (3, 11)
