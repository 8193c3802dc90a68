import pytest

from photorank.index.measuring import shapes_and_colours
from photorank.index.opened import Index
from photorank.photos.hash_and_shape import AspectAndColour
from photorank.workspace import IndexPaths


@pytest.fixture
def index(home):
    """Index `small`, opened for reading."""
    return Index.open(IndexPaths(home / "index" / "small"))


def test_shapes_are_there_at_once_and_colours_are_kept(index, monkeypatch):
    """Aspect ratios are available at once; colours are cached once all thumbnails are read."""
    quick = shapes_and_colours.quick_looks(index.paths, index.digests())
    assert not quick.complete
    assert (quick.aspects > 0).all()
    whole = shapes_and_colours.whole_looks(index.paths, index.digests())
    assert whole.complete
    assert whole.aspects.tolist() == quick.aspects.tolist()
    monkeypatch.setattr(shapes_and_colours, "aspect_of_file", None)
    assert (
        shapes_and_colours.quick_looks(index.paths, index.digests()).tones.tolist()
        == whole.tones.tolist()
    )


def test_a_thumbnail_that_is_gone_keeps_nobody_waiting(index):
    """A photo without a thumbnail gets a default aspect ratio."""
    index.thumbnail(index.photo(0)).unlink()
    found = shapes_and_colours.whole_looks(index.paths, index.digests())
    assert found.complete
    assert found.aspects[0] == 1500


def test_a_damaged_file_of_looks_is_made_again(index):
    """If the cache of shapes and colours is damaged, it is computed again."""
    index.paths.looks.write_bytes(b"no arrays")
    assert shapes_and_colours.whole_looks(index.paths, index.digests()).complete


def test_looking_that_was_ended_goes_on_where_it_was(index, monkeypatch):
    """After an interruption, reading shapes and colours resumes from the parts already saved."""
    opened = []

    def look(path):
        opened.append(path)
        if len(opened) == 6:
            raise KeyboardInterrupt
        return AspectAndColour(1500, 1)

    monkeypatch.setattr(shapes_and_colours, "look_of_file", look)
    with pytest.raises(KeyboardInterrupt):
        shapes_and_colours.whole_looks(index.paths, index.digests(), looks_a_write=2)
    shapes_and_colours.whole_looks(index.paths, index.digests())
    assert len(opened) == 2 + len(index)
