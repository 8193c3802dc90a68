"""A real encoder that needs no network weights: the mean colours of a photo's 16 fields."""

import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from photorank.encoders.base import Fingerprint
from photorank.index.building import batches
from photorank.index.building.build import build_index
from photorank.index.building.ray_cluster import Cluster
from photorank.workspace import Workspace


class ColourEncoder:
    """Mean colours of a 4 x 4 grid; a black photo has no embedding."""

    dimensions = 48
    short_side = 16
    logit_scale = None

    def __init__(self, spec="colours", *, framing=None, device="auto", delay=0.0):
        self.spec = spec
        self.fingerprint = Fingerprint(spec, "0" * 64, framing or "squash", 16)
        self.delay = delay  # seconds a photo
        self.encoded = 0  # photos

    def prepare(self, photo):
        """Return the photo as one small frame."""
        return [np.asarray(photo.resize((16, 16), Image.Resampling.BOX))]

    def encode_frames(self, frames):
        """Return unit rows, nan for black frames."""
        time.sleep(self.delay * len(frames))
        self.encoded += len(frames)
        pixels = np.stack(frames).astype(np.float32)
        fields = pixels.reshape(-1, 4, 4, 4, 4, 3).mean(axis=(2, 4)).reshape(-1, 48)
        lengths = np.linalg.norm(fields, axis=1, keepdims=True)
        return np.divide(fields, lengths, out=np.full_like(fields, np.nan), where=lengths > 0)

    def encode_texts(self, texts):
        """Raise: it knows no words."""
        raise NotImplementedError("this encoder knows no words")


def paint(path, seed, size=(24, 24)):
    """Write a photo that differs from those of other seeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(1, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def fill(folder, n, start=0):
    """Write n different photos into a folder."""
    return [paint(folder / f"{number:04}.png", start + number) for number in range(n)]


def contents(index):
    """Return all that an index shows, for comparison with another that should be equal."""
    return [
        (photo.digest, str(photo.path), photo.group, photo.series, row.tobytes())
        for photo, row in zip(index.photos(), index.embeddings(), strict=True)
    ]


def main():
    """Build an index slowly, telling each photo, so that a test can end this process meanwhile."""
    batches.PHOTOS = 16
    home, folder = map(Path, sys.argv[1:3])
    address = sys.argv[3] if len(sys.argv) > 3 else None
    print("started", flush=True)
    build_index(
        [folder],
        "slow",
        workspace=Workspace(home),
        encoder_spec="colours",
        load=lambda spec, **how: ColourEncoder(spec, delay=0.2 if address else 0.002, **how),
        batch_size=4,
        workers=1 if address else None,
        cluster=Cluster(address) if address else None,
        on_progress=lambda done, total: print(done, "of", total, flush=True),
    )


if __name__ == "__main__":
    main()
