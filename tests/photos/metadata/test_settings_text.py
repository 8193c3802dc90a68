import io
from fractions import Fraction

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from photorank.photos.metadata.exif import settings_text


def photo(orientation=1, **tags):
    """JPEG of 30 × 20 pixels with an orientation and the given EXIF tags."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    for name, value in tags.items():
        exif.get_ifd(0x8769)[int(name[1:], 16)] = value
    file = io.BytesIO()
    Image.new("RGB", (30, 20)).save(file, "JPEG", exif=exif)
    return file.getvalue()


def test_settings_are_told_as_photographers_write_them():
    """Camera settings are written in photographers' notation, such as 1/250 s and f/2.8."""
    told = settings_text(
        photo(
            6,
            x829A=IFDRational(1, 250),
            x829D=IFDRational(28, 10),
            x8827=400,
            x920A=IFDRational(35),
            xA434="Lens\x07 35",
        )
    )
    assert told == ["1/250 s", "f/2.8", "ISO 400", "35 mm", "Lens\\x07 35", "20 × 30 pixels"]


@pytest.mark.parametrize("value", [IFDRational(0), IFDRational(1, 0), IFDRational(Fraction(-1))])
def test_a_number_that_is_none_is_left_out(value):
    """Camera settings that are zero or no valid number are left out."""
    assert settings_text(photo(x829A=value, x829D=value)) == ["30 × 20 pixels"]


def test_what_is_no_photo_tells_nothing():
    """A file that is no photo gives an empty list of camera settings, and no error."""
    assert settings_text(b"no photo") == []
