"""Proposal of a photo for a book's cover."""

from dataclasses import replace

from photorank.album.book.book import Book, PlacedPhoto
from photorank.index.opened import Index
from photorank.typing import Ratings


def with_cover(book: Book, index: Index, ratings: Ratings) -> Book:
    """Copy of a book with a proposed cover: the best rated photo shaped roughly like the page."""
    shape = book.size.width / book.size.height

    def unlike(frame: PlacedPhoto) -> bool:
        ratio = frame.box[2] / frame.box[3]
        return bool(max(ratio / shape, shape / ratio) > 2)

    def order(frame: PlacedPhoto) -> tuple[bool, float]:
        row = index.row_of(frame.path)
        return unlike(frame), -float(ratings[row]) if row is not None else 0.0

    best = min(book.frames, key=order, default=None)
    if best is None:
        return book
    return replace(book, cover=best.path, cover_reason="the best rated photo of about its shape")
