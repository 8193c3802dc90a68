"""Lock file of the container: the base image digest and the wheel versions that it pins."""

import hashlib
import json
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[1]
MANIFEST = json.dumps({"schemaVersion": 2, "manifests": []}).encode()
DIGEST = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"


@pytest.fixture
def network(tmp_path):
    """Local server that acts as a container registry with access tokens and as a wheel index."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()

    class Answer(BaseHTTPRequestHandler):
        told_digest = DIGEST

        def do_GET(self):
            path = unquote(self.path.partition("?")[0])
            if path == "/token":
                return self.send(json.dumps({"token": "open sesame"}).encode())
            if path.startswith("/v2/"):
                if self.headers.get("Authorization") != "Bearer open sesame":
                    realm = f"http://127.0.0.1:{self.server.server_port}/token"
                    challenge = f'Bearer realm="{realm}",service="all",scope="pull"'
                    return self.send(b"", 401, {"WWW-Authenticate": challenge})
                return self.send(MANIFEST, 200, {"Docker-Content-Digest": self.told_digest})
            name = path.rstrip("/").rpartition("/")[2]
            if name.endswith(".whl"):
                return self.send((wheels / name).read_bytes())
            links = [f'<a href="/{one.name}">{one.name}</a>' for one in wheels.glob(f"{name}-*")]
            return self.send("".join(links).encode(), 200, {"Content-Type": "text/html"})

        def send(self, body, status=200, headers=None):
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.wheels, server.answer = wheels, Answer
        server.url = f"http://127.0.0.1:{server.server_port}"
        yield server
        server.shutdown()


def put_wheel(folder, name, version):
    """Write a minimal wheel file for a package of the given name and version."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


def lock(folder, url, index=None):
    """Run lock_container.py on a copied Dockerfile; return its process, Dockerfile and lock."""
    dockerfile = folder / "photo_classifier.Dockerfile"
    dockerfile.write_text((ROOT / "photo_classifier.Dockerfile").read_text())
    command = [sys.executable, ROOT / "scripts" / "lock_container.py", "--to", folder]
    command += ["--registry", url, "--torch-index", index or f"{url}/whl/cpu"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    written = folder / "photo_classifier.lock"
    return done, dockerfile.read_text(), written.read_text() if written.exists() else None


@pytest.mark.slow
def test_what_is_found_is_pinned(network, tmp_path, monkeypatch):
    """The lock pins the base image to its manifest digest and torch to its CPU-only version.

    Wheels that this machine's pip is told of, and the index does not have, are not found.
    """
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    put_wheel(elsewhere, "torch", "2.9.2+cpu")
    (tmp_path / "pip.conf").write_text(f"[global]\nfind-links = {elsewhere}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    for name, version in (
        ("torch", "2.8.0+cpu"),
        ("torch", "2.9.1+cpu"),
        ("torchvision", "0.24+cpu"),
    ):
        put_wheel(network.wheels, name, version)
    done, dockerfile, locked = lock(tmp_path, network.url)
    assert done.returncode == 0, done.stderr
    assert f"ARG BASE=docker.io/library/python:3.11-slim-bookworm@{DIGEST}\n" in dockerfile
    assert locked == "torch==2.9.1+cpu\ntorchvision==0.24+cpu\n"


@pytest.mark.slow
def test_wheels_that_cannot_be_asked_for(network, tmp_path):
    """If the wheel index is unreachable, one error line says so and no file is changed."""
    done, dockerfile, locked = lock(tmp_path, network.url, index="http://127.0.0.1:9/whl/cpu")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "http://127.0.0.1:9/whl/cpu/torch/ cannot be had" in done.stderr
    assert "refused" in done.stderr
    assert dockerfile == (ROOT / "photo_classifier.Dockerfile").read_text()
    assert locked is None


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["newer for graphics cards", "other bytes", "no network"])
def test_nothing_is_written_that_was_not_found(network, tmp_path, fault):
    """If anything to be pinned is not found, one error line says so and no file is changed."""
    url = "http://127.0.0.1:9" if fault == "no network" else network.url
    put_wheel(network.wheels, "torch", "2.9.1+cpu")
    put_wheel(network.wheels, "torchvision", "0.24+cpu")
    if fault == "newer for graphics cards":
        put_wheel(network.wheels, "torch", "2.10.0+cu130")
    if fault == "other bytes":
        network.answer.told_digest = f"sha256:{'0' * 64}"
    done, dockerfile, locked = lock(tmp_path, url)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Nothing was written" in done.stderr
    assert dockerfile == (ROOT / "photo_classifier.Dockerfile").read_text()
    assert locked is None
