"""Tests of an opened index: rows, embeddings, judgements and nearest photos."""

import os
import threading

import numpy as np
import pytest

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import MissingIndexError, NoLabelsError
from photorank.index.embeddings.exact_search import MappedRows
from photorank.index.embeddings.shards import read_shard, write_shard
from photorank.index.judging.import_rows import (
    import_choices,
    import_labels,
)
from photorank.index.opened import open_index
from photorank.workspace import IndexPaths
from tests.fixtures.colours import fill
from tests.fixtures.judgements import choices, labels


@pytest.mark.slow
@pytest.mark.parametrize("sign", [1, -1])
def test_the_nearest_photos_are_those_of_a_matrix_product(library, sign):
    """A search over several shards finds the same nearest and farthest photos as plain NumPy."""
    fill(library.folder, 120)
    library.build(crash_photos=50)
    index = library.index
    v = np.random.default_rng(1).normal(size=48)
    products = index.embeddings().astype(np.float64) @ v
    order = np.argsort(-sign * products, kind="stable")
    for k in (0, 1, 10, 119, 120, 500):
        rows, similarities = index.nearest(v, k, lowest=sign < 0)
        np.testing.assert_array_equal(rows, order[:k])
        np.testing.assert_allclose(similarities, products[order[:k]], atol=1e-12)


def test_an_index_without_rows_has_no_nearest_photo():
    """A nearest-photo search in an index without rows returns empty results."""
    mapped = MappedRows([], 16)
    assert mapped.take(np.empty(0, dtype=np.intp)).shape == (0, 16)
    rows, similarities = mapped.nearest(np.ones(16), 5, np.empty(0, dtype=bool))
    assert (len(rows), len(similarities)) == (0, 0)


def test_equal_photos_come_in_the_order_of_rows(tmp_path):
    """A nearest-photo search includes all photos tied with the last; ties are in order of rows."""
    paths = IndexPaths(tmp_path)
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(40, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows = rows[rng.integers(40, size=3000)]  # each about 75 times
    shards = [write_shard(paths, part) for part in np.split(rows, [7, 1500])]
    mapped = MappedRows([read_shard(paths, shard, 16) for shard in shards], 16)
    everything = np.ones(len(rows), dtype=bool)
    for v in (rng.normal(size=16), np.zeros(16), rows[7].astype(np.float64)):
        products = np.array([row.astype(np.float64) @ v for row in rows])
        products = np.round(products, 12)  # equal rows are equal, in whatever order they add up
        for k in (1, 50, 100, 1000):
            found, _ = mapped.nearest(v, k, everything)
            order = np.argsort(-products, kind="stable")
            ties = np.count_nonzero(products >= products[order[k - 1]])
            np.testing.assert_array_equal(found, order[:ties])


def test_embeddings_are_shared_and_cannot_be_written(five):
    """Embeddings are one read-only array that outlives its index."""
    index = five.index
    embeddings = index.embeddings()
    assert embeddings is index.embeddings()
    assert embeddings.flags.c_contiguous
    assert embeddings.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        embeddings[0] = 0
    before = embeddings.copy()
    del index
    np.testing.assert_array_equal(embeddings, before)


def test_beginnings_of_digests_are_those_of_the_digests(five):
    """Digest beginnings are the first eight bytes of each digest, in the order of the photos."""
    wanted = [bytes.fromhex(digest[:16]) for digest in five.index.digests()]
    assert [row.tobytes() for row in five.index.digest_beginnings()] == wanted


def test_photos_are_found_by_their_digests(five):
    """A full digest or its first 16 digits find a photo; any other text finds none."""
    digests = five.index.digests()
    begun = [digest[:16] for digest in digests]
    strange = [
        "",
        "f" * 64,
        digests[0][:15],
        digests[0][:-1] + "x",
        "no digest, but long enough",
        "-" * 16,
    ]
    found = five.index.rows_of_digests([*digests, *begun, *strange])
    assert [found.pop(one) for one in (*digests, *begun)] == 2 * list(range(len(digests)))
    assert found == {}


def test_an_index_may_be_shared_by_threads(five):
    """Eight threads can read one index at once and get the same array of embeddings."""
    index, seen = five.index, []

    def use():
        seen.append((len(index.photos()), index.embeddings(), index.labels().scores.shape))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert all(rows is seen[0][1] for _, rows, _ in seen)


def test_a_row_is_found_by_any_path(five, monkeypatch):
    """A row is found by an absolute, relative or linked path; an unknown file gives None."""
    index = five.index
    link = five.root / "link"
    link.symlink_to(five.folder)
    monkeypatch.chdir(five.folder)
    for path in (five.folder / "0003.png", str(five.folder / "0003.png"), "0003.png", "./0003.png"):
        assert index.row_of(path) == 3
    assert index.row_of(link / "0003.png") == 3
    assert index.row_of("nothing.png") is None


def test_an_index_is_opened_by_its_name(five, monkeypatch):
    """The only index is opened if no name is given; an unknown name is an error."""
    monkeypatch.setenv("PHOTORANK_HOME", str(five.workspace.root))
    assert open_index().name == open_index("library").name == "library"
    with pytest.raises(MissingIndexError):
        open_index("other")


def test_labels_are_in_the_order_of_the_photos(five):
    """Scores, groups and series are in the order of the photos; unknown ones are nan or −1."""
    import_labels(
        five.paths,
        labels(
            ("0003.png", 4.0, "", "trip", None),
            ("0000.png", 2.0, "", "home", "burst"),
            ("0001.png", 1.0, "", "trip"),
        ),
    )
    known = five.index.labels()
    np.testing.assert_array_equal(known.scores, [2, 1, np.nan, 4, np.nan])
    assert known.n_raters.tolist() == [1, 1, 0, 1, 0]
    assert known.groups.tolist() == [0, 1, -1, 1, -1]
    assert known.group_names == ["home", "trip"]
    assert known.series.tolist() == [0, -1, -1, -1, -1]
    assert known.series_names == ["burst"]
    photos = five.index.photos()
    assert [photo.group for photo in photos] == ["home", "trip", None, "trip", None]
    assert [photo.series for photo in photos] == ["burst", None, None, None, None]


def test_a_score_is_the_mean_over_raters(five):
    """A score is the mean over raters, and a mean of eight raters counts eight times."""
    import_labels(five.paths, labels(("0000.png", 1.0, "ann"), ("0000.png", 2.0, "bob")))
    import_labels(five.paths, labels(("0000.png", 5.0, "", None, None, 8), source="crowd"))
    index = five.index
    known = index.labels()
    assert known.scores[0] == pytest.approx((1 + 2 + 8 * 5) / 10)
    assert known.n_raters[0] == 10
    assert index.labels("ann").scores[0] == 1
    assert np.isnan(index.labels("eve").scores).all()
    assert index.raters() == ["ann", "bob"]


def test_choices_are_between_rows(five):
    """Choices are read in order, each with the rows of winner and loser, a tie flag and a rater."""
    import_choices(
        five.paths,
        choices(("0001.png", "0000.png"), ("0002.png", "0004.png", True, "ann")),
    )
    known = five.index.choices()
    assert known.winners.tolist() == [1, 2]
    assert known.losers.tolist() == [0, 4]
    assert known.ties.tolist() == [False, True]
    assert known.raters == ["", "ann"]
    assert five.index.choices("ann").winners.tolist() == [2]
    assert five.index.raters() == ["ann"]
    (five.folder / "0000.png").unlink()
    five.build()
    assert five.index.choices().winners.tolist() == [1]  # row 2 of before


@pytest.mark.slow
def test_comparisons_are_made_of_scores_where_there_are_any(five):
    """Comparisons are made from scores if photos have scores, unless choices were requested."""
    import_choices(five.paths, choices(("0001.png", "0000.png")))
    assert five.index.manifest.judgements == "choices"
    import_labels(five.paths, labels(("0000.png", 1.0), ("0001.png", 2.0), ("0002.png", 3.0)))
    assert five.index.manifest.judgements == "scores"
    assert five.index.comparisons().n_pairs == 3
    import_choices(five.paths, choices(("0001.png", "0003.png")))
    assert five.index.manifest.judgements == "scores"
    import_labels(five.paths, labels(("0000.png", 1.0)), judgements="choices")
    assert five.index.manifest.judgements == "choices"
    assert five.index.comparisons().n_pairs == 1


def test_comparisons_are_those_of_the_labels(five):
    """An index's photo comparisons equal those computed directly from the labels' scores."""
    import_labels(
        five.paths,
        labels(
            ("0000.png", 1.0, "ann", "a"),
            ("0001.png", 2.0, "ann", "a"),
            ("0002.png", 5.0, "ann", "b"),
            ("0003.png", 3.0, "bob", "b"),
        ),
    )
    index = five.index
    X = index.embeddings()
    scores = [1, 2, 5, 3, np.nan]
    for given, expected in [
        (index.comparisons(), Comparisons.from_scores(scores)),
        (index.comparisons(gap_power=2), Comparisons.from_scores(scores, gap_power=2)),
        (
            index.comparisons(within="group"),
            Comparisons.from_scores(scores, within=[0, 0, 1, 1, -1]),
        ),
        (index.comparisons(rater="ann"), Comparisons.from_scores([1, 2, 5, np.nan, np.nan])),
    ]:
        np.testing.assert_allclose(given.laplacian(X), expected.laplacian(X))


def test_missing_judgements_are_told(five):
    """Missing labels, series or choices raise an error that names the index or the rater."""
    for options in ({}, {"within": "group"}):
        with pytest.raises(NoLabelsError, match="'library' has no"):
            five.index.comparisons(**options)
    import_labels(five.paths, labels(("0000.png", 1.0)))
    with pytest.raises(NoLabelsError, match="rater 'eve'"):
        five.index.comparisons(rater="eve")
    with pytest.raises(NoLabelsError, match="no series"):
        five.index.comparisons(within="series")
    import_choices(five.paths, choices(("0000.png", "0001.png")), judgements="choices")
    with pytest.raises(NoLabelsError, match="no choices by rater 'eve'"):
        five.index.comparisons(rater="eve")


def test_every_writer_renews_the_manifest(five):
    """Each write to an index renews the manifest file, so that caches notice the change."""
    before = os.stat(five.paths.manifest)
    import_labels(five.paths, labels(("0000.png", 1.0)))
    after = os.stat(five.paths.manifest)
    assert (before.st_ino, before.st_mtime_ns) != (after.st_ino, after.st_mtime_ns)
