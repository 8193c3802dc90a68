import io
import os

from PIL import Image

from dashboard.cache import photo_images
from tests.fixtures.colours import paint


def test_a_photo_whose_name_is_no_text_is_shown_large(library):
    """Names of files are bytes, and the cache keeps their pictures all the same."""
    paint(library.folder / os.fsdecode(b"caf\xe9") / os.fsdecode(b"a\xff.png"), seed=3)
    library.build()
    with Image.open(io.BytesIO(photo_images.picture(library.index, 0))) as shown:
        assert shown.format == "JPEG"
