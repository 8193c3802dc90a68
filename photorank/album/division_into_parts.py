"""Division of photos by day, event, folder, shape or group, for limits on an album's photos."""

from typing import Literal, TypeAlias, get_args

from photorank.index.opened import Index
from photorank.index.reading.library_files import library_files
from photorank.index.reading.memberships import coded
from photorank.labels.photo_library.events_and_days import Occasion, group_photos
from photorank.photos.hash_and_shape import shape_of_file
from photorank.typing import Codes

Per: TypeAlias = Literal["day", "event", "folder", "orientation", "group"]
PER = get_args(Per)

_OCCASIONS: dict[Per, Occasion] = {"day": "day", "event": "event", "folder": "folder"}


def parts(index: Index, per: Per) -> tuple[Codes, list[str]]:
    """Integer codes (n,) of the photos' days, events or other parts, and each code's name.

    A photo in no part has the number -1.

    A photo without a capture time has no day and no event, so no limit holds for it. Days and
    events are those of the camera's clock, as `photorank groups` makes them.
    """
    photos = index.photos()
    if per == "group":
        return coded([photo.group for photo in photos])
    if per == "orientation":
        return coded([shape_of_file(index.thumbnail(photo)) for photo in photos])
    known = group_photos(library_files(index.paths), _OCCASIONS[per])
    return coded([known.get(photo.digest) for photo in photos])
