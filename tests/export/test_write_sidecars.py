import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photorank.errors import BrokenIndexError, StorageError
from photorank.export.write_sidecars import (
    SidecarOptions,
    parse_cuts,
    sidecars,
)
from photorank.photos.metadata.xmp import read_xmp, with_rating
from photorank.rating.percentiles import percentiles
from photorank.rating.stars import STAR_PERCENTILES, stars

LIGHTROOM = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:Exposure2012="+0.35"/>
</rdf:RDF></x:xmpmeta>
"""


def run(collection, how=None, *, write=True, vector=None):
    """Write or preview sidecars, and return each result by the photo's name."""
    done = sidecars(
        collection.index, vector or collection.vector, how or SidecarOptions(), write=write
    )
    return {one.photo.name: one for one in done}


def turned(vector):
    """Copy of a vector with the opposite direction, so that it ranks photos in reverse order."""
    return replace(vector, direction=-vector.direction)


def tree(folder):
    """Bytes of every file under a folder, by path."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_stars_follow_percentiles():
    """A photo gets one star, plus one for each of four percentile thresholds that it reaches."""
    standing = np.array([0, 39.9, 40, 69.9, 70, 89.9, 90, 96.9, 97, 100])
    assert stars(standing).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert parse_cuts("40,70,90,97") == STAR_PERCENTILES


@pytest.mark.parametrize(
    "text", ["40,70,90", "40,70,90,90", "90,70,40,97", "a,b,c,d", "", "-1,2,3,4"]
)
def test_cuts_that_make_no_stars_are_refused(text):
    """Text for star thresholds is refused unless it gives four increasing percentiles."""
    with pytest.raises(ValueError):  # noqa: PT011 - the command line words it
        parse_cuts(text)


def test_without_writing_nothing_changes(collection):
    """A dry run reports each sidecar as new and touches no file."""
    before = tree(collection.folder)
    done = run(collection, write=False)
    assert {one.outcome for one in done.values()} == {"new"}
    assert len(done) == 10
    assert tree(collection.folder) == before


def test_sidecars_hold_the_stars_and_photos_stay_as_they_are(collection):
    """Each photo gets its own XMP sidecar with its stars, and the photo's bytes do not change."""
    before = tree(collection.folder)
    done = run(collection)
    for one in done.values():
        assert one.path == one.photo.with_name(one.photo.name + ".xmp")
        assert read_xmp(one.path.read_bytes()).rating == one.stars
    after = tree(collection.folder)
    assert {path: after[path] for path in before} == before
    assert len(after) == 2 * len(before)
    assert sorted(one.stars for one in done.values()) == [1, 1, 1, 1, 2, 2, 2, 3, 3, 4]
    assert {one.outcome for one in run(collection).values()} == {"unchanged"}


def test_other_tags_and_the_variant_that_is_there_are_kept(collection):
    """In a sidecar of another program, only the rating changes, and a backup copy is made."""
    sidecar = collection.folder / "day 0" / "0.xmp"
    sidecar.write_bytes(LIGHTROOM)

    one = run(collection)["0.png"]

    assert (one.path, one.outcome) == (sidecar, "changed")
    assert sidecar.read_bytes() == with_rating(LIGHTROOM, one.stars)
    assert sidecar.with_name("0.xmp.bak").read_bytes() == LIGHTROOM
    assert not sidecar.with_name("0.png.xmp").exists()


def test_photoranks_own_sidecars_follow_a_better_vector(collection):
    """A second export updates sidecars made by the first one, without backup copies.

    In a sidecar of another program stars might be a person's by now, and are left.
    """
    sidecar = collection.folder / "day 0" / "0.xmp"
    sidecar.write_bytes(LIGHTROOM)
    first = run(collection)

    second = run(collection, vector=turned(collection.vector))

    assert second.pop("0.png").outcome == "rated"
    assert {one.outcome for one in second.values()} <= {"changed", "unchanged"}
    assert any(second[name].stars != first[name].stars for name in second)
    for one in second.values():
        assert read_xmp(one.path.read_bytes()).rating == one.stars
    assert read_xmp(sidecar.read_bytes()).rating == first["0.png"].stars
    assert [path.name for path in collection.folder.rglob("*.bak*")] == ["0.xmp.bak"]


@pytest.mark.parametrize("rating", [-1, 1, 5])
@pytest.mark.parametrize("to", [None, "out"])
def test_a_persons_rating_is_left_alone(rating, to, collection, tmp_path):
    """Stars or a rejection by a person are never replaced, wherever sidecars are written."""
    sidecar = collection.folder / "day 0" / "0.xmp"
    rated = with_rating(LIGHTROOM, rating)
    sidecar.write_bytes(rated)

    done = run(collection, SidecarOptions(to=to and tmp_path / to))

    assert done["0.png"].outcome == "rated"
    assert not done["0.png"].path.exists() or done["0.png"].path == sidecar
    assert sidecar.read_bytes() == rated
    assert sum(one.outcome == "new" for one in done.values()) == 9


def test_a_person_may_correct_photorank(collection):
    """Stars that a person changes after an export are not overwritten by the next export."""
    first = run(collection)["0.png"]
    corrected = with_rating(first.path.read_bytes(), 5).replace(b"photorank", b"darktable")
    first.path.write_bytes(corrected)

    assert run(collection, vector=turned(collection.vector))["0.png"].outcome == "rated"
    assert first.path.read_bytes() == corrected


def test_a_rating_inside_the_photo_is_not_hidden(collection):
    """A photo with a rating in its own EXIF gets no sidecar that could contradict it."""
    photo = collection.folder / "day 0" / "rated.jpg"
    exif = Image.Exif()
    exif[0x4746] = 4
    Image.new("RGB", (20, 20), "red").save(photo, exif=exif)
    collection.build()

    assert run(collection)["rated.jpg"].outcome == "rated"
    assert not photo.with_name("rated.jpg.xmp").exists()


def test_a_rating_in_the_other_sidecar_counts(collection):
    """If either sidecar of a photo has a person's stars, photorank writes no stars to the other."""
    folder = collection.folder / "day 0"
    (folder / "0.xmp").write_bytes(with_rating(None, 3).replace(b"photorank", b"Lightroom"))
    (folder / "0.png.xmp").write_bytes(LIGHTROOM)
    assert run(collection)["0.png"].outcome == "rated"


def test_overwriting_keeps_what_a_person_said(collection):
    """If an export overwrites a person's stars, backup copies of the sidecar keep them."""
    sidecar = collection.folder / "day 0" / "0.xmp"
    count = run(collection, write=False)["0.png"].stars
    mine = [with_rating(LIGHTROOM, stars) for stars in range(1, 6) if stars != count][:2]
    for data in mine:
        sidecar.write_bytes(data)
        assert run(collection, SidecarOptions(overwrite=True))["0.png"].outcome == "changed"
        assert sidecar.read_bytes() == with_rating(LIGHTROOM, count)

    copies = [sidecar.with_name(name).read_bytes() for name in ("0.xmp.bak", "0.xmp.bak2")]
    assert copies == mine


def test_the_tree_is_repeated_below_a_folder(collection, tmp_path):
    """Sidecars in another folder repeat the photos' folder tree and the tags of old sidecars."""
    (collection.folder / "day 0" / "0.xmp").write_bytes(LIGHTROOM)
    before = tree(collection.folder)

    done = run(collection, SidecarOptions(to=tmp_path / "out"))

    assert tree(collection.folder) == before
    written = {str(path.relative_to(tmp_path / "out")) for path in tree(tmp_path / "out")}
    assert written == {"day 0/0.xmp", *(f"day {n % 2}/{n}.png.xmp" for n in range(1, 10))}
    assert b"Exposure2012" in done["0.png"].path.read_bytes()
    again = run(collection, SidecarOptions(to=tmp_path / "out"), vector=turned(collection.vector))
    assert {one.outcome for one in again.values()} <= {"changed", "unchanged"}
    assert len(tree(tmp_path / "out")) == 10


def test_photos_that_share_a_sidecar_get_the_better_ones_stars(collection):
    """Photos that share one sidecar get the stars of the better-rated one."""
    folder = collection.folder / "day 0"
    Image.open(folder / "0.png").resize((30, 30)).save(folder / "0.jpg", quality=50)
    Image.open(folder / "2.png").resize((30, 30)).save(folder / "0.webp", quality=20)
    collection.build()
    (folder / "0.xmp").write_bytes(LIGHTROOM)

    names = ("0.png", "0.jpg", "0.webp")
    where = {photo.path.name: row for row, photo in enumerate(collection.index.photos())}

    for vector in (collection.vector, turned(collection.vector)):
        done = run(collection, SidecarOptions(overwrite=True), vector=vector)

        own = stars(percentiles(collection.index.rate(vector)))
        best = max(own[where[name]] for name in names)
        assert [done[name].stars for name in names] == [best] * 3
        assert sorted(done[name].outcome for name in names) == ["changed", "shared", "shared"]
        assert read_xmp((folder / "0.xmp").read_bytes()).rating == best


def test_what_is_gone_or_damaged_is_told_and_left(collection):
    """A deleted photo gets no sidecar, and a damaged or unusable sidecar stays as it is."""
    (collection.folder / "day 0" / "0.png").unlink()
    damaged = collection.folder / "day 0" / "2.xmp"
    damaged.write_bytes(b"<x:xmpmeta")
    bomb = collection.folder / "day 0" / "4.xmp"
    bomb.write_bytes(b'<!DOCTYPE a [<!ENTITY b "c">]><x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
    (collection.folder / "day 0" / "6.xmp").mkdir()
    os.mkfifo(collection.folder / "day 0" / "8.xmp")  # reading it would not end

    done = run(collection)

    assert done["0.png"].outcome == "gone"
    assert [done[f"{n}.png"].outcome for n in (2, 4, 6, 8)] == ["unusable"] * 4
    assert all(done[f"{n}.png"].why for n in (2, 4, 6, 8))
    assert damaged.read_bytes() == b"<x:xmpmeta"
    assert not (collection.folder / "day 0" / "0.png.xmp").exists()
    assert sum(one.outcome == "new" for one in done.values()) == 5


def test_a_folder_that_vanished_is_not_made_again(collection):
    """Writing sidecars does not recreate a photo folder that vanished with an unplugged disk."""
    shutil.rmtree(collection.folder / "day 1")
    assert [one.outcome for one in run(collection).values()].count("gone") == 5
    assert not (collection.folder / "day 1").exists()


def test_hostile_names_get_sidecars(hostile):
    """Photos whose names have quotes, newlines or invalid UTF-8 get sidecars like all others."""
    done = run(hostile)
    assert all(one.outcome == "new" for one in done.values())
    assert len(list(hostile.folder.glob("*.xmp"))) == 10


def test_a_full_disk_leaves_each_sidecar_whole(collection, full):
    """A full disk raises a storage error and leaves all existing sidecars unchanged."""
    run(collection, SidecarOptions(to=full.folder))
    before = {path: path.read_bytes() for path in full.folder.rglob("*.xmp")}
    assert len(before) == 10
    full.filled()
    with pytest.raises(StorageError, match="full"):
        run(collection, SidecarOptions(to=full.folder), vector=turned(collection.vector))
    assert not [path for path in full.folder.rglob("*") if ".part" in path.name]
    assert {path: path.read_bytes() for path in full.folder.rglob("*.xmp")} == before


def test_a_folder_that_takes_no_files_is_told(collection, tmp_path):
    """If a sidecar's folder cannot be made because a file has its name, StorageError is raised."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "day 0").write_text("mine")
    with pytest.raises(StorageError, match="in the way"):
        run(collection, SidecarOptions(to=tmp_path / "out"))
    assert (tmp_path / "out" / "day 0").read_text() == "mine"


def test_a_link_to_nowhere_is_no_sidecar(collection):
    """If a sidecar's path is a link to a missing file, that file is not created."""
    link = collection.folder / "day 0" / "0.xmp"
    link.symlink_to(Path(os.fspath(collection.folder)) / "nowhere.xmp")
    run(collection)
    assert not (collection.folder / "nowhere.xmp").exists()


@pytest.mark.parametrize("letters", [230, 251])
def test_a_name_too_long_for_a_sidecar_is_told(letters, collection):
    """If a sidecar's name is too long, its photo is reported, and all others get sidecars."""
    photo = collection.folder / "day 0" / "0.png"
    photo.rename(photo.with_name("x" * (letters - 4) + ".png"))
    collection.build()
    done = run(collection)
    lengthy = done["x" * (letters - 4) + ".png"]
    assert (lengthy.outcome, lengthy.path.exists()) in {("unusable", False), ("new", True)}
    assert lengthy.outcome == "unusable" or letters == 230
    assert sum(one.outcome == "new" for one in done.values()) >= 9


def test_what_a_killed_export_left_is_swept(collection):
    """An export removes the partial files of a killed sidecar export, and no other files."""
    part, copy = ".a.png.xmp.0123456789abcdef.part", ".a.xmp.bak2.0123456789abcdef.part"
    for name in (part, copy, ".a.png.0123456789abcdef.part", ".a.xmp.part"):
        (collection.folder / "day 0" / name).write_bytes(b"half")
    list(sidecars(collection.index, collection.vector, SidecarOptions(), write=False))
    assert (collection.folder / "day 0" / part).exists()

    list(sidecars(collection.index, collection.vector, SidecarOptions(), write=True))
    left = {path.name for path in collection.folder.rglob(".*")}
    assert left == {".a.png.0123456789abcdef.part", ".a.xmp.part"}


def test_sidecars_are_not_written_for_other_photos_than_were_indexed(collection):
    """Photos that swapped names since indexing are noticed, and get no sidecars."""
    index = collection.index
    for number in range(0, 10, 2):
        one, other = (collection.folder / f"day {n % 2}" / f"{n}.png" for n in (number, number + 1))
        one.rename(one.with_suffix(".aside"))
        other.rename(one)
        one.with_suffix(".aside").rename(other)
    done = list(sidecars(index, collection.vector, SidecarOptions(), write=True))
    assert {one.outcome for one in done} == {"another"}
    assert "photorank index" in done[0].why
    assert not list(collection.folder.rglob("*.xmp"))


def test_sidecars_are_not_written_by_damaged_embeddings(collection):
    """A single flipped bit in a shard of embeddings is reported before any sidecar is written."""
    index = collection.index
    index.rate(collection.vector)
    [shard] = collection.paths.shards.iterdir()
    data = bytearray(shard.read_bytes())
    data[-5] ^= 1
    shard.write_bytes(data)
    with pytest.raises(BrokenIndexError, match="damaged"):
        list(sidecars(collection.index, collection.vector, SidecarOptions(), write=True))
    assert not list(collection.folder.rglob("*.xmp"))
