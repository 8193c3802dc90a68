import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from photorank.errors import StorageError
from photorank.progress_file import (
    Progress,
    ProgressFileError,
    read_progress,
    reporting,
    write_progress,
)
from tests.conftest import draw_photo
from tests.fixtures.command_line import invoke


def test_a_command_that_ends_well_says_so(tmp_path):
    """The progress file shows each step and the time left, and finally that the command is done."""
    file = tmp_path / "jobs" / "progress.json"
    with reporting(file, "demo", "sample", {"Looking": 0.75, "Learning": 0.25}) as report:
        assert read_progress(file).is_running
        report.step("Looking", 0, 4)
        report.step("Looking", 4, 4)
        half = read_progress(file)
        report.step("Learning", 2, 2)

    said = read_progress(file)
    assert (half.stage, half.done, half.total, half.share) == ("Looking", 4, 4, 0.75)
    assert half.seconds_left is not None
    assert (said.state, said.share, said.index) == ("done", 1.0, "sample")
    assert not said.is_running
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_command_that_fails_says_why(tmp_path):
    """If a command fails, the progress file gets the error's message and the error is raised."""
    with (
        pytest.raises(OSError, match="gone"),
        reporting(tmp_path / "progress.json", "index", "a"),
    ):
        raise OSError(5, "gone", "/a/disk")

    said = read_progress(tmp_path / "progress.json")
    assert (said.state, "gone" in said.error) == ("failed", True)


def test_a_wish_to_stop_is_met_between_two_steps(tmp_path):
    """A stop signal lets the current step finish and then ends the run."""
    file, done = tmp_path / "progress.json", []

    def work():
        with reporting(file, "index", "a") as report:
            report.step("Looking", 1, 3)
            os.kill(os.getpid(), signal.SIGTERM)
            done.append("the rest of a step")
            report.step("Looking", 2, 3)
            done.append("never")

    with pytest.raises(KeyboardInterrupt):
        work()

    assert done == ["the rest of a step"]
    assert (read_progress(file).state, read_progress(file).done) == ("stopped", 2)


def test_a_killed_command_is_no_running_one(tmp_path):
    """A command shown as running counts as killed if its process is gone or long silent."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    now = time.time()
    gone = Progress("index", pid=ended.pid, started=now, updated=now)
    silent = Progress("index", pid=os.getpid(), started=now - 900, updated=now - 600)

    assert gone.was_killed
    assert silent.was_killed
    assert Progress("index", pid=os.getpid(), started=now, updated=now).is_running


@pytest.mark.parametrize("text", ["", "{", "[]", '{"command": "index", "strange": 1}', "7"])
def test_a_file_that_is_no_progress_is_none(tmp_path, text):
    """An invalid or missing progress file is read as None."""
    (tmp_path / "progress.json").write_text(text)
    assert read_progress(tmp_path / "progress.json") is None
    assert read_progress(tmp_path / "none.json") is None


def test_a_file_that_cannot_be_written_ends_the_command_at_once(tmp_path):
    """A progress file that cannot be written raises an error before the command does any work."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError), reporting(tmp_path / "file" / "a.json", "index", "a"):
        pass


def test_a_file_that_holds_something_else_is_not_replaced(tmp_path):
    """A progress file may replace an empty file or an older report, but nothing else."""
    photo = tmp_path / "photo.jpg"
    draw_photo(photo, seed=0)
    before = photo.read_bytes()
    for file in (photo, tmp_path, Path("/"), Path(os.devnull)):
        with pytest.raises(ProgressFileError, match="left as it is"), reporting(file, "index", "a"):
            pass
    assert photo.read_bytes() == before
    assert Path(os.devnull).is_char_device()

    (tmp_path / "new.json").touch()
    for command in ("index", "evaluate"):
        with reporting(tmp_path / "new.json", command, "a"):
            pass
        assert read_progress(tmp_path / "new.json").command == command


def test_names_of_files_and_reasons_survive_as_text(tmp_path):
    """Progress files stay ASCII for odd file names and list only the first 1000 unusable files."""
    file = tmp_path / "progress.json"
    with reporting(file, "index", "a") as report:
        report.record_unusable(tmp_path / "<b>\udcff\n.jpg", "it is “broken”")
        report.record_all_unusable([(tmp_path / f"{n}.jpg", "broken") for n in range(1200)])

    said = json.loads(file.read_text(encoding="ascii"))
    assert said["unusable"] == 1200
    assert len(said["files"]) == 1000
    write_progress(file, Progress(**said))


@pytest.mark.slow
def test_a_stopped_index_keeps_what_was_looked_at(tmp_path, monkeypatch):
    """If indexing is stopped, the same command indexes the rest and reports unusable files."""
    photos, file = tmp_path / "photos", tmp_path / "job.json"
    photos.mkdir()
    (photos / "0-text.jpg").write_text("buy milk")
    for seed in range(60):
        draw_photo(photos / f"{seed:03}.jpg", seed=seed)
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path / "home"))
    command = ["index", photos, "--name", "a", "--encoder", "embedded", "--no-faces"]
    command += ["--batch-size", "4", "--progress", file]
    running = subprocess.Popen([sys.executable, "-m", "photorank", *command])  # noqa: S603
    until = time.monotonic() + 100
    while time.monotonic() < until:
        said = read_progress(file)
        if said is not None and said.done:
            break
        time.sleep(0.02)
    os.kill(said.pid, signal.SIGTERM)

    assert running.wait(100) == 130
    stopped = read_progress(file)
    assert stopped.state == "stopped"
    assert [one["reason"] for one in stopped.files]
    assert invoke(*command).exit_code == 0
    done = read_progress(file)
    assert (done.state, done.unusable) == ("done", 1)
    assert done.total < 61  # the rest
