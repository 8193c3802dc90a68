"""Load test of the HTTP service: requests per second, latency and errors.

    python benchmarks/service_load.py

Each client sends one photo a request, as fast as it is answered. The ceiling is open_clip's own
loop over the same files, from disk to embeddings, on all cores, in turns with the clients. Every
answer is compared with the rating that the first answer gave the photo.
"""

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from photorank.bench import plain_loop
from photorank.bench.synthetic_photos import MODEL, write_model
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.opened import Index
from photorank.sample import scenes
from photorank.vectors.master import MasterVector
from photorank.vectors.store import add_vector
from photorank.workspace import Workspace

SIZE = (1024, 768)  # as a shop sends photos to be rated
PHOTOS = 64
BOUNDARY = "photorank-load"


def main() -> None:
    """Print one line of results for each number of concurrent clients."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 8, 64])
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_photos(folder / "photos")
        write_index(folder)
        bodies = [form(file) for file in files]
        plain_loop.embed(MODEL, folder / "weights.safetensors", folder / "photos")  # warm
        print(f"{PHOTOS} JPEGs of {SIZE[0]} x {SIZE[1]}, ViT-B/32, one photo a request")
        print("clients | requests/s  loop photos/s  share |  p50 s  p95 s | errors  wrong | MB")
        with server(folder / "home") as (port, process):
            expected = [ask(port, body)[1] for body in bodies]
            for clients in options.clients:
                seconds, _ = plain_loop.embed(
                    MODEL, folder / "weights.safetensors", folder / "photos"
                )
                found = Load(port, bodies, expected)
                found.run(clients, options.seconds)
                speed, ceiling = len(found.times) / found.seconds, PHOTOS / seconds
                print(
                    f"{clients:7} | {speed:10.1f} {ceiling:14.1f} {speed / ceiling:6.2f} | "
                    f"{statistics.median(found.times):6.2f} {found.p95:6.2f} | "
                    f"{found.errors:6} {found.wrong:6} | "
                    f"{process.memory_info().rss >> 20}",
                    flush=True,
                )


class Load:
    """Concurrent clients of the HTTP service, with their latencies and errors."""

    def __init__(self, port: int, bodies: list[bytes], expected: list[float]) -> None:
        self.port, self.bodies, self.expected = port, bodies, expected
        self.times: list[float] = []
        self.errors = self.wrong = 0
        # A photo's rating depends this little on the others in its batch.
        self._tolerance = 1e-3 * float(np.std(expected))
        self._next = count()

    def run(self, clients: int, seconds: float) -> None:
        """Run a number of concurrent clients for `seconds` seconds, and collect their latencies."""
        begun = time.monotonic()
        threads = [
            threading.Thread(target=self._client, args=[begun + seconds]) for _ in range(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.seconds = time.monotonic() - begun

    @property
    def p95(self) -> float:
        """95th percentile of the request latency, in seconds."""
        return float(np.percentile(self.times, 95))

    def _client(self, until: float) -> None:
        while time.monotonic() < until:
            place = next(self._next) % len(self.bodies)
            begun = time.monotonic()
            try:
                status, rating = ask(self.port, self.bodies[place])
            except (OSError, HTTPException):
                self.errors += 1
                continue
            self.times.append(time.monotonic() - begun)
            self.errors += status != 200
            self.wrong += status == 200 and abs(rating - self.expected[place]) > self._tolerance


class server:  # noqa: N801 - used as a function
    """Context manager that runs the HTTP service in a separate process."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def __enter__(self) -> tuple[int, psutil.Process]:
        """Start the service, and return its port and process."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "photorank", "serve", "--vector", "any", "--port", str(port)],
            env=os.environ | {"PHOTORANK_HOME": str(self._home)},
        )
        while self._process.poll() is None:
            try:
                HTTPConnection("127.0.0.1", port).request("GET", "/healthz")
                break
            except OSError:
                time.sleep(0.2)
        return port, psutil.Process(self._process.pid)

    def __exit__(self, *_: object) -> None:
        """Stop the service with SIGTERM."""
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(60) == 0


def ask(port: int, body: bytes) -> tuple[int, float]:
    """HTTP status and rating from the service for a photo; the rating is 0 after an error."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        connection.request("POST", "/v1/rate", body, kind)
        answer = connection.getresponse()
        content = json.loads(answer.read())
    finally:
        connection.close()
    return answer.status, content["photos"][0]["rating"] if answer.status == 200 else 0.0


def form(file: Path) -> bytes:
    """Multipart request body with one photo."""
    head = f'Content-Disposition: form-data; name="photo"; filename="{file.name}"'
    before, after = f"--{BOUNDARY}\r\n{head}\r\n\r\n", f"\r\n--{BOUNDARY}--\r\n"
    return before.encode() + file.read_bytes() + after.encode()


def write_photos(folder: Path) -> list[Path]:
    """Write photos that all differ, and return their paths."""
    folder.mkdir()
    dice = np.random.default_rng(0)
    pictures = [scene.resize(SIZE) for scene in scenes().values()]
    files = []
    for number in range(PHOTOS):
        pixels = np.asarray(pictures[number % len(pictures)]).astype(np.int16)
        noisy = pixels + dice.integers(-9, 10, pixels.shape)
        files.append(folder / f"{number:04}.jpg")
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(files[-1], quality=90)
    return files


def write_index(folder: Path) -> None:
    """Index some photos with a network of random weights, and add a random rating vector."""
    indexed = folder / "indexed"
    indexed.mkdir()
    for number, scene in enumerate(scenes().values()):
        scene.save(indexed / f"{number}.png")
    paths = Workspace(folder / "home").index("load")
    spec = write_model(folder / "weights.safetensors")
    build_index(paths, BuildRequest([indexed], encoder_spec=spec, runtime="torch"))
    index = Index.open(paths)
    direction = np.random.default_rng(1).normal(size=index.manifest.dimensions)
    add_vector(index, MasterVector("any", "prompt", direction, index.fingerprint))


if __name__ == "__main__":
    main()
