"""Tests of reading camera RAW headers: capture time, camera and star rating."""

import io
import struct

import pytest
from PIL import Image

from photorank.photos.metadata.exif import Shot, embedded_tags, shot
from tests.photos.decoding.dng import dng

CLOCK = 1_722_449_109  # seconds since 1970 of 2024-07-31 18:05:09

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    b'syntax-ns#"><rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def test_stars_in_a_raw_file_are_read(scene):
    """XMP stars that Lightroom wrote into a DNG file are read."""
    assert embedded_tags(io.BytesIO(dng(scene.resize((60, 40)), xmp=XMP))).rating == 4


def camera_exif():
    """EXIF data, as a TIFF stream, with a camera model and a capture time."""
    exif = Image.Exif()
    exif[0x0110] = "Known"
    inside = exif.get_ifd(0x8769)
    inside[0x9003] = "2024:07:31 18:05:09"
    exif[0x8769] = inside
    return exif.tobytes().removeprefix(b"Exif\0\0")


def box(name, data):
    """Box of an ISO media file, with the given name and data."""
    return (4 + len(name) + len(data)).to_bytes(4, "big") + name + data


def canon():
    """Header of a Canon CR3 raw file, with EXIF and XMP data."""
    first, inside = Image.Exif(), Image.Exif()
    first[0x0110] = "Known"
    inside[0x9003] = "2024:07:31 18:05:09"
    boxes = [
        box(name, exif.tobytes().removeprefix(b"Exif\0\0"))
        for name, exif in ((b"CMT1", first), (b"CMT2", inside), (b"CMT4", Image.Exif()))
    ]
    uuid = box(b"uuid" + bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), XMP)
    return box(b"ftyp", b"crx \0\0\0\1crx isom") + box(b"moov", b"".join(boxes)) + uuid


def fujifilm():
    """Header of a Fujifilm RAF raw file, with EXIF data only in its preview."""
    exif = Image.Exif()
    exif.load(camera_exif())
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", exif=exif)
    preview = file.getvalue()
    places = (100).to_bytes(4, "big") + len(preview).to_bytes(4, "big")
    return (b"FUJIFILMCCD-RAW".ljust(84) + places).ljust(100, b"\0") + preview


def heap(records):
    """CIFF heap: the values of the given records, followed by their directory."""
    body, table = b"", struct.pack("<H", len(records))
    for tag, value in records:
        table += struct.pack("<HII", tag, len(value), len(body))
        body += value
    return body + table + struct.pack("<I", len(body))


def ciff(time=CLOCK):
    """Canon CRW raw file (CIFF) with a camera name and a capture time, but no picture."""
    camera = heap([(0x080A, b"Known\0Known\0")])
    root = heap([(0x300A, heap([(0x2807, camera), (0x180E, struct.pack("<III", time, 0, 0))]))])
    return b"II" + struct.pack("<I", 26) + b"HEAPCCDR".ljust(20, b"\0") + root


def x3f(kind):
    """Sigma X3F raw file with a single section, either properties or a preview."""
    if kind == b"PROP":
        words = ["TIME", str(CLOCK), "CAMMODEL", "Known"]
        places = [sum(len(one) + 1 for one in words[:at]) for at in range(4)]
        section = b"SECp" + struct.pack("<5I", 0x20000, 2, 0, 0, 99) + struct.pack("<4I", *places)
        section += "".join(f"{one}\0" for one in words).encode("utf-16-le")
    else:
        section = b"SECi" + bytes(24) + fujifilm()[100:]
    directory = b"SECd" + struct.pack("<II", 0x20000, 1)
    directory += struct.pack("<II4s", 100, len(section), kind)
    data = b"FOVb".ljust(100, b"\0") + section
    return data + directory + struct.pack("<I", len(data))


@pytest.mark.parametrize(
    "data",
    [
        (b"IIRO" if camera_exif()[:2] == b"II" else b"MMOR") + camera_exif()[4:],
        b"\0MRM" + bytes(4) + b"\0TTW" + bytes(4) + camera_exif(),
        canon(),
        fujifilm(),
        ciff(),
        x3f(b"PROP"),
        x3f(b"IMA2"),
    ],
    ids=["Olympus", "Minolta", "Canon", "Fujifilm", "CRW", "X3F", "X3F with EXIF"],
)
def test_time_and_camera_of_raw_files_that_are_no_tiff(data):
    """Time and camera are read from RAW files that are no plain TIFF, such as Canon's CRW."""
    told = shot(data)

    assert told.camera == "Known"
    assert "2024-07-31T18:05:09" in str(told)


def test_stars_in_a_cr3_are_read():
    """Stars in a Canon CR3 file are read from its XMP box."""
    assert embedded_tags(io.BytesIO(canon())).rating == 4


@pytest.mark.parametrize("whole", [ciff(), x3f(b"PROP"), x3f(b"IMA2"), canon(), fujifilm()])
def test_a_header_that_is_cut_short_or_repeats_itself_tells_nothing(whole):
    """Reading of a RAW header that is cut short or contains itself ends without an error."""
    for end in range(4, len(whole), 7):
        shot(whole[:end] + bytes(4))
    root = heap([(0x300A, b"")])
    itself = root[:2] + struct.pack("<HII", 0x300A, len(root), 0) + root[12:]
    assert shot(b"II" + struct.pack("<I", 26) + b"HEAPCCDR".ljust(20, b"\0") + itself) == Shot()
