"""Tests of indexing broken, hostile and strange files: each is indexed or skipped with a reason."""

import hashlib
import os
import threading
import time
from pathlib import Path

import pytest

from photorank.photos import decode_pool
from photorank.photos.decode_limits import DecodeLimits
from photorank.photos.decode_pool import limit_decoding
from tests.fixtures.colours import fill
from tests.photos.corpus import Outcome, digest_of, saved, scene, write_corpus

resource = pytest.importorskip("resource", reason="the system has no such limits")

SECONDS = 60.0  # for some hundred files
MEGABYTES = 400  # that this process may grow by, and a decoder may have


def sha256(data):
    """SHA-256 digest of bytes, as hexadecimal text."""
    return hashlib.sha256(data).hexdigest()


def megabytes(who):
    """Peak memory in MiB, of this process or of its ended child processes."""
    return resource.getrusage(who).ru_maxrss / 1024


@pytest.mark.slow  # every hostile file of the corpus, and its decoders' ends
def test_everything_that_is_found_among_photos(library):
    """Indexing a folder of bad files ends in bounded time and memory, with a reason for each skip.

    Nothing is altered, and the second run has nothing to do.
    """
    good = fill(library.folder / "good", 30, start=500)
    expected = write_corpus(library.folder / "bad", seed=0)
    expected |= write_corpus(library.folder / "worse", seed=1, bombs=False)
    before = digest_of(library.folder, sha256)
    memory, start = megabytes(resource.RUSAGE_SELF), time.monotonic()
    report = library.build()
    assert time.monotonic() - start < SECONDS
    assert megabytes(resource.RUSAGE_SELF) - memory < MEGABYTES
    decode_pool._end_all()
    assert digest_of(library.folder, sha256) == before

    reasons = {os.fsencode(file.path): file.reason for file in report.skipped}
    assert all(reason.strip() and "\n" not in reason for reason in reasons.values())
    assert not reasons.keys() & {os.fsencode(path) for path in good}
    files = {os.fsencode(file) for file in _paths(library)}
    assert {os.fsencode(path) for path in good} <= files
    for path, outcome in expected.items():
        assert (path in files) + (path in reasons) == 1, path
        if outcome is not Outcome.EITHER:
            assert (path in files) == (outcome is Outcome.READ), (path, reasons.get(path))
    assert (files | reasons.keys()) - expected.keys() <= {os.fsencode(path) for path in good}

    encoded = library.encoded
    again = library.build()
    assert (again.added, again.vanished) == (0, 0)
    assert {os.fsencode(file.path): file.reason for file in again.skipped} == reasons
    assert library.encoded == encoded


@pytest.mark.slow  # decoders crash and are waited for
@pytest.mark.parametrize(
    ("limits", "reasons", "passing"),
    [
        (
            DecodeLimits(work_seconds=1, memory_bytes=512 << 20),
            {
                "abort": "its decoder crashed (Aborted)",
                "crash": "its decoder crashed (Segmentation fault)",
                "eat": "takes more than 512 MB of memory to decode",
                "killed": "its decoder crashed (Killed)",
                "work": "takes more than 1 second to decode",
            },
            {"killed"},
        ),
        (DecodeLimits(wait_seconds=1.0), {"wait": "not decoded in 1 second"}, {"wait"}),
    ],
    ids=["work and memory", "waiting"],
)
@pytest.mark.usefixtures("usual_limits")
def test_files_that_end_their_decoder(library, monkeypatch, limits, reasons, passing):
    """Files that crash the decoder are skipped, and are retried only if the fault was temporary."""
    decode_pool._end_all()
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "photos" / "hostile")
    limit_decoding(limits)
    good = fill(library.folder, 20)
    for fault in reasons:
        data = b"\0\0\0\x18ftypheic" + bytes(12) + fault.encode()
        (library.folder / f"{fault}.heic").write_bytes(data)
    opened = []
    report = library.build(on_progress=lambda _, total: opened.append(total))
    assert {file.path.stem: file.reason for file in report.skipped} == reasons
    assert (report.added, set(opened)) == (len(good), {len(good) + len(reasons)})
    opened.clear()
    assert library.build(on_progress=lambda _, total: opened.append(total)).added == 0
    assert set(opened) == {len(passing)}
    decode_pool._end_all()


@pytest.mark.slow
def test_files_that_change_while_they_are_read(library):
    """If files change during indexing, the run ends normally, and a later run mends the index."""
    moving = fill(library.folder / "moving", 120)
    resting = fill(library.folder / "resting", 40, start=900)
    stop = threading.Event()

    def meddle():
        for number in range(10_000):
            if stop.wait(0.0005):
                return
            path = moving[number * 7 % len(moving)]
            match number % 4:
                case 0:
                    path.unlink(missing_ok=True)
                case 1:
                    path.write_bytes(b"half a photo")
                case 2:
                    path.write_bytes(saved(scene(number), "PNG"))
                case _:
                    with path.open("ab") as file:
                        file.truncate(100)

    meddler = threading.Thread(target=meddle)
    meddler.start()
    try:
        library.build()
    finally:
        stop.set()
        meddler.join()
    for number, path in enumerate(moving):
        path.unlink(missing_ok=True)
        if number % 2:
            path.write_bytes(saved(scene(5_000 + number), "PNG"))
    assert library.build().skipped == []
    expected = {path: sha256(path.read_bytes()) for path in [*moving[1::2], *resting]}
    assert {photo.path: photo.digest for photo in library.index.photos()} == expected


def _paths(library):
    """Paths of all photos in an index, including copies, without vanished files."""
    from photorank.index.catalogue.connection import reading
    from photorank.index.catalogue.file_records import known_files, load_roots
    from photorank.index.catalogue.rooted_paths import as_path

    with reading(library.paths) as connection:
        roots = load_roots(connection)
        return [
            as_path(roots.path(place))
            for place, file in known_files(connection).items()
            if not file.vanished
        ]
