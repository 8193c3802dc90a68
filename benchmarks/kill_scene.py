"""Labelled photos and a reference index, for experiments that kill photorank while it runs."""

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402
from processes import child  # noqa: E402

from photorank.errors import PhotorankError  # noqa: E402
from photorank.index.building.build import build_index  # noqa: E402
from photorank.index.building.request import BuildRequest  # noqa: E402
from photorank.index.opened import Index  # noqa: E402
from photorank.workspace import IndexPaths, Workspace  # noqa: E402

ENCODER = "embedded"


class Scene:
    """Folder of labelled photos, with a reference index from an uninterrupted indexing run.

    The photos are so few that all runs embed them by torch in 32 bits, whatever would be
    faster, and of one shape: two runs' embeddings are equal in every bit.
    """

    def __init__(self, folder: Path, n_photos: int) -> None:
        self.folder, self.photos, self.n_photos = folder, folder / "photos", n_photos
        self.photos.mkdir()
        rng = np.random.default_rng(0)
        for number in range(n_photos):
            pixels = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
            picture = Image.fromarray(pixels).resize((320, 240), Image.Resampling.BICUBIC)
            picture.save(self.photos / f"{number:03}.jpg")
        self.labels = folder / "labels.csv"
        rows = [f"{number:03}.jpg,{rng.integers(1, 6)}" for number in range(n_photos)]
        self.labels.write_text("file,score\n" + "\n".join(rows) + "\n")
        self.home("whole")
        # Here nothing computes: threads of a library would not come along into the victims.
        child(self.index)
        child(lambda: self.command("labels", "import", self.labels))
        child(lambda: self.command("vector", "learn", "mine", "--learner", "all-pairs"))
        self.whole = self.contents()

    def home(self, name: str) -> Workspace:
        """Workspace with the given name, created if missing and made the current one."""
        for part in ("index", "datasets"):
            (self.folder / name / part).mkdir(parents=True, exist_ok=True)
        os.environ["PHOTORANK_HOME"] = str(self.folder / name)
        return Workspace(self.folder / name)

    @property
    def paths(self) -> IndexPaths:
        """Paths of the index's files in the current workspace."""
        return Workspace.current().index("kept")

    def index(self, told: int | None = None) -> None:
        """Index the photos; optionally write a byte to a file descriptor after each photo.

        `told` is the file descriptor, if any.
        """

        def tell(done: int, total: int) -> None:
            if told is not None:
                os.write(told, b".")

        build_index(
            Workspace.current().index("kept"),
            BuildRequest(
                [self.photos], encoder_spec=ENCODER, workers=1, batch_size=4, on_progress=tell
            ),
        )

    def command(self, *words: object) -> None:
        """Run a photorank command."""
        from photorank.cli.app import app

        try:
            app([str(word) for word in words])
        except SystemExit as ended:
            if ended.code:
                raise

    def contents(self) -> list[Any] | None:
        """Digest, path and embedding of each photo in the index; None for an unreadable index."""
        try:
            index = Index.open(self.paths)
            return [
                (photo.digest, str(photo.path), row)
                for photo, row in zip(index.photos(), index.embeddings(), strict=True)
            ]
        except PhotorankError as error:
            print(error, flush=True)
            return None

    def agrees(self, shown: list[Any] | None) -> bool:
        """True if every photo in `shown` has the same embedding as after an uninterrupted run."""
        if shown is None:
            return False
        whole = {(digest, path): row for digest, path, row in self.whole or ()}
        return all(
            (digest, path) in whole and np.array_equal(row, whole[digest, path])
            for digest, path, row in shown
        )
