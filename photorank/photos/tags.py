"""Rating, label and flag of a photo, from its sidecars and its own file."""

from pathlib import Path

from photorank.errors import MetadataError, UnreadablePhotoError
from photorank.photos.metadata.xmp import XmpTags, made_by_photorank, read_xmp, sidecars
from photorank.photos.metadata.xmp_packet import MAX_PACKET_BYTES
from photorank.photos.open_photo import open_file
from photorank.photos.safe_headers import embedded_tags


def photo_tags(photo: Path) -> XmpTags:
    """Rating, label and flag of a photo, each from own sidecar, shared sidecar or photo file.

    Sidecars that photorank made do not count: their stars are no person's. Raises MetadataError
    with the path of the place that cannot be read.
    """
    tags = XmpTags()
    for sidecar in sidecars(photo):
        tags = _completed(tags, _read_sidecar(sidecar))
    if None not in tags:
        return tags
    try:
        return _completed(tags, embedded_tags(photo))
    except (MetadataError, UnreadablePhotoError) as error:
        raise MetadataError(error.reason, photo) from error


def _read_sidecar(path: Path) -> XmpTags:
    try:
        with open_file(path) as file:
            data = file.read(MAX_PACKET_BYTES + 1)
        return XmpTags() if made_by_photorank(data) else read_xmp(data)
    except (MetadataError, UnreadablePhotoError) as error:
        raise MetadataError(error.reason, path) from error


def _completed(tags: XmpTags, others: XmpTags) -> XmpTags:
    """Tags with missing values filled in from `others`."""
    said = {name: value for name, value in tags._asdict().items() if value is not None}
    return others._replace(**said)
