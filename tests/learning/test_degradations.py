"""Tests of vectors learned from photos and their degraded copies, without judgements."""

import numpy as np
import pytest
from PIL import Image
from skimage import data

from photorank.encoders.base import Prepared
from photorank.errors import TooFewPhotosError
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.judging.import_rows import import_labels
from photorank.index.opened import Index
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from photorank.learning.degradations import (
    compare_with_degraded,
    learn_degradations,
)
from photorank.learning.learn_vector import DEGRADATIONS
from photorank.vectors.store import add_vector, load_vector
from photorank.workspace import Workspace
from tests.fixtures.colours import ColourEncoder

CROPS = 16


class DetailEncoder(ColourEncoder):
    """Encoder of the lightness, contrast and fine detail of each colour channel."""

    dimensions = 9

    def prepare(self, photo):
        """Photo resized to 128 × 128 pixels, prepared for the encoder."""
        return Prepared([np.asarray(photo.resize((128, 128)))])

    def encode_frames(self, frames):
        """Unit-length embeddings of the frames' colour means, spreads and fine detail."""
        pixels = np.stack(frames).astype(np.float32) / 255  # (n, 128, 128, 3)
        fine = np.log10(1e-3 + np.abs(np.diff(pixels, axis=2)).mean(axis=(1, 2)))
        moments = [pixels.mean(axis=(1, 2)) - 0.4, pixels.std(axis=(1, 2)) - 0.2, fine + 1.4]
        rows = np.concatenate(moments, axis=1)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def build_details(folder, paths):
    """Index the photos of a folder with an encoder that measures fine detail."""
    build_index(paths, BuildRequest([folder], encoder_spec="detail", load=DetailEncoder))


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Workspace with an index of 16 crops of four photographs, and the folder of the crops."""
    root = tmp_path_factory.mktemp("self-taught")
    (root / "photos").mkdir()
    scenes = [data.astronaut(), data.coffee(), data.chelsea(), data.stereo_motorcycle()[0]]
    for number in range(CROPS):
        scene, part = scenes[number % 4], number // 4
        height, width = scene.shape[0] // 2, scene.shape[1] // 2
        top, left = (part // 2) * height, (part % 2) * width
        crop = Image.fromarray(scene[top : top + height, left : left + width])
        crop.thumbnail((160, 160))  # each is spoilt in 32 ways
        crop.save(root / "photos" / f"{number:02}.png")
    workspace = Workspace(root / "home")
    build_details(root / "photos", workspace.index("crops"))
    return workspace, root / "photos"


@pytest.mark.slow
def test_it_learns_what_spoils_photos_it_has_not_seen(library):
    """A learned vector usually rates held-out photos above their degraded copies."""
    index = Index.open(library[0].index("crops"))
    progress = []
    vector = learn_degradations(
        index, "taught", DetailEncoder, on_progress=lambda *counts: progress.append(counts)
    )
    assert vector.kind == DEGRADATIONS
    assert vector.card.n_photos == CROPS
    assert vector.card.metrics["pairwise_accuracy"]["value"] > 0.6
    assert vector.card.metrics["protocol"]["fold_by"] == "group"
    assert vector.slope > 0
    assert progress[-1] == (CROPS, CROPS)

    add_vector(index, vector)
    assert load_vector(index, "taught").kind == DEGRADATIONS


@pytest.mark.slow
def test_the_seed_decides_everything(library):
    """Equal seeds give the same learned direction, and different seeds a different one."""
    index = Index.open(library[0].index("crops"))
    first, again, other = (
        learn_degradations(index, "taught", DetailEncoder, photos=10, seed=seed)
        for seed in (0, 0, 1)
    )
    assert first.card.n_photos == 10
    np.testing.assert_allclose(first.direction, again.direction, atol=1e-6)
    assert abs(first.direction @ other.direction) < 0.999


@pytest.mark.slow
def test_photos_that_nobody_judged_go_first(library):
    """Unjudged photos are used first for learning, so that judged photos can test the vector."""
    workspace, folder = library
    names = [f"{number:02}.png" for number in range(6)]
    rows = [LabelRow(2, name, 1.0, "", None, None, None) for name in names]
    import_labels(workspace.index("crops"), LabelTable("mine", rows), base=[folder])
    index = Index.open(workspace.index("crops"))
    vector = learn_degradations(index, "taught", DetailEncoder, photos=10)
    judged = {photo.digest for photo in index.photos() if photo.path.name in names}
    assert len(judged) == 6
    assert not any(vector.card.saw(digest) for digest in judged)
    assert sum(vector.card.saw(photo.digest) for photo in index.photos()) == 10


@pytest.mark.slow
def test_too_few_photos_that_can_be_read_are_told(library, tmp_path):
    """Too few readable photos give an error with their number, the number needed and the reason."""
    workspace, folder = library
    copies = tmp_path / "copies"
    copies.mkdir()
    for file in sorted(folder.iterdir())[:12]:
        (copies / file.name).write_bytes(file.read_bytes())
    build_details(copies, workspace.index("few"))
    for file in sorted(copies.iterdir())[:4]:
        file.unlink()
    index = Index.open(workspace.index("few"))
    with pytest.raises(TooFewPhotosError, match=r"has 8 photos .*vanished.* 10 are needed"):
        learn_degradations(index, "taught", DetailEncoder)
    build_details(copies, workspace.index("few"))
    with pytest.raises(TooFewPhotosError, match="has 8 photos"):
        learn_degradations(Index.open(workspace.index("few")), "taught", DetailEncoder)


def test_a_photo_is_above_its_copies_and_nothing_else_is_said():
    """A photo is compared only with its degraded copies, and is preferred to each of them."""
    graph = compare_with_degraded(2, 2)
    assert graph.n_pairs == 4
    assert set(zip(graph.first.tolist(), graph.second.tolist(), strict=True)) == {
        (0, 1),
        (0, 2),
        (3, 4),
        (3, 5),
    }
    assert (graph.margin == 1).all()
