"""RawTherapee's sidecars ``photo.jpg.pp3``: rank, colour label and trash flag."""

from pathlib import Path

from photorank.errors import MetadataError
from photorank.photos.metadata.ini_file import read_ini
from photorank.photos.metadata.names_in_folder import FolderNames
from photorank.photos.metadata.xmp import XmpTags, parse_rating

_COLOURS = {"1": "Red", "2": "Yellow", "3": "Green", "4": "Blue", "5": "Purple"}


def pp3_sidecars(photo: Path, names: FolderNames) -> list[Path]:
    """Paths of a photo's existing RawTherapee sidecars."""
    return [photo.with_name(name) for name in names.alike(photo.parent, f"{photo.name}.pp3")]


def read_pp3(path: Path) -> XmpTags:
    """Rating and colour label in a RawTherapee sidecar; a photo in the trash counts as rejected.

    Without RawTherapee's version it is none of its files and tells nothing. Raises MetadataError,
    with the path, if it cannot be read.
    """
    sections = read_ini(path)
    if not sections.has_section("Version"):
        return XmpTags()
    general = sections["General"] if sections.has_section("General") else {}
    try:
        rating = parse_rating(general.get("Rank", "0"), -1, 5)
    except MetadataError as error:
        raise MetadataError(error.reason, path) from error
    if general.get("InTrash", "").lower() == "true":
        rating = -1.0
    return XmpTags(rating, _COLOURS.get(general.get("ColorLabel", "")))
