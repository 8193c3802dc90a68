import http.client
import json
import socket
import threading
import time

import pytest

from photorank.service.app import ServiceRequest, service
from photorank.service.limits_and_refusals import Limits
from photorank.service.server import server_of
from photorank.vectors.store import add_vector
from tests.fixtures.colours import ColourEncoder

BOUNDARY = "a-boundary"


class Client:
    """HTTP client of a rating service on a local port."""

    def __init__(self, port, token=None):
        self.port = port
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method, path, body=b"", headers=None):
        """Send an HTTP request; return the status, headers and content of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, self.headers | (headers or {}))
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        is_json = answer.headers["content-type"] == "application/json"
        return answer.status, answer.headers, json.loads(data) if is_json else data.decode()

    def get(self, path):
        """Send a GET request; return the answer's status and content."""
        status, _, content = self.ask("GET", path)
        return status, content

    def send(self, path, *photos, **fields):
        """Send photos in a POST request; return the status and JSON content of the answer."""
        status, _, content = self.ask("POST", path, form(photos, fields), FORM)
        return status, content

    def begun(self, sent):
        """Connection, still open, on which only the beginning of a request was sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sendall(sent)
        return connection

    def head(self, length):
        """Request line and headers of a POST to /v1/rate with a given Content-Length."""
        headers = {**FORM, **self.headers, "Host": "x", "Content-Length": length}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST /v1/rate HTTP/1.1\r\n{lines}\r\n".encode()


FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def form(photos, fields=None):
    """Body of a multipart form with photos and fields."""
    parts = []
    for photo in photos:
        name, data = ("photo.png", photo) if isinstance(photo, bytes) else named(photo)
        parts.append((f'name="photo"; filename="{name}"', data))
    parts += [(f'name="{name}"', str(value).encode()) for name, value in (fields or {}).items()]
    body = b"".join(
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data + b"\r\n"
        for head, data in parts
    )
    return body + f"--{BOUNDARY}--\r\n".encode()


def named(file):
    """Name and bytes of a file."""
    return file.name, file.read_bytes()


@pytest.fixture
def start(collection):
    """Function that starts the rating service of a collection and returns a client of it."""
    add_vector(collection.index, collection.vector)
    running = []

    def start(encoder=None, tokens=(), **limits):
        encoder = encoder or ColourEncoder()
        asked = ServiceRequest(
            collection.index, "any", lambda: encoder, Limits(**limits), tuple(tokens)
        )
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = server_of(service(asked), "127.0.0.1", port, asked.limits)
        thread = threading.Thread(target=server.run)
        thread.start()
        running.append((server, thread))
        while not server.started:
            assert thread.is_alive(), "the service did not start"
            time.sleep(0.01)
        return Client(port)

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join()


@pytest.fixture
def client(start):
    """Client of a rating service that was started for the test collection."""
    return start()
