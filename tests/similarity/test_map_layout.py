import numpy as np
import pytest

from photorank.errors import MissingExtraError
from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.opened import Index, open_index
from photorank.similarity import map_layout
from photorank.similarity.map_layout import map_points
from photorank.workspace import Workspace
from tests.conftest import draw_photo
from tests.fixtures.colours import ColourEncoder, fill, paint


@pytest.fixture
def index(home):
    """The index “small” of the shared photo gallery."""
    return open_index("small")


def test_principal_components_are_those_of_the_covariance(index):
    """Map points equal the first two principal components by NumPy's SVD, up to sign and scale."""
    X = index.heads().astype(np.float64)
    U, s, _ = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    expected = U[:, :2] * s[:2]
    found = map_points(index)

    for axis in range(2):
        r = np.corrcoef(found[:, axis], expected[:, axis])[0, 1]
        assert abs(r) == pytest.approx(1, abs=1e-6)
    assert np.abs(found).max() == pytest.approx(1)


def test_places_are_worked_out_once(index, monkeypatch):
    """A second request reads the stored map points instead of computing them again."""
    found = map_points(index)
    monkeypatch.setattr(map_layout, "_components", None)

    assert map_points(Index.open(index.paths)) == pytest.approx(found, abs=1e-6)


@pytest.mark.slow
def test_new_photos_make_a_new_map(library):
    """If a photo is added, the map is computed anew and includes that photo."""
    fill(library.folder, 4)
    library.build()
    before = map_points(library.index)
    paint(library.folder / "later.png", 4)
    library.build()

    assert len(map_points(library.index)) == len(before) + 1


@pytest.mark.parametrize("content", [b"", b"no zip", None])
def test_a_damaged_map_is_made_again(index, content):
    """A damaged map file, or a folder in its place, does not prevent making the map again."""
    file = index.paths.atlas("pca")
    expected = map_points(index)
    file.unlink()
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)

    assert map_points(index) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_an_index_of_few_photos_has_a_map(n, tmp_path, monkeypatch):
    """An index with fewer photos than map components still gets a map with finite points."""
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path / "home"))
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in range(n):
        draw_photo(folder / f"{seed}.jpg", seed=seed)
    workspace = Workspace.current()
    build_index(
        workspace.index("few"), BuildRequest([folder], encoder_spec="colours", load=ColourEncoder)
    )

    found = map_points(open_index("few"))
    assert found.shape == (n, 2)
    assert np.isfinite(found).all()


def test_tsne_keeps_neighbours_together(index):
    """The closest photo on the t-SNE map is mostly one of the five nearest by embedding."""
    pytest.importorskip("openTSNE", reason="openTSNE is not installed")
    found, X = map_points(index, "tsne"), index.embeddings()
    apart = np.linalg.norm(found[:, None] - found, axis=2)
    np.fill_diagonal(apart, np.inf)
    likeness = X @ X.T
    np.fill_diagonal(likeness, -np.inf)
    nearest = np.argsort(-likeness, axis=1)[:, :5]

    assert (nearest == apart.argmin(axis=1)[:, None]).any(axis=1).mean() > 0.6


def test_photos_beyond_those_mapped_go_beside_their_like(index):
    """Photos beyond the number placed by t-SNE still get finite places on the map."""
    pytest.importorskip("openTSNE", reason="openTSNE is not installed")
    found = map_points(index, "tsne", most=14)
    assert found.shape == (len(index), 2)
    assert np.isfinite(found).all()


def test_tsne_without_its_library_names_the_extra(index, monkeypatch):
    """If the library for t-SNE is missing, the error names the optional extra to install."""
    monkeypatch.setattr(map_layout, "find_spec", lambda name: None)

    with pytest.raises(MissingExtraError, match="map"):
        map_points(index, "tsne")
