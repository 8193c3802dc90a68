import os

from dashboard.routes.preview_store import PreviewStore


def test_the_oldest_previews_give_way(tmp_path):
    """The least recently used previews are removed until the rest is below the limit."""
    store = PreviewStore(tmp_path, most_bytes=1000)
    for number in range(9):
        store.put(f"{number:064d}", 1024, bytes(100))
        os.utime(tmp_path / "00" / f"{number:064d}-1024.jpg", (number, number))
    assert store.get("0".zfill(64), 1024) is not None  # a look, long after the others
    store.put("a" * 64, 1024, bytes(200))
    left = [number for number in range(9) if store.get(f"{number:064d}", 1024)]
    assert 0 in left
    assert 1 not in left
    assert sum(file.stat().st_size for file in tmp_path.glob("*/*.jpg")) <= 900


def test_a_disk_that_takes_nothing_is_no_error(tmp_path):
    """If previews cannot be written to disk, no error is raised, and reading one gives None."""
    (tmp_path / "file").write_bytes(b"")
    store = PreviewStore(tmp_path / "file")
    store.put("a" * 64, 1024, b"x")
    assert store.get("a" * 64, 1024) is None
