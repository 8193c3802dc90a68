"""Cached page layouts of saved albums' photo books, and the PDF files made from them."""

import tempfile
from pathlib import Path

import streamlit as st

from dashboard.cache import index_data, vector_ratings
from dashboard.cache.cache_keys import HashFuncs, of_tables, of_vector
from photorank.album.book.book import Book
from photorank.album.book.geometry import PageSize
from photorank.album.book.make_book import BookWishes, make_book
from photorank.album.in_context import AlbumContext
from photorank.album.kept.album import KeptAlbum
from photorank.album.kept.choose import rows_of_album
from photorank.album.kept.store import AlbumStore
from photorank.errors import ExportError
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector

# A pin changes nothing of the pages.
BY_PAGES: HashFuncs = {
    Index: of_tables("photos", "files", "memberships"),
    MasterVector: of_vector,
    KeptAlbum: lambda album: (album.photos, repr(album.book)),
}


def store() -> AlbumStore:
    """Album store of the workspace, which reads and writes saved albums."""
    return AlbumStore(index_data.workspace())


def vector_of(index: Index, album: KeptAlbum) -> MasterVector | None:
    """Rating vector named in an album's settings; if it is missing, the index's default vector.

    None for an index without vectors.
    """
    return index_data.vectors(index).get(album.settings.vector) or index_data.default_rating_vector(
        index
    )


@st.cache_resource(max_entries=16, show_spinner="Laying out the pages …", hash_funcs=BY_PAGES)
def book_of_album(index: Index, vector: MasterVector, album: KeptAlbum) -> Book:
    """Photo book laid out from a saved album; raises AlbumError if the photos do not fit."""
    rows = rows_of_album(index, album).photos
    wishes = BookWishes(
        PageSize(album.book.width, album.book.height),
        album.book.pages,
        album.book.captions == "event",
        alone=frozenset(row for row in rows if index.photo(row).digest in album.book.alone),
    )
    return make_book(index, vector_ratings.ratings(index, vector), rows, wishes)


def added_shares(index: Index, vector: MasterVector, album: KeptAlbum) -> dict[str, float]:
    """Each photo's contribution to an album's value, as a share (0 to 1), keyed by photo digest."""
    rows, rated = rows_of_album(index, album).photos, vector_ratings.ratings(index, vector)
    told = AlbumContext(index, rated, rows).tell_rows(rows, rated)
    return {index.photo(row).digest: one.adds for row, one in zip(rows, told, strict=True)}


def pdf_of(book: Book, title: str) -> bytes:
    """PDF bytes of a photo book; raises ExportError if the PDF differs from the book's layout."""
    from photorank.export.pdf.check import check_pdf
    from photorank.export.pdf.write_book_pdf import PdfOptions, write_pdf

    with tempfile.TemporaryDirectory(prefix="photorank-") as folder:
        path = Path(folder, "book.pdf")
        write_pdf(book, path, PdfOptions(title=title))
        if faults := check_pdf(path, book):
            raise ExportError(f"the PDF is not what was planned: {faults[0]}. Nothing was kept.")
        return path.read_bytes()
