"""Fuzz targets: readers of untrusted files, each with seed inputs."""

import io
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pillow_heif
from PIL import Image

from photorank.errors import PhotorankError
from photorank.labels.datasets.dataset_manifest import read_manifest
from photorank.labels.tables.judgement_tables import check_rows, read_choices, read_labels
from photorank.photos import open_photo
from photorank.photos.metadata.exif import embedded_tags, shot
from photorank.photos.metadata.xmp import read_xmp, with_rating
from photorank.photos.thumbnails import thumbnail
from photorank.vectors.master import MasterVector

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Target:
    """Reader under test, which may raise only photorank's own errors."""

    read: Callable[[bytes], object]
    seeds: Callable[[], Iterator[bytes]]

    def __call__(self, data: bytes) -> None:
        """Pass one input to the reader, and ignore photorank's own errors."""
        with suppress(PhotorankError):
            self.read(data)


def hasten() -> None:
    """Lower the limit on image sizes for faster fuzzing."""
    open_photo.MAX_PIXELS = Image.MAX_IMAGE_PIXELS = 4_000_000
    open_photo.MAX_WEBP_PIXELS = open_photo.MAX_PIXELS // 3


def _image(data: bytes) -> None:
    shot(data)
    picture = open_photo.decode_photo(data, short_side=64)
    assert picture.mode == "RGB"
    thumbnail(picture)


def _pictures() -> Iterator[bytes]:
    modes = {
        "JPEG": ("RGB", "L", "CMYK"),
        "PNG": ("RGB", "RGBA", "P", "I;16", "LA", "1"),
        "WEBP": ("RGB", "RGBA"),
        "GIF": ("P", "L"),
        "TIFF": ("RGB", "CMYK", "I;16", "P"),
        "BMP": ("RGB", "P", "1"),
        "AVIF": ("RGB",),
        "HEIF": ("RGB",),
    }
    gradient = Image.radial_gradient("L").resize((24, 16))
    exif = Image.Exif()
    exif[0x0112] = 6
    open_photo._formats(True)  # HEIC can be written from now on
    for kind, kinds in modes.items():
        for mode in kinds:
            picture = gradient.convert("I").convert(mode) if mode == "I;16" else gradient
            file = io.BytesIO()
            options = {} if kind in {"GIF", "BMP"} else {"exif": exif}
            if kind in {"GIF", "WEBP"} and mode in {"P", "RGB"}:
                options |= {"save_all": True, "append_images": [gradient.rotate(90)]}
            (picture if mode == "I;16" else picture.convert(mode)).save(file, kind, **options)
            yield file.getvalue()


def _from_file(read: Callable[[Path], object], suffix: str) -> Callable[[bytes], object]:
    """Function that writes bytes to a file with the given suffix and calls `read` on that file."""
    pillow_heif.register_heif_opener()
    folder = tempfile.mkdtemp(prefix="photorank-fuzz-")
    path = Path(folder, f"input{suffix}")

    def from_bytes(data: bytes) -> object:
        path.write_bytes(data)
        return read(path)

    return from_bytes


def _tables(path: Path) -> None:
    for read in (read_labels, read_choices):
        for partial in (False, True):
            with suppress(PhotorankError):
                check_rows(read(path), partial=partial)


def _csv_seeds() -> Iterator[bytes]:
    yield b"file,score,rater,group,series,split\na.jpg,3.5,Ann,beach,1,train\nb.jpg,1,,,,test\n"
    yield b"winner,loser,tie,rater\na.jpg,b.jpg,no,Ann\nb.jpg,c.jpg,yes,\n"
    yield '\ufefffile;stars\n"a;b.jpg";5\n'.encode()
    yield "file\ttier\nä.jpg\t2\n".encode("utf-16")
    yield b"file,score\r\n\xff.jpg,nan\r\nc.jpg,1e999\r\n"


def _xmp(data: bytes) -> None:
    read_xmp(data)
    assert read_xmp(with_rating(data, 3)).rating == 3


def _xmp_seeds() -> Iterator[bytes]:
    yield with_rating(None, 4).replace(b"xmp:Rating=", b'xmp:Label="Green" xmp:Rating=')
    yield with_rating(None, 1).decode().encode("utf-16")
    yield (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        b'xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0">'
        b"<xmp:Rating>3</xmp:Rating><MicrosoftPhoto:Rating>50</MicrosoftPhoto:Rating>"
        b"</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    yield b'<!DOCTYPE x [<!ENTITY a "b">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&a;</x:xmpmeta>'


def _manifests() -> Iterator[bytes]:
    for path in sorted((ROOT / "datasets").glob("*.toml")):
        yield path.read_bytes()


def _cards() -> Iterator[bytes]:
    for path in sorted((ROOT / "photorank/vectors/builtin").rglob("*.*.json")):
        card = json.loads(path.read_bytes())
        card["direction"] = card["direction"][:4]
        if isinstance(card["data"].get("photos"), list):
            card["data"]["photos"] = card["data"]["photos"][:2]
        yield json.dumps(card).encode()


def _card(path: Path) -> object:
    return MasterVector.load(path).to_json()


TARGETS = {
    "image": Target(_image, _pictures),
    "metadata": Target(_from_file(embedded_tags, ".jpg"), _pictures),
    "manifest": Target(_from_file(read_manifest, ".toml"), _manifests),
    "csv": Target(_from_file(_tables, ".csv"), _csv_seeds),
    "xmp": Target(_xmp, _xmp_seeds),
    "card": Target(_from_file(_card, ".json"), _cards),
}
