"""Cache of photo series: reuse of unchanged series and a new search after any change."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from photorank.index.judging.import_rows import import_labels
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from photorank.similarity.series import find_series
from photorank.similarity.series_cache import series_codes, series_of


def take(library, name, seed):
    """Write a photo of random colours, determined by a seed."""
    fields = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    picture = Image.fromarray(fields).resize((70, 50), Image.Resampling.BICUBIC)
    picture.save(library.folder / name, quality=90 - len(name))


@pytest.fixture
def shots(library):
    """Library with two shots of one scene, one shot of another scene, and a RAW file."""
    for name, seed in (("a.jpg", 1), ("aa.jpg", 1), ("ä.jpg", 2)):
        take(library, name, seed)
    (library.folder / "ä.CR2").write_bytes(b"raw")
    library.build()
    return library


def name_series(library, *names):
    """Label the named photos as one series, by an import of labels."""
    rows = [LabelRow(1, str(library.folder / name), 1.0, "", None, "min∂", None) for name in names]
    import_labels(library.paths, LabelTable("t", rows))


def same(one, other):
    """True if two `Series` objects have equal values in all fields, False otherwise."""
    parts = (dataclasses.asdict(some) for some in (one, other))
    texts = [
        {name: getattr(part, "tolist", lambda p=part: p)() for name, part in each.items()}
        for each in parts
    ]
    return texts[0] == texts[1]


def kept_files(library):
    """Sorted paths of the cache files of photo series."""
    return sorted(library.paths.series.glob("*"))


def test_what_was_found_is_taken_again_as_it_is(shots):
    """Series of photos from the cache equal the series that a search found."""
    name_series(shots, "a.jpg", "ä.jpg")
    found = find_series(shots.index)
    assert found.companions
    assert "min∂" in found.named
    for _ in range(2):
        assert same(series_of(shots.index), found)
    (file,) = kept_files(shots)
    with np.load(file) as kept:
        arrays = dict(kept)
    np.savez(file, **arrays | {"codes": np.zeros(3, dtype=np.intp)})
    assert series_of(shots.index).codes.tolist() == [0, 0, 0]  # the file is what is read


def test_codes_tell_which_photos_they_are_for(shots):
    """series_codes gives photos' database ids beside their series numbers, in the same order."""
    found = series_codes(shots.paths)
    assert found.database_ids.tolist() == shots.index.numbers().tolist()
    assert found.codes.tolist() == series_of(shots.index).codes.tolist()


def test_all_rows_are_the_same_question_as_no_rows(shots):
    """Selecting all photos uses the same cache file as no selection; a subset uses another one."""
    series_of(shots.index)
    series_of(shots.index, among=np.arange(3))
    assert len(kept_files(shots)) == 1
    series_of(shots.index, 0.99, among=np.arange(2))
    assert len(kept_files(shots)) == 2


@pytest.mark.slow
@pytest.mark.parametrize("change", ["photo", "gone", "companion", "label"])
def test_after_a_change_series_are_found_anew(shots, change):
    """Series are found anew after a change of photos, companion files or series labels."""
    series_of(shots.index)
    if change == "photo":
        take(shots, "b.jpg", 3)
    elif change == "gone":
        (shots.folder / "a.jpg").unlink()
    elif change == "companion":
        (shots.folder / "a.xmp").write_text("<x/>")
    else:
        name_series(shots, "aa.jpg", "ä.jpg")
    if change != "label":
        shots.build()
    assert same(series_of(shots.index), find_series(shots.index))
    assert len(kept_files(shots)) == 2


def test_an_index_that_was_opened_before_a_change_keeps_nothing_false(shots):
    """An old index object does not spoil the cached series of an index that has changed."""
    before = shots.index
    before.photos()
    take(shots, "b.jpg", 3)
    shots.build()
    assert len(series_of(before).codes) == 3
    assert same(series_of(shots.index), find_series(shots.index))


def test_a_damaged_file_or_a_disk_that_takes_none_is_no_error(shots):
    """Series are found anew if the cache file is damaged or cannot be written."""
    found = series_of(shots.index)
    (file,) = kept_files(shots)
    file.write_bytes(file.read_bytes()[:-40])
    assert same(series_of(shots.index), found)
    file.unlink()
    shots.paths.series.rmdir()
    shots.paths.series.write_bytes(b"")  # a file where the folder would be
    assert same(series_of(shots.index), found)


def test_a_file_of_other_photos_or_settings_is_not_taken(shots):
    """A cache file made for other photos or settings is ignored, even if its file name is right."""
    found = series_of(shots.index)
    (file,) = kept_files(shots)
    series_of(shots.index, 0.99, among=np.arange(2))
    (other,) = set(kept_files(shots)) - {file}
    file.write_bytes(other.read_bytes())
    assert same(series_of(shots.index), found)


def test_what_an_unreadable_thumbnail_left_open_is_not_kept(shots):
    """Series found while thumbnails are unreadable are not cached."""
    for thumbnail in shots.paths.thumbnails.rglob("*.webp"):
        thumbnail.write_bytes(b"")
    shots.paths.hashes.unlink(missing_ok=True)
    series_of(shots.index, 0.9999)
    assert kept_files(shots) == []


@pytest.mark.slow
def test_few_files_are_kept(shots):
    """At most four cache files of series are kept; the oldest are removed."""
    for threshold in np.linspace(0.9, 0.99, 7).tolist():
        series_of(shots.index, threshold)
    assert len(kept_files(shots)) == 4
