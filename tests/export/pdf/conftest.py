import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from photorank.album.book.book import Book, BookPage, PlacedPhoto
from photorank.album.book.geometry import PageSize
from photorank.photos.open_photo import photo_digest, upright_size

WIDE = (120, 80)


def scene(size=WIDE, seed=0):
    """Smooth random picture with a different colour in each corner."""
    rng = np.random.default_rng(seed)
    corners = rng.integers(20, 235, (2, 3, 3), dtype=np.uint8)
    return Image.fromarray(corners).resize(size, Image.Resampling.BICUBIC)


def jpeg(picture, **how):
    """Bytes of a picture saved as a JPEG file."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=92, **how)
    return file.getvalue()


def scans(data):
    """Compressed image data of a JPEG, from its first scan to its end."""
    begin = data.index(b"\xff\xda")
    return data[begin : data.index(b"\xff\xd9", begin)]


@pytest.fixture
def printed(tmp_path):
    """Function that lays out a book of given photo files, one on each page."""

    def make(*paths, size=None, captions=()):
        size = size or PageSize(100, 100, 3, 5)
        pages = []
        for number, path in enumerate(paths, start=1):
            width, height = upright_size(path)
            scale = 70 / max(width, height)
            box = (15.0, 12.0, round(width * scale, 4), round(height * scale, 4))
            frame = PlacedPhoto(path, photo_digest(path.read_bytes()), box, width / box[2] * 25.4)
            caption = captions[number - 1] if number <= len(captions) else ""
            pages.append(BookPage(number, (frame,), caption))
        return Book(size, tuple(pages))

    return make


@pytest.fixture
def kinds(tmp_path):
    """Photo files of every kind that a book must support, by name."""
    from pillow_heif import from_pillow

    folder = tmp_path / "kinds"
    folder.mkdir()
    plain = scene()
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = turn
        exif.get_ifd(0x8825)[1] = "N"
        picture = scene(WIDE, seed=turn)
        (folder / f"turn-{turn}.jpg").write_bytes(jpeg(picture, exif=exif.tobytes()))
    scene(seed=20).convert("CMYK").save(folder / "cmyk.jpg")
    scene(seed=21).convert("L").save(folder / "grey.jpg")
    clear = scene(seed=22)
    clear.putalpha(Image.linear_gradient("L").resize(WIDE))
    clear.save(folder / "alpha.png")
    from_pillow(scene(seed=23)).save(folder / "phone.heic", quality=95)
    scene((500, 100), seed=24).save(folder / "panorama.jpg", progressive=True)
    (folder / "trailing.jpg").write_bytes(jpeg(scene(seed=25)) + b"\xff\xd8motion" * 50)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (folder / "tagged.jpg").write_bytes(jpeg(scene(seed=26), icc_profile=lab))
    assert plain.size == WIDE
    return {path.stem: path for path in sorted(folder.iterdir())}
