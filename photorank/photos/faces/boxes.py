"""Description of a photo's faces: boxes drawn on the photo, and a sentence."""

import io
from collections import Counter
from collections.abc import Sequence

from PIL import Image, ImageDraw

from photorank.errors import counted
from photorank.photos.faces.face import EyeState, Face

TEXTS: dict[EyeState, str] = {
    "open": "eyes open",
    "hardly open": "eyes hardly open",
    "unknown": "eyes cannot be judged",
}
CUT = "cut by the edge"
_COLOURS: dict[EyeState, str] = {"open": "#4fd1a5", "hardly open": "#ffb454", "unknown": "#ffffff"}
_LINE_SHARE = 0.004  # line width, as a share of the long side
_TEXT_SHARE = 0.022  # text height, as a share of the long side
_LEAST_TEXT_PX = 10


def sentence(faces: Sequence[Face]) -> str:
    """Sentence that counts a photo's faces, in total and by eye state.

    >>> from math import nan
    >>> sentence([Face(0, 0, 1, 1, 1, 1, 80, 0, 0, 0, 0.3, "open", nan, False)])
    '1 face found: eyes open.'
    """
    states = Counter(TEXTS[face.eyes] for face in faces)
    states.update(CUT for face in faces if face.cut)
    parts = list(states) if len(faces) == 1 else [f"{n} with {of}" for of, n in states.items()]
    told = ", ".join(part.replace("with eyes cannot", "whose eyes cannot") for part in parts)
    return f"{counted(len(faces), 'face')} found: {told.replace(f'with {CUT}', CUT)}."


def drawn(picture: bytes, faces: Sequence[Face]) -> Image.Image:
    """Copy of a photo with a labelled box drawn around each face."""
    with Image.open(io.BytesIO(picture)) as opened:
        photo = opened.convert("RGB")
    draw, long = ImageDraw.Draw(photo), max(photo.size)
    width, height = max(2, round(_LINE_SHARE * long)), max(_LEAST_TEXT_PX, _TEXT_SHARE * long)
    for face in faces:
        left, right = face.left * photo.width, face.right * photo.width
        top, bottom = face.top * photo.height, face.bottom * photo.height
        colour = _COLOURS[face.eyes]
        draw.rectangle((left - width, top - width, right + width, bottom + width), None, "black")
        draw.rectangle((left, top, right, bottom), None, colour, width)
        words = ", ".join([TEXTS[face.eyes], *([CUT] if face.cut else [])])
        place = (max(left, 0), max(min(bottom + width, photo.height - 1.5 * height), 0))
        draw.text(
            place, words, colour, font_size=height, stroke_width=width // 2 + 1, stroke_fill="black"
        )
    return photo
