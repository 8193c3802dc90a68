"""Small library of photos and a workspace with its index, for tests in several folders."""

import csv
import gc
import os
import shutil
import tempfile
from pathlib import Path

if "PYTEST_XDIST_WORKER" in os.environ:  # each process of the suite has its own core
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image, ImageFilter

pytest_plugins = (
    "tests.fixtures.library",
    "tests.fixtures.painted",
    "tests.fixtures.collection",
    "tests.fixtures.declared",
    "tests.fixtures.full_disk",
    "tests.fixtures.judgements",
    "tests.fixtures.scanned",
)

# In memory, where there is room: thousands of indexes would else wait for the disk to be durable.
MEMORY, ROOM_BYTES = Path("/dev/shm"), 4 << 30  # noqa: S108 - pytest makes a folder of its own there
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
    os.environ.setdefault("RAY_TMPDIR", tempfile.gettempdir())  # where its logs may stay
    os.environ.setdefault("TMPDIR", str(MEMORY))
    tempfile.tempdir = None  # ask again

GROUPS = ("beach", "forest", "street")
PHOTOS_PER_GROUP = 8


def pytest_collection_finish():
    """Exclude all loaded objects from the garbage collection that follows each page run."""
    gc.freeze()


@pytest.fixture
def usual_limits():
    """Usual limits of decoding, restored after a test that changes them."""
    from photorank.photos.decode_limits import DecodeLimits
    from photorank.photos.decode_pool import limit_decoding

    yield
    limit_decoding(DecodeLimits())


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """Function that makes a folder only once for all processes of a run of the test suite.

    The first process that asks for a folder has `make(folder)` fill it, others wait
    for that, and none may change it afterwards.
    """
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent

    def folder(name, make):
        with FileLock(run / f"{name}.lock"):
            if not (run / f"{name}.made").exists():
                (run / name).mkdir()
                make(run / name)
                (run / f"{name}.made").touch()
        return run / name

    return folder


@pytest.fixture(scope="session")
def gallery(made_once):
    """Folder of 24 photos in three groups; within a group, each is blurrier than the one before.

    Beside them lies `labels.csv` with their scores, groups and series;
    `notes.jpg` among them is a text.
    """
    return made_once("gallery", _draw_gallery)


def _draw_gallery(folder):
    rows = []
    for number, group in enumerate(GROUPS):
        (folder / group).mkdir()
        for blur in range(PHOTOS_PER_GROUP):
            file = f"{group}/{blur}.jpg"
            draw_photo(folder / file, seed=100 * number + blur, blur=blur)
            rows.append((file, PHOTOS_PER_GROUP - blur, group, f"{group}-{blur // 2}"))
    (folder / "notes.jpg").write_text("buy milk")
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("file", "score", "group", "series"), *rows])


def draw_photo(path, *, seed, blur=0.0, size=(96, 72)):
    """Write a picture of random coloured fields; the seed sets the colours and the grid size."""
    rng = np.random.default_rng(seed)
    rows = 3 + 2 * (seed // 100 % 3)  # pictures of one grid and blur are near-duplicates
    fields = Image.fromarray(rng.integers(0, 256, (rows, rows + 2, 3), dtype=np.uint8))
    picture = fields.resize(size, Image.Resampling.NEAREST)
    picture.filter(ImageFilter.GaussianBlur(blur)).save(path, quality=92)


@pytest.fixture(scope="session")
def indexed_home(made_once, gallery):
    """Workspace whose index `small` holds the test photos, with labels and encoder `embedded`.

    It has two vectors: `ours`, learned from the labels, and `plain-prompt`, from words.
    It is shared by all tests: change a copy of it, which is `home`.
    """
    return made_once("indexed-home", lambda home: _index_gallery(home, gallery))


def _index_gallery(home, gallery):
    from photorank.encoders import load_encoder
    from photorank.evaluation.contenders import plain_prompt
    from photorank.index.building.build import build_index
    from photorank.index.building.request import BuildRequest
    from photorank.index.judging.import_rows import import_labels
    from photorank.index.opened import Index
    from photorank.labels.tables.judgement_tables import read_labels
    from photorank.learning.learn_vector import learn_vector
    from photorank.vectors.store import add_vector
    from photorank.workspace import Workspace

    workspace = Workspace(home)
    paths = workspace.index("small")
    build_index(workspace.index("small"), BuildRequest([gallery], encoder_spec="embedded"))
    import_labels(paths, read_labels(gallery / "labels.csv"))
    index = Index.open(paths)
    add_vector(index, learn_vector(index, "ours", "all-pairs"))
    plain_prompt(index, lambda: load_encoder("embedded"))


@pytest.fixture
def home(tmp_path, indexed_home, monkeypatch):
    """Copy of the indexed workspace for one test, set as the current workspace."""
    home = tmp_path / "home"
    shutil.copytree(indexed_home, home)
    monkeypatch.setenv("PHOTORANK_HOME", str(home))
    return home


@pytest.fixture
def own_gallery(home, gallery, tmp_path):
    """Copy of the test photos for one test; the index in the fixture `home` points to the copy."""
    from photorank.index.maintenance.reroot import reroot
    from photorank.workspace import Workspace

    copy = shutil.copytree(gallery, tmp_path / "own-gallery")
    reroot(Workspace(home).index("small"), gallery, copy)
    return copy
