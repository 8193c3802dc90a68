"""Share of photos that rating vectors prefer to blurred or blown-out copies of them.

    python benchmarks/sharp_twins.py --index INDEX --vectors worth mine --photos DIR

Photos of the folder, drawn at random, are reduced to a long side of 560 pixels. Each is rated by
vectors of the index, and so are copies of it with a Gaussian blur of standard deviation (radius) 1,
2 and 4 pixels, and one that is blurred by 3 pixels and made 1.9 times as light. The photos should
be others than those that the vectors were learned from. Brackets are 95 % intervals (Wilson).
"""

from argparse import ArgumentParser
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from photorank.encoders.base import encode_photos
from photorank.errors import PhotorankError, UnreadablePhotoError
from photorank.index.opened import Index, open_index
from photorank.metrics.hit_rate_intervals import wilson
from photorank.photos.find_photos import PhotoFile, find_photos
from photorank.photos.open_photo import decode_photo, read_photo
from photorank.typing import Embeddings
from photorank.vectors.store import load_vector

_LONG_SIDE = 560  # pixels
_RADII = (1, 2, 4)  # pixels: standard deviations of the blur
_BLOWN_RADIUS, _BLOWN_LIGHT = 3, 1.9  # pixels; factor


def main() -> None:
    """Print how often each rating vector rates photos above their degraded copies."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", required=True)
    parser.add_argument("--vectors", nargs="+", required=True)
    parser.add_argument("--photos", type=Path, required=True, help="folder")
    parser.add_argument("--count", type=int, default=150, help="photos to draw")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    index = open_index(arguments.index)
    vectors = [load_vector(index, name) for name in arguments.vectors]
    X = embedded_twins(index, arguments.photos, arguments.count, arguments.seed)
    copies = [f"blur of {radius} px" for radius in _RADII] + ["blurred and blown out"]
    print(f"{len(X)} photos\n\n| vector | {' | '.join(copies)} |\n|---|{'---|' * len(copies)}")
    for vector in vectors:
        ratings = X @ vector.direction  # (n, 1 + copies)
        wins = ratings[:, :1] > ratings[:, 1:]
        shares = [wilson(column, n_photos=len(column)) for column in wins.T.astype(float)]
        cells = [f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]" for one in shares]
        print(f"| {vector.name} | {' | '.join(cells)} |")


def embedded_twins(index: Index, folder: Path, count: int, seed: int) -> Embeddings:
    """Embeddings (n, 1 + copies, d) of n photos drawn from a folder, and of their spoilt copies."""
    files = [file.path for file in find_photos([folder]) if isinstance(file, PhotoFile)]
    encoder, rows = index.encoder(), []
    for place in np.random.default_rng(seed).permutation(len(files)):
        try:
            photo = decode_photo(read_photo(files[place]))
        except UnreadablePhotoError:
            continue
        photo.thumbnail((_LONG_SIDE, _LONG_SIDE), Image.Resampling.LANCZOS)
        versions = [photo, *(photo.filter(ImageFilter.GaussianBlur(one)) for one in _RADII)]
        blurred = photo.filter(ImageFilter.GaussianBlur(_BLOWN_RADIUS))
        versions.append(ImageEnhance.Brightness(blurred).enhance(_BLOWN_LIGHT))
        rows.append(encode_photos(encoder, [encoder.prepare(one) for one in versions]))
        if len(rows) == count:
            break
    if not rows:
        raise SystemExit(f"no photo in {folder} can be read")
    return np.stack(rows)


if __name__ == "__main__":
    try:
        main()
    except PhotorankError as error:
        raise SystemExit(str(error)) from error
