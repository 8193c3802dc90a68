import json
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from typing import get_args, get_type_hints

import pytest
import typer
from typer.models import OptionInfo

from photorank.cli.app import app, main
from photorank.cli.options import names
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.outside_text import typed_path
from photorank.workspace import Workspace
from tests.conftest import draw_photo


def contents(folder):
    """Bytes of every file under a folder, except SQLite's auxiliary files."""
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("catalogue.sqlite-")
    }


@pytest.mark.parametrize("where", ["missing", "empty", "texts"])
def test_a_folder_without_photos_makes_no_index(where, refused, empty_home, tmp_path):
    """A folder that is missing, empty or without photos is refused before any file is written."""
    folder = tmp_path / where
    if where != "missing":
        folder.mkdir()
    if where == "texts":
        (folder / "letter.jpg").write_text("dear all")

    line = refused("index", folder, "--name", "mine", "--encoder", "embedded")

    assert str(folder) in line
    assert "does not exist" in line if where == "missing" else "no photo was found" in line
    assert contents(empty_home) == {} if empty_home.exists() else True


@pytest.mark.parametrize(
    "option", [("--folds", 10**20), ("--repeats", 1001), ("--seed", 2**64)], ids=str
)
def test_what_measures_nothing_or_has_no_end_is_wrong_usage(option, photorank):
    """The evaluate command refuses values of --folds, --repeats and --seed that are too large."""
    assert photorank("evaluate", *option).code == 2
    with pytest.raises(typer.BadParameter):
        names(",")


def test_an_empty_text_is_wrong_usage(photorank, home):
    """An option with an empty value is refused as wrong usage instead of being ignored."""
    for wrong in (
        ["evaluate", "--learners", ""],
        ["evaluate", "--vectors", " "],
        ["book", "--size", ""],
        ["score", "x.jpg", "--vector="],
        ["status", "--index", ""],
        ["labels", "collect", "folders", "--rater", ""],
        ["people", "--rater", ""],
    ):
        outcome = photorank(*wrong)
        assert outcome.code == 2, wrong
        assert "it is empty" in outcome.err
        assert "'--raters'" not in outcome.err  # what the code calls it


@pytest.mark.parametrize("text", ["", " "])
def test_every_option_that_takes_text_refuses_an_empty_one(text):
    """Every text option of every command refuses an empty text before the command does anything."""
    tried = 0
    for command in commands(app):
        for name, hint in get_type_hints(command, include_extras=True).items():
            [option] = getattr(hint, "__metadata__", [None])
            if isinstance(option, OptionInfo) and "str" in str(get_args(hint)[0]):
                with pytest.raises(typer.BadParameter, match="it is empty"):
                    command(**{name: [text] if "list" in str(hint) else text})
                tried += 1
    assert tried > 40


def test_a_table_without_labels_is_refused_before_photos_are_embedded(
    refused, empty_home, gallery, tmp_path
):
    """A labels file without a label column is refused before any photo is embedded."""
    table = tmp_path / "labels.csv"
    table.write_text("file,beauty\nbeach/0.jpg,3\n")

    line = refused("index", gallery, "--name", "mine", "--encoder", "embedded", "--labels", table)

    assert "score, tier, stars" in line
    assert not empty_home.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("file,score\nbeach/0.jpg,3\nmoon.jpg,4\n", "line 3"),
        ("file,score\nbeach/0.jpg,three\n", "line 2"),
        ("photo,score\nbeach/0.jpg,3\n", "file"),
        ("", "empty"),
    ],
    ids=["unknown photo", "bad cell", "no file column", "empty file"],
)
def test_a_bad_table_changes_no_label(rows, said, refused, photorank, home, tmp_path):
    """If a table has an invalid row, the error names its line and no label is imported."""
    table = tmp_path / "labels.csv"
    table.write_text(rows)
    before = photorank("status").out

    assert said in refused("labels", "import", table)

    assert photorank("status").out == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["evaluate"],
        ["vector", "list"],
        ["top", "--vector", "beauty"],
        ["search", "a dog"],
        ["labels", "import", "labels.csv"],
    ],
    ids=" ".join,
)
def test_an_index_that_does_not_exist(arguments, refused, home):
    """If the named index is missing, the error lists all indexes and the command to create it."""
    line = refused(*arguments, "--index", "family")

    assert "There is: small" in line
    assert "`photorank index FOLDER --name family`" in line


@pytest.mark.slow
def test_no_index_at_all(refused, empty_home):
    """In an empty workspace the error suggests `photorank demo` and creates nothing."""
    assert "photorank demo" in refused("status")
    assert not empty_home.exists()


def test_several_indexes_ask_for_a_name(refused, home):
    """If there are two indexes, a command without --index is refused; the error names both."""
    shutil.copytree(home / "index" / "small", home / "index" / "other")

    assert "--index other|small" in refused("status")


def test_two_vectors_of_one_name(refused, home):
    """A second vector of the same name is refused before any work; the first is unchanged."""
    before = contents(home)

    for command in (["prompt", "ours", "a dog"], ["learn", "ours", "--learner", "all-pairs"]):
        assert "photorank vector remove ours" in refused("vector", *command)

    assert contents(home) == before


def test_a_vector_of_another_encoder(refused, home, gallery):
    """A vector made with another encoder is refused by every command that would rate with it."""
    vectors = home / "index" / "small" / "vectors"
    card = json.loads((vectors / "ours.json").read_text())
    card["name"], card["fingerprint"]["model"] = "strange", "open_clip:ViT-B-32"
    del card["checksum"]  # as whoever edits a card must
    (vectors / "strange.json").write_text(json.dumps(card))
    photo = gallery / "beach" / "0.jpg"

    for command in (["rate", photo], ["compare", photo, photo], ["top"], ["bottom"]):
        line = refused(*command, "--vector", "strange")
        assert "belongs to open_clip:ViT-B-32" in line
        assert "photorank vector learn" in line


def test_an_index_of_another_encoder_or_framing(refused, home, gallery):
    """Adding photos to an index with another encoder or framing is refused."""
    line = refused("index", gallery, "--name", "small", "--framing", "crop")

    assert "use another --name" in line


@pytest.mark.parametrize(
    ("arguments", "known"),
    [
        (["index", "PHOTOS", "--name", "x", "--encoder", "clip"], "embedded"),
        (["index", "PHOTOS", "--name", "x", "--encoder", "embedded", "--framing", "z"], "whole"),
        (["vector", "learn", "x", "--learner", "magic"], "degradations"),
        (["evaluate", "--learners", "magic"], "all-pairs"),
        (["index", "PHOTOS", "--name", "../x", "--encoder", "embedded"], "letters"),
        (["vector", "prompt", "a/b", "a photo"], "letters"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_an_unknown_name_is_answered_with_the_known_ones(arguments, known, refused, home, gallery):
    """An error for an unknown encoder, framing or learner lists the known ones; no file changes."""
    before = contents(home)

    line = refused(*[gallery if word == "PHOTOS" else word for word in arguments])

    assert known in line
    assert contents(home) == before


@pytest.fixture
def unlabelled(home, gallery, photorank):
    """Name of an index without labels."""
    photorank("index", gallery / "beach", "--name", "plain", "--encoder", "embedded")
    return "plain"


@pytest.mark.parametrize(
    "command", [["evaluate"], ["vector", "learn", "ours", "--learner", "all-pairs"]], ids=" ".join
)
def test_nothing_can_be_measured_or_learned_without_labels(command, refused, unlabelled):
    """If an index has no labels, `evaluate` and `vector learn` say how to import labels."""
    line = refused(*command, "--index", unlabelled)

    assert f"photorank labels import FILE.csv --index {unlabelled}" in line


@pytest.mark.parametrize(
    "typed", ["", " ", "x" * 300, "a\0b"], ids=["none", "space", "long", "zero"]
)
@pytest.mark.parametrize(
    "command",
    [
        ["album", "--places", 2, "--vector", "ours", "--to"],
        ["album", "--places", 2, "--vector", "ours", "--pin"],
        ["export", "--format", "csv", "--vector", "ours", "--to"],
        ["choices", "export"],
        ["labels", "import"],
        ["rate", "--vector", "ours"],
        ["explain", "--vector", "ours"],
        ["index", "--name", "x"],
        ["reroot", "/photos"],
    ],
    ids=lambda words: words[0],
)
def test_what_is_no_path_is_told(command, typed, refused, home):
    """An unusable path, such as an empty one, is refused instead of meaning the current folder."""
    assert "cannot be used as a path" in refused(*command, typed)


def test_every_path_that_is_typed_is_checked():
    """Every path option of every command has the parser that checks paths."""
    for command in commands(app):
        for name, hint in get_type_hints(command, include_extras=True).items():
            if "Path" in str(hint):
                [parameter] = hint.__metadata__
                assert parameter.parser is typed_path, f"{name} of {command.__name__}"


def commands(group):
    """Callback functions of all commands in a group and in its subgroups."""
    yield from (command.callback for command in group.registered_commands)
    for inner in group.registered_groups:
        yield from commands(inner.typer_instance)


@pytest.mark.parametrize("command", ["rate", "compare"])
def test_a_photo_that_cannot_be_read(command, refused, home, gallery, tmp_path):
    """A missing photo, or a text file named like a photo, gives an error with its path."""
    good = gallery / "beach" / "0.jpg"

    for bad in (tmp_path / "nothing.jpg", gallery / "notes.jpg"):
        assert str(bad) in refused(command, good, bad, "--vector", "ours")


def test_a_folder_for_a_file_is_called_a_folder(refused, home, tmp_path):
    """A folder given in place of a file is called a folder, not a missing file."""
    for command in (["rate", f"@{tmp_path}", "--vector", "ours"], ["book", "--plan", tmp_path]):
        assert "is a folder, not a file" in refused(*command)


def test_blank_words_make_no_vector(refused, home):
    """A prompt or a search text without words is refused."""
    assert "words" in refused("vector", "prompt", "mine", "  ")
    assert "words" in refused("search", "")


@pytest.mark.slow
def test_words_that_the_encoder_does_not_know_find_nothing(refused, home):
    """Search words that the encoder does not know give an error instead of arbitrary photos."""
    for words in ("🐶", "қонақ үй", "a" * 200_000):
        assert "knows no word of" in refused("search", words)
        assert "English words" in refused("vector", "prompt", "mine", "a dog", "--not", words)


@pytest.mark.slow
def test_an_unknown_word_beside_known_ones_is_no_fault(photorank, home):
    """A prompt with one unknown word is accepted if other words of it are known."""
    assert photorank("vector", "prompt", "mine", "a beach without 🐶, қонақ").code == 0


def test_builtin_and_unknown_vectors_cannot_be_removed(refused, home):
    """`vector remove` refuses a vector that is not stored in the index itself."""
    told = refused("vector", "remove", "nobody")
    assert "no vector named 'nobody' of its own" in told
    assert "Make one" not in told  # who wants to remove one does not want another


def run(arguments, home, **options):
    """Output and exit code of a photorank command that ran in a process of its own."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "photorank", *arguments],
        env=os.environ | {"PHOTORANK_HOME": str(home)},
        capture_output=True,
        check=False,
        **options,
    )


@pytest.mark.slow  # four processes
@pytest.mark.skipif(os.name != "posix", reason="file names are Unicode there")
def test_odd_file_names_pass_a_pipe_and_come_back_whole(home, tmp_path):
    """A file name with a line break or with invalid Unicode breaks neither JSON nor tables."""
    folder = tmp_path / "odd"
    folder.mkdir()
    names = [b"byte-\xff.png", b"two\nlines.png", "café [bold].png".encode()]
    for number, name in enumerate(names):
        draw_photo(folder / f"{number}.png", seed=number)
        os.rename(folder / f"{number}.png", os.path.join(os.fsencode(folder), name))
    with open(os.path.join(os.fsencode(folder), b"text-\xfe.jpg"), "w") as file:
        file.write("no photo")

    command = ["index", os.fsencode(folder), "--name", "odd"]
    build_index(
        Workspace(home).index("odd"), BuildRequest([folder], encoder_spec="embedded")
    )  # here, where the encoder may be loaded already
    told = run(command, home)
    shutil.copytree(home / "index" / "small" / "vectors", home / "index" / "odd" / "vectors")
    found = run(["top", "--vector", "ours", "--index", "odd", "--json"], home)
    shown = run(["top", "--vector", "ours", "--index", "odd"], home)
    refused = run(["labels", "import", b"\xff\n.csv", "--index", "odd"], home)

    assert told.returncode == 0, told.stderr
    assert rb"text-\xfe.jpg" in told.stdout
    paths = {os.fsencode(photo["path"]) for photo in json.loads(found.stdout)}
    assert paths == {os.path.join(os.fsencode(folder), name) for name in names}
    assert found.stdout.isascii()
    assert "café [bold].png" in shown.stdout.decode()
    assert rb"two\nlines.png" in shown.stdout
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.slow  # three processes
@pytest.mark.skipif(sys.platform != "linux", reason="needs a small disk of its own")
def test_a_full_disk(home, gallery, tmp_path):
    """On a full disk the command fails with a one-line error and leaves no half-made index."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(  # noqa: S603
        ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", disk],  # noqa: S607
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        ended = run(["index", gallery, "--name", "big", "--encoder", "embedded"], disk)
        left = run(["status", "--index", "big"], disk)
    finally:
        subprocess.run(["umount", disk], check=True)  # noqa: S603, S607

    assert ended.returncode == 1
    [line] = ended.stderr.decode().splitlines()
    assert "the disk is full" in line
    assert "then run the same command again" in line
    assert left.returncode == 1


def test_a_closed_output_is_as_one_that_nobody_reads(home, monkeypatch):
    """A command succeeds even if its standard output is closed."""
    monkeypatch.setattr("sys.argv", ["photorank", "status", "--json"])
    with redirect_stdout(None), pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code


def test_a_current_folder_that_is_gone_is_told(refused, gallery, home, tmp_path, monkeypatch):
    """If the current folder was deleted, the error says to change to another folder."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert "the current folder does not exist. Change to" in refused("index", "x", "--name", "a")


@pytest.mark.slow
def test_a_reader_that_leaves_early_is_no_error(home):
    """A pipe that closes early, as in `photorank … | head`, causes no error message."""
    with subprocess.Popen(
        [sys.executable, "-m", "photorank", "status", "--json"],
        env=os.environ | {"PHOTORANK_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        said = process.stderr.read()

    assert said == b""
