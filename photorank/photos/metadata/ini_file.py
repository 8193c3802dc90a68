"""Reading of the INI files that RawTherapee and Picasa write beside photos."""

from configparser import ConfigParser, Error
from pathlib import Path

from photorank.errors import MetadataError, UnreadablePhotoError
from photorank.photos.open_photo import open_file, read_whole

_MAX_BYTES = 64 << 20  # Picasa keeps a folder's faces in one file


def read_ini(path: Path) -> ConfigParser:
    """Parsed INI file in UTF-8, with or without a byte order mark.

    Raises MetadataError, with the path, if it cannot be read.
    """
    parser = ConfigParser(
        delimiters="=", strict=False, interpolation=None, allow_no_value=True, default_section=""
    )
    try:
        with open_file(path) as file:
            data = read_whole(file, _MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise MetadataError(f"more than {_MAX_BYTES >> 20} MB", path)
        parser.read_string(data.decode("utf-8-sig", "replace"))
    except UnreadablePhotoError as error:
        raise MetadataError(error.reason, path) from error
    except Error as error:
        raise MetadataError("no INI file as RawTherapee or Picasa writes it", path) from error
    return parser
