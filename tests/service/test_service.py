import hashlib
import os
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jsonschema
import pytest

from photorank.errors import ServerError
from photorank.photos import decode_pool
from photorank.service.access_tokens import read_tokens
from photorank.service.openapi import SCHEMAS, description
from tests.fixtures.colours import ColourEncoder, fill, paint
from tests.service.conftest import FORM, Client, form

pytestmark = pytest.mark.slow

TOKEN = "0123456789abcdef"  # noqa: S105


def refusal(answer):
    """Status and error message of a refused request, checked against the schema of refusals."""
    status, content = answer
    jsonschema.validate(content, SCHEMAS["Refusal"])
    assert content["next"]
    return status, content["error"]


@pytest.fixture
def photo(tmp_path):
    """Path of a new photo that is in no index."""
    return paint(tmp_path / "new.png", 33)


def test_a_request_that_is_no_form_is_told_how(client, photo):
    """Requests with a wrong type, form, photo list, address or method are refused with advice."""
    assert refusal(client.ask("POST", "/v1/rate", b"{}")[::2])[0] == 415
    for body in (b"", b"no form", form([photo])[:-20], form([], {"a": "b"})):
        assert refusal(client.ask("POST", "/v1/rate", body, FORM)[::2])[0] == 400
    lacking = {"Content-Type": "multipart/form-data"}
    assert refusal(client.ask("POST", "/v1/rate", form([photo]), lacking)[::2])[0] == 400
    assert refusal(client.get("/v1/rate"))[0] == 405
    assert refusal(client.get("/v1/../../etc/passwd"))[0] == 404
    for name in ("nobody", "../any", "%00"):
        assert refusal(client.send(f"/v1/rate?vector={name}", photo))[0] in (400, 404)


def test_too_many_photos_bytes_and_requests_are_told(start, photo):
    """Oversized requests get status 413 and the limit; excess requests get 429 and a wait time."""
    client = start(photos=3, megabytes=1, linger_seconds=0.3)
    assert "more than 3 photos" in refusal(client.send("/v1/rate", *[photo] * 4))[1]
    assert refusal(client.send("/v1/rate", bytes(1_100_000))) == (
        413,
        "the request has more than 1 MB",
    )
    with client.begun(client.head(10**12)) as told:
        assert told.recv(100).startswith(b"HTTP/1.1 413")

    closed = start(requests=0)
    status, headers, content = closed.ask("POST", "/v1/rate", form([photo]), FORM)
    assert refusal((status, content))[0] == 429
    assert headers["retry-after"]
    assert refusal(start(waiting_megabytes=0).send("/v1/rate", photo))[0] == 429


def test_slow_clients_are_told_and_hold_nobody_up(start, photo):
    """Clients that stall in mid-request get status 408, and others are answered meanwhile."""
    client = start(idle_seconds=0.4)
    body = form([photo])
    slow = [client.begun(b"POST /v1/rate HTTP/1.1\r\nHost: x\r\nX-") for _ in range(20)]
    slow += [client.begun(client.head(len(body)) + body[:50]) for _ in range(20)]
    half = client.begun(client.head(len(body)) + body[:50])
    half.close()

    assert client.send("/v1/rate", photo)[0] == 200
    for connection in slow:
        assert connection.recv(100).startswith(b"HTTP/1.1 408")
        connection.close()
    numbers = client.get("/metrics")[1]
    assert "photorank_requests_at_work 0.0" in numbers
    assert "photorank_body_bytes_at_work 0.0" in numbers


def test_work_that_takes_too_long_is_told(start, photo):
    """A request that takes too long is answered with 503, and the next one is served."""
    client = start(ColourEncoder(delay=0.8), seconds=0.5)
    assert refusal(client.send("/v1/rate", photo))[0] == 503
    time.sleep(0.5)
    assert client.get("/healthz") == (200, {"status": "ok"})


def test_photos_of_clients_who_are_gone_are_not_embedded(start, tmp_path):
    """If a client closes its connection, its remaining photos are not embedded."""
    encoder = ColourEncoder(delay=0.05)
    client = start(encoder)
    files = fill(tmp_path / "many", 40)
    body = form(files)
    gone = client.begun(client.head(len(body)) + body)
    time.sleep(0.1)
    gone.close()
    client.send("/v1/rate", paint(tmp_path / "last.png", 99))
    assert encoder.encoded <= 41
    assert "photorank_requests_at_work 0.0" in client.get("/metrics")[1]


def test_many_clients_are_answered_as_one(client, tmp_path):
    """Photos of 64 clients share encoder batches, and each photo gets its own rating."""
    files = fill(tmp_path / "many", 32, start=200)
    alone = [client.send("/v1/rate", file)[1]["photos"][0]["rating"] for file in files]
    with ThreadPoolExecutor(64) as pool:
        found = list(pool.map(lambda file: client.send("/v1/rate", file), files * 4))
    ratings = [content["photos"][0]["rating"] for _, content in found]
    assert ratings == pytest.approx(alone * 4, abs=1e-6)
    sums = re.findall(r"encoder_batch_photos_(sum|count) (\S+)", client.get("/metrics")[1])
    told = {name: float(value) for name, value in sums}
    assert told["count"] < told["sum"] == 160


def test_killed_decoders_cost_no_photo(client, tmp_path):
    """Decoder processes killed during decoding are replaced; their photos are decoded again."""
    files = fill(tmp_path / "many", 12, start=300)
    expected = client.send("/v1/rate", *files)[1]["photos"]
    ended = threading.Event()

    def kill():
        while not ended.wait(0.02):
            with decode_pool._lock:
                workers = list(decode_pool._busy)
            for worker in workers[:1]:
                worker._process.kill()
            ended.wait(0.2)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        found = [client.send("/v1/rate", *files)[1]["photos"] for _ in range(3)]
    finally:
        ended.set()
        killer.join()
    for photos in found:
        assert [one["rating"] for one in photos] == pytest.approx(
            [one["rating"] for one in expected], abs=1e-6
        )


def test_a_small_form_is_refused_at_once(start, photo):
    """If a small request is refused, the service does not wait for more bytes after its end."""
    client, begun = start(photos=1, linger_seconds=60), time.monotonic()
    assert refusal(client.send("/v1/rate", photo, photo))[0] == 413
    assert refusal(client.send("/v1/rate", photo, index="x" * 5000))[0] == 400
    assert time.monotonic() - begun < 30


def test_tokens_are_asked_for(start, photo, tmp_path):
    """Every address but /healthz requires one of the tokens in the token file."""
    (tmp_path / "tokens").write_text(f"{'x' * 20}\n{TOKEN}\n")
    tokens = read_tokens(tmp_path / "tokens")
    assert tokens[1] == hashlib.sha256(TOKEN.encode()).digest()
    client = start(tokens=tokens)

    assert client.get("/healthz")[0] == 200
    assert refusal(client.send("/v1/rate", photo))[0] == 401
    assert refusal(client.send("/v1/rate", bytes(20 << 20)))[0] == 401  # and no broken pipe
    patient = client.head(20 << 20).replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")
    with client.begun(patient) as connection:
        assert connection.recv(64).startswith(b"HTTP/1.1 401")  # before anything is sent
    for path in ("/v1/vectors", "/metrics", "/openapi.json", "/nothing"):
        assert refusal(client.get(path))[0] == 401
        assert refusal(Client(client.port, TOKEN[:-1]).get(path))[0] == 401
    assert Client(client.port, TOKEN).send("/v1/rate", photo)[0] == 200
    for text in ("", "short\n"):
        (tmp_path / "tokens").write_text(text)
        with pytest.raises(ServerError, match="openssl rand"):
            read_tokens(tmp_path / "tokens")
    with pytest.raises(ServerError, match="larger than 1 MiB"):
        read_tokens(Path("/dev/zero"))  # which has no end
    with pytest.raises(ServerError, match="is a folder"):
        read_tokens(tmp_path)
    (tmp_path / "tokens").write_text(TOKEN, encoding="utf-8-sig")  # as Notepad does
    assert read_tokens(tmp_path / "tokens") == [hashlib.sha256(TOKEN.encode()).digest()]
    reader, writer = os.pipe()
    os.write(writer, TOKEN.encode())
    os.close(writer)
    assert len(read_tokens(Path(f"/dev/fd/{reader}"))) == 1
    os.close(reader)


def test_the_description_tells_all_addresses(client):
    """The OpenAPI description lists every address, and all its schemas are valid."""
    told = client.get("/openapi.json")[1]
    assert told == description()
    assert told["paths"].keys() == {
        *("/v1/rate", "/v1/compare", "/v1/album", "/v1/vectors", "/healthz", "/metrics"),
    }
    for schema in told["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for path in ("/healthz", "/v1/vectors"):
        assert client.get(path)[0] == 200


def test_a_fault_in_the_encoder_is_told_to_those_it_concerns(start, photo):
    """An error in the encoder is answered with status 500, and the service goes on."""

    class Faulty(ColourEncoder):
        def encode_frames(self, frames):
            if self.encoded == 0:
                self.encoded = 1
                raise RuntimeError("out of memory")
            return super().encode_frames(frames)

    client = start(Faulty())
    assert refusal(client.send("/v1/rate", photo)) == (500, "a fault of photorank")
    assert client.send("/v1/rate", photo)[0] == 200
