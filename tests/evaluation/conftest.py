"""A small index of painted photos whose judgements follow one of their colours."""

import shutil

import numpy as np
import pytest
from PIL import Image

from photorank.index.building.build import build_index
from photorank.index.judging.import_labels import import_labels
from photorank.index.opened import Index
from photorank.labels.tables.label_tables import LabelRow, LabelTable
from photorank.workspace import Workspace
from tests.index.colours import ColourEncoder

N = 80


@pytest.fixture(scope="session")
def painted(tmp_path_factory):
    """Return the workspace of 80 photos in 8 groups; the redder, the better, with some noise."""
    root = tmp_path_factory.mktemp("painted")
    rng = np.random.default_rng(0)
    rows = []
    for number in range(N):
        fields = rng.integers(20, 236, (4, 4, 3))
        photo = Image.fromarray(fields.astype(np.uint8)).resize((32, 32), Image.Resampling.NEAREST)
        (root / "photos").mkdir(exist_ok=True)
        photo.save(root / "photos" / f"{number:02}.png")
        red = fields[..., 0].mean() / fields.mean()
        score = round(red + rng.normal(scale=0.05), 2)
        rows.append(
            LabelRow(number + 2, f"{number:02}.png", score, "", f"g{number % 8}", None, None)
        )
    workspace = Workspace(root / "home")
    build_index(
        [root / "photos"],
        "painted",
        workspace=workspace,
        encoder_spec="colours",
        load=ColourEncoder,
    )
    import_labels(workspace.index("painted"), LabelTable("test", rows), base=[root / "photos"])
    return workspace


@pytest.fixture
def index(painted):
    """Return the index, opened anew, without vectors or evaluations of other tests."""
    paths = painted.index("painted")
    for folder in (paths.vectors, paths.evaluations):
        for file in folder.glob("*.json"):
            file.unlink()
    return Index.open(paths)


@pytest.fixture
def own_index(painted, tmp_path):
    """Return a copy of the index for a test that imports into it."""
    paths = Workspace(tmp_path / "home").index("painted")
    shutil.copytree(painted.index("painted").root, paths.root)
    return Index.open(paths)
