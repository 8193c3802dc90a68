"""Limits on how many photos of a day, event, folder, shape or group an album takes."""

from collections import Counter
from dataclasses import replace

import numpy as np

from photorank.album.automatic_event_limits import automatic_limits
from photorank.album.candidates import Candidates
from photorank.album.face_quota import face_parts, series_with_face
from photorank.album.greedy_choice import Rules
from photorank.album.request import AlbumRequest, Per
from photorank.errors import AlbumError, counted
from photorank.index.opened import Index
from photorank.index.reading.library_files import library_files
from photorank.index.reading.memberships import coded
from photorank.labels.photo_library.events_and_days import Occasion, group_photos
from photorank.photos.hash_and_shape import shape_of_file
from photorank.typing import Codes

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


def limited_parts(index: Index, request: AlbumRequest) -> tuple[Codes | None, list[str]]:
    """Code (n,) of each photo's part of the collection (such as a day) that has a photo limit.

    A code stands for a day, an event, the photos with a face or another part that the requested
    quota limits; -1 for a photo in no part. None instead of codes if no quota was requested.

    Raises AlbumError if no photo is in any part, or if nobody looked for the faces asked for.
    """
    if request.with_faces is not None:
        return face_parts(index)
    if request.per is None:
        return None, []
    codes, names = parts(index, request.per)
    if not names:
        raise AlbumError(
            f"no photo tells its {request.per}, so there can be no limit per {request.per}."
        )
    notes = []
    if (without := int((codes < 0).sum())) > 0:
        notes.append(f"{counted(without, 'photo')} of no known {request.per}: no limit holds there")
    pinned = Counter(int(codes[row]) for row in request.pinned if codes[row] >= 0)
    notes += [
        f"{counted(count, 'photo')} of {names[code]} are pinned, more than {request.at_most}"
        for code, count in pinned.items()
        if count > request.at_most
    ]
    return codes, notes


def rules_of_request(request: AlbumRequest, candidates: Candidates, parts: Codes | None) -> Rules:
    """Constraints on the choice of photos, from the request's pins and quotas."""
    first, held = candidates.first, candidates.held
    plain = Rules(min(request.places, len(candidates.rows)), candidates.pinned, first, held=held)
    if parts is None:
        return plain
    of_candidates = parts[candidates.rows]
    limit: int | Codes | None = min(request.at_most, request.places)
    if request.with_faces is not None:
        limit = request.with_faces.limits(request.places, series_with_face(of_candidates, first))
    elif not request.is_limited:
        there = np.concatenate([candidates.pinned, held])
        limit = automatic_limits(of_candidates, first, there, plain.places)
    return plain if limit is None else replace(plain, parts=of_candidates, limit=limit)
