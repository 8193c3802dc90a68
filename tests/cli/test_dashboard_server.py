import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection

import pytest

START = [sys.executable, "-m", "photorank"]


@pytest.fixture
def port():
    """Number of a free TCP port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def heard():
    """Let child processes receive Ctrl-C, even when the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def is_open(port):
    """True if a server listens on the given port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow  # a server's start and end
@pytest.mark.skipif(os.name != "posix", reason="signals are sent otherwise there")
@pytest.mark.parametrize(
    ("end", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)], ids=["Ctrl-C", "terminated"]
)
def test_the_dashboard_ends_with_its_command(end, code, empty_home, port, heard):
    """The dashboard's server answers once its address is printed, and ends if the command ends."""
    with subprocess.Popen(  # noqa: S603
        [*START, "dashboard", "--port", str(port)],
        env={k: v for k, v in os.environ.items() if k != "DISPLAY"},
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        said = ""
        while f"http://127.0.0.1:{port}" not in said:
            said = command.stderr.readline()
            assert said, "the command ended before it told its address"
        with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", "/")
            assert connection.getresponse().status == 200

        command.send_signal(end)
        last = command.stderr.read()

    assert command.returncode == code
    assert "Traceback" not in last
    for _ in range(50):
        if not is_open(port):
            break
        time.sleep(0.1)
    assert not is_open(port)


def test_a_port_in_use_is_told(refused, empty_home):
    """A port on which another program listens is refused with an error."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]

        assert f"port {taken} is in use" in refused("dashboard", "--port", taken)


@pytest.mark.slow
def test_a_demo_that_is_built_is_not_built_again(photorank, home, port):
    """`demo` does not rebuild an existing sample index, and opens the dashboard at that index."""
    shutil.copytree(home / "index" / "small", home / "index" / "sample")
    photorank(
        "evaluate",
        "--index",
        "sample",
        "--learners",
        "mean-difference",
        "--folds",
        2,
        "--repeats",
        1,
    )

    outcome = photorank("demo", "--build-only")

    assert outcome.code == 0
    assert outcome.out == ""
    assert "24 photos in index sample" in outcome.err
    with subprocess.Popen(  # noqa: S603
        [*START, "demo", "--no-open", "--port", str(port)], stderr=subprocess.PIPE, text=True
    ) as command:
        said = ""
        while command.poll() is None and "the dashboard is at" not in said:
            said = command.stderr.readline()
        command.terminate()
    assert f"http://127.0.0.1:{port}/?in=sample " in said  # not the first index by name
