import os
import sys
from types import ModuleType

import pytest

from photorank.errors import PhotorankError
from photorank.own_process import in_own_process


def test_a_task_is_done_elsewhere():
    """in_own_process runs a function in a process other than the caller's."""
    assert in_own_process(os.getpid) not in (None, os.getpid())


def test_the_main_script_is_not_run_again(tmp_path, monkeypatch):
    """A function run in its own process does not run the main script, such as a dashboard page."""
    trace = tmp_path / "trace"
    script = tmp_path / "page.py"
    script.write_text(f"open({str(trace)!r}, 'w').close()")
    main = ModuleType("__main__")
    main.__file__ = str(script)
    monkeypatch.setitem(sys.modules, "__main__", main)

    assert in_own_process(len, [1, 2]) == 2
    assert not trace.exists()


@pytest.mark.slow
def test_what_is_printed_is_no_result(capfd):
    """Text printed by a function in its own process goes to stderr, never into its result."""
    assert in_own_process(print, "hello") is None
    assert in_own_process(sorted, [2, 1]) == [1, 2]


@pytest.mark.slow
def test_a_process_that_ends_has_no_result():
    """in_own_process returns None if its process exits early or the function raises an error."""
    assert in_own_process(os._exit, 3) is None
    assert in_own_process(fail) is None
    assert in_own_process(kill_itself_after_half_an_answer) is None


def fail():
    """Raise a PhotorankError."""
    raise PhotorankError("there is nothing.")


def kill_itself_after_half_an_answer():
    """Write an incomplete answer into the process's answer pipe, then exit."""
    for number in range(3, 20):
        try:
            os.write(number, (100).to_bytes(8, "big") + b"half")
        except OSError:
            continue
    os._exit(1)
