"""JPEG files stripped of metadata without recompression, for embedding in a PDF."""

import re
from dataclasses import dataclass

import numpy as np

_PLAIN_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive: Huffman-coded, in 8 bits
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_TABLES = {0xDB, 0xC4, 0xDD}  # quantisation, Huffman, restart interval
_APP0, _APP14, _SOS, _EOI = 0xE0, 0xEE, 0xDA, 0xD9
_JFIF_BYTES = 14  # length of a JFIF segment without thumbnail
_PROGRESSIVE = 0xC2
_PIECE_BYTES = 1 << 18  # of a file, searched together for its end
_PROBE_BYTES = 512  # of a scan, by which it is found in a file
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")  # after coded data: stuffing and restarts


@dataclass(frozen=True)
class PlainJpeg:
    """Bytes and pixel size of an 8-bit grey or colour JPEG without metadata."""

    data: bytes
    width: int  # pixels, as stored
    height: int
    components: int  # 1 or 3


def plain_jpeg(data: bytes) -> PlainJpeg | None:
    """JPEG with its metadata removed and its pixel data unchanged; None if a PDF cannot hold it.

    None if it is no JPEG, damaged, or of a kind that a PDF does not hold: CMYK, 12 bits,
    arithmetic coding.
    """
    if not data.startswith(b"\xff\xd8"):
        return None
    try:
        return _stripped(data)
    except (IndexError, ValueError):
        return None


def _stripped(data: bytes) -> PlainJpeg | None:
    whole = memoryview(data)  # slices of it are no copies
    kept: list[bytes | memoryview] = [b"\xff\xd8"]
    frame: tuple[int, int, int] | None = None
    progressive = False
    at = 2
    while True:
        if data[at] != 0xFF:
            return None
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        at += 1
        if marker == _EOI:
            break
        if marker in _STANDALONE:
            continue
        end = at + int.from_bytes(data[at : at + 2], "big")
        if end < at + 2 or end > len(data):
            return None
        segment = data[at:end]
        if marker in _FRAMES:
            if marker not in _PLAIN_FRAMES or segment[2] != 8 or segment[7] not in (1, 3) or frame:
                return None
            height, width = (int.from_bytes(segment[i : i + 2], "big") for i in (3, 5))
            frame = (width, height, segment[7])
            progressive = marker == _PROGRESSIVE
        if marker == _APP0 and segment[2:7] == b"JFIF\0" and len(segment) >= _JFIF_BYTES + 2:
            segment = b"\x00\x10" + segment[2:14] + b"\0\0"
        elif not (
            marker in _TABLES | _PLAIN_FRAMES | {_SOS}
            or (marker == _APP14 and segment[2:7] == b"Adobe")
        ):
            at = end
            continue
        kept.append(bytes((0xFF, marker)) + segment)
        at = end
        if marker == _SOS:
            end = _end_of_scan(
                data, at, alone=not progressive and frame is not None and segment[2] == frame[2]
            )
            if end < 0:
                return None
            kept.append(whole[at:end])
            at = end
    if frame is None or not all(frame):
        return None
    kept.append(b"\xff\xd9")
    return PlainJpeg(b"".join(kept), *frame)


def _end_of_scan(data: bytes, at: int, *, alone: bool) -> int:
    """End offset of a JPEG's coded pixels that begin at offset `at`; -1 if no end marker follows.

    A scan that holds all that a file has ends with the file's mark, which nothing coded equals.
    """
    if alone:
        codes = np.frombuffer(data, dtype=np.uint8)  # a third of the time of `bytes.find`
        for start in range(at + 1, len(data), _PIECE_BYTES):
            ends = np.flatnonzero(codes[start : start + _PIECE_BYTES] == _EOI) + start - 1
            ends = ends[codes[ends] == 0xFF]
            if len(ends):
                return int(ends[0])
        return -1
    found = _MARKER.search(data, at)
    return found.start() if found else -1


def same_scans(data: bytes, source: bytes) -> bool:
    """True if the JPEG `data` has exactly the compressed pixel data of the file bytes `source`."""
    begin = data.find(b"\xff\xda")
    if begin < 0:
        return False
    at = source.find(data[begin : begin + _PROBE_BYTES])
    return at >= 0 and source.startswith(memoryview(data)[begin:-2], at)


def has_metadata(data: bytes) -> bool:
    """True if a JPEG has EXIF, XMP, IPTC or comment segments.

    >>> has_metadata(bytes.fromhex("ffd8ffe1000845786966ffd9"))
    True
    """
    head = data[: max(data.find(b"\xff\xda"), 0) or len(data)]
    marks = (bytes((0xFF, number)) for number in (*range(0xE1, 0xEE), 0xEF, 0xFE))
    return any(mark in head for mark in marks)
