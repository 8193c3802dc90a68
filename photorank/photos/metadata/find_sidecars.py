"""Sidecars: files next to a photo that hold the photo's rating or capture time."""

from pathlib import Path

from photorank.errors import MetadataError, UnreadablePhotoError
from photorank.photos.metadata.names_in_folder import FolderNames
from photorank.photos.metadata.timestamp import Timestamp
from photorank.photos.metadata.xmp import sidecar_extension, xmp_time
from photorank.photos.metadata.xmp_syntax import MAX_PACKET_BYTES
from photorank.photos.open_photo import open_file, read_whole
from photorank.photos.suffixes import RAW_SUFFIXES


def sidecars(photo: Path, names: FolderNames | None = None) -> list[Path]:
    """Paths of a photo's existing XMP sidecars: ``photo.jpg.xmp`` first, then ``photo.xmp``.

    darktable and digiKam write ``photo.jpg.xmp``; Lightroom and Capture One write ``photo.xmp``,
    for all files of that name unless it says for which kind. Case does not matter, unless another
    photo bears the sidecar's very name.
    """
    names = names or FolderNames()
    own = [
        name
        for name in names.alike(photo.parent, f"{photo.name}.xmp")
        if name[: -len(".xmp")] not in _other_spellings(photo, names)
    ]
    shared = [
        name
        for name in names.alike(photo.parent, f"{photo.stem}.xmp")
        if _declares_suffix(photo, photo.with_name(name)) is not False
    ]
    return [photo.with_name(name) for name in dict.fromkeys([*own, *shared])]


def sidecar_for(photo: Path, names: FolderNames | None = None) -> Path:
    """Path of the XMP sidecar to write a photo's rating to: an existing or a new one.

    Photos that share a ``photo.xmp``, such as a RAW file and its JPEG, get one rating: to the
    programs that write it they are one shot.
    """
    return next(iter(sidecars(photo, names)), photo.with_name(photo.name + ".xmp"))


def is_of_raw(photo: Path, sidecar: Path, names: FolderNames) -> bool:
    """True if a sidecar ``photo.xmp`` belongs to a RAW file, not to a photo with the same stem."""
    if photo.suffix.lower() in RAW_SUFFIXES or len(sidecar.stem) > len(photo.stem):
        return False
    if not any(names.alike(photo.parent, photo.stem + suffix) for suffix in RAW_SUFFIXES):
        return False
    return not _declares_suffix(photo, sidecar)


def sidecar_bytes(path: Path) -> bytes:
    """Bytes of a sidecar file; raises MetadataError, with the path, if it cannot be read."""
    try:
        with open_file(path) as file:
            return read_whole(file, MAX_PACKET_BYTES + 1)
    except UnreadablePhotoError as error:
        raise MetadataError(error.reason, path) from error


def sidecar_time(photo: Path, names: FolderNames) -> Timestamp | None:
    """First capture time found in a photo's sidecars; None if there is none.

    Damaged sidecars are ignored.
    """
    for path in sidecars(photo, names):
        try:
            time = xmp_time(sidecar_bytes(path))
        except MetadataError:
            continue
        if time:
            return Timestamp("sidecar", time)
    return None


def _other_spellings(photo: Path, names: FolderNames) -> set[str]:
    """File names beside a photo that differ from the photo's name only in case or Unicode form."""
    return set(names.alike(photo.parent, photo.name)) - {photo.name}


def _declares_suffix(photo: Path, sidecar: Path) -> bool | None:
    """True if a sidecar ``photo.xmp`` says that it is for files with this photo's suffix.

    None if the sidecar names no suffix.
    """
    try:
        told = sidecar_extension(sidecar_bytes(sidecar))
    except MetadataError:
        return None  # whoever reads its rating says why
    return None if told is None else told == photo.suffix.lstrip(".").lower()
