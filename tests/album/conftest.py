"""An index of photos with plain and with hostile names, and a vector to rate them by."""

import contextlib
import os
import subprocess

import numpy as np
import pytest

from photorank.index.building.build import build_index
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector
from photorank.workspace import Workspace
from tests.index.colours import ColourEncoder, paint

HOSTILE = (
    "=HYPERLINK(A1).png",
    "-1+1.png",
    "@sum.png",
    'a "quoted", name.png',
    "two\nlines.png",
    "carriage\rreturn.png",
    " blank before.png",
    "file:.png",
    os.fsdecode(b"latin-\xe9.png"),
    "café \N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}.png",
)


class Collection:
    """A folder of photos, its index and its vector."""

    def __init__(self, root):
        self.folder = root / "photos"
        self.workspace = Workspace(root / "home")
        self.paths = self.workspace.index("odd")

    def build(self, *folders):
        """Index the folder, or others."""
        build_index(
            folders or [self.folder],
            "odd",
            workspace=self.workspace,
            encoder_spec="colours",
            load=lambda spec, **how: ColourEncoder(spec, **how),
        )

    @property
    def index(self):
        """The index as it is now."""
        return Index.open(self.paths)

    @property
    def vector(self):
        """A direction that orders the photos somehow, each differently."""
        direction = np.random.default_rng(7).normal(size=48)
        return MasterVector("any", "prompt", direction, self.index.fingerprint)


@pytest.fixture
def collection(tmp_path):
    """Return ten photos with plain names, in two folders."""
    made = Collection(tmp_path)
    for number in range(10):
        paint(made.folder / f"day {number % 2}" / f"{number}.png", number)
    made.build()
    return made


@pytest.fixture
def hostile(tmp_path):
    """Return photos whose names are not what tables expect."""
    made = Collection(tmp_path)
    for number, name in enumerate(HOSTILE):
        paint(made.folder / name, number)
    made.build()
    return made


class SmallDisk:
    """A disk of its own with a file `table` on it, which can be filled."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "table").write_text("old")

    def filled(self):
        """Leave no room."""
        filler = (self.folder / "filler").open("wb", buffering=0)
        with filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(4096))

    def closed(self):
        """Let nothing be written any more."""
        remount = ["mount", "-o", "remount,ro", str(self.folder)]
        subprocess.run(remount, check=True)  # noqa: S603


@pytest.fixture
def full(tmp_path):
    """Return a small disk."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if os.name == "nt" or subprocess.run(made, capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip("needs the right to mount a small disk")
    yield SmallDisk(disk)
    subprocess.run(["umount", str(disk)], check=True)  # noqa: S603, S607
