"""Data classes of a saved album: ordered photos, pins, excluded photos and settings."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from photorank.album.request import BALANCE, Per
from photorank.errors import AlbumError
from photorank.outside_text import printable
from photorank.similarity.series import THRESHOLD

Digests: TypeAlias = tuple[str, ...]
Captions: TypeAlias = Literal["none", "event"]

MAX_NAME_LETTERS = 80
MAX_PLACES = 1_000_000
_DIGEST = re.compile("[0-9a-f]{64}")
_PAGE_SIDE_MM = (50.0, 1000.0)  # shortest and longest side of a page


@dataclass(frozen=True)
class AlbumSettings:
    """Settings by which an album's photos are chosen."""

    places: int = 24
    vector: str = ""  # "": the index's best one
    balance: float = BALANCE  # 0 ratings alone … 1 variety alone
    group: str | None = None
    per: Per | None = None
    at_most: int = 0  # photos of one day, event, …
    faces_at_least: int = 0
    faces_at_most: int | None = None
    alike: float = THRESHOLD  # cosine from which photos are one series
    balanced: bool = True  # no event and no kind of photo has more than its share


@dataclass(frozen=True)
class BookSettings:
    """Settings of the photo book made from an album: pages, page size, captions."""

    pages: int = 0  # 0: as many as suit
    width: float = 210.0  # mm of a page, as of its height
    height: float = 210.0
    captions: Captions = "event"
    alone: Digests = ()  # photos that have a page for themselves


@dataclass(frozen=True)
class KeptAlbum:
    """Saved album, whose photos are named by the digests (SHA-256) of their files."""

    index: str  # that it was last chosen from
    photos: Digests = ()  # in order
    pinned: Digests = ()
    left_out: Digests = ()
    settings: AlbumSettings = AlbumSettings()
    book: BookSettings = BookSettings()

    def pin(self, digests: Iterable[str], *, wanted: bool = True) -> "KeptAlbum":
        """Copy of the album with photos pinned (always kept), or unpinned if `wanted` is False.

        A pinned photo is no longer excluded.
        """
        some = tuple(digests)
        if not wanted:
            return replace(self, pinned=_without(self.pinned, some))
        left_out = _without(self.left_out, some)
        return replace(self, pinned=_joined(self.pinned, some), left_out=left_out)

    def leave_out(self, digests: Iterable[str]) -> "KeptAlbum":
        """Copy of the album with photos removed and excluded from later choices."""
        some = tuple(digests)
        return replace(
            self.take_out(some),
            pinned=_without(self.pinned, some),
            left_out=_joined(self.left_out, some),
        )

    def allow(self, digests: Iterable[str]) -> "KeptAlbum":
        """Copy of the album in which excluded photos may be chosen again."""
        return replace(self, left_out=_without(self.left_out, tuple(digests)))

    def take_out(self, digests: Iterable[str]) -> "KeptAlbum":
        """Copy of the album with photos removed; a later choice may take them again."""
        some = tuple(digests)
        book = replace(self.book, alone=_without(self.book.alone, some))
        return replace(self, photos=_without(self.photos, some), book=book)

    def put_before(self, digest: str, other: str | None) -> "KeptAlbum":
        """Copy of the album with a photo moved or added to the place before photo `other`.

        The photo comes last if `other` is None or not in the album.
        """
        if digest == other:
            return self
        order = list(_without(self.photos, (digest,)))
        order.insert(order.index(other) if other in order else len(order), digest)
        return replace(self, photos=tuple(order), left_out=_without(self.left_out, (digest,)))

    def exchange(self, out: str, into: str) -> "KeptAlbum":
        """Copy of the album with one photo replaced by another."""
        if out not in self.photos or into in self.photos:
            return self
        order = tuple(into if one == out else one for one in self.photos)
        return replace(self.take_out(()), photos=order, pinned=_without(self.pinned, (out,)))

    def set_alone(self, digest: str, *, wanted: bool) -> "KeptAlbum":
        """Copy of the album in which a photo's separate book page is switched on or off."""
        alone = (
            _joined(self.book.alone, (digest,)) if wanted else _without(self.book.alone, (digest,))
        )
        return replace(self, book=replace(self.book, alone=alone))


def checked_album_name(name: str) -> str:
    r"""Album name in Unicode normal form; raises AlbumError if it is not allowed.

    >>> checked_album_name(" Summer 2026 ")
    'Summer 2026'
    >>> checked_album_name("../x")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    photorank.errors.albums.AlbumError: "../x" cannot be an album's name: it has a / or ...
    """
    clean = unicodedata.normalize("NFC", name).strip()
    why = None
    if not clean:
        why = "it is empty"
    elif len(clean) > MAX_NAME_LETTERS:
        why = f"it has more than {MAX_NAME_LETTERS} letters"
    elif any(letter in clean for letter in "/\\"):
        why = "it has a / or \\"
    elif clean.startswith((".", "-")):
        why = f"it begins with {clean[0]}"
    elif printable(clean) != clean:
        why = "it holds a character that is not shown"
    if why:
        shown = printable(clean[:MAX_NAME_LETTERS])
        raise AlbumError(f'"{shown}" cannot be an album\'s name: {why}. Choose another.')
    return clean


def checked_album(album: KeptAlbum) -> KeptAlbum:
    """The same album, after a check of its values; raises AlbumError if one is invalid."""
    settings, book = album.settings, album.book
    lists = (album.photos, album.pinned, album.left_out, book.alone)
    faults = {
        "a photo is not named by 64 hexadecimal digits": not all(
            _DIGEST.fullmatch(one) for some in lists for one in some
        ),
        "a photo stands in it twice": any(len(set(some)) < len(some) for some in lists),
        "a photo is both pinned and left out": bool({*album.pinned} & {*album.left_out}),
        "a photo is both in it and left out": bool({*album.photos} & {*album.left_out}),
        "its number of places cannot be": not 0 <= settings.places <= MAX_PLACES,
        "its settings are outside 0 to 1": not (
            0 <= settings.balance <= 1 and 0 <= settings.alike <= 1
        ),
        "a limit is negative": min(settings.at_most, settings.faces_at_least, book.pages) < 0,
        "its pages have no size that is printed": not all(
            _PAGE_SIDE_MM[0] <= side <= _PAGE_SIDE_MM[1] for side in (book.width, book.height)
        ),
    }
    for why, wrong in faults.items():
        if wrong:
            raise AlbumError(f"this is no album: {why}. Nothing was kept.")
    return album


def _joined(some: Digests, more: Sequence[str]) -> Digests:
    return tuple(dict.fromkeys((*some, *more)))


def _without(some: Digests, those: Sequence[str]) -> Digests:
    gone = set(those)
    return tuple(one for one in some if one not in gone)
