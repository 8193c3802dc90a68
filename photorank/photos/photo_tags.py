"""User's rating, colour label and flag of a photo, from its sidecars and its own file."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from photorank.errors import MetadataError, UnreadablePhotoError
from photorank.photos.isolated_metadata import embedded_tags
from photorank.photos.metadata.find_sidecars import is_of_raw, sidecar_bytes, sidecars
from photorank.photos.metadata.names_in_folder import FolderNames
from photorank.photos.metadata.rawtherapee import pp3_sidecars, read_pp3
from photorank.photos.metadata.xmp import XmpTags, counted_rating, made_by_photorank, read_xmp


def photo_tags(
    photo: Path,
    names: FolderNames | None = None,
    on_damage: Callable[[MetadataError], None] = lambda error: None,
) -> XmpTags:
    """User's rating, colour label and flag of a photo, each from the first source that has it.

    The places are its own sidecar, the one that files of its name share, RawTherapee's, and the
    photo file; a sidecar that is rather a RAW file's comes last. A rating of 0, not rated, gives
    way to any other. Sidecars that photorank made do not count: their stars are no person's.
    Raises MetadataError with the path of a place that cannot be read, unless another one has a
    rating; `on_damage` is then told.
    """
    names = names or FolderNames()
    own = sidecars(photo, names)
    of_raw = [path for path in own if is_of_raw(photo, path, names)]
    places = [partial(_read_sidecar, path) for path in own if path not in of_raw]
    places += [partial(read_pp3, path) for path in pp3_sidecars(photo, names)]
    places += [partial(_read_photo, photo)]
    places += [partial(_read_sidecar, path) for path in of_raw]
    tags = XmpTags()
    damage: MetadataError | None = None
    for read in places:
        if tags.rating and None not in tags:
            break
        try:
            tags = _completed(tags, read())
        except MetadataError as error:
            damage = damage or error
    if damage and not tags.rating:
        raise damage
    if damage:
        on_damage(damage)
    return tags


def _read_photo(photo: Path) -> XmpTags:
    try:
        return embedded_tags(photo)
    except (MetadataError, UnreadablePhotoError) as error:
        raise MetadataError(error.reason, photo) from error


def _read_sidecar(path: Path) -> XmpTags:
    data = sidecar_bytes(path)
    try:
        return XmpTags() if made_by_photorank(data) else read_xmp(data)
    except MetadataError as error:
        raise MetadataError(error.reason, path) from error


def _completed(tags: XmpTags, others: XmpTags) -> XmpTags:
    """Rating, label and flag of `tags`, with missing values filled in from `others`."""
    said = {name: value for name, value in tags._asdict().items() if value is not None}
    completed = others._replace(**said)
    return completed._replace(rating=counted_rating([tags.rating, others.rating]))
