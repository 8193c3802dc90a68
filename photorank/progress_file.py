"""Progress of a long command in a JSON file, readable during and after the run."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Literal

from photorank.errors import PhotorankError, in_words
from photorank.outside_text import printable
from photorank.workspace import make_folder, storage_errors

State = Literal["running", "done", "stopped", "failed"]

BEAT_SECONDS = 1.0  # between two writes without progress
SILENT_SECONDS = 20.0  # without a write, after which a command counts as killed
MAX_FILES = 1000  # unusable files listed; all are counted


@dataclass(frozen=True)
class Progress:
    """Content of a progress file; the fields are the keys of the JSON."""

    command: str  # index, demo or evaluate
    state: State = "running"
    stage: str = ""  # what is being done, in words
    done: int = 0  # of the stage's units
    total: int = 0  # units of the stage, 0 while it is unknown
    share: float = 0.0  # of all stages that is done, 0 to 1
    per_second: float | None = None  # units, measured over this run's stage
    seconds_left: float | None = None  # of all stages, by what this run took so far
    unusable: int = 0  # files
    files: list[dict[str, str]] = field(default_factory=list)  # the first of them: path, reason
    error: str = ""  # one line, of a failed command
    index: str = ""  # its name
    pid: int = 0
    started: float = 0.0  # seconds since 1970
    updated: float = 0.0  # likewise, of the latest write

    @property
    def is_running(self) -> bool:
        """True if the command still runs: no end is recorded, and its heartbeat is recent."""
        return self.state == "running" and self._is_alive()

    @property
    def was_killed(self) -> bool:
        """True if the command's process ended without recording how it ended."""
        return self.state == "running" and not self._is_alive()

    def _is_alive(self) -> bool:
        return time.time() - self.updated < SILENT_SECONDS and _process_is_there(self.pid)


def _process_is_there(pid: int) -> bool:
    """True if a process with this ID runs, or if that cannot be known."""
    if os.name == "nt" or pid <= 0:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:  # one that has ended waits there until its parent asks for it
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state != "Z"


def read_progress(file: Path) -> Progress | None:
    """Content of a progress file; None if missing or invalid."""
    try:
        if not file.is_file():
            return None  # a device may have no end
        said = json.loads(file.read_bytes())
        return Progress(**said)
    except (OSError, ValueError, TypeError):
        return None


def write_progress(file: Path, said: Progress) -> None:
    """Write a progress file, replacing an older one atomically."""
    with storage_errors(file):
        make_folder(file.parent)
        part = file.with_name(f".{file.name}.{os.getpid()}.part")
        try:
            part.write_text(json.dumps(asdict(said), ensure_ascii=True))
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)


class ProgressFileError(PhotorankError, FileExistsError):
    """Error raised when a progress file would replace an existing file of another kind."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"{file} exists and holds no progress: it is left as it is. Name another file with "
            "--progress."
        )


def _require_no_other(file: Path) -> None:
    """Raise ProgressFileError if `file` exists and is not a progress file."""
    is_empty = file.is_file() and not file.stat().st_size
    if os.path.lexists(file) and not is_empty and read_progress(file) is None:
        raise ProgressFileError(file)


class Reporter:
    """Writer of a command's progress file.

    If a stop is requested, `step` raises KeyboardInterrupt. `shares` are the stages in order, each
    with the share of all time that it takes.
    """

    def __init__(self, file: Path, first: Progress, shares: Mapping[str, float]) -> None:
        self._file = file
        self._said = first
        self._shares = shares
        self._lock = threading.Lock()
        self._stop_wished = False
        self._under_way = False  # what is finished from here on is kept by stopping at a step
        self._began: tuple[str, int, float] = ("", 0, 0.0)  # stage, units done then, when
        self._ended = threading.Event()
        self._fault: Exception | None = None
        self._write()

    def step(self, stage: str, done: int, total: int | None) -> None:
        """Update the progress of a stage; raises KeyboardInterrupt if a stop was requested."""
        now = time.monotonic()
        if self._began[0] != stage:
            self._began = (stage, done, now)
        units, seconds = done - self._began[1], now - self._began[2]
        self._under_way = self._under_way or done > 0
        share = self._share_before(stage) + self._shares.get(stage, 1.0) * (
            done / total if total else 0.0
        )
        speed = units / seconds if units > 0 and seconds > 0 else None
        whole = time.time() - self._said.started
        with self._lock:
            left: float | None = whole * (1 - share) / share if share > 0 else None
            if speed and total and len(self._shares) <= 1:  # loading is over: by speed alone
                left = (total - done) / speed
            fresh = time.time() - self._said.updated >= BEAT_SECONDS / 4 or done == total
            self._said = replace(
                self._said,
                stage=stage,
                done=done,
                total=total or 0,
                share=share,
                per_second=speed,
                seconds_left=left,
            )
        if self._fault is not None:
            raise self._fault
        if fresh:
            self._write()
        if self._stop_wished:
            raise KeyboardInterrupt

    def record_unusable(self, path: Path, reason: str) -> None:
        """Add a file that cannot be used as a photo, and the reason, to the progress."""
        with self._lock:
            self._said.files.append({"path": printable(path), "reason": printable(reason)})
            del self._said.files[MAX_FILES:]
            self._said = replace(self._said, unusable=self._said.unusable + 1)

    def record_all_unusable(self, files: list[tuple[Path, str]]) -> None:
        """Replace the list of files that cannot be used as photos, each with the reason."""
        with self._lock:
            listed = [
                {"path": printable(path), "reason": printable(reason)} for path, reason in files
            ]
            self._said = replace(self._said, unusable=len(files), files=listed[:MAX_FILES])

    def end(self, state: State, error: str = "") -> None:
        """Record how the command ended: its state, and its error message if it failed."""
        self._ended.set()
        with self._lock:
            share = 1.0 if state == "done" else self._said.share
            self._said = replace(
                self._said, state=state, error=error, share=share, seconds_left=None
            )
        self._write()

    def handle_stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Signal handler: end the command at its next step, or at once if no work is done yet."""
        self._stop_wished = True
        if not self._under_way:
            raise KeyboardInterrupt

    def beat(self) -> None:
        """Rewrite the progress file at intervals, as a heartbeat, until the command ends."""
        while not self._ended.wait(BEAT_SECONDS):
            try:
                self._write()
            except PhotorankError as error:
                self._fault = error  # the next step ends the command with it
                return

    def _share_before(self, stage: str) -> float:
        share = 0.0
        for name, part in self._shares.items():
            if name == stage:
                return share
            share += part
        return 0.0

    def _write(self) -> None:
        with self._lock:
            if self._said.state == "running" and self._ended.is_set():
                return
            self._said = replace(self._said, updated=time.time())
            write_progress(self._file, self._said)


@contextmanager
def reporting(
    file: Path | None, command: str, index: str, shares: Mapping[str, float] | None = None
) -> Iterator[Reporter | None]:
    """Context manager that writes a command's progress to a file, and its outcome at the end.

    SIGTERM, by which others stop it, ends the block at its next step with a KeyboardInterrupt.
    Without a file there is no report. Raises ProgressFileError if the file holds something else.
    """
    if file is None:
        yield None
        return
    _require_no_other(file)
    now = time.time()
    first = Progress(command, index=index, pid=os.getpid(), started=now, updated=now)
    reporter = Reporter(file, first, shares or {})
    before: Callable[[int, FrameType | None], object] | int | None = None
    in_main = threading.current_thread() is threading.main_thread()
    if in_main:
        before = signal.signal(signal.SIGTERM, reporter.handle_stop)
    beat = threading.Thread(target=reporter.beat, name="photorank-progress", daemon=True)
    beat.start()
    try:
        yield reporter
    except KeyboardInterrupt:
        reporter.end("stopped")
        raise
    except Exception as error:
        with suppress(PhotorankError):  # a full disk, say, whose error is on its way already
            reporter.end("failed", str(in_words(error) or error) or type(error).__name__)
        raise
    else:
        reporter.end("done")
    finally:
        if in_main:
            signal.signal(signal.SIGTERM, before)
