"""Pool of decoder processes, so that damaged photo files cannot crash or block the program.

Image libraries are large and written in C, and a crash in one of them ends its process. Processes
start when they are first needed and are kept for the next photo.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from math import nan
from typing import Any, BinaryIO, NamedTuple, cast

from PIL import Image

from photorank.errors import DecoderError, FaceModelsError, UnreadablePhotoError
from photorank.photos.decode_limits import DecodeLimits
from photorank.photos.decode_worker import Reply, receive, send
from photorank.photos.faces.face import Face, faces_from_json
from photorank.photos.metadata.exif import Shot, shot_from_json
from photorank.photos.open_photo import os_reason
from photorank.typing import Json

LIMITS = DecodeLimits()

_WORKER_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from photorank.photos.decode_worker import serve; serve()"
)
_EXIT_TIMEOUT_SECONDS = 5.0  # for a process to exit after its pipes are closed
_WATCH_INTERVAL_SECONDS = 1.0  # between two checks for overdue processes
_PIPE_BYTES = 1 << 20  # pipe buffer, the maximum of every Linux, for fewer context switches

# Signals of a crash by the file itself; others come from people and from systems short of memory.
_CRASH_SIGNALS = {
    getattr(signal, name, None)
    for name in ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGFPE", "SIGILL", "SIGSYS", "SIGTRAP")
} - {None}


def limit_decoding(limits: DecodeLimits) -> None:
    """Set the time and memory limits for every photo that is decoded from now on."""
    global LIMITS
    LIMITS = limits


class Decoded(NamedTuple):
    """Decoded photo with its capture times, camera, JPEG quality and faces."""

    photo: Image.Image  # as `decode_photo` returns it
    shot: Shot
    jpeg_quality: float  # 1 to 100, nan for another format
    faces: list[Face] | None = None  # None if they were not looked for


def start_process() -> None:
    """Start a decoder process in the background, unless one is already idle."""
    if not _idle:
        threading.Thread(target=_start, daemon=True).start()


def decode_isolated(
    data: bytes, *, short_side: int | None = None, long_side: int = 0, faces: bool = False
) -> Decoded:
    """Photo decoded in a separate process, with capture times, camera and, if wanted, faces.

    Raises UnreadablePhotoError if it is no usable photo, crashes the decoder or exceeds `LIMITS`
    (`passing` if the machine may be the cause), DecoderError if no process can be started, and
    FaceModelsError if faces are wanted and cannot be looked for.
    """
    head, pixels = _ask("picture", data, short_side=short_side, long_side=long_side, faces=faces)
    photo = Image.frombytes("RGB", tuple(head["size"]), pixels)
    if head["full_size"]:
        photo.info["full_size"] = tuple(head["full_size"])
    quality = nan if head["jpeg_quality"] is None else head["jpeg_quality"]
    found = faces_from_json(head["faces"]) if faces else None
    return Decoded(photo, shot_from_json(head["shot"]), quality, found)


def jpeg_isolated(data: bytes, *, long_side: int = 0) -> bytes:
    """Photo as the bytes of an upright sRGB JPEG without metadata, made in a separate process.

    With `long_side` the picture is scaled down to so many pixels. Raises as `decode_isolated`.
    """
    return _ask("jpeg", data, long_side=long_side)[1]


def signals_isolated(data: bytes) -> dict[str, float]:
    """Dictionary of a photo's technical measurements (sharpness, …), made in a separate process.

    Raises the errors of :func:`decode_isolated`.
    """
    head, _ = _ask("signals", data)
    return dict(head["signals"])


def faces_isolated(data: bytes) -> list[Face]:
    """Faces found in a photo by a separate process, largest first.

    Raises the errors of :func:`decode_isolated`.
    """
    head, _ = _ask("faces", data)
    return faces_from_json(head["faces"])


def header_isolated(task: str, data: bytes) -> Json:
    """Metadata in a photo file's header as a JSON object, read by a separate process.

    `task` is a key of `decode_worker.TASKS`.
    """
    head, _ = _ask(task, data)
    return head


class _FailedWorkerError(UnreadablePhotoError):
    """Error of a worker process that ended before replying or ran out of memory."""


class _Worker:
    """One decoder process, with the pipes for its requests and replies."""

    def __init__(self) -> None:
        self._overdue = False
        path = [os.path.abspath(entry) for entry in sys.path]
        try:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-B", "-P", "-c", _WORKER_PROGRAM, json.dumps(path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # A process needs one thread; each of OpenBLAS's takes address space at its start.
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,  # Ctrl-C must reach the parent process only
            )
        except OSError as error:  # too many processes, too little memory
            raise DecoderError(os_reason(error)) from error
        self._requests = cast(BinaryIO, self._process.stdin)
        self._replies = cast(BinaryIO, self._process.stdout)
        for pipe in (self._requests, self._replies):
            _enlarge(pipe.fileno())
        try:
            ready = receive(self._replies)
        except OSError:
            ready = None
        if not ready:
            self.close()
            raise DecoderError(f"it ended at once ({_exit_text(self._process.wait())})")

    @property
    def usable(self) -> bool:
        """True if the worker process is running and within its time limit."""
        return not self._overdue and self._process.poll() is None

    def ask(self, task: str, data: bytes, options: Json) -> Reply:
        """Send a task to the worker process, and return its reply within the time limit.

        Raises UnreadablePhotoError if the photo cannot be decoded, `_FailedWorkerError` if the
        process cannot be used any more.
        """
        head = {"task": task, "options": options, "limits": LIMITS}
        reply = None
        _watch(self)
        try:
            with suppress(OSError, ValueError):  # the process ended during the exchange
                send(self._requests, head, data)
                reply = receive(self._replies)
        finally:  # after an interrupt the pipe would still hold this reply
            with _lock:
                _busy.pop(self, None)
            if reply is None:
                self.close()
        if reply is None:
            raise self._failed()
        if "memory" in reply[0]:
            self.close()  # its memory is fragmented
            if reply[0]["memory"]:
                raise _FailedWorkerError(LIMITS.memory_reason)
            raise _FailedWorkerError("too large for the memory that is free", passing=True)
        if "models" in reply[0]:
            raise FaceModelsError(reply[0]["models"])
        if "reason" in reply[0]:
            raise UnreadablePhotoError(reply[0]["reason"])
        return reply

    def close(self) -> None:
        """Close the pipes of the worker process, and kill it if it does not exit in time."""
        with suppress(OSError):
            self._requests.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_EXIT_TIMEOUT_SECONDS)
        self._process.kill()
        self._process.wait()
        self._replies.close()

    def kill(self) -> None:
        """Kill the worker process, and record that it exceeded its time limit."""
        self._overdue = True
        self._process.kill()

    def _failed(self) -> _FailedWorkerError:
        code = self._process.returncode
        if self._overdue:
            return _FailedWorkerError(LIMITS.wait_reason, passing=True)
        if sys.platform != "win32" and code == -signal.SIGXCPU:
            return _FailedWorkerError(LIMITS.work_reason)
        reason = f"its decoder crashed ({_exit_text(code)})"
        return _FailedWorkerError(reason, passing=code < 0 and -code not in _CRASH_SIGNALS)


def _exit_text(code: int) -> str:
    """Text that names the signal or the exit code with which a process ended."""
    return (signal.strsignal(-code) or f"signal {-code}") if code < 0 else f"exit {code}"


def _enlarge(pipe: int) -> None:
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # a user's pipes together may be limited
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


_lock = threading.Lock()
_idle: list[_Worker] = []
_busy: dict[_Worker, float] = {}  # deadline of each, in seconds of the monotonic clock
_watchers: list[threading.Thread] = []  # one thread while a process is busy, else none


def _watch(worker: _Worker) -> None:
    """Start a worker's time limit; a background thread kills the worker if it exceeds the limit."""
    with _lock:
        _busy[worker] = time.monotonic() + LIMITS.wait_seconds
        if not _watchers:  # a timer for each photo would take longer than decoding a small photo
            _watchers.append(threading.Thread(target=_end_overdue, daemon=True))
            _watchers[0].start()


def _end_overdue() -> None:
    while True:
        time.sleep(_WATCH_INTERVAL_SECONDS)
        with _lock:
            if not _busy:
                _watchers.clear()
                return
            now = time.monotonic()
            overdue = [worker for worker, until in _busy.items() if until < now]
        for worker in overdue:
            worker.kill()


def _ask(task: str, data: bytes, **options: Any) -> Reply:
    """Send a task to an idle or a new worker process, and return its reply.

    If a reused process fails, a new one gets the task.
    """
    # An earlier file may have damaged the process, so only a new one that fails proves anything.
    if worker := _idle_worker():
        with suppress(_FailedWorkerError):
            return _reply_of(worker, task, data, options)
    return _reply_of(_Worker(), task, data, options)


def _start() -> None:
    with suppress(DecoderError):  # the first photo starts one again, and says what fails
        worker = _Worker()
        with _lock:
            _idle.append(worker)


def _idle_worker() -> _Worker | None:
    """Idle worker process, taken out of the pool; None if no usable one is idle."""
    while True:
        with _lock:
            worker = _idle.pop() if _idle else None
        if worker is None or worker.usable:
            return worker
        worker.close()  # it ended while it was idle


def _reply_of(worker: _Worker, task: str, data: bytes, options: Json) -> Reply:
    """Reply of the given worker process to a task; the worker then returns to the pool.

    A worker that is not usable any more is closed instead.
    """
    try:
        return worker.ask(task, data, options)
    finally:
        if worker.usable:
            with _lock:
                _idle.append(worker)
        else:
            worker.close()


def _end_all() -> None:
    with _lock:
        while _idle:
            _idle.pop().close()


def _disown_all() -> None:
    """Empty the pool in a forked child process, since the workers belong to the parent process."""
    global _lock
    _lock = threading.Lock()
    # Else Popen would wait for processes that are children of the parent.
    _disowned.extend([*_idle, *_busy])
    for kept in (_idle, _busy, _watchers):
        kept.clear()


_disowned: list[_Worker] = []
atexit.register(_end_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_disown_all)
