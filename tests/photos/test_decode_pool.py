"""Decoding of photos in separate processes: equal results and safety from hostile files."""

import io
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photorank.errors import DecoderError, UnreadablePhotoError
from photorank.photos import decode_pool, isolated_metadata
from photorank.photos.decode_limits import DecodeLimits
from photorank.photos.decode_pool import decode_isolated, signals_isolated
from photorank.photos.metadata import exif
from photorank.photos.metadata.exif import shot
from photorank.photos.open_photo import decode_photo
from photorank.photos.signals.all_signals import photo_signals
from tests.photos.corpus import plain_png

pytestmark = pytest.mark.slow

posix = pytest.mark.skipif(sys.platform == "win32", reason="the system has no such limits")


@pytest.fixture
def hostile(monkeypatch, tmp_path):
    """Replace the HEIC decoder of new processes by a malicious decoder."""
    decode_pool._end_all()
    monkeypatch.syspath_prepend(Path(__file__).parent / "hostile")
    monkeypatch.chdir(tmp_path)
    yield
    decode_pool._end_all()


def file_with(fault):
    """Bytes of a fake HEIC file that tells the test decoder how to misbehave."""
    return b"\0\0\0\x18ftypheic" + bytes(12) + fault.encode()


def saved(picture, kind="PNG", **options):
    """Bytes of a picture encoded in the given image format."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def scene(width=300, height=200):
    """Picture of random noise."""
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("short_side", [None, 32])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_what_is_decoded_apart_is_what_is_decoded_here(kind, short_side):
    """A photo decoded in another process has the same pixels, size and metadata as in this one."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = 6, "Ricoh", "GR"
    options = {} if kind in {"GIF", "BMP"} else {"exif": exif}
    data = saved(scene(), kind, **options)
    photo, found, quality, faces = decode_isolated(data, short_side=short_side)
    expected = decode_photo(data, short_side=short_side)
    assert photo.size == expected.size
    assert photo.tobytes() == expected.tobytes()
    assert faces is None
    assert photo.info == expected.info
    assert found == shot(data)
    assert np.isfinite(quality) == (kind == "JPEG")


def test_signals_are_measured_apart_as_here():
    """Photo signals, NaN included, are the same from another process as from this one."""
    data = saved(scene())
    np.testing.assert_equal(signals_isolated(data), photo_signals(data))


@pytest.mark.parametrize("data", [b"", b"\0" * 99, b"buy milk", saved(scene(), "JPEG")[:999]])
def test_a_damaged_file_is_refused_in_the_same_words(data):
    """A worker process refuses a damaged file permanently, with the same reason as this process."""
    with pytest.raises(UnreadablePhotoError) as here:
        decode_photo(data)
    with pytest.raises(UnreadablePhotoError) as apart:
        decode_isolated(data)
    assert apart.value.reason == here.value.reason
    assert not apart.value.passing


@posix
@pytest.mark.slow  # every case ends three processes
@pytest.mark.parametrize(
    ("fault", "limits", "reason", "passing"),
    [
        ("crash", {}, "its decoder crashed (Segmentation fault)", False),
        ("abort", {}, "its decoder crashed (Aborted)", False),
        ("exit", {}, "its decoder crashed (exit 3)", False),
        ("killed", {}, "its decoder crashed (Killed)", True),
        ("work", {"work_seconds": 1}, "takes more than 1 second to decode", False),
        ("wait", {"wait_seconds": 1.0}, "not decoded in 1 second", True),
        ("eat", {"memory_bytes": 512 << 20}, "takes more than 512 MB of memory to decode", False),
    ],
)
@pytest.mark.parametrize("fresh", [True, False])
def test_a_file_that_ends_its_decoder_ends_nothing_else(
    hostile, monkeypatch, fault, limits, reason, passing, fresh
):
    """A file that kills its decoder process is refused with a reason; the next photo is read.

    One limit at a time is low: a busy machine may let seconds of waiting pass before a second of
    work is done. Nor need it read the next photo in one.
    """
    good = saved(scene())
    if not fresh:
        decode_isolated(good)
    with monkeypatch.context() as patch:
        patch.setattr(decode_pool, "LIMITS", DecodeLimits(**limits))
        with pytest.raises(UnreadablePhotoError) as error:
            decode_isolated(file_with(fault))
    assert (error.value.reason, error.value.passing) == (reason, passing)
    assert decode_isolated(good).photo.size == (300, 200)


@posix
def test_a_photo_is_not_blamed_for_what_an_earlier_one_left_behind(hostile):
    """If decoding fails in a used process, the photo is tried again in a new one."""
    for _ in range(3):
        assert decode_isolated(file_with("leave damage")).photo.size == (8, 8)


@posix
def test_what_a_decoder_prints_is_not_taken_for_its_answer(hostile):
    """Text printed by a decoder library reaches neither the process's reply nor the terminal."""
    assert decode_isolated(file_with("print")).photo.size == (8, 8)


@posix
def test_a_decoder_writes_no_files(hostile, tmp_path):
    """A decoder process cannot write a single byte to a file."""
    with pytest.raises(UnreadablePhotoError):
        decode_isolated(file_with("write"))
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) == 0


@pytest.mark.slow  # 299 megapixels
@posix
def test_the_largest_photo_fits_in_the_limits():
    """A photo of 299 megapixels is decoded within the memory limit."""
    data = plain_png(23_000, 13_000, (0, 128, 128))
    assert decode_isolated(data, short_side=224).photo.getpixel((9, 9)) == (0, 128, 128)


def test_a_process_that_was_begun_decodes_the_first_photo():
    """A decoding process started in advance decodes the first photo; no second process starts."""
    decode_pool._end_all()
    decode_pool.start_process()
    end = time.monotonic() + 20
    while not decode_pool._idle and time.monotonic() < end:
        time.sleep(0.01)
    (begun,) = decode_pool._idle
    decode_pool.start_process()
    decode_isolated(saved(scene(8, 8)))
    assert decode_pool._idle == [begun]


def test_a_process_that_dies_while_idle_is_not_noticed():
    """An idle decoding process that was killed is replaced by a new one."""
    decode_isolated(saved(scene()))
    for worker in decode_pool._idle:
        worker._process.kill()
        worker._process.wait()
    assert decode_isolated(saved(scene())).photo.size == (300, 200)


def test_a_process_is_used_again():
    """Photos decoded one by one share a process; eight threads use at most eight processes."""
    decode_pool._end_all()
    data = saved(scene())
    for _ in range(3):
        decode_isolated(data)
    assert len(decode_pool._idle) == 1
    with ThreadPoolExecutor(8) as pool:
        photos = list(pool.map(lambda _: decode_isolated(data).photo.tobytes(), range(40)))
    assert set(photos) == {scene().tobytes()}
    assert len(decode_pool._idle) <= 8


def test_without_a_process_the_error_says_so(monkeypatch):
    """If no decoder process can start, the run ends with an error instead of skipping photos."""
    decode_pool._end_all()
    monkeypatch.setattr(decode_pool, "_WORKER_PROGRAM", "raise SystemExit(7)")
    with pytest.raises(DecoderError, match=r"exit 7.*photorank doctor"):
        decode_isolated(saved(scene()))


def test_where_no_process_can_be_made_the_error_says_so(monkeypatch):
    """If the program of a decoding process is missing, the error says that it cannot be started."""
    decode_pool._end_all()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(DecoderError, match="cannot be started"):
        decode_isolated(saved(scene()))


@posix
def test_no_process_outlives_the_one_that_asked(tmp_path):
    """If the parent process is killed, its decoder processes end as well."""
    program = (
        "import io, time; from PIL import Image\n"
        "from photorank.photos import decode_pool\n"
        "file = io.BytesIO(); Image.new('RGB', (9, 9)).save(file, 'PNG')\n"
        "decode_pool.decode_isolated(file.getvalue())\n"
        "print(decode_pool._idle[0]._process.pid, flush=True); time.sleep(60)"
    )
    asker = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", program], stdout=subprocess.PIPE
    )
    with asker:
        decoder = int(asker.stdout.readline())
        asker.send_signal(signal.SIGKILL)
    for _ in range(100):
        try:
            os.kill(decoder, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{decoder}/stat").read_text().split(")")[-1].split()[0] == "Z":
            return  # nobody is left to wait for it
        time.sleep(0.1)
    pytest.fail("it is still there")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_a_forked_process_has_decoders_of_its_own():
    """A forked process starts its own decoder processes instead of sharing its parent's."""
    decode_isolated(saved(scene()))
    mine = {worker._process.pid for worker in decode_pool._idle}
    read, write = os.pipe()
    if not (child := os.fork()):
        decode_isolated(saved(scene()))
        pids = [worker._process.pid for worker in decode_pool._idle]
        os.write(write, " ".join(map(str, pids)).encode())
        decode_pool._end_all()
        os._exit(0)
    os.close(write)
    with open(read, "rb") as file:
        theirs = {int(pid) for pid in file.read().split()}
    os.waitpid(child, 0)
    assert theirs
    assert not theirs & mine


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_headers_that_libraries_in_c_read_are_read_by_another_process(tmp_path, kind):
    """WebP and AVIF headers are read in a separate process, with the same result as in this one."""
    decode_pool._end_all()
    path = tmp_path / "photo"
    path.write_bytes(saved(scene(), kind))
    assert isolated_metadata.embedded_tags(path) == exif.embedded_tags(path)
    assert isolated_metadata.exposure_bias(path) == exif.exposure_bias(path)
    assert len(decode_pool._idle) == (kind in ("WEBP", "AVIF"))


@posix
def test_a_header_that_ends_its_reader_ends_nothing_else(hostile, tmp_path):
    """A photo whose header crashes the decoder process causes an error, not a program crash."""
    path = tmp_path / "photo.heic"
    path.write_bytes(file_with("crash at once"))
    with pytest.raises(UnreadablePhotoError, match=r"its decoder crashed \(Segmentation fault\)"):
        isolated_metadata.embedded_tags(path)
    assert isolated_metadata.exposure_bias(path) is None
