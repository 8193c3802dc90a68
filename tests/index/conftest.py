"""A library of small photos and a way to index it."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from photorank.index.building.build import build_index
from photorank.index.opened import Index
from photorank.workspace import Workspace
from tests.index.colours import ColourEncoder


@dataclass
class Library:
    """A folder of photos, and the index of it."""

    root: Path
    encoders: list = field(default_factory=list)  # those that were loaded, in their order

    @property
    def folder(self):
        """Where the photos are."""
        return self.root / "photos"

    @property
    def workspace(self):
        """Where the index is."""
        return Workspace(self.root / "home")

    @property
    def paths(self):
        """The index's files."""
        return self.workspace.index("library")

    @property
    def index(self):
        """The index as it is now."""
        return Index.open(self.paths)

    @property
    def encoded(self):
        """How many photos were encoded so far."""
        return sum(encoder.encoded for encoder in self.encoders)

    def load(self, spec, *, framing=None, device="auto"):
        """Make an encoder, and remember it."""
        self.encoders.append(ColourEncoder(spec, framing=framing, device=device))
        return self.encoders[-1]

    def build(self, *folders, **options):
        """Index the folders, by default the library's own."""
        options = {"encoder_spec": "colours", "load": self.load} | options
        return build_index(
            list(folders or [self.folder]), "library", workspace=self.workspace, **options
        )


@pytest.fixture
def library(tmp_path):
    """Return an empty library."""
    (tmp_path / "photos").mkdir()
    return Library(tmp_path)
