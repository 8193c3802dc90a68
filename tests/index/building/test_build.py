"""Tests of indexing runs with new, changed, renamed, copied, vanished and bad files."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photorank.errors import (
    EncoderError,
    IndexMismatchError,
    MissingIndexError,
    MissingPathError,
    MissingWeightsError,
    NoPhotosError,
    RemovedIndexError,
)
from photorank.index.catalogue.connection import writing
from photorank.index.catalogue.transactions import transaction
from photorank.photos.find_photos import Stamp
from tests.fixtures.colours import ColourEncoder, contents, fill, paint

CHECKOUT = Path(__file__).parents[3]


def names(library):
    """File names of the photos in the index."""
    return [photo.path.name for photo in library.index.photos()]


def rewrite(path, data):
    """Change a file's bytes, but keep its size and modification time."""
    status = path.stat()
    assert len(data) <= status.st_size
    path.write_bytes(data.ljust(status.st_size, b"\0"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


class Opened:
    """Context manager that records the names of the photos this process opens."""

    names = None  # while nobody looks
    hooked = False

    def __enter__(self):
        """Start to record the names of opened photos."""
        if not Opened.hooked:
            sys.addaudithook(Opened._hear)
            Opened.hooked = True
        Opened.names = []
        return Opened.names

    def __exit__(self, *_):
        """Stop the recording of opened photos."""
        Opened.names = None

    @staticmethod
    def _hear(event, arguments):
        if event == "open" and Opened.names is not None:
            name = os.path.basename(str(arguments[0]))
            if name.endswith((".png", ".jpg")):
                Opened.names.append(name)


def test_photos_of_a_new_folder_are_added_in_the_order_of_their_paths(library):
    """Photos of a new folder become the index's rows in the sorted order of their paths."""
    fill(library.folder, 5)
    paint(library.folder / "b" / "c.png", 7)
    paint(library.folder / "a-b" / "c.png", 8)
    paint(library.folder / "a" / "c.jpg", 9)
    report = library.build()
    index = library.index

    assert (report.added, report.unchanged, report.vanished, report.skipped) == (8, 0, 0, [])
    paths = [photo.path for photo in index.photos()]
    assert paths == sorted(library.folder.rglob("*.*g"))
    encoder = ColourEncoder()
    for photo, row in zip(index.photos(), index.embeddings(), strict=True):
        expected = encoder.encode_frames(encoder.prepare(Image.open(photo.path)).frames)[0]
        np.testing.assert_allclose(
            row, expected, atol=2e-3 if photo.path.suffix == ".jpg" else 1e-6
        )
        with Image.open(index.thumbnail(photo)) as small:
            assert small.format == "WEBP"
    assert index.manifest.photos == 8


@pytest.mark.slow
def test_an_unchanged_folder_opens_no_photo_and_no_encoder(library):
    """A run on an unchanged folder only looks at file names, sizes, times and inodes."""
    fill(library.folder, 20)
    with Opened() as opened:
        library.build()
    assert len(opened) == 20
    before = library.paths.manifest.stat().st_mtime_ns
    with Opened() as opened:
        report = library.build(encoder_spec=None)

    assert opened == []
    assert (report.added, report.unchanged, report.vanished) == (0, 20, 0)
    assert len(library.encoders) == 1
    assert library.paths.manifest.stat().st_mtime_ns == before  # caches stay valid


@pytest.mark.slow  # a thousand photos
@pytest.mark.skipif(sys.platform == "win32", reason="no account of a child's processor time")
def test_a_second_run_over_1000_photos_takes_under_two_seconds(library):
    """A second run over 1,000 photos takes under two CPU seconds and does not import torch."""
    import resource

    fill(library.folder, 1000)
    library.build(encoder_spec="embedded")
    command = (
        "import sys; from pathlib import Path;"
        "from photorank.index.building.build import build_index;"
        "from photorank.index.building.request import BuildRequest;"
        "from photorank.workspace import Workspace;"
        f"report = build_index(Workspace(Path({str(library.workspace.root)!r})).index('library'),"
        f" BuildRequest([Path({str(library.folder)!r})]));"
        "assert report.unchanged == 1000; assert 'torch' not in sys.modules"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", command], check=True, cwd=CHECKOUT)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime < 2


def test_a_renamed_photo_keeps_its_embedding(library):
    """A renamed photo is counted as unchanged, and nothing is encoded again."""
    first, *_ = fill(library.folder, 5)
    library.build()
    first.rename(library.folder / "zzz.png")
    report = library.build()

    assert (report.added, report.unchanged, report.vanished) == (0, 5, 0)
    assert names(library) == ["0001.png", "0002.png", "0003.png", "0004.png", "zzz.png"]
    assert library.encoded == 5
    assert len(library.encoders) == 1  # the encoder was not even loaded


@pytest.mark.slow
def test_a_copy_is_another_file_of_the_same_photo(library):
    """Identical files share one index row, under the path of the first that still exists."""
    first, *_ = fill(library.folder, 3)
    shutil.copy(first, library.folder / "copy.png")
    report = library.build()
    index = library.index

    assert (report.added, library.encoded) == (3, 3)
    assert names(library) == ["0000.png", "0001.png", "0002.png"]
    assert index.row_of(first) == index.row_of(library.folder / "copy.png") == 0
    first.unlink()
    report = library.build()
    assert (report.unchanged, report.vanished) == (3, 0)
    assert names(library) == ["0001.png", "0002.png", "copy.png"]


@pytest.mark.slow
def test_a_changed_photo_is_embedded_anew(library):
    """A changed photo is embedded again and counts as added, not as vanished."""
    first, *_ = fill(library.folder, 3)
    library.build()
    old = library.index.embeddings()[0]
    paint(first, 99)
    report = library.build()

    assert (report.added, report.unchanged, report.vanished) == (1, 2, 0)
    assert library.encoded == 4
    assert np.abs(library.index.embeddings()[0] - old).max() > 1e-3


def test_a_touched_photo_is_read_but_not_encoded(library):
    """A new modification time with the same bytes only updates the catalogue."""
    first, *_ = fill(library.folder, 3)
    library.build()
    os.utime(first, ns=(1, 1))
    assert library.build().unchanged == 3
    assert library.encoded == 3
    with Opened() as opened:
        assert library.build().unchanged == 3
    assert opened == []  # the new time was kept


def test_a_change_behind_size_and_modification_time_is_noticed(library):
    """A change that keeps size and modification time is found by the file's change time."""
    first, second, _ = fill(library.folder, 3)
    bad = library.folder / "text.jpg"
    bad.write_bytes(b"no photo at all".ljust(9999))
    library.build()
    rewrite(first, b"")
    rewrite(bad, paint(library.root / "other.png", 77).read_bytes())
    report = library.build()
    assert (report.added, report.unchanged) == (1, 2)
    assert names(library) == [second.name, "0002.png", "text.jpg"]
    assert [file.path for file in report.skipped] == [first]


@pytest.mark.slow
def test_folders_that_change_places_are_noticed(library):
    """Two folders that swapped names are noticed by inodes, as file sizes and times are equal."""
    for number, folder in enumerate("ab"):
        photo = paint(library.folder / folder / "x.bmp", number)
        os.utime(photo, ns=(1, 1))
    library.build()
    digests = [photo.digest for photo in library.index.photos()]
    for old, new in (("a", "c"), ("b", "a"), ("c", "b")):
        (library.folder / old).rename(library.folder / new)
    assert library.build().unchanged == 2
    assert [photo.digest for photo in library.index.photos()] == digests[::-1]
    assert library.encoded == 2


@pytest.mark.slow
def test_contents_are_verified_when_that_is_asked_for(library):
    """A change that size, times and inode do not show is found by verifying all contents."""
    first, *_ = fill(library.folder, 3)
    library.build()
    rewrite(first, b"")
    stamp = Stamp.of(first.stat())
    with writing(library.paths) as connection, transaction(connection):
        connection.execute(
            "UPDATE files SET ctime_ns = ?, inode = ? WHERE path = ?",
            [stamp.ctime_ns, stamp.inode, first.name.encode()],
        )
    assert library.build().unchanged == 3
    report = library.build(verify=True)
    assert (report.unchanged, report.skipped[0].path) == (2, first)
    assert library.encoded == 3


@pytest.mark.slow
def test_a_copied_library_is_read_but_not_embedded_again(library):
    """Copied photos with new times and inodes are recognised by content and not embedded again."""
    fill(library.folder, 5)
    library.build()
    library.folder.rename(library.root / "before")
    shutil.copytree(library.root / "before", library.folder)
    with Opened() as opened:
        assert library.build(few_photos=1).unchanged == 5
    assert len(opened) == 5  # each once
    assert library.encoded == 5


@pytest.mark.slow
def test_what_an_older_photorank_kept_of_files_is_completed_without_reading_them(library):
    """If an old index lacks change times and inodes, only files changed since indexing are read."""
    first, second, _ = fill(library.folder, 3)
    library.build()
    with writing(library.paths) as connection, transaction(connection):
        connection.execute("UPDATE files SET ctime_ns = NULL, inode = NULL")
    time.sleep(0.02)  # a file system's clock ticks a hundred times a second
    rewrite(second, b"")
    with Opened() as opened:
        assert library.build().unchanged == 2
    assert opened == [second.name]
    rewrite(first, b"")
    assert library.build().unchanged == 1


@pytest.mark.slow
def test_a_deleted_photo_is_marked_and_comes_back_for_free(library):
    """A deleted photo is hidden, and if it is restored unchanged, it returns without being read."""
    first, *_ = fill(library.folder, 3)
    library.build()
    status, data = first.stat(), first.read_bytes()
    first.unlink()
    report = library.build()
    assert (report.added, report.unchanged, report.vanished) == (0, 2, 1)
    assert names(library) == ["0001.png", "0002.png"]
    assert library.index.embeddings().shape == (2, 48)
    assert library.build().vanished == 0  # it is told once

    first.write_bytes(data)
    os.utime(first, ns=(status.st_atime_ns, status.st_mtime_ns))
    report = library.build()
    assert (report.added, report.unchanged) == (1, 2)
    assert names(library) == ["0000.png", "0001.png", "0002.png"]
    assert len(library.encoders) == 1


@pytest.mark.slow
def test_paths_that_are_not_named_stay_as_they_are(library):
    """Indexing one folder does not read another folder's photos or mark them as vanished."""
    fill(library.folder / "a", 3)
    fill(library.folder / "b", 3, start=10)
    library.build()
    shutil.rmtree(library.folder / "a")
    report = library.build(library.folder / "b")
    assert (report.added, report.unchanged, report.vanished) == (0, 3, 0)
    assert len(library.index.photos()) == 6
    assert library.build().vanished == 3


@pytest.mark.slow
def test_an_outer_folder_takes_over_the_inner_one(library):
    """Indexing a parent folder later encodes no photo again, and the index lists both folders."""
    fill(library.folder / "inner", 3)
    library.build(library.folder / "inner")
    fill(library.folder, 2, start=10)
    report = library.build(library.folder)

    assert (report.added, report.unchanged) == (2, 3)
    assert library.encoded == 5
    assert library.index.manifest.roots == (
        str(library.folder / "inner"),
        str(library.folder),
    )
    assert library.build(library.folder / "inner").unchanged == 3
    (library.folder / "inner" / "0000.png").unlink()
    assert library.build(library.folder).vanished == 1


def test_a_folder_is_one_under_all_its_names(library):
    """A folder indexed through a link and then directly gives the same rows, not new ones."""
    fill(library.folder, 3)
    link = library.root / "link"
    link.symlink_to(library.folder)
    library.build(link)
    report = library.build(library.folder)
    assert (report.added, report.unchanged) == (0, 3)
    assert library.index.row_of(link / "0001.png") == 1
    assert library.index.manifest.roots == (str(library.folder),)


@pytest.mark.slow
def test_single_files_can_be_named(library):
    """If a single file is given for indexing, other files in its folder are not indexed."""
    files = fill(library.folder, 3)
    assert library.build(files[1]).added == 1
    assert names(library) == ["0001.png"]
    assert library.build(files[0]).added == 1
    files[0].unlink()
    assert library.build(files[1]).vanished == 0


@pytest.mark.slow
def test_excluded_photos_leave_and_return(library):
    """Excluded photos count as vanished; when no longer excluded, they return without encoding."""
    fill(library.folder, 2)
    fill(library.folder / "raw", 2, start=10)
    library.build()
    assert library.build(exclude=["raw"]).vanished == 2
    report = library.build()
    assert (report.added, report.unchanged) == (2, 2)
    assert library.encoded == 4


@pytest.mark.slow
def test_names_of_any_bytes_survive(library):
    """A file name that is not valid Unicode is stored and found again unchanged."""
    folder = os.path.join(os.fsencode(library.folder), b"caf\xe9 \xf0\x9f\x98\x80")
    os.mkdir(folder)
    name = os.fsdecode(os.path.join(folder, b"new\nline'\"\xff.png"))
    shutil.copy(fill(library.folder, 1)[0], name)
    paint(Path(name), 50)
    library.build()

    assert library.index.row_of(name) is not None
    assert Path(name) in [photo.path for photo in library.index.photos()]
    inner = Path(os.fsdecode(folder))
    assert library.build(inner).unchanged == 1
    assert library.build().unchanged == 2
    assert library.index.manifest.roots == (str(library.folder), str(inner))


@pytest.mark.slow
def test_a_bad_file_is_told_with_its_reason_and_not_tried_again(library):
    """An unreadable file is opened only once, listed in every report and indexed when repaired."""
    fill(library.folder, 2)
    bad = library.folder / "text.jpg"
    bad.write_bytes(b"no photo at all".ljust(9999))
    report = library.build()
    assert [file.path for file in report.skipped] == [bad]
    assert report.skipped[0].reason
    assert library.index.skipped() == report.skipped

    with Opened() as opened:
        assert library.build().skipped == report.skipped
    assert opened == []
    rewrite(bad, paint(library.root / "other.png", 77).read_bytes())
    assert library.build().skipped == []
    assert library.index.skipped() == []
    assert len(library.index.photos()) == 3


def test_a_deleted_bad_file_leaves_the_list(library):
    """A bad file that was deleted is no longer listed as skipped."""
    fill(library.folder, 1)
    bad = library.folder / "text.jpg"
    bad.write_text("no photo at all")
    library.build()
    bad.unlink()
    assert library.build().skipped == []
    assert library.index.skipped() == []


def test_a_bad_file_is_tried_again_by_other_software(library, monkeypatch):
    """A file that could not be decoded is tried again when the decoder's version changes."""
    fill(library.folder, 1)
    bad = library.folder / "text.jpg"
    bad.write_bytes(b"no photo at all".ljust(9999))
    library.build()
    rewrite(bad, paint(library.root / "other.png", 77).read_bytes())
    monkeypatch.setattr(importlib.metadata, "version", lambda package: "99")
    assert library.build().skipped == []
    assert names(library) == ["0000.png", "text.jpg"]


@pytest.mark.slow
def test_a_photo_that_turned_bad_is_no_longer_shown(library):
    """An indexed photo that became unreadable is removed from the index and listed as skipped."""
    first, *_ = fill(library.folder, 3)
    library.build()
    first.write_text("overwritten")
    report = library.build()
    assert names(library) == ["0001.png", "0002.png"]
    assert [file.path for file in report.skipped] == [first]


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_a_photo_without_a_direction_is_skipped(library, value):
    """If a photo's embedding is zero or not finite, the photo and its copies are skipped."""

    class Failing(ColourEncoder):
        def encode_frames(self, frames):
            rows = super().encode_frames(frames)
            rows[np.isnan(rows)] = value  # the black ones
            return rows

    fill(library.folder, 2)
    for name in ("black.png", "copy.png"):
        Image.new("RGB", (20, 20)).save(library.folder / name)
    report = library.build(batch_size=1, load=Failing)
    assert [file.path.name for file in report.skipped] == ["black.png", "copy.png"]
    assert report.skipped[0].reason == "the encoder gives NaN or only zeros for it"
    assert report.added == len(library.index.photos()) == 2
    assert np.isfinite(library.index.embeddings()).all()


def test_an_encoder_that_gives_no_directions_is_told(library):
    """If all embeddings are NaN or zero, the error names the encoder, and no index is left."""

    class Failing(ColourEncoder):
        def encode_frames(self, frames):
            return np.full_like(super().encode_frames(frames), np.nan)

    fill(library.folder, 2)
    (library.folder / "film.mov").write_bytes(b"no photo")
    with pytest.raises(EncoderError, match="NaN or only zeros for each of 2 photos"):
        library.build(load=Failing)
    with pytest.raises(MissingIndexError):
        _ = library.index


def test_embeddings_of_another_length_are_refused(library):
    """If an encoder's embeddings change in length, the run fails, and earlier rows stay intact."""

    class Failing(ColourEncoder):
        def encode_frames(self, frames):
            rows = super().encode_frames(frames)
            return rows if self.encoded <= 4 else rows[:, 1:]

    fill(library.folder, 8)
    with pytest.raises(EncoderError, match="numbers for a photo, where it gave"):
        library.build(load=Failing, batch_size=2, crash_photos=4)
    assert len(library.index.embeddings()) == 4


@pytest.mark.slow
def test_batches_make_no_difference(library):
    """The index is the same for every batch size."""
    fill(library.folder, 37)
    shutil.copy(library.folder / "0005.png", library.folder / "copy.png")
    library.build()
    whole = contents(library.index)
    shutil.rmtree(library.paths.root)
    library.build(batch_size=3, workers=3, crash_photos=5)
    assert contents(library.index) == whole
    assert len(list(library.paths.shards.iterdir())) == 8


def test_a_batch_is_durable_after_a_while(library):
    """A slow encoder's results are saved after a set time, not only after a number of photos."""
    fill(library.folder, 10)
    library.build(batch_size=1, crash_seconds=0.0)
    assert len(list(library.paths.shards.iterdir())) == 10


def test_progress_counts_files_to_be_opened(library):
    """Progress is reported once per opened file; an unchanged folder reports nothing."""
    fill(library.folder, 7)
    calls = []
    library.build(on_progress=lambda done, total: calls.append((done, total)))
    assert calls == [(done, 7) for done in range(1, 8)]
    calls.clear()
    library.build(on_progress=lambda done, total: calls.append((done, total)))
    assert calls == []


@pytest.mark.parametrize(
    "options", [{"encoder_spec": "shapes"}, {"framing": "crop"}, {"encoder_spec": "colours@x"}]
)
def test_another_encoder_or_framing_is_refused(library, options):
    """Indexing with another encoder or framing is refused and leaves the index unchanged."""
    fill(library.folder, 3)
    library.build()
    before = contents(library.index)
    paint(library.folder / "new.png", 50)
    with pytest.raises(IndexMismatchError, match="library"):
        library.build(**options)
    assert contents(library.index) == before
    assert len(library.encoders) == 1


def test_other_weights_of_the_same_name_are_refused(library):
    """Weights with another fingerprint are refused, even if the encoder's name is the same."""
    fill(library.folder, 3)
    library.build()
    paint(library.folder / "new.png", 50)

    def load(spec, **how):
        encoder = ColourEncoder(spec, **how)
        encoder.fingerprint = type(encoder.fingerprint)(spec, "1" * 64, "squash", 16)
        return encoder

    with pytest.raises(IndexMismatchError):
        library.build(load=load)
    assert len(library.index.photos()) == 3


def test_the_encoder_and_its_framing_are_remembered(library):
    """Later runs need not name the encoder and the framing."""
    fill(library.folder, 1)
    library.build(framing="crop")
    paint(library.folder / "new.png", 50)
    library.build(encoder_spec=None)
    assert library.encoders[-1].fingerprint == library.index.fingerprint


def test_a_local_checkpoint_may_be_named_by_a_relative_path(library, monkeypatch):
    """A checkpoint named by a relative path is recognised as the file at its absolute path."""
    fill(library.folder, 1)
    monkeypatch.chdir(library.root)
    library.build(encoder_spec=f"open_clip:M@{library.root / 'w.pt'}")
    assert library.build(encoder_spec="open_clip:M@w.pt").unchanged == 1
    with pytest.raises(IndexMismatchError):
        library.build(encoder_spec="open_clip:M@other.pt")


def test_weights_that_moved_are_followed_and_remembered(library):
    """A weights file at a new path is accepted if its content is the same, and else refused."""
    fill(library.folder, 1)

    def load(weights):
        def at(spec, **how):
            encoder = ColourEncoder(spec, **how)
            encoder.fingerprint = type(encoder.fingerprint)("M", weights * 64, "squash", 16)
            return encoder

        return at

    library.build(encoder_spec="open_clip:M@/old/w.pt", load=load("1"))
    paint(library.folder / "new.png", 50)
    with pytest.raises(IndexMismatchError):
        library.build(encoder_spec="open_clip:M@/new/w.pt", load=load("2"))

    assert library.build(encoder_spec="open_clip:M@/new/w.pt", load=load("1")).added == 1
    assert library.index.manifest.encoder == "open_clip:M@/new/w.pt"


@pytest.mark.parametrize("bad", [None, "text.jpg", "empty.jpg", "notes.txt", "a.cr2"])
def test_no_index_is_made_of_no_photos(library, bad):
    """Indexing a folder without a usable photo raises an error and creates no index."""
    if bad:
        (library.folder / bad).write_text("" if bad == "empty.jpg" else "text")
    with pytest.raises(NoPhotosError, match="no photo was found"):
        library.build()
    assert not library.paths.root.exists()


def test_no_index_is_made_of_a_folder_that_does_not_exist(library):
    """Indexing a missing folder raises an error with its name and creates no index."""
    with pytest.raises(MissingPathError, match="nowhere"):
        library.build(library.root / "nowhere")
    assert not library.paths.root.exists()


def test_no_index_is_made_without_an_encoder(library):
    """No index is made if the encoder's weights are missing, and existing files stay."""
    fill(library.folder, 1)
    fill(library.paths.photos, 1)

    def load(spec, **how):
        raise MissingWeightsError(spec, "no network")

    with pytest.raises(MissingWeightsError):
        library.build(load=load)
    assert list(library.paths.root.iterdir()) == [library.paths.photos]
    assert library.workspace.index_names() == []


def test_an_empty_mount_point_does_not_empty_the_index(library):
    """If an indexed folder is empty, indexing raises an error and marks no photo as vanished."""
    files = fill(library.folder, 3)
    library.build()
    for file in files:
        file.unlink()
    with pytest.raises(NoPhotosError):
        library.build()
    assert len(library.index.photos()) == 3


@pytest.mark.slow
def test_photos_in_an_unreadable_folder_are_not_gone(library, monkeypatch):
    """A folder that cannot be listed is reported, and its photos stay in the index."""
    fill(library.folder, 1)
    fill(library.folder / "share", 2, start=10)
    library.build()
    scandir = os.scandir

    def broken(path):
        if str(path).endswith("share"):
            raise OSError(5, "Input/output error")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", broken)
    report = library.build()
    assert [file.path.name for file in report.skipped] == ["share"]
    assert report.vanished == 0
    assert len(library.index.photos()) == 3
    monkeypatch.undo()
    assert library.build().skipped == []


@pytest.mark.slow
def test_a_photo_that_vanishes_while_it_is_waiting_is_no_crash(library):
    """A photo that vanishes during the run is reported as skipped."""
    *_, last = fill(library.folder, 20)
    report = library.build(
        workers=1, batch_size=1, on_progress=lambda done, total: last.unlink(missing_ok=True)
    )
    assert [(file.path, file.reason) for file in report.skipped] == [(last, "vanished")]
    assert report.added == 19
    assert library.build().skipped == []


@pytest.mark.slow
@pytest.mark.parametrize("at", [1, 4])
def test_an_index_that_is_removed_while_it_is_made_is_told(library, at):
    """If the index folder is removed during a run, an error says so; the next run rebuilds it."""
    fill(library.folder, 4)
    calls = []

    def remove(done, total):
        calls.append(done)
        if done == at:
            shutil.rmtree(library.paths.root)

    with pytest.raises(RemovedIndexError, match="was removed or moved while"):
        library.build(workers=1, batch_size=1, crash_photos=1, on_progress=remove)
    assert calls[-1] == at
    assert library.build().added == 4


@pytest.mark.slow
def test_what_is_put_in_place_of_a_removed_index_stays(library):
    """If other files replace an index during a run, they stay, and an error names the folder."""
    fill(library.folder, 4)
    library.build()

    def put_back(then=None):
        shutil.rmtree(library.paths.root)
        library.paths.vectors.mkdir(parents=True)
        (library.paths.vectors / "mine.json").write_text("{}")
        if then:
            raise then

    told = pytest.raises(RemovedIndexError, match=f"move {library.paths.root} away")
    with told, writing(library.paths):
        put_back()
    assert (library.paths.vectors / "mine.json").exists()
    shutil.rmtree(library.paths.root)
    library.build()
    stopped = pytest.raises(KeyboardInterrupt)
    with stopped, writing(library.paths):
        put_back(KeyboardInterrupt())


@pytest.mark.slow
def test_an_error_while_encoding_keeps_what_was_durable(library):
    """After an error while encoding, the next run resumes from the last saved batch."""
    fill(library.folder, 20)

    class Failing(ColourEncoder):
        def encode_frames(self, frames):
            if self.encoded >= 10:
                raise RuntimeError("out of memory")
            return super().encode_frames(frames)

    with pytest.raises(RuntimeError):
        library.build(load=Failing, batch_size=2, crash_photos=4)
    assert len(library.index.photos()) == 8
    library.build()
    assert library.encoded == 12
    assert len(library.index.photos()) == 20
