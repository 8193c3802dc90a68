"""CSV table of an album's photos: rating, contribution to the album, reason, similar photos."""

import csv
import io
from collections.abc import Sequence

from photorank.album.make_album import Album
from photorank.index.opened import Photo
from photorank.labels.tables.formula_cells import text_cell
from photorank.photos.path_text import path_text, unicode_text

COLUMNS = ("place", "path", "taken", "rating", "marginal", "pinned", "reason", "represents")


def album_csv(album: Album, photos: Sequence[Photo]) -> bytes:
    """Bytes of a CSV file (RFC 4180, UTF-8) with one row for each photo of an album.

    Text that looks like a spreadsheet formula is escaped. ``represents`` has one path a line.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for place, one in enumerate(album.chosen, start=1):
        photo = photos[one.row]
        represented = [photos[row].path for row in one.represents] + one.raws
        writer.writerow(
            [
                place,
                text_cell(path_text(photo.path)),
                text_cell(photo.taken),
                repr(one.rating),
                repr(one.marginal),
                int(one.pinned),
                text_cell(unicode_text(one.reason)),
                text_cell("\n".join(path_text(path) for path in represented)),
            ]
        )
    return text.getvalue().encode()
