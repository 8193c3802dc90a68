"""Hostile-photo corpus: every kind of file found among photos, made at test time."""

import io
import os
import random
import socket
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from enum import Enum
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, features


class Outcome(Enum):
    """Expected outcome of decoding a corpus file: read, refused, or either."""

    READ = "read"
    REFUSED = "refused"
    EITHER = "either"  # damage that a decoder may not notice


class Sample(NamedTuple):
    """File of the hostile-photo corpus: its name, expected outcome and bytes."""

    name: str
    outcome: Outcome
    data: bytes


ORIENTATIONS = range(1, 9)
FLIPS = 12  # damaged copies of each format for a seed


def scene(seed: int = 0, size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Random picture of colour fields and noise, different for every seed."""
    rng = np.random.default_rng(seed)
    fields = Image.fromarray(rng.integers(0, 200, (4, 6, 3), dtype=np.uint8)).resize(size)
    noise = rng.integers(0, 40, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(np.asarray(fields) + noise)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Bytes of a picture encoded in the given image format."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def formats(seed: int = 0) -> dict[str, bytes]:
    """Small valid photo files, one in each supported format, by file suffix."""
    picture = scene(seed)
    made = {
        ".jpg": saved(picture, "JPEG", quality=95, subsampling=0),
        ".progressive.jpg": saved(picture, "JPEG", quality=95, progressive=True),
        ".png": saved(picture, "PNG"),
        ".webp": saved(picture, "WEBP", lossless=True),
        ".lossy.webp": saved(scene(seed, (120, 80)), "WEBP", quality=95),
        ".gif": saved(picture, "GIF"),
        ".tif": saved(picture, "TIFF"),
        ".lzw.tif": saved(picture, "TIFF", compression="tiff_lzw"),
        ".deflate.tif": saved(picture, "TIFF", compression="tiff_adobe_deflate"),
        ".bmp": saved(picture, "BMP"),
    }
    if features.check("avif"):
        made[".avif"] = saved(picture, "AVIF", quality=90)
    with suppress(ImportError):
        import pillow_heif

        pillow_heif.register_heif_opener()
        made[".heic"] = saved(picture, "HEIF", quality=95)
    with suppress(ImportError):
        import pillow_jxl  # noqa: F401 - it registers itself

        made[".jxl"] = saved(picture, "JXL", quality=95)
    return made


def samples(seed: int = 0) -> Iterator[Sample]:
    """Files of the hostile-photo corpus, each with its name, expected outcome and bytes."""
    yield from _truncated(seed)
    yield from _flipped(seed)
    yield from _empty(seed)
    yield from _kinds(seed)
    yield from _misnamed(seed)
    yield from _bombs()


def _truncated(seed: int) -> Iterator[Sample]:
    for suffix, data in formats(seed).items():
        for size in (1, 7, 64, *range(1024, len(data), 1024), len(data) - 1):
            outcome = Outcome.REFUSED if size < 100 else Outcome.EITHER
            yield Sample(f"truncated/{size}{suffix}", outcome, data[:size])


def _flipped(seed: int) -> Iterator[Sample]:
    rng = random.Random(seed)  # noqa: S311 - not a secret
    for suffix, data in formats(seed).items():
        for number in range(FLIPS):
            damaged = bytearray(data)
            # The first ones damage headers, where decoders believe what they read.
            most = min(len(data), 200) if number % 2 else len(data)
            for _ in range(1 + number):
                damaged[rng.randrange(most)] ^= 1 << rng.randrange(8)
            yield Sample(f"flipped/{number}{suffix}", Outcome.EITHER, bytes(damaged))


def _empty(seed: int) -> Iterator[Sample]:
    for suffix, data in formats(seed).items():
        yield Sample(f"zeros/empty{suffix}", Outcome.REFUSED, b"")
        yield Sample(f"zeros/all{suffix}", Outcome.REFUSED, bytes(len(data)))
        third = len(data) // 3
        hole = data[:third] + bytes(third) + data[2 * third :]
        yield Sample(f"zeros/middle{suffix}", Outcome.EITHER, hole)


def _kinds(seed: int) -> Iterator[Sample]:
    picture = scene(seed)
    frames = [scene(seed + number) for number in (1, 2)]
    deep = Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)
    deep_rows = [b"\0" + np.random.default_rng(seed).bytes(6 * 60) for _ in range(40)]
    several = {"save_all": True, "append_images": frames}
    kinds = {
        "cmyk.jpg": saved(picture.convert("CMYK"), "JPEG"),
        "cmyk.tif": saved(picture.convert("CMYK"), "TIFF"),
        "grey.jpg": saved(picture.convert("L"), "JPEG"),
        "deep.png": saved(deep, "PNG"),
        "deep.tif": saved(deep, "TIFF"),
        "deep-colours.png": _png(picture.size, 16, 2, b"".join(deep_rows)),
        "palette.png": saved(picture.quantize(64), "PNG"),
        "one-clear-colour.png": saved(picture.quantize(64), "PNG", transparency=3),
        "alpha.png": saved(picture.convert("RGBA"), "PNG"),
        "alpha.webp": saved(picture.convert("RGBA"), "WEBP"),
        "grey-alpha.png": saved(picture.convert("LA"), "PNG"),
        "one-bit.png": saved(picture.convert("1"), "PNG"),
        "one-bit.tif": saved(picture.convert("1"), "TIFF", compression="group4"),
        "moving.gif": saved(picture, "GIF", **several),
        "moving.webp": saved(picture, "WEBP", **several),
        "moving.png": saved(picture, "PNG", **several),
        "pages.tif": saved(picture, "TIFF", save_all=True, append_images=frames * 20),
        "strip.png": saved(scene(seed, (5_000, 1)), "PNG"),
        "dot.png": saved(scene(seed, (1, 1)), "PNG"),
    }
    for name, data in kinds.items():
        yield Sample(f"kinds/{name}", Outcome.READ, data)
    floats = Image.fromarray(np.asarray(picture.convert("L")).astype(np.float32))
    yield Sample("kinds/floats.tif", Outcome.REFUSED, saved(floats, "TIFF"))
    for orientation in ORIENTATIONS:
        exif = Image.Exif()
        exif[0x0112] = orientation
        data = saved(scene(seed + orientation), "JPEG", exif=exif)
        yield Sample(f"kinds/orientation-{orientation}.jpg", Outcome.READ, data)


def _misnamed(seed: int) -> Iterator[Sample]:
    of = formats(seed + 100)
    yield Sample("misnamed/png.jpg", Outcome.READ, of[".png"])
    yield Sample("misnamed/jpeg.png", Outcome.READ, of[".jpg"])
    yield Sample("misnamed/webp.HEIC", Outcome.READ, of[".webp"])
    yield Sample("misnamed/gif.tiff", Outcome.READ, of[".gif"])
    others = {
        "text.jpg": b"buy milk\n",
        "page.jpg": b"<!DOCTYPE html><html><body>404</body></html>",
        "document.jpg": b"%PDF-1.7\n" + bytes(99),
        "archive.png": b"PK\x03\x04" + bytes(99),
        "video.heic": b"\0\0\0\x18ftypmp42" + bytes(99),
        "picture.jpg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "program.gif": b"\x7fELF" + bytes(99),
        "script.tif": b"%!PS-Adobe-3.0 EPSF-3.0\n(x) run\n",
        "swapped.bmp": b"8BPS" + bytes(99),
        "camera.dng": b"II*\0" + bytes(99),
    }
    for name, data in others.items():
        yield Sample(f"misnamed/{name}", Outcome.REFUSED, data)


@cache  # packing hundreds of megabytes takes seconds
def _bombs() -> tuple[Sample, ...]:
    return tuple(_packed_bombs())


def _packed_bombs() -> Iterator[Sample]:
    """Small files that could exhaust a decoder, each with its expected outcome."""
    small = saved(scene(), "PNG")
    jpeg = saved(scene(), "JPEG")
    sides = b"\xff\xff\xff\xff"
    for name, data in {
        "png-60000.png": _big_png(60_000),
        "png-in-the-limit.png": _png((17_000, 17_000), 1, 0, zlib.compress(b"")),
        "jpeg-65500.jpg": _with_size(jpeg, 65_500, 65_500),
        "gif-65535.gif": b"GIF89a" + sides + b"\xf7\0\0" + bytes(768) + b",\0\0\0\0" + sides,
        "webp-16383.webp": _webp(16_383, 16_383),
        "webp-10000.webp": _webp(9_999, 9_999),
        "bmp-30000.bmp": b"BM" + struct.pack("<IIIIiiHHI", 99, 0, 54, 40, 30_000, 30_000, 1, 24, 0),
        "bmp-negative.bmp": b"BM" + struct.pack("<IIIIiiHHI", 99, 0, 54, 40, -1, -9, 1, 24, 0),
        "tiff-count.tif": _tiff([(0x100, 4, 0xFFFFFFFF, 8), (0x101, 4, 0xFFFFFFFF, 8)]),
        "tiff-size.tif": _tiff([(0x100, 4, 1, 2**31 - 1), (0x101, 4, 1, 2**31 - 1)]),
    }.items():
        yield Sample(f"bombs/{name}", Outcome.REFUSED, data)
    profile = _packed(bytes(1_000_000), 100)
    text = _packed(b"x" * 1_000_000, 100)
    tall = saved(scene(), "GIF", save_all=True, append_images=[scene(n) for n in range(1, 120)])
    for name, data in {
        "profile.png": _with_chunk(small, b"iCCP", b"x\0\0" + profile),
        "text.png": _with_chunk(small, b"zTXt", b"x\0\0" + text),
        "xmp.png": _with_chunk(small, b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + text),
        "exif.png": _with_chunk(small, b"eXIf", b"II*\0\x08\0\0\0" + b"\xff" * 20_000_000),
        "many-profiles.jpg": _with_segments(jpeg, 0xE2, b"ICC_PROFILE\0\1\xff", 255),
        "many-exifs.jpg": _with_segments(jpeg, 0xE1, b"Exif\0\0II*\0\x08\0\0\0\xff\xff", 50),
        "many-comments.jpg": _with_segments(jpeg, 0xFE, b"x", 200),
        "exif-in-a-circle.jpg": _with_exif(jpeg, _circular_exif()),
        "frames.gif": tall,
        "pages-in-a-circle.tif": _circular(saved(scene(), "TIFF")),
    }.items():
        yield Sample(f"bombs/{name}", Outcome.EITHER, data)


def scans_of_nothing(side: int = 10_000, scans: int = 3_000) -> bytes:
    """Small progressive JPEG with a huge number of scans, each costly to decode.

    Each takes a pass over all pixels, of which there are almost none in the file.
    """
    jpeg = saved(Image.new("L", (16, 16)), "JPEG", progressive=True)
    start = jpeg.index(b"\xff\xda")
    following = jpeg.index(b"\xff", start + 2 + struct.unpack(">H", jpeg[start + 2 : start + 4])[0])
    refining = b"\xff\xda\0\x08\1\1\0\0\0\x10"  # a bit more of the mean of each block
    return _with_size(jpeg[:following] + refining * scans + b"\xff\xd9", side, side)


def _png(size: tuple[int, int], depth: int, colours: int, data: bytes) -> bytes:
    """PNG of the given image data, which are compressed unless they are zlib data already."""
    packed = data if data[:1] == b"x" else zlib.compress(data)
    header = struct.pack(">IIBBBBB", *size, depth, colours, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _big_png(side: int) -> bytes:
    """Complete black-and-white PNG of side × side pixels, in a very small file."""
    return _png((side, side), 1, 0, _packed(bytes((1 + side // 8) * 100), side // 100))


def plain_png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """PNG of a single colour, whose height must be a multiple of 100 pixels."""
    rows = (b"\0" + bytes(colour) * width) * 100
    return _png((width, height), 8, 2, _packed(rows, height // 100))


def _packed(data: bytes, times: int) -> bytes:
    """Zlib stream of data repeated many times, but compressed only once."""
    packer, check = zlib.compressobj(9), 1
    once = packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(times):
        check = zlib.adler32(data, check)
    return once[:2] + once[2:] * times + b"\3\0" + check.to_bytes(4, "big")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    return png[:33] + _chunk(kind, data) + png[33:]  # after the header


def _with_segments(jpeg: bytes, marker: int, start: bytes, count: int) -> bytes:
    segment = start + bytes(60_000)
    whole = bytes([0xFF, marker]) + struct.pack(">H", 2 + len(segment)) + segment
    return jpeg[:2] + whole * count + jpeg[2:]


def _with_exif(jpeg: bytes, exif: bytes) -> bytes:
    segment = b"Exif\0\0" + exif
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", 2 + len(segment)) + segment + jpeg[2:]


def _circular_exif() -> bytes:
    """EXIF data whose sub-directory pointers lead back to the first directory."""
    entries = [(0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0xA005, 4, 1, 8)]
    return _tiff(entries)[:-4] + struct.pack("<I", 8)


def _with_size(jpeg: bytes, width: int, height: int) -> bytes:
    """Copy of a JPEG with another width and height written into its header."""
    at = next(jpeg.index(marker) for marker in (b"\xff\xc0", b"\xff\xc2") if marker in jpeg)
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def _webp(width: int, height: int) -> bytes:
    """Start of a lossless WebP file, with the given width and height in its header."""
    bits = struct.pack("<BI", 0x2F, width - 1 | height - 1 << 14) + bytes(40)
    body = b"WEBPVP8L" + struct.pack("<I", len(bits)) + bits + bytes(len(bits) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _tiff(entries: list[tuple[int, int, int, int]]) -> bytes:
    fields = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + fields + bytes(4)


def _circular(tiff: bytes) -> bytes:
    """Copy of a TIFF whose next-page pointer leads back to the first page."""
    at = struct.unpack("<I", tiff[4:8])[0]
    end = at + 2 + 12 * struct.unpack("<H", tiff[at : at + 2])[0]
    return tiff[:end] + struct.pack("<I", at) + tiff[end + 4 :]


NAMES = (
    b"two\nlines.jpg",
    b"tab\tand bell\x07.jpg",
    b"'single' \"double\" `back`.jpg",
    b"$(rm -rf ~); ls.jpg",
    b"-rf.jpg",
    b"%s%n{0}.jpg",
    b"=cmd|calc.jpg",
    b"<script>alert(1)</script>.jpg".replace(b"/", b":"),
    b" leading and trailing .jpg",
    b"percent%2e%2e.jpg",
    "smile \U0001f600.jpg".encode(),
    "e\u0301 and \u00e9.jpg".encode(),
    "right-to-left \u202egpj.exe.jpg".encode(),
    b"not Unicode \xff\xfe\x80.jpg",
    b"\xe4.JPG",
    b"x" * 251 + b".jpg",
    "\u4e2d".encode() * 83 + b".jpg",
)


def write_corpus(folder: Path, seed: int = 0, *, bombs: bool = True) -> dict[bytes, Outcome]:
    """Write the hostile-photo corpus to a folder; return each file's expected outcome, by path."""
    expected: dict[bytes, Outcome] = {}
    for name, outcome, data in samples(seed):
        if name.startswith("bombs/") and not bombs:  # they are the same for every seed
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        expected[os.fsencode(path)] = outcome
    for number, write in enumerate((_names, _special)):
        inside = folder / ("names", "special")[number]
        inside.mkdir(parents=True)
        expected |= write(inside, seed)
    return expected


def _names(folder: Path, seed: int) -> dict[bytes, Outcome]:
    written = {}
    for number, name in enumerate(NAMES):
        path = os.path.join(os.fsencode(folder), name)
        try:
            with open(path, "wb") as file:
                file.write(saved(scene(1_000 + 100 * seed + number), "JPEG"))
        except OSError:
            continue  # not every file system takes every name
        written[path] = Outcome.READ
    return written


def _special(folder: Path, seed: int) -> dict[bytes, Outcome]:
    good = folder / "good.jpg"
    good.write_bytes(saved(scene(2_000 + seed), "JPEG"))
    (folder / "folder.jpg").mkdir()
    written = {good: Outcome.READ, folder / "folder.jpg": Outcome.REFUSED}
    if sys.platform == "win32":
        return {os.fsencode(path): outcome for path, outcome in written.items()}

    links: dict[str, tuple[str, Outcome]] = {
        "itself.jpg": ("itself.jpg", Outcome.REFUSED),
        "one.jpg": ("other.jpg", Outcome.REFUSED),
        "other.jpg": ("one.jpg", Outcome.REFUSED),
        "nothing.jpg": ("gone.jpg", Outcome.REFUSED),
        "endless.jpg": ("/dev/zero", Outcome.REFUSED),
        "link.jpg": ("good.jpg", Outcome.READ),
    }
    for name, (target, outcome) in links.items():
        (folder / name).symlink_to(target)
        written[folder / name] = outcome
    (folder / "up").symlink_to("..")
    (folder / "here").symlink_to(".")
    os.mkfifo(folder / "pipe.jpg")
    written[folder / "pipe.jpg"] = Outcome.REFUSED
    with suppress(OSError), closing(socket.socket(socket.AF_UNIX)) as one:  # its path may be long
        one.bind(str(folder / "socket.jpg"))
        written[folder / "socket.jpg"] = Outcome.REFUSED
    closed = folder / "closed.jpg"
    closed.write_bytes(saved(scene(3_000 + seed), "JPEG"))
    closed.chmod(0)
    written[closed] = Outcome.READ if os.access(closed, os.R_OK) else Outcome.REFUSED
    sparse = folder / "sparse.jpg"
    with sparse.open("wb") as file:
        file.truncate(2 << 30)
    written[sparse] = Outcome.REFUSED
    return {os.fsencode(path): outcome for path, outcome in written.items()}


def digest_of(folder: Path, read: Callable[[bytes], str]) -> dict[bytes, tuple[object, ...]]:
    """Snapshot of a folder tree: mode, size, modification time and content of every path."""
    seen: dict[bytes, tuple[object, ...]] = {}
    for root, folders, files in os.walk(os.fsencode(folder)):
        for name in sorted(folders + files):
            path = os.path.join(root, name)
            status = os.lstat(path)
            content = ""
            if os.path.islink(path):
                content = repr(os.readlink(path))
            elif os.path.isfile(path) and status.st_size < 1 << 30:
                with open(path, "rb") as file:
                    content = read(file.read())
            seen[path] = (status.st_mode, status.st_size, status.st_mtime_ns, content)
    return seen
