"""Server of the dashboard: started, opened in the browser, and stopped with the command."""

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from importlib.resources import files
from pathlib import Path

from photorank.cli.output import message
from photorank.errors import ServerError
from photorank.workspace import Workspace

HOST = "127.0.0.1"  # this machine alone: the dashboard shows private photos
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what people ask for, never a default
FIRST_PORT = 8501

_PORTS_TRIED = 100
_START_TIMEOUT_SECONDS = 120.0
_END_TIMEOUT_SECONDS = 5.0  # then it is killed


def serve(
    workspace: Workspace, *, port: int | None, browser: bool, listen: str | None = None
) -> None:
    """Run the dashboard until Ctrl-C, on this machine only or on the network address `listen`.

    Raises :class:`ServerError` if the port is in use, or the server fails.
    """
    chosen = _free_port(port)
    host = listen if listen and listen != EVERYWHERE else HOST
    url = f"http://{host}:{chosen}"
    with _server(workspace, chosen, listen or HOST) as server:
        try:
            _wait_until_ready(server, host, chosen)
            message(f"the dashboard is at {url} (Ctrl-C ends it)")
            if listen and listen != HOST:
                message(f"whoever reaches {listen} sees it too: it asks for no password")
            if browser and _has_screen():
                webbrowser.open(url)
            if code := server.wait():
                raise ServerError(f"the dashboard's server ended with code {code}; see above.")
        except KeyboardInterrupt:
            message("the dashboard has ended")


@contextmanager
def _server(workspace: Workspace, port: int, address: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Server process that stops with the block, also when this process is terminated."""
    command = [sys.executable, "-P", "-m", "streamlit", "run", str(dashboard_folder() / "app.py")]
    options = {
        "server.address": address,
        "server.port": port,
        "server.headless": "true",
        # Python collects garbage by itself; all of it after each click took most of the time.
        "runner.postScriptGC": "false",
        "server.fileWatcherType": "none",  # the pages do not change while it runs
        "server.enableXsrfProtection": "true",
        "server.enableCORS": "true",  # which is streamlit's word for refusing other origins
        "browser.gatherUsageStats": "false",
    }
    command += [f"--{name}={value}" for name, value in options.items()]
    previous = signal.signal(signal.SIGTERM, _end)
    server = subprocess.Popen(  # noqa: S603 - our own interpreter and script, no shell
        command,
        env=os.environ | {"PHOTORANK_HOME": str(workspace.root)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # its greeting; warnings and errors are on stderr
    )
    try:
        yield server
    finally:
        server.terminate()
        try:
            server.wait(_END_TIMEOUT_SECONDS)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            server.kill()
            server.wait()
        signal.signal(signal.SIGTERM, previous)


def dashboard_folder() -> Path:
    """Folder of the dashboard, installed next to this package."""
    folder = Path(str(files("photorank"))).parent / "dashboard"
    if not (folder / "app.py").is_file():
        raise ServerError(
            f"{folder} is missing. Install photorank again: `pip install --force-reinstall "
            "photorank`."
        )
    return folder


def _free_port(asked: int | None) -> int:
    if asked is not None:
        if _is_free(asked):
            return asked
        raise ServerError(f"port {asked} is in use. Choose another with --port, or leave it out.")
    for port in range(FIRST_PORT, FIRST_PORT + _PORTS_TRIED):
        if _is_free(port):
            return port
    raise ServerError(f"no port from {FIRST_PORT} on is free. Choose one with --port.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name != "nt":  # there it would mean sharing the port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _wait_until_ready(server: "subprocess.Popen[bytes]", host: str, port: int) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise ServerError(
                f"the dashboard's server ended at once with code {server.returncode}; see above."
            )
        if _answers(host, port):
            return
        time.sleep(0.1)
    raise ServerError(
        f"the dashboard's server did not answer within {_START_TIMEOUT_SECONDS:.0f} s."
    )


def _answers(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=5)  # no proxy stands between, whatever is set
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _has_screen() -> bool:
    """Whether a browser window can be opened; text browsers in the terminal do not count."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _end(*_: object) -> None:
    sys.exit(128 + signal.SIGTERM)
