"""Start and stop of the dashboard server, and opening of the dashboard in the browser."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from photorank.cli.output import message
from photorank.errors import ServerError
from photorank.hosts import ALLOWED_HOSTS, checked_hosts, is_address
from photorank.workspace import Workspace

HOST = "127.0.0.1"  # this machine alone: the dashboard shows private photos
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what people ask for, never a default
FIRST_PORT = 8501

_PORTS_TRIED = 100
_START_TIMEOUT_SECONDS = 120.0
_END_TIMEOUT_SECONDS = 5.0  # then it is killed


@dataclass(frozen=True)
class Endpoint:
    """Network address, port and accepted host names of the dashboard or the HTTP service."""

    address: str
    port: int
    names: Sequence[str]  # of hosts, besides localhost and literal addresses

    @classmethod
    def checked(
        cls, port: int | None, listen: str | None = None, names: Sequence[str] | None = None
    ) -> "Endpoint":
        """Endpoint at `listen` (None: localhost); `port` is checked to be free, or chosen if None.

        Raises :class:`ServerError` if the port is in use, or an address or a name is none.
        """
        address = HOST if listen is None else listen
        own = [] if address == HOST or is_address(address) else [address]
        return cls(address, _free_port(address, port), checked_hosts([*own, *(names or [])]))

    @property
    def host(self) -> str:
        """Host name or IP address at which this machine's browser reaches the server."""
        return {EVERYWHERE: HOST, "::": "::1"}.get(self.address, self.address)

    @property
    def url(self) -> str:
        """URL at which this machine's browser reaches the server."""
        return (
            f"http://[{self.host}]:{self.port}"
            if ":" in self.host
            else (f"http://{self.host}:{self.port}")
        )


def serve_dashboard(
    workspace: Workspace, endpoint: Endpoint, *, browser: bool, index: str | None = None
) -> None:
    """Run the dashboard server until Ctrl-C, and open it in the browser if `browser` is true.

    The browser shows the given index, or by default the one that the dashboard shows first.

    Raises :class:`ServerError` if the server fails.
    """
    with _server(workspace, endpoint) as server:
        try:
            _wait_until_ready(server, endpoint)
            at = endpoint.url if index is None else f"{endpoint.url}/?in={index}"
            message(f"the dashboard is at {at} (Ctrl-C ends it)")
            if endpoint.address != HOST:
                message(
                    f"whoever reaches {endpoint.address} sees it too: it asks for no password, and "
                    "answers to addresses and to names given with --allow-host"
                )
            if browser and _has_screen():
                webbrowser.open(at)
            if code := server.wait():
                raise ServerError(f"the dashboard's server ended with code {code}; see above.")
        except KeyboardInterrupt:
            message("the dashboard has ended")


@contextmanager
def _server(workspace: Workspace, endpoint: Endpoint) -> Iterator["subprocess.Popen[bytes]"]:
    """Context manager that runs the dashboard server, and stops it at the end or on SIGTERM."""
    command = [sys.executable, "-P", "-m", "streamlit", "run", str(dashboard_folder() / "app.py")]
    options = {
        "server.address": endpoint.address,
        "server.port": endpoint.port,
        "server.headless": "true",
        # Python collects garbage by itself; all of it after each click took most of the time.
        "runner.postScriptGC": "false",
        "server.fileWatcherType": "none",  # the pages do not change while it runs
        "server.enableXsrfProtection": "true",
        "server.enableCORS": "true",  # which is Streamlit's word for refusing other origins
        "browser.gatherUsageStats": "false",
    }
    command += [f"--{name}={value}" for name, value in options.items()]
    previous = signal.signal(signal.SIGTERM, _end)
    server = subprocess.Popen(  # noqa: S603 - our own interpreter and script, no shell
        command,
        env=os.environ
        | {"PHOTORANK_HOME": str(workspace.root), ALLOWED_HOSTS: " ".join(endpoint.names)},
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
    """Path of the installed dashboard folder, next to this package."""
    folder = Path(str(files("photorank"))).parent / "dashboard"
    if not (folder / "app.py").is_file():
        raise ServerError(
            f"{folder} is missing. Install photorank again: `pip install --force-reinstall "
            "photorank`."
        )
    return folder


def _free_port(address: str, asked: int | None) -> int:
    if asked is not None:
        if _is_free(address, asked):
            return asked
        raise ServerError(f"port {asked} is in use. Choose another with --port, or leave it out.")
    for port in range(FIRST_PORT, FIRST_PORT + _PORTS_TRIED):
        if _is_free(address, port):
            return port
    raise ServerError(f"no port from {FIRST_PORT} on is free. Choose one with --port.")


def _is_free(address: str, port: int) -> bool:
    """True if a port of a network address is free; raises ServerError for a bad address."""
    try:
        family, kind, *_, where = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            if os.name != "nt":  # there it would mean sharing the port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except (OSError, UnicodeError) as error:
        if isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, errno.EACCES):
            return False
        raise ServerError(
            f"{address!r} is no address of this machine. Give one that `ip address` "
            "shows, or 0.0.0.0 for all of them."
        ) from error
    return True


def _wait_until_ready(server: "subprocess.Popen[bytes]", endpoint: Endpoint) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise ServerError(
                f"the dashboard's server ended at once with code {server.returncode}; see above."
            )
        if _answers(endpoint.host, endpoint.port):
            return
        time.sleep(0.1)
    raise ServerError(
        f"the dashboard's server did not answer within {_START_TIMEOUT_SECONDS:.0f} s."
    )


def _answers(host: str, port: int) -> bool:
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(host, port, timeout=5)  # no proxy stands between, whatever is set
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _has_screen() -> bool:
    """True if a browser window can be opened; terminal browsers do not count."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _end(*_: object) -> None:
    sys.exit(128 + signal.SIGTERM)
