"""Correctness of the README and the guides in docs/: commands, links and file names."""

import re
import runpy
import shlex
import shutil
from pathlib import Path

import pytest

from photorank.index.judging.click_log import record_choice
from photorank.index.opened import open_index
from tests.fixtures.command_line import COMMAND, invoke

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TEXTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
}
# Pages that tell one story from photos to a result, on ~/Pictures/Italy. The commands of the
# others are about photos, machines and networks that are not here: they are only parsed.
STORIES = ["README.md", "docs/tutorial.md", "docs/photo-book.md"]
# Commands that serve until they are stopped: the browser test starts the server for real.
SERVING = ("demo", "dashboard")


def commands(text):
    """Words of each photorank command in the shell blocks of a Markdown text, in order."""
    blocks = re.findall(r"```bash\n(.*?)```", text, flags=re.DOTALL)
    lines = [line.split("&&")[-1].strip() for block in blocks for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("photorank ")]


EVERY = sorted({tuple(words) for text in TEXTS.values() for words in commands(text)})


def anchors(text):
    """Anchors of the headings in a Markdown text, formed as on GitHub."""
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture
def someone(tmp_path, gallery, monkeypatch):
    """Home folder with the photos and the star ratings of the tutorials."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(gallery, tmp_path / "Pictures" / "Italy")
    shutil.copy(gallery / "labels.csv", tmp_path / "stars.csv")
    return tmp_path


def click(index):
    """Record twenty pairwise choices by the user `me`, as on the dashboard's page “Teach”."""
    photos = sorted(index.photos(), key=lambda photo: (photo.path.name, photo.path.parent))
    for turn, (better, worse) in enumerate(zip(photos[:20], photos[3:23], strict=True)):
        asked = "informative" if turn % 5 else "random"
        record_choice(index.paths, "me", better.digest, worse.digest, tie=False, asked=asked)


@pytest.mark.slow
@pytest.mark.parametrize("page", STORIES)
def test_commands_run_in_the_order_they_are_told(page, someone):
    """The commands in a documentation page run in order without an error."""
    told = commands(TEXTS[page])
    assert sum(words[0] not in SERVING for words in told) >= 5

    for words in told:
        if words[0] in SERVING:
            if words[0] == "dashboard" and (someone / "index" / "italy").exists():
                click(open_index("italy"))
            continue
        arguments = [str(Path(word).expanduser()) if "~" in word else word for word in words]
        result = invoke(*arguments)
        assert result.exit_code == 0, (words, result.output)

    for snippet in re.findall(r"```python\n(.*?)```", TEXTS[page], flags=re.DOTALL):
        scope = {}
        exec(snippet, scope)  # noqa: S102 - the page's own lines
        assert len(scope["ratings"]) == 24


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_commands_are_parsed(words):
    """Commands in the documentation have only known options with values of the right kind."""
    leaf, rest = COMMAND, list(words)
    while inner := getattr(leaf, "commands", None):
        leaf = inner[rest.pop(0)]
    leaf.make_context(rest[0] if rest else "", rest)


@pytest.mark.parametrize("page", TEXTS)
def test_every_command_that_is_named_exists(page):
    """Every photorank command named in the documentation exists."""
    for named in re.findall(r"`photorank ([a-z]+(?: [a-z]+)?)", TEXTS[page]):
        leaf = COMMAND
        for word in named.split():
            leaf = getattr(leaf, "commands", {word: None})[word]


@pytest.mark.parametrize("page", TEXTS)
def test_links_lead_somewhere(page):
    """Links and pictures in the docs lead to files and headings that exist in the repository."""
    for path, heading in re.findall(r"\]\(([\w./-]*)(?:#([\w-]+))?\)", TEXTS[page]):
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), path
        if heading:
            assert heading in anchors(file.read_text(encoding="utf-8")), (path, heading)
    for path in re.findall(r'(?:src|srcset)="([^"]+)"', TEXTS[page]):
        assert ((ROOT / page).parent / path).exists(), path


@pytest.mark.parametrize("page", TEXTS)
def test_files_that_are_named_exist(page):
    """Each module, script and folder named in the documentation exists in the repository."""
    folders = "scripts|tests|photorank|dashboard|datasets|benchmarks|docs|fuzz"
    for path in re.findall(rf"`((?:{folders})/[\w./-]*)`", TEXTS[page]):
        assert (ROOT / path).exists(), path


def test_the_map_of_the_house_has_every_room():
    """docs/architecture.md has a line for each folder of the package that holds modules."""
    shown = TEXTS["docs/architecture.md"]
    for folder in (ROOT / "photorank").rglob("__init__.py"):
        room = folder.parent.relative_to(ROOT).as_posix()
        has_modules = len(list(folder.parent.glob("*.py"))) > 1
        assert f"`{room}/`" in shown or not has_modules or room in ("photorank", "photorank/index")


def test_pictures_are_small():
    """Every picture in the documentation is smaller than 300 kB."""
    for picture in (DOCS / "images").iterdir():
        assert picture.stat().st_size < 300_000, picture.name


def test_the_pages_of_commands_are_what_the_parser_says():
    """The command pages equal the parser's help; `python scripts/command_pages.py` renews them."""
    pages = runpy.run_path(str(ROOT / "scripts" / "command_pages.py"))["pages"]()
    there = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("commands/*.md")}
    assert there == pages


def test_the_page_on_reliability_is_what_the_experiments_left():
    """The reliability page equals what benchmarks/reliability.py writes from its result files."""
    script = runpy.run_path(str(ROOT / "benchmarks" / "reliability.py"))
    shown = TEXTS["docs/reliability.md"]
    assert shown == script["page"](script["records"](script["RESULTS"]))
    for path in re.findall(r"`(?:pytest|python) ([\w./-]+)", shown):
        assert (ROOT / path).exists(), path


def test_the_list_of_guides_is_complete():
    """docs/README.md links every guide; docs/commands/README.md links every command's page."""
    for folder in (DOCS, DOCS / "commands"):
        listed = (folder / "README.md").read_text(encoding="utf-8")
        for page in folder.glob("*.md"):
            assert page.name == "README.md" or f"]({page.name}" in listed, page.name
