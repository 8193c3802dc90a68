"""Simulated visitors of the dashboard, who open pages and press buttons over WebSocket."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from uuid import uuid4

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 300.0  # seconds for one page
_FINISHED = {
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
}


ROOT = Path(__file__).parents[1]
_FIRST_PHOTOS = 12  # of a grid, which a browser fetches before anybody scrolls
_TOKEN_BYTES, _BYTES_A_PHOTO = 8, 16  # in the columns of an order


@contextmanager
def server(home: Path) -> Iterator[tuple[int, int]]:
    """Context manager that runs a dashboard server, and yields its port and process ID."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "photorank", "dashboard", "--port", str(port)]
    environment = os.environ | {"PHOTORANK_HOME": str(home), "DISPLAY": ""}
    with (
        TemporaryFile("w+") as told,
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=told) as starter,  # noqa: S603
    ):
        try:
            while not _answers(port):
                if starter.poll() is not None:
                    told.seek(0)
                    raise SystemExit(f"the dashboard did not start: {told.read()}")
                time.sleep(0.1)
            children = Path(f"/proc/{starter.pid}/task/{starter.pid}/children").read_text()
            yield port, int(children.split()[0])
        finally:
            starter.terminate()


def _answers(port: int) -> bool:
    with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    return False


@dataclass
class Page:
    """Content of a dashboard page after its script ran: widgets, texts, errors and load time."""

    seconds: float = 0.0  # until the script has ended and every picture is there
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)  # label: id, fragment
    components: dict[str, tuple[str, str, Any]] = field(default_factory=dict)  # mode: and its data
    pictures: list[str] = field(default_factory=list)  # their addresses
    orders: list[str] = field(default_factory=list)  # of grids, addresses of what is not given
    errors: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class Visitor:
    """Simulated browser session of a dashboard visitor."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: ClientConnection
        self._known: dict[str, Any] = {}  # messages that are sent once
        self._client = uuid4().hex  # of an outbox: the server takes each of its items once
        self._answers = 0
        self._here = ""  # the page's hash
        self._query = ""  # of the address
        self._seen: set[str] = set()  # addresses that were fetched
        self.pages: dict[str, str] = {}  # hash by title
        self.listed: list[str] = []  # titles of those that are shown in the navigation
        self.session = ""

    async def come(self) -> Page:
        """Open the dashboard, and return its first page."""
        origin = f"http://127.0.0.1:{self._port}"
        self._socket = await connect(
            f"ws://127.0.0.1:{self._port}/_stcore/stream",
            origin=origin,  # type: ignore[arg-type]
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            proxy=None,
            compression=None,
            open_timeout=PATIENCE,
        )
        return await self._run(BackMsg())

    async def leave(self) -> None:
        """Close the connection to the dashboard."""
        await self._socket.close()

    async def open(self, title: str, query: str = "") -> Page:
        """Open another page, optionally with URL parameters, and return its content."""
        self._here, self._query = self.pages[title], query
        return await self._run(BackMsg())

    async def press(self, page: Page, label: str) -> Page:
        """Press a button of a page, and return the resulting page."""
        if label not in page.buttons:
            raise LookupError(f"there is no button {label}; there are {sorted(page.buttons)}")
        widget, fragment = page.buttons[label]
        message = BackMsg()
        pressed = message.rerun_script.widget_states.widgets.add()
        pressed.id, pressed.trigger_value = widget, True
        message.rerun_script.fragment_id = fragment
        return await self._run(message)

    async def choose(self, page: Page, outcome: str) -> Page:
        """Answer the photo pair on the page Teach: first, second, tie or skip."""
        _, _, data = page.components["choice"]
        one, other, asked = data["pairs"][0]
        item = {"what": outcome, "pair": [one[1], other[1]], "asked": asked}
        return await self._send(page, "choice", item)

    async def give_stars(self, page: Page, stars: int) -> Page:
        """Give stars to the first photo on the page Photos."""
        _, _, data = page.components["grid"]
        [token, *_] = _first_photos(data)
        return await self._send(page, "grid", {"token": token, "mark": "stars", "value": stars})

    async def _send(self, page: Page, mode: str, item: dict[str, Any]) -> Page:
        """Send a user's input to a JavaScript component, and return the resulting page."""
        widget, fragment, _ = page.components[mode]
        self._answers += 1
        message = BackMsg()
        pressed = message.rerun_script.widget_states.widgets.add()
        box = {"client": self._client, "items": [item | {"seq": self._answers}]}
        pressed.id, pressed.json_value = widget, json.dumps({"outbox": box})
        message.rerun_script.fragment_id = fragment
        return await self._run(message)

    async def _run(self, message: BackMsg) -> Page:
        message.rerun_script.page_script_hash = self._here
        message.rerun_script.query_string = self._query
        begun = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        page = Page()
        while True:
            got = ForwardMsg()
            got.ParseFromString(await asyncio.wait_for(self._socket.recv(), PATIENCE))  # type: ignore[arg-type]
            if got.WhichOneof("type") == "ref_hash":
                got = self._known[got.ref_hash]
            elif got.hash:
                self._known[got.hash] = got
            kind = got.WhichOneof("type")
            if kind == "new_session":
                self.session = got.new_session.initialize.session_id
            elif kind == "navigation":
                self.pages = {
                    one.page_name: one.page_script_hash for one in got.navigation.app_pages
                }
                self.listed = [
                    one.page_name for one in got.navigation.app_pages if not one.is_hidden
                ]
                self._here = got.navigation.page_script_hash
            elif kind == "page_info_changed":
                self._query = got.page_info_changed.query_string
            elif kind == "delta":
                self._look(got, page)
            elif kind == "script_finished":
                if got.script_finished in _FINISHED:
                    break
                if got.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    page.errors.append("the script does not compile")
                    break
            elif kind == "session_event" and got.session_event.HasField(
                "script_compilation_exception"
            ):
                page.errors.append(got.session_event.script_compilation_exception.message)
        await self._fetch([*page.pictures, *page.orders], page)
        page.seconds = time.perf_counter() - begun
        return page

    async def _fetch(self, urls: list[str], page: Page) -> None:
        """Fetch only new URLs, like a browser with a cache."""
        new = [url for url in dict.fromkeys(urls) if url not in self._seen]
        self._seen.update(new)
        answers = await asyncio.gather(*map(self._get, new))
        page.errors += [
            f"a picture came with {status.decode()}" for status in answers if status != b"200"
        ]

    def _look(self, got: ForwardMsg, page: Page) -> None:
        """Add a received element, such as a button or an error, to a page's content."""
        element = got.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            page.errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "button":
            page.buttons[element.button.label] = (element.button.id, got.delta.fragment_id)
        elif kind == "bidi_component":
            part = element.bidi_component
            data = json.loads(part.mixed.json if part.WhichOneof("data") == "mixed" else part.json)
            mode = data.get("mode", part.component_name)
            page.components[mode] = (part.id, got.delta.fragment_id, data)
            if "order" in data:
                base = f"/{data['base']}"
                first = _first_photos(data)
                page.pictures += [f"{base}/photos/{data['index']}/{one}/384" for one in first]
                if data["n"] * _BYTES_A_PHOTO > len(b64decode(data["first"])):
                    page.orders.append(f"{base}/orders/{data['order']}")
        elif kind == "imgs":
            page.pictures.extend(one.url for one in element.imgs.imgs if one.url.startswith("/"))
        elif kind == "markdown":
            page.texts.append(element.markdown.body)
        elif kind == "alert":
            page.texts.append(element.alert.body)

    async def _get(self, url: str) -> bytes:
        """Fetch a URL, and return the HTTP status."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            head = f"GET {url} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode())
            answer = await asyncio.wait_for(reader.read(), PATIENCE)
            if not answer:
                raise ConnectionResetError(f"{url} was not answered")
            return answer.split(b" ", 2)[1]
        finally:
            writer.close()


def _first_photos(grid: dict[str, Any]) -> list[str]:
    """Digest prefixes of the first photos in a grid, as used in URLs."""
    given = b64decode(grid["first"])
    most = min(_FIRST_PHOTOS, len(given) // _BYTES_A_PHOTO)
    starts = range(0, _TOKEN_BYTES * most, _TOKEN_BYTES)
    return [given[at : at + _TOKEN_BYTES].hex() for at in starts]
