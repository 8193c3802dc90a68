"""Rating vectors (master-vectors) from a text prompt, several prompts, or opposite prompts."""

from collections.abc import Sequence

import numpy as np

from photorank.encoders.base import Encoder
from photorank.errors import DegenerateDirectionError
from photorank.typing import Direction
from photorank.vectors.master import Card, MasterVector

# The prompt that a rating by words alone starts from; the baseline of every table.
PLAIN_PROMPT = (
    "a professionally-looking photo with nice composition that is worth placing into a photobook"
)

KINDS_FROM_WORDS = ("prompt", "antonyms", "prompt+qualities")


def prompt_vector(
    name: str, texts: Sequence[str], encoder: Encoder, *, negatives: Sequence[str] = ()
) -> MasterVector:
    """Rating vector from text embeddings: mean of `texts` minus mean of `negatives`.

    One text gives its unit embedding; several the mean of theirs, made unit again (an
    ensemble); with `negatives` it is the wanted mean minus the unwanted one, which ranks photos
    exactly as the softmax over one antonym pair does (Wang, Chan & Loy 2023, CLIP-IQA,
    https://doi.org/10.1609/aaai.v37i2.25353). Raises DegenerateDirectionError if no text is
    given, one is blank or not Unicode, or the two sides say the same.
    """
    if not texts or any(not text.strip() for text in [*texts, *negatives]):
        raise DegenerateDirectionError(
            'a text of no words has no direction: give it some, such as "a photo worth printing"'
        )
    if any("\ud800" <= letter <= "\udfff" for text in [*texts, *negatives] for letter in text):
        raise DegenerateDirectionError(
            "a text that is not Unicode has no direction: the terminal sends letters in another "
            "encoding, so set it to UTF-8 or write the text without them"
        )
    wanted = _mean_unit(encoder, texts)
    direction = wanted - _mean_unit(encoder, negatives) if negatives else wanted
    if np.linalg.norm(direction) < 1e-6:
        raise DegenerateDirectionError(
            "the wanted and the unwanted texts mean the same to this encoder, so they define no "
            "direction: choose texts that differ more"
        )
    vector = MasterVector(
        name,
        "antonyms" if negatives else "prompt",
        direction,
        encoder.fingerprint.of_head,
        # Plain cosines, whatever the length of a difference of texts.
        scale=1 / float(np.linalg.norm(direction)),
        card=Card(
            parameters={"texts": list(texts), "not": list(negatives)},
            source="words, through the encoder's text tower",
        ),
    )
    return vector.padded_to(encoder.fingerprint)


def _mean_unit(encoder: Encoder, texts: Sequence[str]) -> Direction:
    mean = encoder.encode_texts(list(texts)).astype(np.float64).mean(axis=0)  # (d,)
    length = np.linalg.norm(mean)
    if length < 1e-6:
        raise DegenerateDirectionError("the texts cancel out, so they define no direction")
    return mean / length
