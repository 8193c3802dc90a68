import json
import signal

import pytest
from click.testing import CliRunner

from photorank.cli.app import main
from tests.cli.test_help import COMMANDS
from tests.fixtures.command_line import COMMAND, SCHEMAS, schema


@pytest.mark.slow
def test_quiet_leaves_messages_out_and_errors_in(photorank, home, gallery):
    """The option --quiet, before or after the command, hides messages but not errors."""
    photo = str(gallery / "beach" / "0.jpg")
    asked = ("compare", photo, str(gallery / "beach" / "5.jpg"))
    loud = photorank(*asked)
    assert "comparing by" in loud.err
    for words in (("-q", *asked), (*asked, "--quiet")):
        quiet = photorank(*words)
        assert (quiet.out, quiet.err) == (loud.out, "")
    assert "no vector named" in photorank("-q", "rate", photo, "--vector", "nobody").err


def test_verbose_tells_where_an_error_comes_from(photorank, home):
    """If an error occurs, --verbose also prints the traceback, the workspace and the time taken."""
    said = photorank("rate", "gone.jpg", "--vector", "ours", "-v").err
    assert str(home) in said
    assert "Traceback" in said
    assert "photorank: gone.jpg does not exist" in said
    assert "photorank: took " in said


def test_no_command_has_an_option_of_these_names():
    """No command has an option of its own named -q, --quiet, -v or --verbose."""
    for words, command in COMMANDS.items():
        taken = {one for parameter in command.params for one in parameter.opts}
        assert not taken & {"-q", "--quiet", "-v", "--verbose"}, words


def test_photos_to_rate_come_from_lists(photorank, home, gallery, tmp_path):
    """Photos to rate may come from the command line, from standard input or from an @FILE list."""
    photos = [str(gallery / "beach" / f"{number}.jpg") for number in range(3)]
    (tmp_path / "list").write_text("\n".join(photos))
    own = photorank("rate", *photos, "--vector", "ours", "--json").json
    assert photorank("rate", f"@{tmp_path}/list", "--vector", "ours", "--json").json == own
    asked = ["rate", "-", "--vector", "ours", "--json"]
    piped = CliRunner().invoke(COMMAND, asked, input="\n".join(photos))
    assert json.loads(piped.stdout) == own


def test_all_faults_of_photos_are_told_at_once(refused, home, gallery, tmp_path):
    """Both `rate` and `compare` list all missing and damaged files in one error."""
    (tmp_path / "bad.jpg").write_text("no photo")
    photos = (tmp_path / "gone.jpg", gallery / "beach" / "0.jpg", tmp_path / "bad.jpg")
    said = refused("rate", *photos, "--vector", "ours")
    assert said.startswith("photorank: 2 of 3 photos cannot be used: ")
    assert "gone.jpg does not exist" in said
    assert "bad.jpg is not a usable photo: not an image" in said
    assert "2 of 2 photos" in refused("compare", photos[0], photos[2], "--vector", "ours")
    (tmp_path / "empty").touch()
    assert "No photo is named" in refused("rate", f"@{tmp_path}/empty", "--vector", "ours")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("photorank rate --index ", "small"), ("photorank rate --vector o", "ours"),
     ("photorank rate --vector b", "beauty"), ("photorank ser", "serve")],
)  # fmt: skip
def test_a_shell_completes_commands_and_names(home, typed, offered):
    """Shell completion offers commands, indexes and vectors that match the typed text."""
    words = typed.split(" ")
    asked = {
        "_PHOTORANK_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }
    runner = CliRunner()
    result = runner.invoke(COMMAND, [], prog_name="photorank", env=asked)
    assert offered in result.stdout.split()


@pytest.mark.slow
def test_every_command_that_prints_json_has_a_schema():
    """Each command with --json has a documented JSON schema."""

    def printing(command, *words):
        for name, inner in getattr(command, "commands", {}).items():
            yield from printing(inner, *words, name)
        if any("--json" in option.opts for option in command.params):
            yield " ".join(words)

    commands = list(printing(COMMAND))
    assert len(commands) > 50
    documented = json.loads((SCHEMAS / "commands.schema.json").read_text())["$defs"]
    assert set(documented) <= set(commands)
    for command in commands:
        assert schema(command)


def test_rows_of_scores_are_what_their_schema_promises(photorank, home, gallery):
    """Each line that score prints is a JSON document valid under its schema."""
    printed = photorank("score", gallery, "--vector", "ours").out.splitlines()
    assert printed
    for line in printed:
        schema("score").validate(json.loads(line))


def test_ctrl_c_before_the_command_has_begun_is_told_in_a_line(monkeypatch, capsys):
    """If Ctrl-C is pressed while Typer reads the options, one line and no traceback is printed."""

    def pressed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("typer.main.get_command", pressed)
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        signal.signal(signal.SIGINT, before)

    assert ended.value.code == 130
    assert capsys.readouterr().err == "photorank: stopped; what was finished before is kept.\n"
