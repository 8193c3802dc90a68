"""Script that fits the direction of valence (praise or blame) in sentence embeddings.

The lexicon is VADER's (Hutto & Gilbert 2014, https://doi.org/10.1609/icwsm.v8i1.14550, MIT): 7,500
words, each rated from -4 to 4 by ten people. Names of things and random letters count as 0, so
that they are taken for neither praise nor blame.

python scripts/word_valence.py
"""

import hashlib
from pathlib import Path

import numpy as np
import vaderSentiment
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_predict
from timm.data.imagenet_info import ImageNetInfo

from photorank.encoders.embedded.class_names import centred_sentences
from photorank.encoders.embedded.valence import FILE
from photorank.typing import Embeddings, Floats

_MOST = 4.0  # of a word's valence in the lexicon
_NONSENSE = 500
_BATCH = 256
_WEIGHTS = {"rated": 1.0, "thing": 2.0, "nonsense": 4.0}  # there are fewer of these
_PENALTY = 3.0


def main() -> None:
    """Fit the direction of word valence (praise or blame), and save it as a NumPy file."""
    rated = lexicon()
    names = ImageNetInfo().label_descriptions()
    things = [name.split(",")[0] for name in names]
    parts = {
        "rated": [*rated, *(f"a {word} photo" for word in rated)],
        "thing": [*things, *(f"a photo of a {thing}" for thing in things)],
        "nonsense": nonsense(np.random.default_rng(0)),
    }
    X = np.concatenate([embedded(texts) for texts in parts.values()])
    y = np.zeros(len(X))
    y[: len(parts["rated"])] = 2 * list(rated.values())
    weights = np.concatenate([np.full(len(one), _WEIGHTS[kind]) for kind, one in parts.items()])
    words = slice(len(rated))
    predicted = cross_val_predict(
        Ridge(alpha=_PENALTY), X[words], y[words], cv=KFold(10, shuffle=True, random_state=0)
    )
    print(f"words left out: r = {np.corrcoef(predicted, y[words])[0, 1]:.3f}, n = {len(rated)}")
    fitted = Ridge(alpha=_PENALTY).fit(X, y, weights)
    np.save(FILE, np.append(fitted.coef_, fitted.intercept_).astype(np.float32))
    print(hashlib.sha256(FILE.read_bytes()).hexdigest())


def lexicon() -> dict[str, float]:
    """Valence of each lexicon word made of letters only, from -1 (blame) to 1 (praise)."""
    text = (Path(vaderSentiment.__file__).parent / "vader_lexicon.txt").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {word: float(valence) / _MOST for word, valence, *_ in rows if word.isalpha()}


def nonsense(rng: np.random.Generator) -> list[str]:
    """Random texts, each of one to three words of letters and digits."""
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))

    def word() -> str:
        if rng.random() < 0.2:
            return str(rng.integers(1000))
        return "".join(rng.choice(letters, rng.integers(2, 8)))

    return [" ".join(word() for _ in range(rng.integers(1, 4))) for _ in range(_NONSENSE)]


def embedded(texts: list[str]) -> Embeddings | Floats:
    """Unit embeddings (n, 384) of texts, computed in batches."""
    starts = range(0, len(texts), _BATCH)
    return np.concatenate([centred_sentences(texts[at : at + _BATCH], "cpu") for at in starts])


if __name__ == "__main__":
    main()
