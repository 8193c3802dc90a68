"""Execution of a long function in another process, so that the server stays responsive.

The memory that the function took is freed when the process ends.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.reduction import ForkingPickler
from threading import Thread
from typing import Any, BinaryIO, TypeVar

from photorank.errors import PhotorankError

T = TypeVar("T")

_LENGTH_BYTES = 8  # of the length of what is told
_NICENESS = 10  # so that whoever waits for a page is served first
# Ctrl-C is for the server, which ends this.
_CHILD = """
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.path[:] = {path}
from photorank.own_process import work
work()
"""


def in_own_process(task: Callable[..., T], *given: Any) -> T | None:
    """Run a function in a separate process and return its result; None if the process fails.

    The process ends with this one. It reads modules alone: one that `multiprocessing` spawns would
    run the main script again, which in a dashboard is the page that is being drawn.
    """
    code = _CHILD.format(path=repr(sys.path))
    child = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    told = b""
    with suppress(BrokenPipeError), child:
        if child.stdin is not None and child.stdout is not None:
            child.stdin.write(_framed((task, given)))
            child.stdin.flush()
            told = child.stdout.read()
    whole = len(told) - _LENGTH_BYTES == int.from_bytes(told[:_LENGTH_BYTES], "big")
    result: T | None = ForkingPickler.loads(told[_LENGTH_BYTES:]) if whole else None
    return result


def _framed(said: object) -> bytes:
    """Message to another process as bytes: its length, then the pickled object."""
    data = ForkingPickler.dumps(said)
    return len(data).to_bytes(_LENGTH_BYTES, "big") + bytes(data)


def work() -> None:
    """Run the function that the parent process sends, and send its result back."""
    length = int.from_bytes(sys.stdin.buffer.read(_LENGTH_BYTES), "big")
    task, given = ForkingPickler.loads(sys.stdin.buffer.read(length))
    Thread(target=_end_with_parent, daemon=True).start()
    answer = _stream_to_parent()
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    try:
        result = task(*given)
    except PhotorankError:
        result = None
    with answer:
        answer.write(_framed(result))
    os._exit(0)  # the thread waits for the parent


def _stream_to_parent() -> BinaryIO:
    """Redirect standard output to standard error, and return a binary stream to the parent process.

    From now on, printed text goes to standard error.
    """
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answer


def _end_with_parent() -> None:
    """Wait until the parent process has ended, then end this process at once."""
    sys.stdin.buffer.read()
    os._exit(1)
