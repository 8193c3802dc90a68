"""Choice of photos for a saved album: keep its photos, add more, or choose all anew."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from photorank.album.candidates import shortlist
from photorank.album.face_quota import FaceQuota
from photorank.album.kept.album import AlbumSettings, KeptAlbum
from photorank.album.make_album import Album, make_album
from photorank.album.request import AlbumRequest
from photorank.errors import changed_since
from photorank.index.opened import Index
from photorank.photos.metadata.capture_seconds import seconds_or_day
from photorank.similarity.series import Series
from photorank.similarity.series_cache import series_of
from photorank.vectors.master import MasterVector

_GOOD_SHARE = 0.8  # share of the moments that a book takes by default


class AlbumRows(NamedTuple):
    """Row numbers of a saved album's chosen, pinned and excluded photos."""

    photos: list[int]  # in the album's order
    pinned: frozenset[int]
    left_out: frozenset[int]
    missing: list[str]  # digests of its photos that the index does not have


def rows_of_album(index: Index, album: KeptAlbum) -> AlbumRows:
    """Row numbers of a saved album's photos in an index, found by digest, not by path."""
    rows = index.rows_of_digests({*album.photos, *album.pinned, *album.left_out})
    return AlbumRows(
        [rows[one] for one in album.photos if one in rows],
        frozenset(rows[one] for one in album.pinned if one in rows),
        frozenset(rows[one] for one in album.left_out if one in rows),
        [one for one in album.photos if one not in rows],
    )


def request_of(settings: AlbumSettings, rows: AlbumRows, *, hold: bool, fill: bool) -> AlbumRequest:
    """Request for choosing photos, made from a saved album's settings and photos.

    `hold` keeps the album's photos; `fill` allows new ones, up to the number in the settings.
    """
    faces = None
    if settings.faces_at_least or settings.faces_at_most is not None:
        faces = FaceQuota(settings.faces_at_least, settings.faces_at_most)
    there = len(rows.pinned.union(rows.photos)) if hold else 0
    places = max(settings.places, there) if fill else there
    return AlbumRequest(
        places,
        settings.balance,
        settings.group if fill else None,
        rows.pinned,
        rows.left_out,
        settings.per,
        settings.at_most,
        faces,
        settings.balanced,
        tuple(rows.photos) if hold else (),
    )


def choose_album(
    index: Index,
    vector: MasterVector,
    request: AlbumRequest,
    alike: float,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    least: int | None = None,
) -> tuple[Album, Series]:
    """Album that fulfils `request`, and the series of similar photos among the album's candidates.

    If the file of a chosen photo has changed since indexing, the album is chosen again without
    photos of changed files. Files of pinned and of already chosen photos are not checked.

    With `least` places are left empty, down to so many, rather than taken by the weakest moments
    or by a second shot of one.
    """
    ratings = index.rate(vector)
    among = shortlist(index, ratings, request)
    series = series_of(index, alike, among=among, on_progress=on_progress)
    if least is not None:
        moments = len(np.unique(series.codes[among]))
        good = max(round(_GOOD_SHARE * moments), least)
        request = replace(request, places=min(request.places, good))
    album = make_album(index, ratings, series, request, vector=vector.name)
    held = request.pinned.union(request.held)
    if index.changed([one.row for one in album.chosen if one.row not in held]):
        changed = set(index.changed(among)) - held
        request = replace(request, banned=request.banned | changed)
        album = make_album(index, ratings, series, request, vector=vector.name)
        album.notes.append(changed_since([index.photo(row).path for row in sorted(changed)]))
    return album, series


def album_rows(index: Index, vector: MasterVector, album: KeptAlbum | None) -> list[int]:
    """Row numbers of the photos in a saved album, or in a new album if `album` is None.

    The new album is chosen by the default settings.
    """
    if album is not None:
        return rows_of_album(index, album).photos
    settings = AlbumSettings()
    nothing = rows_of_album(index, KeptAlbum(index.name))
    request = request_of(settings, nothing, hold=False, fill=True)
    made, _ = choose_album(index, vector, request, settings.alike)
    return [one.row for one in made.chosen]


def with_photos(index: Index, album: KeptAlbum, rows: Sequence[int]) -> KeptAlbum:
    """Copy of a saved album, with its photos replaced by those with the given index rows.

    Photos that it had keep their order; a new one is placed before the first one taken later.
    Photos that the index lacks stay in the album.
    """
    had = rows_of_album(index, album)
    wanted = set(rows)
    order = [row for row in had.photos if row in wanted]
    taken = [index.photo(row).taken for row in (*order, *rows)]
    seconds = dict(zip((*order, *rows), seconds_or_day(taken).tolist(), strict=True))
    for row in sorted(wanted - set(order), key=lambda one: (np.nan_to_num(seconds[one]), one)):
        moment = seconds[row]
        later = (place for place, one in enumerate(order) if seconds[one] > moment)
        order.insert(next(later, len(order)), row)
    digests = tuple(index.photo(row).digest for row in order)
    alone = tuple(one for one in album.book.alone if one in digests)
    return replace(
        album,
        photos=digests + tuple(had.missing),
        index=index.name,
        book=replace(album.book, alone=alone),
    )
