"""Tests of searches that read only the rows and photos they need."""

import json
import shutil

import numpy as np
import pytest

from benchmarks.synthetic import VECTOR, write_synthetic
from photorank.encoders.base import Fingerprint
from photorank.errors import BrokenIndexError, EncoderMismatchError
from photorank.index.embeddings import row_positions
from photorank.index.embeddings.shards import read_shard, write_shard
from photorank.index.judging.import_rows import import_choices, import_labels
from photorank.index.opened import Index
from photorank.rating.percentiles import percentiles
from photorank.rating.rate_photo import extreme_photos
from photorank.similarity.approximate_search import Recall, approximate_best
from photorank.vectors.master import MasterVector
from photorank.vectors.store import load_vector
from photorank.workspace import IndexPaths
from tests.fixtures.colours import fill
from tests.index.test_opened import choices, labels

NAMED = {"share": 1.0, "k": 9, "read": 1, "lists": 1}


@pytest.fixture
def scattered(tmp_path):
    """Index of 3,000 photos in 6 shards, to which the folders were added in random order."""
    return write_synthetic(IndexPaths(tmp_path / "big"), 3000, 24, labels=700, shard=512)


@pytest.fixture
def changed(library):
    """Library with a copied photo, deleted photos and a file replaced by another photo."""
    library.asked = {"crash_photos": 8}
    fill(library.folder, 30)
    shutil.copy(library.folder / "0005.png", library.folder / "copy.png")
    library.build()
    for number in (2, 5, 11):
        (library.folder / f"{number:04}.png").unlink()
    fill(library.folder, 1, start=900)
    library.build()
    assert len(library.index) == 28
    return library


@pytest.mark.parametrize("lowest", [False, True])
def test_the_best_are_the_nearest_with_their_percentiles(scattered, lowest):
    """The best photos are those rated highest by a vector, each with its rating's percentile."""
    vector = load_vector(scattered, VECTOR)
    ratings = vector.rate(scattered.embeddings(), scattered.fingerprint)
    standing, photos = percentiles(ratings), scattered.photos()
    rows, similarities = scattered.nearest(vector.direction, 50, lowest=lowest)
    found = scattered.best(vector.direction, 50, lowest=lowest)

    assert [one.photo for one in found] == [photos[row] for row in rows]
    np.testing.assert_array_equal([one.similarity for one in found], similarities)
    np.testing.assert_allclose([one.percentile for one in found], standing[rows], atol=1e-12)
    np.testing.assert_array_equal(rows, np.argsort(ratings if lowest else -ratings)[:50])


def test_the_best_are_found_without_listing_all_photos(scattered):
    """A search or a count does not load paths, groups or embeddings of all photos."""
    scattered.best(np.ones(24), 10)
    assert len(scattered) == 3000
    assert set(vars(scattered)) & {"_rows", "_memberships", "_embeddings", "_photos"} == set()


def test_only_photos_that_have_a_file_are_found(changed):
    """A search finds no vanished or replaced photo, unless a copy of the photo's file remains."""
    index = changed.index
    found = index.best(np.ones(48), 99)
    assert len(found) == 28
    assert {one.photo for one in found} == set(index.photos())
    assert "copy.png" in {one.photo.path.name for one in found}
    assert sorted(one.percentile for one in found)[0] > 0
    assert index.embeddings().shape == (28, 48)


@pytest.mark.slow
def test_equal_photos_stand_at_one_percentile_in_the_order_of_paths(scattered):
    """If all photos are rated equally, each has percentile 50, and they are in order of path."""
    found = scattered.best(np.zeros(24), 5)
    assert [one.photo for one in found] == scattered.photos()[:5]
    assert {one.percentile for one in found} == {50.0}


def test_ratings_from_mapped_shards_are_those_of_the_embeddings(scattered, changed):
    """Ratings from memory-mapped shards equal those from embeddings loaded into memory."""
    for index, d in ((scattered, 24), (changed.index, 48)):
        v = np.random.default_rng(3).normal(size=d)
        vector = MasterVector("v", "prompt", v, index.fingerprint, bias=0.5)
        rated = index.rate(vector)
        assert "_embeddings" not in vars(index)
        np.testing.assert_allclose(rated, index.embeddings() @ v + 0.5, atol=1e-6)
        some = np.array([7, 0, 7, 20])
        np.testing.assert_array_equal(index.embeddings_of(some), index.embeddings()[some])


def test_extremes_by_another_encoders_vector_are_refused(scattered):
    """Searching with a vector of another encoder raises EncoderMismatchError."""
    other = MasterVector("v", "prompt", np.ones(24), Fingerprint("o", "1" * 64, "whole", 9))
    with pytest.raises(EncoderMismatchError):
        extreme_photos(scattered, other, 3)


def test_a_mapped_shard_outlives_its_file(tmp_path):
    """A memory-mapped shard stays readable after its file is deleted; its rows are read-only."""
    paths = IndexPaths(tmp_path)
    rows = np.eye(3, 5, dtype=np.float32)
    shard = write_shard(paths, rows)
    mapped = read_shard(paths, shard, 5)
    paths.shard(shard.name).unlink()
    np.testing.assert_array_equal(mapped, rows)
    with pytest.raises(ValueError, match="read-only"):
        mapped[0] = 1


def test_what_people_said_is_counted_without_loading_it(changed):
    """Labels and choices are counted without loading them; photos without files are omitted."""
    table = labels(
        ("0000.png", 1.0, "ann", "a"), ("0001.png", 2.0, "bob", "a", "s"), ("0003.png", 2.0)
    )
    import_labels(changed.paths, table)
    import_choices(changed.paths, choices(("0001.png", "0004.png"), ("0003.png", "0004.png")))
    (changed.folder / "0003.png").unlink()
    changed.build()
    index = changed.index
    counts, known = index.counts(), index.labels()
    assert counts.labelled == np.isfinite(known.scores).sum()
    assert counts.choices == len(index.choices().winners) == 1
    assert counts.groups == len(known.group_names) == 1
    assert counts.series == len(known.series_names) == 1


def test_rows_are_found_by_a_part_of_their_path(scattered):
    """Photos are found by any part of their file path, ignoring case, up to a given number."""
    paths = [str(photo.path).lower() for photo in scattered.photos()]
    wanted = [row for row, path in enumerate(paths) if "3/img_00" in path]
    assert scattered.rows_matching("3/Img_00", 9999) == wanted
    assert scattered.rows_matching("3/IMG_00", 4) == wanted[:4]
    assert scattered.rows_matching("", 3) == [0, 1, 2]


@pytest.mark.slow
def test_inverted_lists_find_what_they_say_they_find(scattered, tmp_path):
    """An approximate search gives exact similarities and an estimate of its recall."""
    told = []
    found = approximate_best(scattered, np.ones(24), 20, tell=told.append)
    assert [type(one) for one in told] == [str, Recall]
    exact = {one.photo: one for one in scattered.best(np.ones(24), 3000)}
    for one in found:
        assert one.similarity == pytest.approx(exact[one.photo].similarity, abs=1e-5)
    assert [one.similarity for one in found] == sorted(
        [one.similarity for one in found], reverse=True
    )
    shares = []
    for seed in range(20):
        v = np.random.default_rng(seed).normal(size=24)
        best = {one.photo for one in scattered.best(v, 100)}
        got = {one.photo for one in approximate_best(scattered, v, 100, tell=told.append)}
        shares.append(len(best & got) / 100)
    assert np.mean(shares) == pytest.approx(told[1].share, abs=0.1)
    assert told.count(told[0]) == 1  # made once
    lowest = approximate_best(scattered, np.ones(24), 5, lowest=True, tell=told.append)
    assert [one.similarity for one in lowest] == sorted(one.similarity for one in lowest)
    assert max(one.percentile for one in lowest) < 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", [".faiss", ".json"])
@pytest.mark.parametrize(
    "content",
    [None, b"", b"[]", b"{}"]
    + [
        json.dumps(NAMED | wrong).encode() for wrong in ({"share": np.nan}, {"read": 0}, {"k": "9"})
    ],
)
def test_damaged_inverted_lists_are_made_again(library, kind, content):
    """Missing or damaged inverted-list files are rebuilt, and the search finds the same photos."""
    fill(library.folder, 100)
    library.build()
    found = approximate_best(library.index, np.ones(48), 3, tell=print)
    (file,) = (library.paths.root / "lists").glob(f"*{kind}")
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    told = []
    assert approximate_best(library.index, np.ones(48), 3, tell=told.append) == found
    assert [type(one) for one in told] == [str, Recall]


@pytest.mark.slow
def test_inverted_lists_follow_the_photos(library):
    """Inverted lists are rebuilt when photos change, and vanished photos are not found."""
    fill(library.folder, 200)
    library.build()
    approximate_best(library.index, np.ones(48), 3, tell=print)
    fill(library.folder / "more", 5, start=700)
    (library.folder / "0007.png").unlink()
    library.build()
    told = []
    found = approximate_best(library.index, np.ones(48), 999, tell=told.append)
    assert len(told) == 2
    assert len(list((library.paths.root / "lists").iterdir())) == 2
    assert found
    assert {one.photo for one in found} <= set(library.index.photos())


def flip(shard, bit):
    """Flip one bit of a shard's last number; bit 30 is the first of its exponent."""
    data = bytearray(shard.read_bytes())
    data[bit // 8 - 4] ^= 1 << bit % 8
    shard.write_bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("bit", [0, 30])
def test_a_flipped_bit_in_a_shard_is_told_and_rates_nothing(scattered, monkeypatch, quick, bit):
    """A flipped bit in an embeddings file is found by a checksum or by an embedding's norm."""
    if not quick:
        monkeypatch.setattr(row_positions, "_QUICK_BYTES", 0)
    direction = scattered.embeddings()[0].astype(np.float64)
    damaged = sorted(scattered.paths.shards.iterdir())[2]
    flip(damaged, bit)
    vector = load_vector(scattered, VECTOR)
    uses = (
        lambda index: index.rate(vector),
        lambda index: index.best(direction, 3),
        lambda index: index.nearest(direction, 3, lowest=True),
        lambda index: index.embeddings(),
        lambda index: index.embeddings_of(range(len(index))),
    )
    for use in uses if quick or bit == 30 else ():
        with pytest.raises(BrokenIndexError, match="damaged"):
            use(Index.open(scattered.paths))
    with pytest.raises(BrokenIndexError, match=damaged.name):
        Index.open(scattered.paths).verify()
    assert len(Index.open(scattered.paths).photos()) == 3000  # which is not of the embeddings


@pytest.mark.slow
def test_rows_that_are_read_alone_are_checked(scattered, monkeypatch):
    """A damaged row raises an error when it is read; all other rows are read unchanged."""
    monkeypatch.setattr(row_positions, "_QUICK_BYTES", 0)
    X = scattered.embeddings()
    damaged = min(scattered.paths.shards.iterdir())
    flip(damaged, 30)
    index = Index.open(scattered.paths)
    told = []
    for row in range(len(index)):
        try:
            np.testing.assert_array_equal(index.embeddings_of([row])[0], X[row])
        except BrokenIndexError:
            told.append(row)
    assert len(told) == 1
