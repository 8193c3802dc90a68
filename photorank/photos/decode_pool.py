"""Decode photos in processes of their own: no file can end a run, stall it or take all memory.

Image libraries are large, written in C, and read what strangers made. A crash in one of them
ends the process that called it, so that is not ours. The processes are few, start with the
first photo and stay for the next one.
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
from typing import Any, BinaryIO, NamedTuple, cast

from PIL import Image

from photorank.errors import DecoderError, UnreadablePhotoError
from photorank.photos.decode_limits import DecodeLimits
from photorank.photos.decode_worker import Reply, receive, send
from photorank.photos.metadata.exif import Shot
from photorank.photos.open_photo import os_reason
from photorank.typing import Json

LIMITS = DecodeLimits()  # of every file

_WORKER_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from photorank.photos.decode_worker import serve; serve()"
)
_DYING_SECONDS = 5.0  # for a process whose pipes are closed to end by itself
_WATCH_SECONDS = 1.0  # between two looks for what takes too long
_PIPE_BYTES = 1 << 20  # the most that every Linux allows: fewer turns for a photo of megabytes

# How decoders die of a file. Other signals come from people and from systems short of memory.
_CRASHES = {
    getattr(signal, name, None)
    for name in ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGFPE", "SIGILL", "SIGSYS", "SIGTRAP")
} - {None}


class Decoded(NamedTuple):
    """What a file holds."""

    photo: Image.Image  # as `decode_photo` returns it
    shot: Shot


def decode_apart(data: bytes, *, short_side: int | None = None) -> Decoded:
    """Return a photo and its shot as `decode_photo` and `shot` do, decoded in another process.

    Parameters
    ----------
    data : bytes
        A whole file.
    short_side : int, optional
        Pixels of the short side that the caller can make use of.

    Raises
    ------
    UnreadablePhotoError
        If it is no usable photo, crashes the decoder, or takes more than `LIMITS`;
        `passing` where that may have been the machine's fault.
    DecoderError
        If no process can be started.
    """
    head, pixels = _ask("picture", data, short_side=short_side)
    photo = Image.frombytes("RGB", tuple(head["size"]), pixels)
    if head["full_size"]:
        photo.info["full_size"] = tuple(head["full_size"])
    return Decoded(photo, Shot(*head["shot"]))


def signals_apart(data: bytes) -> dict[str, float]:
    """Return a photo's signals as `photo_signals` does, measured in another process.

    Raises
    ------
    UnreadablePhotoError, DecoderError
        As :func:`decode_apart` does.
    """
    head, _ = _ask("signals", data)
    return dict(head["signals"])


def header_apart(task: str, data: bytes) -> Json:
    """Return what a task of the decoder finds in a photo's header.

    Raises
    ------
    UnreadablePhotoError, DecoderError
        As :func:`decode_apart` does.
    """
    head, _ = _ask(task, data)
    return head


class _FailedWorkerError(UnreadablePhotoError):
    """A process that did not live to answer, or ran out of memory."""


class _Worker:
    """One process that decodes."""

    def __init__(self) -> None:
        self._overdue = False
        path = [os.path.abspath(entry) for entry in sys.path]
        try:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-B", "-P", "-c", _WORKER_PROGRAM, json.dumps(path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # One thread a process computes; those of OpenBLAS would take address space at once.
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,  # Ctrl-C is for us to answer
            )
        except OSError as error:  # too many processes, too little memory
            raise DecoderError(os_reason(error)) from error
        self._requests = cast(BinaryIO, self._process.stdin)
        self._replies = cast(BinaryIO, self._process.stdout)
        for pipe in (self._requests, self._replies):
            _widen(pipe.fileno())
        try:
            ready = receive(self._replies)
        except OSError:
            ready = None
        if not ready:
            self.close()
            raise DecoderError(f"it ended at once ({_ending(self._process.wait())})")

    @property
    def usable(self) -> bool:
        """Whether it can be asked."""
        return not self._overdue and self._process.poll() is None

    def ask(self, task: str, data: bytes, options: Json) -> Reply:
        """Return its answer, in bounded time.

        Raises
        ------
        UnreadablePhotoError
            If the photo cannot be decoded; `_FailedWorkerError` if this process is done for.
        """
        head = {"task": task, "options": options, "limits": LIMITS}
        reply = None
        _watch(self)
        try:
            with suppress(OSError, ValueError):  # it ended while it was asked, or in its answer
                send(self._requests, head, data)
                reply = receive(self._replies)
        finally:  # an interrupt leaves an answer in the pipe that nobody asked for
            with _lock:
                _busy.pop(self, None)
            if reply is None:
                self.close()
        if reply is None:
            raise self._failure()
        if "memory" in reply[0]:
            self.close()  # what is left of its memory is in pieces
            if reply[0]["memory"]:
                raise _FailedWorkerError(LIMITS.too_much_memory)
            raise _FailedWorkerError("too large for the memory that is free", passing=True)
        if "reason" in reply[0]:
            raise UnreadablePhotoError(reply[0]["reason"])
        return reply

    def close(self) -> None:
        """End it."""
        with suppress(OSError):
            self._requests.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_DYING_SECONDS)
        self._process.kill()
        self._process.wait()
        self._replies.close()

    def give_up(self) -> None:
        """End it because it takes too long."""
        self._overdue = True
        self._process.kill()

    def _failure(self) -> _FailedWorkerError:
        code = self._process.returncode
        if self._overdue:
            return _FailedWorkerError(LIMITS.too_long_a_wait, passing=True)
        if sys.platform != "win32" and code == -signal.SIGXCPU:
            return _FailedWorkerError(LIMITS.too_much_work)
        reason = f"its decoder crashed ({_ending(code)})"
        return _FailedWorkerError(reason, passing=code < 0 and -code not in _CRASHES)


def _ending(code: int) -> str:
    """Return in a few words how a process ended."""
    return (signal.strsignal(-code) or f"signal {-code}") if code < 0 else f"exit {code}"


def _widen(pipe: int) -> None:
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # a user's pipes together may be limited
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


_lock = threading.Lock()
_idle: list[_Worker] = []
_busy: dict[_Worker, float] = {}  # until when, in seconds of the monotonic clock
_watchers: list[threading.Thread] = []  # one, while there is something to watch


def _watch(worker: _Worker) -> None:
    """Have a process that begins to work ended when it takes too long."""
    with _lock:
        _busy[worker] = time.monotonic() + LIMITS.wait_seconds
        if not _watchers:  # a timer for each photo would take longer than a small photo does
            _watchers.append(threading.Thread(target=_end_overdue, daemon=True))
            _watchers[0].start()


def _end_overdue() -> None:
    while True:
        time.sleep(_WATCH_SECONDS)
        with _lock:
            if not _busy:
                _watchers.clear()
                return
            now = time.monotonic()
            overdue = [worker for worker, until in _busy.items() if until < now]
        for worker in overdue:
            worker.give_up()


def _ask(task: str, data: bytes, **options: Any) -> Reply:
    """Have a task done, in a process that nobody else asks meanwhile."""
    # What an earlier file left behind may be what ends it now, so one end proves nothing.
    if worker := _taken():
        with suppress(_FailedWorkerError):
            return _kept(worker, task, data, options)
    return _kept(_Worker(), task, data, options)


def _taken() -> _Worker | None:
    """Return a process that waits for work."""
    while True:
        with _lock:
            worker = _idle.pop() if _idle else None
        if worker is None or worker.usable:
            return worker
        worker.close()  # it died meanwhile


def _kept(worker: _Worker, task: str, data: bytes, options: Json) -> Reply:
    """Ask a process, and keep it for later if it survives."""
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
    """Leave the processes to the one that this one was forked from."""
    global _lock
    _lock = threading.Lock()
    _disowned.extend([*_idle, *_busy])  # for their end is not ours to wait for
    for kept in (_idle, _busy, _watchers):
        kept.clear()


_disowned: list[_Worker] = []
atexit.register(_end_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_disown_all)
