"""Script that computes the constants of the encoder `embedded` from a folder of photographs.

They are those of the encoder's version 2.

    python scripts/embedding_constants.py --images DIR

Projections and scales are those of the photographs and their degraded copies (see
`photorank/photos/degraded/degrade.py`). It takes about six minutes on one core, and prints the
digest that belongs into `photorank/encoders/constants.py`.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np

from photorank.encoders import constants
from photorank.encoders.constants import Constants
from photorank.encoders.embedded import EmbeddedEncoder
from photorank.encoders.image_towers import encode
from photorank.photos.degraded.degrade import FINE, degraded_copies
from photorank.photos.open_photo import decode_photo, read_photo

LAST, HEAD, STAGES = 1280, 512, 256  # dimensions: the last layer's, and of both projections


def main() -> None:
    """Fit the constants to photographs and degraded copies, and write them to a file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, required=True, help="folder of photographs")
    parser.add_argument("--to", type=Path, default=constants.FILE, help="file to write")
    arguments = parser.parse_args()
    features, signals = measured(sorted(arguments.images.glob("*.jpg")))
    arrays = fitted_constants(features, signals)._asdict()
    # The largest in 16 bits: half the size, and no figure changes.
    kept = {name: array.astype(np.float32) for name, array in arrays.items()}
    np.savez(arguments.to, **kept | {"head": arrays["head"].astype(np.float16)})
    print(hashlib.sha256(arguments.to.read_bytes()).hexdigest())


def measured(paths: list[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Network features (n, 2136) and signals (n, 32) of n images: photos and degraded copies."""
    encoder = EmbeddedEncoder(device="cpu")
    features, signals = [], []
    for number, path in enumerate(paths):
        photo = decode_photo(read_photo(path))
        versions = [encoder.prepare(one) for one in degraded_copies(photo, FINE, seed=number)]
        frames = [one.frames[0] for one in versions]
        features.append(encode(encoder.tower(), frames, encoder.n_features))
        signals.append([one.signals for one in versions])
        print(f"{number + 1} of {len(paths)} photos", end="\r", flush=True)
    return np.concatenate(features), np.concatenate(signals)


def fitted_constants(
    features: np.ndarray,
    signals: np.ndarray,
    *,
    last: int = LAST,
    head: int = HEAD,
    stages: int = STAGES,
) -> Constants:
    """Projections and scales of the encoder, from image features (n, 2136) and signals (n, 32).

    The last layer is projected on the main axes of its unit rows, the stages' channels on those of
    their standardised means; then the stages' mean squared length is 1.
    """
    layer, channels = np.split(features.astype(np.float64), [last], axis=1)
    unit = layer / np.linalg.norm(layer, axis=1, keepdims=True)
    deviations = np.maximum(channels.std(axis=0), 1e-6)
    standard = (channels - channels.mean(axis=0)) / deviations
    axes = main_axes(standard, stages)
    length = np.sqrt(((standard @ axes) ** 2).sum(axis=1).mean())
    return Constants(
        head=main_axes(unit, head),
        stages=axes / deviations[:, None] / length,
        stage_means=channels.mean(axis=0),
        signal_means=np.nanmean(signals, axis=0),
        signal_deviations=np.nanstd(signals, axis=0),
    )


def main_axes(rows: np.ndarray, k: int) -> np.ndarray:
    """First k principal axes (d, k) of uncentred rows, each with a positive largest entry."""
    axes = np.linalg.eigh(rows.T @ rows / len(rows))[1][:, ::-1][:, :k]
    largest = axes[np.abs(axes).argmax(axis=0), np.arange(k)]
    return axes * np.sign(largest)


if __name__ == "__main__":
    main()
