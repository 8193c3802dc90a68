"""Sample photos, degraded in known steps, so that their true order by quality is known."""

from itertools import combinations
from pathlib import Path
from typing import Any

from PIL import Image

from photorank.labels.tables.judgement_tables import ChoiceRow, ChoiceTable, LabelRow, LabelTable
from photorank.photos.degraded.defects import DEFECTS, SEVERITIES, degraded, jpeg_file
from photorank.workspace import write_bytes

SAMPLE = "sample"  # name of the index, and of the source of its judgements
_JPEG_QUALITY = 95  # so high that compression is no defect
LONG_SIDE = 640  # pixels, as most of the originals have


def write_sample(folder: Path) -> tuple[LabelTable, ChoiceTable]:
    """Write the 264 sample photos if missing, and return their true ratings and pairwise choices.

    The ratings are the severities of the defects, with a minus. Eight scenes, each as it was taken
    and with eight defects at four severities. Choices are within a scene and a defect: the original
    over severity 1 over 2 over 3 over 4, all ten ordered pairs. The bytes stay the same as long as
    Pillow, NumPy and SciPy do: all are made anew and compared with the files, so that one which is
    torn or was altered is written again.
    """
    labels: list[LabelRow] = []
    choices: list[ChoiceRow] = []
    for seed, (scene, photo) in enumerate(scenes().items()):
        original = f"{scene}/original.jpg"
        _write_jpeg(folder / original, photo)
        labels.append(LabelRow(len(labels) + 2, original, 0.0, group=scene))
        for defect in DEFECTS:
            best_first = [original]
            for severity in SEVERITIES:
                file = f"{scene}/{defect}-{severity}.jpg"
                _write_jpeg(folder / file, degraded(photo, defect, severity, seed=seed))
                labels.append(LabelRow(len(labels) + 2, file, -float(severity), group=scene))
                best_first.append(file)
            for winner, loser in combinations(best_first, 2):
                choices.append(ChoiceRow(len(choices) + 2, winner, loser))
    return LabelTable(SAMPLE, labels), ChoiceTable(SAMPLE, choices)


def scenes() -> dict[str, Image.Image]:
    """Eight colour photographs from scikit-image and scikit-learn, keyed by scene name."""
    import skimage
    from sklearn.datasets import load_sample_image

    data: Any = skimage.data  # its functions are untyped

    pixels = {
        "astronaut": data.astronaut(),
        "chelsea": data.chelsea(),
        "coffee": data.coffee(),
        "hubble": data.hubble_deep_field(),
        "motorcycle": data.stereo_motorcycle()[0],
        "rocket": data.rocket(),
        "china": load_sample_image("china.jpg"),
        "flower": load_sample_image("flower.jpg"),
    }
    photos = {scene: Image.fromarray(array) for scene, array in pixels.items()}
    for photo in photos.values():
        photo.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    return photos


def _write_jpeg(path: Path, photo: Image.Image) -> None:
    """Write a photo as JPEG unless the file already has the same bytes."""
    data = jpeg_file(photo, _JPEG_QUALITY)
    if not (path.is_file() and path.read_bytes() == data):
        write_bytes(path, data)
