"""Script that updates the container's pinned versions of base image and torch wheels.

    python scripts/lock_container.py

Asks the image's registry and PyTorch's index, and writes `photo_classifier.lock`, which pip obeys
in the build, and the digest into `photo_classifier.Dockerfile`. Where one of them cannot be
reached, nothing is written: a digest is found, never made up.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[1]
BASE = re.compile(r"^ARG BASE=.*$", re.MULTILINE)
IMAGE, TAG = "library/python", "3.11-slim-bookworm"
# Of an image for several processors, and of one for a single one.
MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
WHEELS = ("torch", "torchvision")
TIMEOUT_SECONDS = 30


class LockError(Exception):
    """Failure to look up a version that the container pins."""


def main() -> None:
    """Look up the versions of base image and torch, and write Dockerfile and lock file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--registry", default="https://registry-1.docker.io")
    parser.add_argument("--torch-index", default="https://download.pytorch.org/whl/cpu")
    parser.add_argument("--to", type=Path, default=ROOT, help="folder of the Dockerfile")
    options = parser.parse_args()
    try:
        digest = image_digest(options.registry)
        wheels = wheel_versions(options.torch_index)
    except LockError as error:
        sys.exit(f"lock_container: {error}. Nothing was written; run it where the network is.")
    dockerfile = options.to / "photo_classifier.Dockerfile"
    base = f"ARG BASE=docker.io/{IMAGE}:{TAG}@{digest}"
    dockerfile.write_text(BASE.sub(base, dockerfile.read_text(), count=1))
    lock = "".join(f"{name}=={version}\n" for name, version in wheels.items())
    (options.to / "photo_classifier.lock").write_text(lock)
    print(f"{base}\n{lock}", end="")


def image_digest(registry: str) -> str:
    """Digest of the base image's manifest."""
    url = f"{registry}/v2/{IMAGE}/manifests/{TAG}"
    headers = {"Accept": ", ".join(MANIFESTS)}
    try:
        try:
            manifest = _fetch(url, headers)
        except HTTPError as error:
            if error.code != 401:
                raise
            token = _token(error.headers.get("WWW-Authenticate", ""))
            manifest = _fetch(url, headers | {"Authorization": f"Bearer {token}"})
    except (OSError, ValueError) as error:
        raise LockError(f"{url} cannot be had: {_reason(error)}") from error
    return f"sha256:{hashlib.sha256(manifest).hexdigest()}"


def wheel_versions(index: str) -> dict[str, str]:
    """Versions of torch's CPU wheels on PyTorch's package index."""
    page = f"{index.rstrip('/')}/torch/"
    try:
        _fetch(page, {})  # pip would only say that it found no torch
    except (OSError, ValueError) as error:
        raise LockError(f"{page} cannot be had: {_reason(error)}") from error
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
    command += ["--quiet", "--only-binary", ":all:", "--no-cache-dir", "--report", "-"]
    command += ["--isolated", "--disable-pip-version-check", "--retries", "1"]
    command += ["--index-url", index, "torch==2.*", "torchvision"]
    # That index alone: pip's configuration on this machine may name other places.
    environment = os.environ | {"PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["pip says nothing"])[-1]
        raise LockError(f"{index} has no torch for this machine: {said.removeprefix('ERROR: ')}")
    found = {
        one["metadata"]["name"]: one["metadata"]["version"]
        for one in json.loads(done.stdout)["install"]
    }
    for name in WHEELS:
        if not found[name].endswith("+cpu"):
            raise LockError(f"{name} {found[name]} of {index} is not for processors alone (+cpu)")
    return {name: found[name] for name in WHEELS}


def _token(challenge: str) -> str:
    """Anonymous access token of a container registry, from the address in its 401 response."""
    told = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    if "realm" not in told:
        raise ValueError("the registry asks for a password")
    asked = urlencode({name: told[name] for name in ("service", "scope") if name in told})
    return str(json.loads(_fetch(f"{told['realm']}?{asked}", {}))["token"])


def _fetch(url: str, headers: dict[str, str]) -> bytes:
    with urlopen(Request(url, headers=headers), timeout=TIMEOUT_SECONDS) as answer:
        body: bytes = answer.read()
    told = answer.headers.get("Docker-Content-Digest")
    if told and told != f"sha256:{hashlib.sha256(body).hexdigest()}":
        raise ValueError(f"what came has another digest than {told}")
    return body


def _reason(error: Exception) -> str:
    return str(error.reason if isinstance(error, URLError) else error)


if __name__ == "__main__":
    main()
