"""Background jobs: long photorank commands that continue after a page is closed.

Each runs in a process of its own.

A job's progress file is what every page reads of it; what it was asked lies beside it, so that a
job that was killed can go on.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from photorank.progress_file import Progress, read_progress, write_progress
from photorank.workspace import Workspace, make_folder, storage_errors, write_bytes

ADD = "add"  # photos to a collection
SAMPLE = "sample"
LEADERBOARD = "leaderboard"

_STARTING = threading.Lock()
_CHILDREN: dict[Path, "subprocess.Popen[bytes]"] = {}  # of this server, by progress file


def evaluation_job(index: str) -> str:
    """Name of the background job that evaluates an index's rating vectors."""
    return f"evaluate-{index}"


def start(workspace: Workspace, job: str, arguments: Sequence[str]) -> None:
    """Start a photorank command as a background job, unless this job is already running."""
    file, (command, *options) = _file(workspace, job), arguments
    make_folder(file.parent)
    with _STARTING:
        before = progress(workspace, job)
        if before is not None and before.is_running:
            return
        now = time.time()
        begun = Progress(command, pid=os.getpid(), started=now, updated=now)
        write_bytes(_asked(file), json.dumps(list(arguments)).encode())
        write_progress(file, begun)  # by the process itself as soon as it can
        with storage_errors(file), file.with_suffix(".log").open("wb") as log:
            _CHILDREN[file] = subprocess.Popen(  # noqa: S603 - our own program, no shell
                [sys.executable, "-P", "-m", "photorank", command, "--progress", file, *options],
                env=os.environ | {"PHOTORANK_HOME": str(workspace.root)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,  # Ctrl-C at the server's terminal is not meant for it
            )


def progress(workspace: Workspace, job: str) -> Progress | None:
    """Saved progress of a background job; None if there is no such job."""
    file = _file(workspace, job)
    child = _CHILDREN.get(file)
    ended = child is not None and child.poll() is not None
    said = read_progress(file)
    if said is None or said.state != "running" or not ended:
        return said
    # It ended before it could tell, and its number may be another process's by now.
    return Progress(**(vars(said) | {"updated": 0.0}))


def stop(workspace: Workspace, job: str) -> None:
    """Ask a job to stop at its next step; work done so far is kept."""
    said = progress(workspace, job)
    if said is not None and said.is_running and said.pid != os.getpid():
        os.kill(said.pid, signal.SIGTERM)


def go_on(workspace: Workspace, job: str) -> None:
    """Start a stopped, killed or failed job again, with the same arguments."""
    try:
        asked = json.loads(_asked(_file(workspace, job)).read_bytes())
    except (OSError, ValueError):
        return  # somebody has put it away meanwhile
    start(workspace, job, asked)


def put_away(workspace: Workspace, job: str) -> None:
    """Delete the files of a job that has ended: progress, arguments and error output."""
    file = _file(workspace, job)
    for one in (file, _asked(file), file.with_suffix(".log")):
        one.unlink(missing_ok=True)
    _CHILDREN.pop(file, None)


def last_error_line(workspace: Workspace, job: str) -> str:
    """Last line of a job's error output; empty if there is none."""
    try:
        lines = _file(workspace, job).with_suffix(".log").read_text(errors="replace").split("\n")
    except OSError:
        return ""
    return next((line for line in reversed(lines) if line.strip()), "")[:500]


def _file(workspace: Workspace, job: str) -> Path:
    return workspace.root / "jobs" / f"{job}.json"


def _asked(file: Path) -> Path:
    return file.with_suffix(".asked")
