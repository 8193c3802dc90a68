"""The commands of the guides in docs/ are ones that photorank takes."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from photorank.cli.app import app

DOCS = Path(__file__).parents[1] / "docs"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
COMMANDS = [
    line.strip()
    for text in TEXTS.values()
    for block in re.findall(r"```bash\n(.*?)```", text, flags=re.DOTALL)
    for line in block.splitlines()
    if line.startswith("photorank ")
]


def test_the_guide_to_clusters_has_commands():
    """There is something to check below."""
    assert sum("--cluster" in command for command in COMMANDS) >= 4


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_parsed(command):
    """Every option is known, and every value of the right kind."""
    words = shlex.split(command)[1:]
    leaf = get_command(app)
    while inner := getattr(leaf, "commands", None):
        leaf = inner[words.pop(0)]
    leaf.make_context(command, words)


@pytest.mark.parametrize("name", TEXTS)
def test_files_that_are_linked_exist(name):
    """Links between the guides lead somewhere."""
    for path in re.findall(r"\]\(([\w./-]+)\)", TEXTS[name]):
        assert (DOCS / path).exists(), path
