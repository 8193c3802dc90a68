"""What programs wrote about one photo: in its sidecars, then in its own file."""

from pathlib import Path

from photorank.errors import MetadataError, UnreadablePhotoError
from photorank.photos.metadata.xmp import XmpTags, is_own, read_xmp, sidecars
from photorank.photos.metadata.xmp_packet import MAX_PACKET_BYTES
from photorank.photos.open_photo import open_file
from photorank.photos.safe_headers import embedded_tags


def photo_tags(photo: Path) -> XmpTags:
    """Return a photo's judgements; for each of them the first place that tells it counts.

    Its own sidecar goes before one that it shares, and that before what is in the file.
    Sidecars that photorank made say nothing: their stars are no person's.

    Raises
    ------
    MetadataError
        If one of these places cannot be read; its path is in the message.
    """
    tags = XmpTags()
    for sidecar in sidecars(photo):
        tags = _filled(tags, _read_sidecar(sidecar))
    if None not in tags:
        return tags
    try:
        return _filled(tags, embedded_tags(photo))
    except (MetadataError, UnreadablePhotoError) as error:
        raise MetadataError(error.reason, photo) from error


def _read_sidecar(path: Path) -> XmpTags:
    try:
        with open_file(path) as file:
            data = file.read(MAX_PACKET_BYTES + 1)
        return XmpTags() if is_own(data) else read_xmp(data)
    except (MetadataError, UnreadablePhotoError) as error:
        raise MetadataError(error.reason, path) from error


def _filled(tags: XmpTags, others: XmpTags) -> XmpTags:
    """Return tags with what they do not say taken from others."""
    said = {name: value for name, value in tags._asdict().items() if value is not None}
    return others._replace(**said)
