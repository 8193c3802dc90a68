import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection

import pytest

START = [sys.executable, "-m", "photorank", "serve", "--vector", "ours"]


@pytest.fixture
def port():
    """Number of a free TCP port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.slow
def test_the_service_answers_and_ends_with_what_it_began(home, port):
    """The service answers requests, and SIGTERM ends it with exit code 0."""
    process = subprocess.Popen(  # noqa: S603
        [*START, "--port", str(port)], stderr=subprocess.PIPE, text=True
    )
    try:
        for _ in range(1200):  # it loads torch
            try:
                connection = HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request("GET", "/v1/vectors")
                break
            except OSError:
                time.sleep(0.1)
        assert b'"default":"ours"' in connection.getresponse().read()
        connection.close()
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert f"rating by ours of index small at http://127.0.0.1:{port}" in said
    assert said.splitlines()[-1] == (
        "photorank: the service has ended; all that was begun is answered"
    )


def test_what_cannot_be_served_is_told_at_once(refused, home, port, tmp_path):
    """`serve` refuses a busy port, missing or short tokens, and an unknown vector at once."""
    (tmp_path / "tokens").write_text("short")
    with socket.create_server(("127.0.0.1", port)):
        assert f"port {port} is in use" in refused("serve", "--vector", "ours", "--port", port)
    for file, why in (("tokens", "16 letters"), ("none", "does not exist")):
        options = ("--port", port, "--token-file", tmp_path / file)
        assert why in refused("serve", "--vector", "ours", *options)
    assert "no vector named" in refused("serve", "--vector", "nobody", "--port", port)
    assert "no address of this machine" in refused("serve", "--host", "nowhere.invalid")
