import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from photorank.index.building.picture_hashes import PictureHashes
from photorank.index.judging.import_rows import import_labels
from photorank.index.opened import Index
from photorank.labels.tables.judgement_tables import LabelRow, LabelTable
from photorank.similarity.leader_clustering import leaders
from photorank.similarity.series import find_series, is_bracket
from tests.fixtures.colours import ColourEncoder


def never(one, other):
    """Comparison of picture pairs that reports every pair as different."""
    return np.zeros(len(one), dtype=bool)


def unit(rows):
    """Rows of a matrix, scaled to unit length."""
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(("n", "d"), [(40, 5), (1500, 12), (1500, 500)])
def test_a_photo_is_like_its_leader_and_leaders_are_unlike_each_other(n, d):
    """Each photo is similar to its group's leader (first photo), and no two leaders are similar."""
    rng = np.random.default_rng(n + d)
    centres = rng.normal(size=(n // 4, d))
    rows = unit(centres[rng.integers(0, n // 4, n)] + 0.25 * rng.normal(size=(n, d)))
    leader = leaders(rows, 0.9, 0.8, never)
    firsts = np.unique(leader)
    assert 1 < len(firsts) < n
    assert (leader <= np.arange(n)).all()
    assert (np.einsum("ij,ij->i", rows, rows[leader]) >= 0.9 - 1e-4).all()
    between = rows[firsts] @ rows[firsts].T
    np.fill_diagonal(between, 0)
    assert between.max() < 0.9


def test_no_chain_is_made_of_a_slow_change():
    """Slowly changing photos form several groups; the first and last photo share no group."""
    angles = np.linspace(0, np.pi / 2, 60)
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    leader = leaders(rows, 0.95, 0.95, never)
    assert 3 <= len(np.unique(leader)) <= 6
    assert leader[-1] != leader[0]


def test_photos_that_are_all_the_same_are_one_group():
    """Thousands of equal photos form one group without memory for all their pairs."""
    rows = np.tile(unit(np.random.default_rng(0).normal(size=(1, 600))), (5000, 1))
    assert set(leaders(rows, 1.0, 0.9, never).tolist()) == {0}


class Scene:
    """Folder of test photographs that show one or several scenes."""

    def __init__(self, library):
        self.library = library

    def take(
        self, name, seed, *, time=None, zone=None, camera="A", bias=None, change=None, quality=95
    ):
        """Write a photo of the scene with a given seed, altered as the arguments say."""
        rng = np.random.default_rng(seed)
        fields = Image.fromarray(rng.integers(0, 256, (5, 7, 3), dtype=np.uint8))
        picture = fields.resize((140, 100), Image.Resampling.BICUBIC)
        exif = Image.Exif()
        if time:
            exif.get_ifd(0x8769)[0x9003] = time
            exif[0x010F] = camera
        if zone:
            exif.get_ifd(0x8769)[0x9011] = zone
        if bias is not None:
            exif.get_ifd(0x8769)[0x9204] = bias
        path = self.library.folder / name
        path.parent.mkdir(exist_ok=True)
        changed = change(picture) if change else picture
        changed.save(path, exif=exif, quality=quality)
        return path

    def series(self, threshold=0.9):
        """Series among the library's photos, and the file names of each series."""
        self.library.build()
        index = self.library.index
        found = find_series(index, threshold)
        groups = {}
        for photo, code in zip(index.photos(), found.codes.tolist(), strict=True):
            groups.setdefault(code, set()).add(photo.path.name)
        return found, sorted((group for group in groups.values() if len(group) > 1), key=sorted)


@pytest.fixture
def scene(library):
    """Helper that writes photographs of scenes into an empty photo library."""
    return Scene(library)


def darker(picture):
    """Picture darkened to 8 % of its brightness (by almost four stops)."""
    return ImageEnhance.Brightness(picture).enhance(0.08)


def grey(picture):
    """Greyscale version of a picture, stored as RGB."""
    return picture.convert("L").convert("RGB")


@pytest.mark.slow
def test_near_duplicates_are_one_series(scene):
    """Copies in another JPEG quality or sharpness form a series; a different photo stays out."""
    scene.take("a.jpg", 1)
    scene.take("b.jpg", 1, quality=30)
    scene.take("c.jpg", 1, change=lambda picture: picture.filter(ImageFilter.GaussianBlur(1)))
    scene.take("d.jpg", 2)
    _, groups = scene.series(0.995)
    assert groups == [{"a.jpg", "b.jpg", "c.jpg"}]


@pytest.mark.slow
def test_the_perceptual_hash_tells_the_same_picture_in_other_colours(scene):
    """A greyscale copy joins its colour photo's series by perceptual hash, not by embedding."""
    scene.take("a.jpg", 1)
    scene.take("b.jpg", 1, change=grey)
    scene.take("c.jpg", 2, change=grey)
    found, groups = scene.series(0.99)
    assert groups == [{"a.jpg", "b.jpg"}]
    paths = scene.library.paths
    assert paths.hashes.is_file()
    paths.hashes.write_bytes(b"damaged")  # they are worked out again
    np.testing.assert_array_equal(find_series(scene.library.index, 0.99).codes, found.codes)


@pytest.mark.slow
def test_indexing_keeps_the_perceptual_hashes(scene):
    """Indexing stores the perceptual hashes, so finding series opens no thumbnail again."""
    scene.take("a.jpg", 1)
    scene.take("b.jpg", 1, change=grey)
    scene.library.build()
    paths = scene.library.paths
    kept = paths.hashes.read_bytes()
    photos = scene.library.index.photos()
    hashes = PictureHashes(paths, [photo.digest for photo in photos])
    both = np.arange(2)
    for photo in photos:
        paths.thumbnail(photo.digest).unlink()
    assert (hashes.distances(both, both[::-1], lambda done, total: None) <= 8).all()
    assert scene.series(0.99)[1] == [{"a.jpg", "b.jpg"}]
    assert paths.hashes.read_bytes() == kept


@pytest.mark.slow
def test_a_burst_is_one_series_and_another_camera_or_hour_is_not(scene):
    """Photos of one camera within 30 seconds form a series even below the similarity threshold."""
    for number, seconds in enumerate((0, 2, 4)):
        scene.take(f"burst {number}.jpg", 3, time=f"2024:05:01 10:00:{seconds:02}",
                   change=lambda picture: picture.rotate(1), quality=95 - number)  # fmt: skip

    def other(seed):
        return lambda picture: Image.blend(picture, picture.transpose(0), 0.35)

    scene.take("near.jpg", 3, time="2024:05:01 10:00:06", change=other(1))
    scene.take("later.jpg", 3, time="2024:05:01 11:00:00", change=other(1), quality=60)
    index_of = scene.series(0.999)[1]
    assert {"burst 0.jpg", "burst 1.jpg", "burst 2.jpg"} <= index_of[0]
    scene.library.build()
    photos = [photo.path.name for photo in scene.library.index.photos()]
    rows = scene.library.index.embeddings()
    cosine = float(rows[photos.index("near.jpg")] @ rows[photos.index("burst 0.jpg")])
    threshold = cosine + 0.05  # unlike enough for a near-duplicate, like enough for a burst
    _, groups = scene.series(threshold)
    together = next(group for group in groups if "burst 0.jpg" in group)
    assert "near.jpg" in together


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clock", "zone", "together"),
    [("10:00:02", "+09:00", False), ("09:00:02", "+01:00", True), ("10:00:02", None, True)],
)
def test_bursts_are_of_one_moment_not_of_one_clock(scene, clock, zone, together):
    """Bursts are found by the true moment of capture, with time zones taken into account."""
    scene.take("first.jpg", 3, time="2024:05:01 10:00:00", zone="+02:00")
    scene.take("second.jpg", 3, time=f"2024:05:01 {clock}", zone=zone, change=ImageOps.mirror)
    scene.library.build()
    first, second = scene.library.index.embeddings()
    _, groups = scene.series(float(first @ second) + 0.05)
    assert (groups == [{"first.jpg", "second.jpg"}]) == together


@pytest.mark.slow
def test_an_exposure_bracket_is_kept_together(scene):
    """Three bracketed exposures within seconds form one series, however different they look."""
    for number, (bias, change) in enumerate([(0.0, None), (-4.0, ImageOps.invert), (4.0, None)]):
        scene.take(f"{number}.jpg", 4, time=f"2024:05:01 10:00:0{number}", bias=bias,
                   change=change)  # fmt: skip
    scene.take("3.jpg", 5, time="2024:05:01 10:00:02", bias=2.0, camera="B")
    found, groups = scene.series(1.0)
    assert groups == [{"0.jpg", "1.jpg", "2.jpg"}]
    photos = scene.library.index.photos()
    assert is_bracket(photos[:3])
    assert not is_bracket(photos[:1])
    assert len(found) == 2


@pytest.mark.slow
def test_versions_are_one_photo_and_the_edited_one_stands_for_it(scene):
    """An edited copy is in its original's series and represents it; a RAW file joins its JPEG."""
    scene.take("IMG_1.jpg", 6)
    scene.take("IMG_1-edited.jpg", 6, change=darker)
    scene.take("IMG_2.jpg", 7)
    (scene.library.folder / "IMG_2.CR2").write_bytes(b"raw")
    found, groups = scene.series(1.0)
    assert groups == [{"IMG_1.jpg", "IMG_1-edited.jpg"}]
    names = [photo.path.name for photo in scene.library.index.photos()]
    assert names[found.versions[names.index("IMG_1.jpg")]] == "IMG_1-edited.jpg"
    assert [path.name for path in found.companions[names.index("IMG_2.jpg")]] == ["IMG_2.CR2"]


@pytest.mark.slow
def test_what_people_call_a_series_is_one(scene):
    """Photos that a person put in a series are in that series only, even if they look unlike."""
    for number, seed in enumerate((8, 8, 9, 8)):
        scene.take(f"{number}.jpg", seed, quality=95 - number)
    scene.library.build()
    table = LabelTable(
        "t",
        [
            LabelRow(1, str(scene.library.folder / "0.jpg"), 1.0, "", None, "mine", None),
            LabelRow(2, str(scene.library.folder / "2.jpg"), 1.0, "", None, "mine", None),
        ],
    )
    import_labels(scene.library.paths, table)
    found, groups = scene.series()
    assert groups == [{"0.jpg", "2.jpg"}, {"1.jpg", "3.jpg"}]
    assert sorted(filter(None, found.named)) == ["mine"]


def test_times_that_cannot_be_read_are_as_if_missing(scene):
    """Photos whose capture times cannot be read are handled as if they had none."""
    scene.take("a.jpg", 1, time="0000:00:00 00:00:00")
    scene.take("b.jpg", 2, time="yesterday")
    assert scene.series(1.0)[1] == []


def test_an_empty_index_has_no_series(library):
    """An index with a single photo has no series of several photos, only the photo by itself."""
    Scene(library).take("a.jpg", 1)
    library.build()
    assert len(find_series(Index.open(library.paths))) == 1
    assert ColourEncoder.dimensions == library.index.embeddings().shape[1]


@pytest.mark.slow
def test_a_scene_that_changes_slowly_is_not_one_burst(scene):
    """The first and last shots of a slowly changing scene are not in one burst."""
    for number in range(12):
        share = number / 11
        scene.take(f"{number:02}.jpg", 3, time=f"2024:05:01 10:00:{number:02}",
                   change=lambda picture, share=share: Image.blend(
                       picture, ImageOps.invert(picture), share))  # fmt: skip
    _, groups = scene.series(1.0)
    assert groups
    assert not any({"00.jpg", "11.jpg"} <= group for group in groups)


def test_files_of_one_name_and_date_that_look_unlike_are_not_one_photo(scene):
    """If two scans have the same file name and date but look unlike, they are separate photos."""

    def half(left):
        def paint(picture):
            plain = Image.new("RGB", picture.size)
            plain.paste("white", (left, 0, left + picture.width // 2, picture.height))
            return plain

        return paint

    for folder, left in (("a", 0), ("b", 70)):
        scene.take(f"{folder}/001.jpg", 1, time="1985:01:01 12:00:00", change=half(left))
    found, groups = scene.series(1.0)
    assert groups == []
    assert found.versions.tolist() == [0, 1]
