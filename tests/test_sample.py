import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from photorank.errors import StorageError
from photorank.photos.degraded.defects import DEFECTS, SEVERITIES, degraded
from photorank.sample import write_sample

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def photo():
    """Photograph with edges, texture and smooth parts."""
    import skimage

    return Image.fromarray(skimage.data.coffee())


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """Folder of the generated sample photos, and their tables of labels and choices."""
    folder = tmp_path_factory.mktemp("sample")
    return folder, write_sample(folder)


def levels(photo):
    """Pixel values of a photo, as an array of floats."""
    return np.asarray(photo, dtype=float)


def sharpness(photo):
    """Sharpness of a photo, from the mean grey-level differences between neighbouring pixels."""
    grey = levels(photo.convert("L"))
    return np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean()


def test_the_sample_is_264_pictures_of_eight_scenes(sample):
    """The label table lists each scene's original and its eight defects at four severities."""
    folder, (labels, _) = sample
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    assert files == {score.file for score in labels.rows}
    assert len(labels.rows) == len(files) == 8 * (1 + 8 * 4)
    assert set(Counter(score.group for score in labels.rows).values()) == {33}
    for score in labels.rows:
        scene, name = score.file.split("/")
        assert score.group == scene
        severity = 0 if name == "original.jpg" else int(name.removesuffix(".jpg")[-1])
        assert score.score == -severity


def test_choices_are_all_ordered_pairs_within_scene_and_defect(sample):
    """Choices are all pairs of photos of one scene and one defect; the milder defect wins."""
    _, (labels, choices) = sample
    score = {row.file: row.score for row in labels.rows}
    kinds = Counter()
    pairs = [(row.winner, row.loser) for row in choices.rows]
    for winner, loser in pairs:
        assert score[winner] > score[loser]
        kinds[loser.rsplit("-", 1)[0]] += 1
        if not winner.endswith("/original.jpg"):
            assert winner.rsplit("-", 1)[0] == loser.rsplit("-", 1)[0]
        assert winner.split("/")[0] == loser.split("/")[0]

    assert len(set(pairs)) == len(pairs) == 640
    assert set(kinds.values()) == {10}


def test_pictures_are_jpegs_of_one_size_a_scene(sample):
    """All pictures of a scene have the same size, with at most 640 pixels on the longer side."""
    folder, (labels, _) = sample
    sizes = {}
    for row in labels.rows:
        with Image.open(folder / row.file) as picture:
            assert (picture.format, picture.mode) == ("JPEG", "RGB")
            sizes.setdefault(row.group, set()).add(picture.size)

    assert all(len(size) == 1 for size in sizes.values())
    assert max(max(*size) for sizes in sizes.values() for size in sizes) == 640


def test_writing_again_changes_no_file(sample):
    """Writing the sample again restores a damaged file and leaves intact files untouched."""
    folder, (labels, choices) = sample
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.jpg")}
    spoilt = folder / labels.rows[7].file
    original = spoilt.read_bytes()
    spoilt.write_bytes(original[:1000])

    assert write_sample(folder) == (labels, choices)

    assert spoilt.read_bytes() == original
    after = {path: path.stat().st_mtime_ns for path in folder.rglob("*.jpg")}
    assert {path for path in after if after[path] != before[path]} == {spoilt}


def test_a_folder_that_cannot_be_made_is_an_error_in_words(tmp_path):
    """If a file is where the sample's folder should be made, the error says so."""
    (tmp_path / "taken").touch()

    with pytest.raises(StorageError, match="a file is in the way"):
        write_sample(tmp_path / "taken")


@pytest.mark.parametrize("defect", DEFECTS)
def test_every_defect_grows_with_its_severity(photo, defect):
    """A higher severity of any defect changes a photo more, but never its size in pixels."""
    distances = []
    for severity in SEVERITIES:
        spoilt = degraded(photo, defect, severity, seed=3)
        assert (spoilt.size, spoilt.mode) == (photo.size, "RGB")
        distances.append(np.abs(levels(spoilt) - levels(photo)).mean())

    assert distances[0] > 1
    assert all(np.diff(distances) > 0.5)


@pytest.mark.parametrize("defect", DEFECTS)
def test_defects_follow_their_seed(photo, defect):
    """Equal seeds give equal pictures; for random defects, other seeds give other pictures."""
    small = photo.resize((150, 100))

    once, again = ([degraded(small, defect, 4, seed=s).tobytes() for s in range(8)] for _ in "12")

    assert once == again
    by_chance = defect not in {"underexposure", "overexposure", "jpeg"}
    assert (len(set(once)) > 1) == by_chance


def test_the_severities_of_a_seed_differ_in_strength_only():
    """For one seed, a colour cast has the same hue and noise the same grain at each severity."""
    grey = Image.new("RGB", (100, 80), (128, 128, 128))
    casts = [levels(degraded(grey, "colour-cast", s, seed=5))[0, 0] - 128 for s in SEVERITIES]
    noises = [levels(degraded(grey, "noise", s, seed=5)).ravel() - 128 for s in SEVERITIES]

    assert np.corrcoef(casts).min() > 0.95
    assert np.corrcoef(noises)[0].min() > 0.9


@pytest.mark.parametrize("defect", ["defocus", "shake"])
def test_blur_takes_sharpness_and_keeps_the_light(photo, defect):
    """Blur of higher severity lowers sharpness more, without changing brightness or position."""
    sharp = [sharpness(degraded(photo, defect, s, seed=2)) for s in SEVERITIES]
    white = Image.new("RGB", (64, 48), "white")
    point = Image.new("RGB", (101, 81))
    point.putpixel((50, 40), (255, 255, 255))
    spread = levels(degraded(point, defect, 4, seed=2))[..., 0]
    spread = np.where(spread <= 10.3, spread / 255 / 12.92, ((spread / 255 + 0.055) / 1.055) ** 2.4)

    assert all(np.diff([sharpness(photo), *sharp]) < 0)
    assert (levels(degraded(white, defect, 4, seed=2)) == 255).all()
    assert spread.sum() == pytest.approx(1, abs=0.05)
    rows, columns = np.indices(spread.shape)
    assert (spread * rows).sum() / spread.sum() == pytest.approx(40, abs=0.1)
    assert (spread * columns).sum() / spread.sum() == pytest.approx(50, abs=0.1)


@pytest.mark.parametrize("seed", range(4))
def test_defocus_reaches_a_gaussian_of_four_pixels(photo, seed):
    """At a width of 560 pixels, a 4-pixel Gaussian blur lies between defocus severities 3 and 4."""
    photo = photo.resize((560, 373))
    blurred = sharpness(photo.filter(ImageFilter.GaussianBlur(4)))

    third, fourth = (sharpness(degraded(photo, "defocus", s, seed=seed)) for s in (3, 4))

    assert fourth < blurred * 1.05
    assert third > blurred * 0.95


def test_defocus_grows_with_the_photo(photo):
    """Defocus looks the same on a photo twice as large if both are shown at the same size."""
    large = photo.resize((1200, 800), Image.Resampling.LANCZOS)

    small_first = levels(degraded(photo, "defocus", 3, seed=1))
    large_first = levels(degraded(large, "defocus", 3, seed=1).resize((600, 400)))

    assert np.abs(small_first - large_first).mean() < 1


@pytest.mark.parametrize("seed", range(6))
def test_tilt_shows_no_empty_corner(seed):
    """A tilted white image stays white up to its corners, for any image shape and tilt."""
    for shape in ((640, 480), (300, 500), (200, 200), (900, 60)):
        wall = Image.new("RGB", shape, "white")
        assert (levels(degraded(wall, "tilt", 4, seed=seed)) == 255).all()


def test_tilt_turns_by_degrees_and_keeps_the_middle():
    """A tilt of strength 4 turns the photo by nine degrees about its middle."""
    horizon = Image.new("RGB", (400, 300), "white")
    horizon.paste("black", (0, 150, 400, 300))

    tilted = levels(degraded(horizon, "tilt", 4, seed=0))[..., 0]
    left, middle, right = ((tilted[:, x] > 127).sum() for x in (0, 200, 399))

    assert abs(middle - 150) <= 1
    assert abs(np.degrees(np.arctan2(right - left, 399))) == pytest.approx(9, abs=0.3)


@pytest.mark.parametrize(
    ("defect", "stops"), [("underexposure", (-0.7, -3.3)), ("overexposure", (0.5, 2.3))]
)
def test_exposure_is_in_stops(defect, stops):
    """Each stop of a photo's exposure defect doubles or halves linear light, clipped at 255."""
    light = 0.1
    grey = round(255 * (1.055 * light ** (1 / 2.4) - 0.055))
    card = Image.new("RGB", (8, 8), (grey, grey, grey))

    for severity, stop in zip((1, 4), stops, strict=True):
        shown = degraded(card, defect, severity, seed=0).getpixel((0, 0))[0]
        expected = 255 * (1.055 * (light * 2**stop) ** (1 / 2.4) - 0.055)
        assert shown == pytest.approx(expected, abs=1)

    white = Image.new("RGB", (8, 8), "white")
    assert (degraded(white, "overexposure", 1, seed=0).getpixel((0, 0))) == (255, 255, 255)


def test_a_colour_cast_is_not_a_change_of_brightness():
    """A colour cast on a grey card makes the channels differ but hardly changes luminance."""
    card = Image.new("RGB", (8, 8), (110, 110, 110))
    for seed in range(8):
        cast = degraded(card, "colour-cast", 3, seed=seed)
        assert abs(cast.convert("L").getpixel((0, 0)) - 110) < 10
        assert max(cast.getpixel((0, 0))) - min(cast.getpixel((0, 0))) > 12


def test_noise_has_a_grain_that_grows_with_the_photo():
    """Noise grain on a large photo spans several pixels and stays visible in a small version."""
    small, large = Image.new("RGB", (320, 240), "grey"), Image.new("RGB", (1920, 1440), "grey")

    spread = {
        photo.width: levels(degraded(photo, "noise", 3, seed=0).resize((320, 240), 4)).std()
        for photo in (small, large)
    }

    assert spread[1920] > spread[320] / 3


def test_the_jpeg_defect_is_in_the_pixels(photo):
    """The JPEG defect gives the pixels of the photo saved as a JPEG of low quality."""
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=5)

    assert degraded(photo, "jpeg", 4, seed=0).tobytes() == Image.open(file).tobytes()


def test_the_originals_come_without_the_network(monkeypatch, tmp_path):
    """The eight sample photographs come from installed packages, without network or cache."""
    import socket

    def refuse(*_):
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SKIMAGE_DATADIR", str(tmp_path / "cache"))
    from photorank.sample import scenes

    assert list(scenes()) == [
        *("astronaut", "chelsea", "coffee", "hubble", "motorcycle", "rocket", "china", "flower")
    ]
    assert not list(Path(tmp_path).iterdir())
