import json
import os
import subprocess
import sys
import time

import pytest

from dashboard.background import jobs
from dashboard.background.job_texts import job_text
from photorank.progress_file import Progress, write_progress
from photorank.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    """Empty workspace."""
    return Workspace(tmp_path)


def left_behind(workspace, **said):
    """Write the files that a job leaves behind when its server and process are gone."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    file = workspace.root / "jobs" / "add.json"
    now = time.time()
    write_progress(file, Progress("index", pid=ended.pid, started=now, updated=now, **said))
    file.with_suffix(".asked").write_text(json.dumps(["status", "--strange"]))


def until_ended(workspace):
    """Wait until a background job has ended, and return the job's last progress report."""
    until = time.monotonic() + 60
    while (said := jobs.progress(workspace, "add")).is_running and time.monotonic() < until:
        time.sleep(0.05)
    return said


def test_there_is_no_job_until_one_begins(workspace):
    """A background job does not exist before its start, nor after its removal."""
    assert jobs.progress(workspace, "add") is None
    assert jobs.last_error_line(workspace, "add") == ""
    assert list(workspace.root.iterdir()) == []  # to look is not to write
    left_behind(workspace)
    jobs.put_away(workspace, "add")
    assert jobs.progress(workspace, "add") is None
    assert list((workspace.root / "jobs").iterdir()) == []


def test_a_killed_job_is_told_with_what_is_kept(workspace):
    """A killed job is reported as no longer running, with its last saved progress."""
    left_behind(workspace, stage="Looking at photos", done=64, total=450, share=0.14)
    said = jobs.progress(workspace, "add")
    assert said.was_killed
    told = job_text(said)
    assert "no longer running" in told.line
    assert "64 of 450" in told.line


@pytest.mark.slow
def test_a_job_whose_command_is_refused_says_what_it_said(workspace):
    """If a job's command is refused, its error message is shown; a second start is ignored."""
    jobs.start(workspace, "add", ["status", "--strange"])
    first = jobs.progress(workspace, "add")
    jobs.start(workspace, "add", ["status", "--strange"])
    said = until_ended(workspace)

    assert first.is_running
    assert said.was_killed
    assert "No such option" in jobs.last_error_line(workspace, "add")
    jobs.stop(workspace, "add")  # of nobody: nothing is signalled
    assert os.getpid() == said.pid
