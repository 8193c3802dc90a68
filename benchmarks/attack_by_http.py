"""Attacks over plain HTTP: requests for secret files, and forged or malformed uploads."""

import asyncio
import http.client
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from visitors import Visitor  # noqa: E402

Attempts = AsyncIterator[tuple[str, str]]  # how it was answered; what was broken, "" for nothing

MARK = b"nobody-may-see-this"
PREFIXES = (
    *("/", "/media/", "/static/", "/app/static/", "/component/x/", "/bidi-components/x/"),
    *("/_stcore/", "/_stcore/upload_file/", "/_stcore/host-config/", "/browse/", "/vendor/"),
)
UP = (
    *("..", "%2e%2e", "%252e%252e", "..%2f", "..%5c", "..\\", "....//", ".%00./", "%c0%ae%c0%ae"),
    *("..;", "%u002e%u002e"),
)
WIDE = 120 << 20  # bytes of an upload that is too large


async def climb(port: int, secrets: list[Path]) -> Attempts:
    """Outcomes of requests for files outside the served folders (path traversal)."""
    targets = [*map(str, secrets), "/etc/passwd", "/proc/self/environ", __file__]
    for request in dict.fromkeys(paths(targets)):
        for method in ("GET", "POST"):
            status, body = await asyncio.to_thread(raw, port, f"{method} {request}")
            leaked = MARK in body or b"root:x:" in body or b"SQLite format" in body
            leaked |= b"PHOTORANK_HOME=" in body or b"nobody-may-see-this" in body
            yield answered(status), f"{method} {request} gave out a file" if leaked else ""


def paths(targets: list[str]) -> Iterator[str]:
    """URL paths that a careless server would map to files on its disk."""
    for prefix in PREFIXES:
        for target in targets:
            yield prefix + target
            yield prefix + quote(target, safe="")
            yield prefix.rstrip("/") + "//" + target.lstrip("/")
            for up in UP:
                for depth in (3, 8, 12):
                    yield prefix + (up + "/") * depth + target.lstrip("/")


def raw(port: int, head: str, body: bytes = b"") -> tuple[int, bytes]:
    """HTTP status (0 without an answer) and whole response of a raw HTTP request."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as line:
        host = f"Host: 127.0.0.1:{port}\r\nConnection: close\r\n"
        line.sendall(f"{head} HTTP/1.1\r\n{host}\r\n".encode("utf-8", "surrogateescape") + body)
        parts = []
        with suppress(OSError):
            while part := line.recv(1 << 16):
                parts.append(part)
    answer = b"".join(parts)
    status = answer.split(b" ", 2)[1] if answer.startswith(b"HTTP/") else b"0"
    return int(status), answer


def answered(status: int) -> str:
    """Words that describe a request's outcome, chosen by its HTTP status."""
    if status in (200, 204):
        return "with the empty page of the dashboard"
    return "closed" if status == 0 else f"refused ({status})"


async def upload(port: int) -> Attempts:
    """Outcomes of forged, malformed or oversized uploads."""
    person = Visitor(port)
    await person.come()
    token = await asyncio.to_thread(xsrf_token, port)
    page = {"Origin": f"http://127.0.0.1:{port}"}
    good = {**page, "Cookie": f"_streamlit_xsrf={token}", "X-Xsrftoken": token}
    own = f"/_stcore/upload_file/{person.session}"
    form = b'--x\r\nContent-Disposition: form-data; name="f"; filename="%s"\r\n\r\n%s\r\n--x--\r\n'
    small = form % (b"../../../../tmp/escaped.jpg", b"photo")
    tries = (
        ("without a token", own, page, small, False),
        ("with a token of its own making", own, {**good, "X-Xsrftoken": "2|a|b|1"}, small, False),
        ("from a page elsewhere", own, {**good, "Origin": "http://evil.example"}, small, False),
        ("to no session", "/_stcore/upload_file/nobody", good, small, False),
        ("to a session that climbs", "/_stcore/upload_file/..%2f..%2fx", good, small, False),
        ("under a name that climbs", own, good, small, True),
        ("of 120 MB", own, good, form % (b"a.jpg", bytes(WIDE)), False),
        ("of 10,000 parts", own, good, (form % (b"a.jpg", b"x"))[:-7] * 10_000, False),
        ("that is no form", own, good, b"\0" * 1000, False),
    )
    for number, (how, path, headers, body, allowed) in enumerate(tries):
        status = await asyncio.to_thread(put, port, f"{path}/{number}", headers, body)
        taken = status == 204
        yield (
            answered_upload(status),
            f"an upload {how} was answered by {status}" * (taken != allowed or status >= 500),
        )
    for kind in ("Content-Length: 99999999999", "Content-Length: -1", "Transfer-Encoding: chunked"):
        head = f"PUT {own}/9 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{kind}\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in good.items()
        )
        head += "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        status = await asyncio.to_thread(endless, port, head.encode(), "chunked" in kind)
        yield (
            answered_upload(status),
            f"an endless upload was answered by {status}" * (0 < status < 400),
        )
    if Path("/tmp/escaped.jpg").exists():  # noqa: S108 - what the attack would have made
        yield "with a file", "an upload wrote a file of its own choice"
    await person.leave()


def xsrf_token(port: int) -> str:
    """Dashboard's token against cross-site request forgery (XSRF), from its cookie."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", "/_stcore/health")
        answer = connection.getresponse()
        cookie = answer.getheader("Set-Cookie") or ""
    return cookie.partition("_streamlit_xsrf=")[2].partition(";")[0].strip('"')


def put(port: int, path: str, headers: dict[str, str], body: bytes) -> int:
    """HTTP status of an upload by PUT, or 0 if the connection closed early."""
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        try:
            connection.request("PUT", path, body, headers | kind)
            return connection.getresponse().status
        except OSError:
            return 0


def endless(port: int, head: bytes, chunked: bool) -> int:
    """HTTP status of an endless upload, cut off after half a gigabyte; 0 without an answer."""
    chunk = bytes(1 << 20)
    part = b"%x\r\n%s\r\n" % (len(chunk), chunk) if chunked else chunk
    start = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n\r\n'
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as line:
        line.sendall(head + (b"%x\r\n%s\r\n" % (len(start), start) if chunked else start))
        with suppress(OSError):  # it may close; what it said before is still to be read
            for _ in range(4 * (WIDE >> 20)):
                line.sendall(part)
        with suppress(OSError):
            said = line.recv(1 << 12)
            return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/") else 0
    return 0


def answered_upload(status: int) -> str:
    """Words that describe an upload's outcome, chosen by its HTTP status."""
    if status == 204:
        return "kept for its own session, in memory"
    return "closed" if status == 0 else f"refused ({status})"
