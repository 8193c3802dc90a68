import shlex
import subprocess
import sys
from importlib.metadata import version

import pytest

from photorank.evaluation.evaluate import DEFAULT_LEARNERS
from photorank.vectors.learners_by_name import LEARNERS
from tests.fixtures.command_line import COMMAND


def commands(command, path=()):
    """Dict from the words that call a command to the command itself; command groups are omitted."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return {path: command}
    return {
        words: leaf
        for name, one in inner.items()
        for words, leaf in commands(one, (*path, name)).items()
    }


COMMANDS = commands(COMMAND)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_and_an_example_that_its_parser_takes(words, photorank):
    """The --help text of a command has a description and an example that the parser accepts."""
    outcome = photorank(*words, "--help")

    assert outcome.code == 0
    assert COMMANDS[words].help
    example = outcome.out.partition("Example:\n")[2].strip()
    program, *arguments = shlex.split(example)
    assert program == "photorank"
    assert tuple(arguments[: len(words)]) == words
    COMMANDS[words].make_context(" ".join(words), arguments[len(words) :])


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_says_what_it_is(words):
    """Every option of a command has a help text."""
    for parameter in COMMANDS[words].params:
        if parameter.param_type_name == "option":
            assert parameter.help, parameter.name


def test_the_commands_are_those_of_the_contract():
    """The command names equal a fixed list, because users' scripts depend on them."""
    assert {" ".join(words) for words in COMMANDS} == {
        *("demo", "dashboard", "index", "labels import", "choices import", "status"),
        *("labels collect", "labels group", "labels popularity", "labels remove"),
        *("choices export", "export"),
        *("datasets list", "datasets show", "datasets check"),
        *("vector prompt", "vector learn", "vector list", "vector show", "vector remove"),
        *("vector import", "vector blend", "vector cosines"),
        *("evaluate", "keepers", "rate", "score", "serve", "compare", "top", "bottom", "search"),
        *("signals", "faces", "album", "leaderboard"),
        *(
            f"albums {verb}"
            for verb in ("list", "show", "save", "remove", "restore", "undo", "redo")
        ),
        *("albums export", "albums import", "book"),
        *("doctor", "reroot"),
        *("people", "explain", "nuisance", "bench framing", "bench stability"),
        *("bench quality", "bench index", "bench search", "bench evaluate", "bench dashboard"),
        "bench faces",
    }


def test_help_names_the_learners_there_are():
    """The help of `vector learn` and `evaluate` lists the learners that the code defines."""
    help_of = {
        words: next(one.help for one in COMMANDS[words].params if one.name.startswith("learner"))
        for words in (("vector", "learn"), ("evaluate",))
    }

    listed, _, rest = help_of["vector", "learn"].partition(", which needs ")
    assert rest == "no labels. Default for a --rater: personal."
    assert listed.replace(" or ", " ").replace(",", "").split() == [*LEARNERS, "degradations"]
    assert help_of["evaluate",].endswith(f"Default: {','.join(DEFAULT_LEARNERS)}.")


def test_version(photorank):
    """`--version` prints the program's name and its installed version."""
    assert photorank("--version").out == f"photorank {version('photorank')}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["publish"],
        ["index", "folder"],
        ["rate"],
        ["evaluate", "--fold-by", "colour"],
        ["evaluate", "--folds", "1"],
        ["vector", "learn", "ours", "--learner", "all-pairs", "--gap-power", "3"],
        ["index", "folder", "--name", "x", "--group-column", "theme"],
        ["index", "folder", "--name", "x", "--rater-column", "who"],
        ["dashboard", "--port", "0"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(arguments, photorank, empty_home):
    """A command with wrong arguments prints its usage, exits with 2 and creates no workspace."""
    outcome = photorank(*arguments)

    assert outcome.code == 2
    assert "Usage:" in outcome.err
    assert not empty_home.exists()


@pytest.mark.slow
def test_an_unexpected_exception_shows_its_traceback():
    """If an unexpected exception occurs, the program exits with 1 and shows the traceback."""
    code = (
        "import photorank.workspace as w; w.Workspace.current = lambda: 1 / 0\n"
        "from photorank.cli.app import main; main()"
    )
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, "status"], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert "ZeroDivisionError" in ended.stderr
    assert "Traceback" in ended.stderr
