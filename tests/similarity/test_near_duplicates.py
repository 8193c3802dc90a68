"""Detection of near-duplicate pictures by embeddings and grey fingerprints."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from photorank.photos.grey_fingerprint import grey_fingerprint
from photorank.similarity.near_duplicates import correlations, near_duplicate_codes

N = 24  # pictures


def saved_again(picture):
    """Picture after JPEG compression at low quality."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=40)
    return Image.open(file).convert("RGB")


def cropped(picture, left=0.1, upper=0.05):
    """Crop of a picture with 85 % of its width and height."""
    w, h = picture.size
    return picture.crop((left * w, upper * h, (left + 0.85) * w, (upper + 0.85) * h))


def written_over(picture, text="Summer at the seaside"):
    """Copy of a picture with a caption on a black band at the lower edge."""
    picture = picture.copy()
    w, h = picture.size
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0.86 * h, w, h), fill="black")
    draw.text((0.2 * w, 0.9 * h), text, fill="white")
    return picture


ALTERED = {
    "saved again": saved_again,
    "resized": lambda picture: picture.resize((120, 90)),
    "mirrored": ImageOps.mirror,
    "cropped": cropped,
    "mirrored and cropped": lambda picture: ImageOps.mirror(cropped(picture)),
    "black and white": lambda picture: picture.convert("L").convert("RGB"),
    "white border": lambda picture: ImageOps.expand(picture, 20, "white"),
    "black frame": lambda picture: ImageOps.expand(picture, (30, 12), "black"),
    "caption": written_over,
}


@pytest.fixture(scope="module")
def pictures():
    """Different random pictures, made of smooth fields of colour."""
    rng = np.random.default_rng(0)
    fields = rng.integers(0, 256, (N, 6, 8, 3)).astype(np.uint8)
    return [Image.fromarray(one).resize((320, 240), Image.Resampling.BICUBIC) for one in fields]


def codes(pictures):
    """Grey fingerprints of the pictures, as an array of shape (n, 128)."""
    return np.stack([np.frombuffer(grey_fingerprint(one), dtype=np.uint8) for one in pictures])


def embeddings_of(n, rng):
    """Random unit vectors with a large component in common, like embeddings of real photos."""
    rows = 1 + rng.normal(size=(n, 64))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("kind", ALTERED)
def test_a_copy_shares_the_group_of_its_original_alone(pictures, kind):
    """An altered copy of a picture is grouped with its original and with nothing else."""
    rng = np.random.default_rng(0)
    X = embeddings_of(N, rng)
    near = X + 0.5 * np.linalg.norm(X, axis=1).mean() * embeddings_of(N, rng)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    greys = np.concatenate([codes(pictures), codes(map(ALTERED[kind], pictures))])

    group = near_duplicate_codes(np.concatenate([X, near.astype(np.float32)]), greys)

    assert (group[:N] == group[N:]).all()
    assert (np.bincount(group) == 2).all()


def test_different_pictures_are_on_their_own(pictures):
    """Photos with similar embeddings only, or similar grey levels only, are no near-duplicates."""
    rng = np.random.default_rng(1)
    X, greys = embeddings_of(N, rng), codes(pictures)
    alike = np.repeat(X[:1], N, axis=0) + 0.4 * np.abs(X).mean() * rng.normal(size=X.shape)
    alike = (alike / np.linalg.norm(alike, axis=1, keepdims=True)).astype(np.float32)

    assert (near_duplicate_codes(X, greys) == -1).all()
    assert (near_duplicate_codes(X, np.repeat(greys[:1], N, axis=0)) == -1).all()
    assert (near_duplicate_codes(alike, greys) == -1).all()


def test_an_unreadable_picture_is_like_no_other():
    """The all-zero grey fingerprints of two unreadable pictures have a correlation of 0."""
    nothing = np.zeros((2, 128), dtype=np.uint8)

    assert correlations(nothing, nothing, np.array([[0], [1]])) == pytest.approx([0.0])


def test_near_duplicates_are_the_links_of_all_pairs():
    """Without fingerprints, photos linked by embedding cosines above 0.97 are near-duplicates."""
    from scipy.sparse.csgraph import connected_components

    rng = np.random.default_rng(0)
    X = rng.normal(size=(900, 8)).astype(np.float32)
    X = np.concatenate([X, X[:300] + 0.05 * rng.normal(size=(300, 8))]).astype(np.float32)
    X /= np.linalg.norm(X, axis=1, keepdims=True)

    group = near_duplicate_codes(X, None)

    _, expected = connected_components(X @ X.T > 0.97)
    alone = np.bincount(expected)[expected] == 1
    assert 300 < alone.sum() < 900
    assert (group[alone] == -1).all()
    together = np.unique(np.stack([group, expected])[:, ~alone], axis=1).T
    assert len(together) == len(np.unique(group[~alone])) == len(np.unique(expected[~alone]))
