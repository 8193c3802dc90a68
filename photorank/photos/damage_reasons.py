"""Texts that say why a file's bytes cannot be read as a photo."""

from collections.abc import Callable

from photorank.errors import counted

EXPORT_ADVICE = "export it as RGB with 8 or 16 bits"
JXL_STARTS = (b"\xff\x0a", b"\0\0\0\x0cJXL ")
TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

_CONTAINER_BRANDS = frozenset({b"mif1", b"msf1"})  # of HEIC and AVIF alike
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIF_BRANDS = frozenset(b"heic heix hevc hevx heim heis hevm hevs mif1 msf1".split())

_SIGNATURES: dict[str, bytes | tuple[bytes, ...]] = {  # first bytes of formats that are read
    "JPEG": b"\xff\xd8\xff",
    "PNG": b"\x89PNG",
    "GIF": b"GIF8",
    "BMP": b"BM",
    "TIFF": TIFF_STARTS,
    "JPEG XL": JXL_STARTS,
}
# Formats that are not read, but are found under the names of photos.
_OTHER_SIGNATURES: dict[str, bytes | tuple[bytes, ...]] = {
    "a PDF": b"%PDF",
    "a Photoshop file": b"8BPS",
    "a zip archive": b"PK\x03\x04",
    "JPEG 2000": (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
}

# Markers of a JPEG: frames without loss, and what lies among the numbers of frames but is none.
_LOSSLESS_FRAMES, _NO_FRAMES = {0xC3, 0xC7, 0xCB, 0xCF}, {0xC4, 0xC8, 0xCC}

_IS_WHOLE: dict[str, Callable[[bytes], bool]] = {  # whether the file reaches its end
    "JPEG": lambda data: data.rstrip(b"\0").endswith(b"\xff\xd9"),
    "PNG": lambda data: b"IEND" in data,
    "GIF": lambda data: data.rstrip(b"\0").endswith(b";"),
    "BMP": lambda data: len(data) >= int.from_bytes(data[2:6], "little"),
    "WebP": lambda data: len(data) >= int.from_bytes(data[4:8], "little"),
    "HEIC": lambda data: _declared_size(data) <= len(data),
    "AVIF": lambda data: _declared_size(data) <= len(data),
}


def is_heif(data: bytes) -> bool:
    """True if a file's first bytes are those of a HEIC or HEIF image."""
    brand = data[8:12]
    if data[4:8] != b"ftyp" or brand not in _HEIF_BRANDS:
        return False
    others = data[16 : int.from_bytes(data[:4], "big")]  # the brand that tells most is not first
    brands = {others[at : at + 4] for at in range(0, len(others), 4)}
    return brand not in _CONTAINER_BRANDS or not brands & _AVIF_BRANDS


def damage_reason(data: bytes, error: Exception | None = None) -> str:
    """Text that says why a photo file could not be decoded, such as "truncated JPEG".

    `error` is the exception that the decoder raised, if any.
    """
    if isinstance(error, MemoryError):
        return "too large for the memory that is free"
    kind = format_of(data)
    if kind is None:
        return _unsupported_reason(data)
    if kind == "JPEG" and (rare := _rare_jpeg(data)):
        return f"{rare}, which is not read; export it as JPEG of 8 bits"
    text = " ".join(str(error or "its header cannot be read").split())[:100]
    if "truncated" in text.lower() or not _IS_WHOLE.get(kind, bool)(data):
        return f"truncated {kind} after {size_text(len(data))}"
    if kind == "JPEG XL":  # whose library says how to build itself
        return "damaged or truncated JPEG XL"
    return f"damaged {kind} ({text or type(error).__name__})"


def format_of(data: bytes) -> str | None:
    """Name of the image format that a file's first bytes show; None if it is not supported."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if is_heif(data):
        return "HEIC"
    if data[4:8] == b"ftyp" and data[8:12] in _AVIF_BRANDS | _CONTAINER_BRANDS:
        return "AVIF"
    return next((kind for kind, first in _SIGNATURES.items() if data.startswith(first)), None)


def _rare_jpeg(data: bytes) -> str | None:
    """Name of a JPEG file's unsupported variant, such as "a lossless JPEG"; None if supported."""
    at = 2
    while at + 5 <= len(data) and data[at] == 0xFF:
        marker, bits = data[at + 1], data[at + 4]
        if marker in _LOSSLESS_FRAMES:
            return "a lossless JPEG"
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAMES:
            return None if bits == 8 else f"a JPEG of {bits} bits"
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _unsupported_reason(data: bytes) -> str:
    """Text that says why a file in an unsupported format is refused, such as "not an image"."""
    if not data.strip(b"\0"):
        return "nothing but zeros (a copy that failed?)"
    if data[4:8] == b"ftyp":
        return "not an image (a video?)"
    for kind, first in _OTHER_SIGNATURES.items():
        if data.startswith(first):
            return f"{kind}, which is not read; export it as JPEG"
    start = data[:1024]
    if start.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "not an image (a web page?)"
    printable = sum(byte >= 32 or byte in b"\t\n\r\f" for byte in start)
    return "not an image (text file?)" if printable == len(start) else "not an image"


def size_text(size: int) -> str:
    """Text for a file size given in bytes, such as "3.2 MB"."""
    if size < 1_000:
        return counted(size, "byte")
    return f"{size / 1e3:.0f} kB" if size < 1_000_000 else f"{size / 1e6:.1f} MB"


def _declared_size(data: bytes) -> int:
    """Size in bytes that a HEIC or AVIF file should have according to its box headers."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:  # a 64-bit size follows
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8:  # 0: up to the end of the file; else damaged
            return len(data)
        at += size
    return at
