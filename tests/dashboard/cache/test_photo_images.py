import io
import os

from PIL import Image

from dashboard.cache import photo_images
from tests.fixtures.colours import paint


def test_a_photo_whose_name_is_no_text_is_shown_large(library):
    """Photos with file names that are not valid text are cached and shown as large JPEGs."""
    paint(library.folder / os.fsdecode(b"caf\xe9") / os.fsdecode(b"a\xff.png"), seed=3)
    library.build()
    with Image.open(io.BytesIO(photo_images.picture(library.index, 0))) as shown:
        assert shown.format == "JPEG"


def test_a_file_that_was_replaced_is_not_shown_from_the_cache(library):
    """The picture of a file that was replaced is read anew instead of from the cache."""
    file = paint(library.folder / "a.png", seed=3)
    library.build()
    before = photo_images.picture(library.index, 0)
    paint(file, seed=4)
    library.build()
    assert photo_images.picture(library.index, 0) != before
