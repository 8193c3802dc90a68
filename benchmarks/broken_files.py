"""Generator of broken and unusual photo files, different from those of the tests."""

import io
import os
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

SIZE = (320, 240)  # pixels of a photo
GOOD = 20  # good photos among the others


def write(folder: Path, dice: random.Random) -> int:
    """Write broken files and some good photos into a folder; return the number of broken files."""
    (folder / "good").mkdir(parents=True)
    for number in range(GOOD):
        (folder / "good" / f"{number}.jpg").write_bytes(encoded(picture(dice), "JPEG"))
    made = 0
    for number, (name, data) in enumerate(files(dice)):
        path = folder / f"{number:03}-{name}"
        path.write_bytes(data)
        made += path.suffix != ".xmp"
    for name in (
        "rtl \u202egpj.jpg",
        "space .jpg ",
        "dots...jpg",
        "\u200b.jpg",
        "a" * 200 + ".jpg",
    ):
        (folder / name).write_bytes(encoded(picture(dice), "JPEG"))
        made += 1
    with (folder / "vast.jpg").open("wb") as file:
        file.write(encoded(picture(dice), "JPEG"))
        file.truncate(10 << 30)  # a hole
    (folder / "zero.jpg").symlink_to("/dev/zero")
    (folder / "random.png").symlink_to("/dev/urandom")
    (folder / "tty.jpg").symlink_to("/dev/tty")
    os.link(folder / "good" / "0.jpg", folder / "hard.jpg")
    (folder / "over.jpg").symlink_to("over.jpg")
    return made + 6


def picture(dice: random.Random, size: tuple[int, int] = SIZE) -> Image.Image:
    """Random image of coloured ellipses, a different one in each call."""
    image = Image.new("RGB", size, tuple(dice.randbytes(3)))
    pen = ImageDraw.Draw(image)
    for _ in range(20):
        x, y = dice.randrange(size[0]), dice.randrange(size[1])
        pen.ellipse(
            (x, y, x + dice.randrange(9, 99), y + dice.randrange(9, 99)), tuple(dice.randbytes(3))
        )
    return image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Encoded bytes of an image, in a file format such as JPEG."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def files(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """File name and bytes of each broken or unusual file."""
    yield from of_jpegs(dice)
    yield from of_pngs(dice)
    yield from of_tiffs(dice)
    yield from of_others(dice)
    yield from of_metadata(dice)


def of_jpegs(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """JPEGs with invalid tables, lengths, markers and scans, or with appended data."""
    whole = encoded(picture(dice), "JPEG", quality=90)
    slow = encoded(picture(dice), "JPEG", progressive=True)
    for marker in range(0xC0, 0x100):  # each marker twice, where a segment may be
        yield f"marker-{marker:02x}.jpg", whole[:2] + bytes([0xFF, marker]) + b"\0\4ab" + whole[2:]
    for length in (0, 1, 2, 3, 255, 65_535):
        for marker in (b"\xff\xdb", b"\xff\xc4", b"\xff\xc0", b"\xff\xda", b"\xff\xdd"):
            at = whole.find(marker)
            if at > 0:
                yield (
                    f"length-{marker[1]:02x}-{length}.jpg",
                    whole[: at + 2] + struct.pack(">H", length) + whole[at + 4 :],
                )
    frame = whole.index(b"\xff\xc0")
    for at, values in ((4, (1, 12, 16, 255)), (9, (0, 2, 4, 200)), (11, (0x00, 0x14, 0x44, 0xFF))):
        for value in values:  # precision, components, sampling
            yield (
                f"frame-{at}-{value}.jpg",
                whole[: frame + at] + bytes([value]) + whole[frame + at + 1 :],
            )
    scan = slow.index(b"\xff\xda")
    yield "scans.jpg", slow[:scan] + slow[scan:-2] * 200 + b"\xff\xd9"
    yield "two-in-one.jpg", whole + encoded(picture(dice), "JPEG")
    yield "a-zip-behind.jpg", whole + b"PK\3\4" + bytes(1000)
    yield "headless.jpg", whole[whole.index(b"\xff\xda") :]
    yield "no-tables.jpg", whole[:2] + whole[frame:]
    yield "endless-fill.jpg", whole[:2] + b"\xff" * 100_000 + whole[2:]
    yield "restarts.jpg", whole[:scan] + b"\xff\xd0" * 5000 + whole[scan:]
    yield "thumb-of-itself.jpg", encoded(picture(dice), "JPEG", exif=whole[:60_000])
    for _ in range(30):
        torn = bytearray(whole)
        for _ in range(dice.randrange(1, 60)):
            torn[dice.randrange(len(torn))] = dice.randrange(256)
        yield "torn.jpg", bytes(torn)


def of_pngs(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """PNGs with oversized, repeated, misplaced or forged chunks."""
    whole = encoded(picture(dice), "PNG")

    def chunk(kind: bytes, data: bytes, size: int | None = None) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data) if size is None else size) + kind + data + check

    head, rest = whole[:33], whole[33:]
    for size in (0xFFFFFFFF, 0x7FFFFFFF, 1 << 28, 5):
        for kind in (b"tEXt", b"IDAT", b"iCCP", b"PLTE"):
            yield f"chunk-{kind.decode()}-{size}.png", head + chunk(kind, b"abc", size) + rest
    yield "texts.png", head + chunk(b"tEXt", b"a\0b") * 50_000 + rest
    yield "bomb.png", head + chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(200 << 20), 9)) + rest
    yield "palette.png", head + chunk(b"PLTE", bytes(7)) + rest
    yield "after-the-end.png", whole + bytes(1 << 20)
    yield "no-end.png", whole[:-12]
    yield "two-heads.png", head + head[8:] + rest
    yield "no-data.png", head + whole[-12:]
    for depth, colour in ((16, 6), (1, 2), (3, 3), (255, 255)):
        forged = head[:24] + bytes([depth, colour]) + head[26:29]
        yield (
            f"kind-{depth}-{colour}.png",
            forged + struct.pack(">I", zlib.crc32(forged[12:29])) + rest,
        )
    for side in (0, 1, 1 << 31, (1 << 31) - 1, 100_000):
        forged = head[:16] + struct.pack(">II", side & 0xFFFFFFFF, 3) + head[24:29]
        yield f"side-{side}.png", forged + struct.pack(">I", zlib.crc32(forged[12:29])) + rest
    frames = [picture(dice) for _ in range(3)]
    moving = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])
    at = moving.index(b"acTL") + 4
    yield "frames.png", moving[:at] + b"\xff\xff\xff\xff" + moving[at + 4 :]


def of_tiffs(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """TIFFs with false tags and invalid or circular offsets."""
    whole = encoded(picture(dice), "TIFF")
    at = struct.unpack("<I", whole[4:8])[0]
    count = struct.unpack("<H", whole[at : at + 2])[0]
    for number in range(count):
        entry = at + 2 + 12 * number
        for offset, value in ((4, 0xFFFFFFFF), (8, 0xFFFFFFF0), (8, at), (8, 0)):
            yield (
                f"tag-{number}-{offset}-{value:x}.tif",
                whole[: entry + offset] + struct.pack("<I", value) + whole[entry + offset + 4 :],
            )
    for kind in (0, 13, 16, 99):
        entry = at + 2
        yield f"type-{kind}.tif", whole[: entry + 2] + struct.pack("<H", kind) + whole[entry + 4 :]
    yield "tags.tif", whole[:at] + struct.pack("<H", 65_535) + whole[at + 2 :]
    yield "big.tif", b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) + struct.pack("<Q", 1 << 60)
    yield "swapped.tif", b"MM" + whole[2:]
    for packing in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        packed = bytearray(encoded(picture(dice), "TIFF", compression=packing))
        for _ in range(40):
            packed[dice.randrange(8, len(packed))] ^= 0xFF
        yield f"{packing}.tif", bytes(packed)


def of_others(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """Files with photo suffixes in formats other than JPEG, PNG and TIFF; some are broken."""
    image = picture(dice)
    for kind in (
        "BMP",
        "ICO",
        "TGA",
        "PCX",
        "PPM",
        "SGI",
        "PDF",
        "EPS",
        "JPEG2000",
        "DDS",
        "MPO",
        "GIF",
    ):
        data = encoded(image, kind)
        for name in ("jpg", "png"):
            yield f"{kind.lower()}.{name}", data
            yield f"{kind.lower()}-cut.{name}", data[: len(data) // 2]
    for kind, name in (("WEBP", "webp"), ("GIF", "gif"), ("AVIF", "avif")):
        whole = encoded(image, kind)
        for _ in range(15):
            torn = bytearray(whole)
            for _ in range(dice.randrange(1, 9)):
                torn[dice.randrange(min(len(torn), 200))] = dice.randrange(256)
            yield f"torn.{name}", bytes(torn)
        for size in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF):
            yield f"box-{size}.{name}", struct.pack("<I", size).join((whole[:4], whole[8:]))
    yield (
        "frames.gif",
        encoded(
            image.resize((8, 8)),
            "GIF",
            save_all=True,
            append_images=[picture(dice, (8, 8)) for _ in range(2000)],
        ),
    )
    yield (
        "psd.jpg",
        b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 30_000, 30_000, 8, 3) + bytes(12),
    )
    yield "heic.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x08meta" * 5000
    yield "svg.jpg", b"<?xml version='1.0'?><svg onload='x()'/>"
    yield "html.jpg", b"<html><script>alert(1)</script>"
    yield "zip.jpg", b"PK\3\4" + bytes(100)
    yield "pickle.jpg", b"\x80\x04\x95cos\nsystem\n(S'touch /tmp/x'\ntR."
    yield "elf.png", b"\x7fELF" + bytes(1000)
    yield "newlines.jpg", b"\n" * 100_000
    yield "xbm.png", b"#define x_width 99999\n#define x_height 99999\nstatic char x_bits[] = {"


def of_metadata(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """Photos with invalid EXIF and XMP metadata."""
    for when in (
        "0000:00:00 00:00:00",
        "9999:99:99 99:99:99",
        "2024:02:30 25:61:61",
        "\0" * 19,
        "1e9",
        "٢٠٢٤:٠١:٠١ ٠٠:٠٠:٠٠",
    ):
        exif = Image.Exif()
        exif[0x0132] = when
        exif.get_ifd(0x8769)[0x9003] = when
        exif.get_ifd(0x8769)[0x9011] = "+99:99"
        exif.get_ifd(0x8769)[0x9291] = "9" * 5000
        yield "when.jpg", encoded(picture(dice), "JPEG", exif=exif)
    for value in (0, 9, 65_535):
        exif = Image.Exif()
        exif[0x0112] = value
        yield "way-up.jpg", encoded(picture(dice), "JPEG", exif=exif)
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (99999.0, 1e-9, 4e9)
    exif[0x010F] = "x" * 60_000
    yield "where.jpg", encoded(picture(dice), "JPEG", exif=exif)
    head = b"http://ns.adobe.com/xap/1.0/\0"
    bodies = (
        b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]>'
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/">&c;</x:xmpmeta>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b"<a>" * 9_000,
        b"<?xpacket?>" + bytes(30_000),
        b"\xff\xfe" + "<a/>".encode("utf-16-le"),
    )
    whole = encoded(picture(dice), "JPEG")
    for number, body in enumerate(bodies):
        segment = b"\xff\xe1" + struct.pack(">H", 2 + len(head) + len(body)) + head + body
        yield f"xmp-{number}.jpg", whole[:2] + segment + whole[2:]
        yield f"side-{number}.xmp", body
    for number in range(20):
        noise = (
            b"Exif\0\0"
            + dice.choice((b"II*\0", b"MM\0*"))
            + dice.randbytes(dice.randrange(8, 4000))
        )
        segment = b"\xff\xe1" + struct.pack(">H", 2 + len(noise)) + noise
        yield f"noise-{number}.jpg", whole[:2] + segment + whole[2:]
