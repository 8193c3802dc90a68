"""Functions that run other functions in forked child processes, and kill these processes."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable


def fork(work: Callable[[], None]) -> int:
    """Process ID of a new child process that runs a function."""
    sys.stdout.flush()
    process = os.fork()
    if process:
        return process
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def child(work: Callable[[], None]) -> None:
    """Run a function in a child process until it ends; raise SystemExit if it fails."""
    _, status = os.waitpid(fork(work), 0)
    if status:
        raise SystemExit("a run that nobody disturbed failed; see above")


def killed(work: Callable[[], None], seconds: float) -> bool:
    """Run a function in a child process for `seconds`; return True if it had to be killed."""
    process = fork(work)
    time.sleep(seconds)
    return ended(process)


def ended(process: int) -> bool:
    """Kill a child process; return True if it was still running."""
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("a run failed before it was killed; see above")
    return os.WIFSIGNALED(status)
