"""Bytes of an indexed photo's file, if its content is unchanged since indexing."""

from photorank.errors import UnreadablePhotoError
from photorank.index.imported_digests import is_imported
from photorank.index.reading.records import Photo
from photorank.photos.open_photo import photo_digest, read_photo


def read_indexed_photo(photo: Photo) -> bytes:
    """Bytes of an indexed photo's file; raises UnreadablePhotoError if the file has changed.

    The digest of a photo whose embedding was imported is not that of a file, and is not compared.

    Raises
    ------
    UnreadablePhotoError
        If the file cannot be read, or has another content than when it was indexed.
    """
    data = read_photo(photo.path)
    if not is_imported(photo.digest) and photo_digest(data) != photo.digest:
        raise UnreadablePhotoError("it has changed since it was indexed", photo.path)
    return data
