"""Run of a long function in a separate process, to spare a server's memory and CPU time."""

import os
import signal
from collections.abc import Callable
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any, TypeVar

from photorank.errors import PhotorankError

T = TypeVar("T")

_NICENESS = 10  # so that whoever waits for a page is served first


def in_own_process(task: Callable[..., T], *given: Any) -> T | None:
    """Run a function in a separate process and return its result; None if the process fails.

    The process ends with this one.
    """
    context = get_context("spawn")
    received, sent = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sent, task, given), daemon=True)
    with received:
        with sent:
            process.start()
        try:
            result: T | None = received.recv()
        except EOFError:
            result = None
    process.join()
    return result


def _work(sent: Connection, task: Callable[..., object], given: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this
    Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    try:
        result = task(*given)
    except PhotorankError:
        result = None
    sent.send(result)


def _end_with_parent() -> None:
    """Wait for the parent process to end, then end this process at once."""
    if parent := parent_process():
        parent.join()
    os._exit(1)
