"""Tests of embeddings stored in 16 bits: searches, checks and files."""

import numpy as np
import pytest

from photorank.encoders.blocks import LARGEST, Blocks
from photorank.errors import BrokenIndexError
from photorank.index.embeddings import shards
from photorank.index.embeddings.exact_search import MappedRows
from photorank.index.embeddings.half_precision import greatest, within_bounds
from photorank.index.embeddings.shards import read_shard, write_shard
from photorank.workspace import IndexPaths

BLOCKS = Blocks(head=24, stages=12, signals=4, constants="c")
D = BLOCKS.dimensions


def rows_of(n, seed=0):
    """Random embeddings (n rows) in the half-precision form that an index stores."""
    drawn = np.random.default_rng(seed).normal(size=(n, D)).astype(np.float32)
    drawn[:, 24:] *= 0.3
    return BLOCKS.stored(drawn).astype(np.float16)


@pytest.fixture
def mapped(tmp_path):
    """Memory-mapped shards with 1,000 rows in total, and the array that was written to them."""
    paths = IndexPaths(tmp_path / "half")
    paths.shards.mkdir(parents=True)
    rows = rows_of(1000)
    written = [write_shard(paths, part) for part in np.split(rows, [300, 301])]
    read = [read_shard(paths, one, D) for one in written]
    return MappedRows(read, D, paths.shards, blocks=BLOCKS), rows


def test_a_shard_comes_back_as_it_was_written(mapped):
    """A shard is read back as written, takes two bytes a number and can be opened by FAISS."""
    import faiss

    together, rows = mapped
    np.testing.assert_array_equal(np.concatenate(together.shards), rows)
    file = together._folder / next(together._folder.glob("*.faiss")).name
    index = faiss.read_index(str(file))
    assert isinstance(index, faiss.IndexScalarQuantizer)
    assert file.stat().st_size == 81 + 2 * index.ntotal * D


@pytest.mark.parametrize("k", [1, 7, 300, 1000, 5000])
def test_the_nearest_are_those_of_all_products(mapped, k):
    """A search finds exactly the k embeddings whose scalar products with a vector are greatest."""
    together, rows = mapped
    draw = np.random.default_rng(k)
    for direction in (draw.normal(size=D), draw.normal(size=24)):
        full = rows.astype(np.float64)[:, : len(direction)] @ direction
        for among in (np.ones(1000, bool), draw.random(1000) < 0.4):
            expected = np.flatnonzero(among)
            expected = expected[np.argsort(-full[expected], kind="stable")][:k]
            found = together.nearest(direction, k, among)
            np.testing.assert_array_equal(found.positions, expected)
            np.testing.assert_allclose(found.products, full[expected], rtol=1e-12, atol=1e-12)


def test_copies_tie_with_the_last_one(tmp_path):
    """All rows that tie with the k-th nearest are found, even if that is more than k."""
    paths = IndexPaths(tmp_path / "ties")
    paths.shards.mkdir(parents=True)
    rows = np.repeat(rows_of(3), 40, axis=0)
    shard = read_shard(paths, write_shard(paths, rows), D)
    direction = rows[50].astype(np.float64)
    found = MappedRows([shard], D, blocks=BLOCKS).nearest(direction, 2, np.ones(120, bool))
    assert found.positions.tolist() == list(range(40, 80))


def test_rows_are_read_in_32_bits(mapped):
    """Half-precision rows are read as 32-bit numbers with the same values."""
    together, rows = mapped
    blocks = np.concatenate([part for _, part in together.blocks()])
    assert blocks.dtype == np.float32
    np.testing.assert_array_equal(blocks, rows)
    np.testing.assert_array_equal(together.take(np.array([999, 0, 300])), rows[[999, 0, 300]])


@pytest.mark.parametrize("bits", [0x7C00, 0x7E00, 0x7BFF, 0x5000])
def test_a_flipped_bit_is_told_and_rates_nothing(bits, tmp_path, monkeypatch):
    """A flipped bit that makes infinity, nan or a far too large number is reported as damage."""
    paths = IndexPaths(tmp_path / "flipped")
    paths.shards.mkdir(parents=True)
    rows = rows_of(50)
    rows.view(np.uint16)[17, 30] = bits
    shard = read_shard(paths, write_shard(paths, rows), D)
    assert not within_bounds(shard)
    mapped = MappedRows([shard], D, blocks=BLOCKS)
    for use in (
        lambda: mapped.nearest(np.ones(D), 3, np.ones(50, bool)),
        lambda: list(mapped.blocks()),
        lambda: mapped.take(np.array([17])),
    ):
        with pytest.raises(BrokenIndexError, match="damaged"):
            use()


def test_a_head_that_is_too_short_or_long_is_told():
    """An embedding counts as damaged if its first part, the head, does not have norm 1."""
    rows = rows_of(4).astype(np.float32)
    rows[1, :24] *= 1.1
    rows[2, 24:36] = LARGEST
    assert BLOCKS.undamaged(rows).tolist() == [True, False, False, True]


def test_blocks_that_are_too_long_are_scaled_down():
    """If the norm of one part of an embedding exceeds a limit, that part is scaled down."""
    wild = np.random.default_rng(0).normal(size=(20, D)).astype(np.float32) * 50
    stored = BLOCKS.stored(wild)
    assert BLOCKS.undamaged(stored).all()
    assert np.linalg.norm(stored, axis=1).max() <= BLOCKS.max_norm + 1e-2


def test_the_scan_finds_fewer_where_there_are_fewer():
    """A search for more rows than exist returns all; if a mask allows no row, it returns none."""
    rows = rows_of(5)
    found, products = greatest(rows, np.ones(D), 9, None)
    assert sorted(found.tolist()) == [0, 1, 2, 3, 4]
    assert len(products) == 5
    assert not len(greatest(rows, np.ones(D), 3, np.zeros(5, bool))[0])


@pytest.mark.parametrize("place", [4, 37, 49, 57, 73])
def test_a_damaged_header_is_refused(place, tmp_path):
    """An embeddings file is refused if its header has a wrong width, kind or length."""
    paths = IndexPaths(tmp_path / "header")
    paths.shards.mkdir(parents=True)
    shard = write_shard(paths, rows_of(6))
    file = paths.shard(shard.name)
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)
    with pytest.raises(BrokenIndexError):
        shards.read_shard(paths, shard, D)
