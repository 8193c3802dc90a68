"""Search for faces in a photo file.

The caller is a decoder process, which limits time and memory.
"""

from PIL import Image

from photorank.photos.faces.face import Face
from photorank.photos.faces.find_faces import LARGER, find_faces
from photorank.photos.faces.networks import load_networks
from photorank.photos.open_photo import decode_photo, full_size
from photorank.photos.signals.signals_block import LEAST_LONG_SIDE

# Of the picture in which found faces are looked at: a JPEG of 12 megapixels is read at half its
# size for it, one of 100 at a quarter.
_LARGER_SHORT_SIDE = 900  # pixels asked for; a decoder gives 1.6 times as many or more


def faces_in(data: bytes, decoded: Image.Image | None = None) -> list[Face]:
    """List of the faces found in a photo, given as the bytes of its file.

    Faces are looked for in the photo as decoded for its technical signals, whatever the encoder
    needs, so that an old index gets what a new one has; `decoded` saves decoding it again. Raises
    UnreadablePhotoError if the bytes are no usable photo, FaceModelsError without the models.
    """
    photo = (
        decode_photo(data, short_side=1, long_side=LEAST_LONG_SIDE) if decoded is None else decoded
    )

    def larger() -> Image.Image:
        return decode_photo(data, short_side=_LARGER_SHORT_SIDE)

    has_more = max(full_size(photo)) >= LARGER * max(photo.size)
    return find_faces(load_networks(), photo, larger if has_more else None)
