"""Tests of the commands `labels collect` and `labels group`, which label photos in an index."""

import json
import os
import shlex
import shutil
import sqlite3

import numpy as np
import pytest
from PIL import Image

from photorank.index.building.build import build_index
from photorank.index.building.request import BuildRequest
from photorank.index.judging.click_log import record_stars
from photorank.index.maintenance.reroot import reroot
from photorank.index.opened import Index
from photorank.workspace import Workspace
from tests.conftest import draw_photo
from tests.photos.exiftool import run_exiftool
from tests.photos.sidecars import saved

EXIF_IFD, MAKE, MODEL, TAKEN = 0x8769, 0x10F, 0x110, 0x9003


@pytest.fixture(scope="module")
def indexed_shelf(tmp_path_factory, gallery):
    """Folder with eight photos in `shelf`, and a workspace `home` that indexes them."""
    place = tmp_path_factory.mktemp("indexed-shelf")
    shutil.copytree(gallery / "beach", place / "shelf" / "beach")
    for number, path in enumerate(sorted(place.rglob("*.jpg"))):
        exif = Image.Exif()
        exif[MAKE], exif[MODEL] = "Canon", "Canon EOS R5"
        exif.get_ifd(EXIF_IFD)[TAKEN] = f"2024:07:{28 + number // 3} 1{number}:00:00"
        if number < 7:
            Image.open(path).save(path, exif=exif, quality=95)
    build_index(
        Workspace(place / "home").index("shelf"),
        BuildRequest([place / "shelf"], encoder_spec="embedded"),
    )
    return place


@pytest.fixture
def shelf(indexed_shelf, empty_home, tmp_path):
    """Fresh copy, for each test, of a folder of indexed photos that have no labels."""
    shutil.copytree(indexed_shelf / "home", empty_home)
    folder = shutil.copytree(indexed_shelf / "shelf", tmp_path / "shelf")
    reroot(Workspace(empty_home).index("shelf"), indexed_shelf / "shelf", folder)
    return folder


@pytest.fixture
def opened(empty_home):
    """Function that opens the current state of the index `shelf`."""
    return lambda: Index.open(Workspace(empty_home).index("shelf"))


def scores_of(index):
    """Scores of an index's judged photos, by file name."""
    scores = index.labels().scores
    return {
        photo.path.name: float(score)
        for photo, score in zip(index.photos(), scores, strict=True)
        if np.isfinite(score)
    }


def test_the_index_knows_times_and_cameras(shelf, opened):
    """Indexing stores a photo's capture time, and its camera's make and model as one name."""
    photos = {photo.path.name: photo for photo in opened().photos()}
    assert (photos["0.jpg"].camera, photos["0.jpg"].taken) == (
        "Canon EOS R5",
        "2024-07-28T10:00:00",
    )
    assert (photos["7.jpg"].camera, photos["7.jpg"].taken) == (None, None)


@pytest.mark.slow
def test_stars_that_exiftool_wrote_reach_the_index(shelf, photorank, opened):
    """Stars set by exiftool are read from sidecars at once, and from photos after reindexing."""
    for number in range(3):
        run_exiftool(f"-XMP:Rating={number + 3}", shelf / "beach" / f"{number}.xmp")
    run_exiftool("-overwrite_original", "-Rating=1", shelf / "beach" / "3.jpg")

    early = photorank("labels", "collect", "stars", "--json").json
    photorank("index", shelf, "--name", "shelf")
    told = photorank("labels", "collect", "stars", "--json").json

    assert early["counts"] == {"5": 1, "4": 1, "3": 1}
    assert "3.jpg. It is left out; run `photorank index` again." in early["notes"][0]
    assert told["counts"] == {"5": 1, "4": 1, "3": 1, "1": 1}
    assert (told["labelled"], told["skipped"], told["notes"]) == (4, [], [])
    assert scores_of(opened()) == {"0.jpg": 3, "1.jpg": 4, "2.jpg": 5, "3.jpg": 1}


@pytest.mark.slow
def test_what_is_said_of_a_replaced_photo_is_not_filed_under_the_old_one(
    shelf, photorank, refused, opened
):
    """If a photo file was replaced, its new stars or edits do not count for the former photo."""
    beach = shelf / "beach"
    (beach / "1.jpg").rename(beach / "0-edited.jpg")
    photorank("index", shelf, "--name", "shelf")
    (beach / "0-edited.jpg").write_bytes((beach / "7.jpg").read_bytes())
    (beach / "0-edited.jpg.xmp").write_bytes(saved(5))

    assert "0-edited.jpg. It is left out" in refused("labels", "collect", "stars")
    edited = photorank("labels", "collect", "edited", "--json").json

    assert edited["counts"] == {"edited": 1, "not edited": 6}
    assert scores_of(opened())["0.jpg"] == 1
    assert "0-edited.jpg" not in scores_of(opened())


def test_collecting_again_replaces_what_was_collected_and_nothing_else(
    shelf, photorank, opened, tmp_path
):
    """Collecting star ratings again replaces only the star ratings collected before."""
    table = tmp_path / "labels.csv"
    table.write_text("file,score,rater,group\nbeach/6.jpg,9,ann,sea\n")
    assert photorank("labels", "import", table).code == 0
    for number in range(2):
        (shelf / "beach" / f"{number}.jpg.xmp").write_bytes(saved(number + 1))
    assert photorank("labels", "collect", "stars", "--mix").code == 0
    (shelf / "beach" / "0.jpg.xmp").unlink()
    (shelf / "beach" / "2.jpg.xmp").write_bytes(saved(5))

    outcome = photorank("labels", "collect", "stars", "--mix")

    assert scores_of(opened()) == {"1.jpg": 2, "2.jpg": 5, "6.jpg": 9}
    assert opened().labels().group_names == ["sea"]
    assert str(table) in outcome.err
    assert "2 photos with a label by the library's stars" in outcome.out


@pytest.mark.slow
def test_several_peoples_ratings_are_kept_apart(shelf, photorank, opened):
    """Ratings from each person's part of the library are collected under that person's name."""
    shutil.copytree(shelf / "beach", shelf / "ben")
    photorank("index", shelf, "--name", "shelf")
    for number in range(2):
        (shelf / "beach" / f"{number}.jpg.xmp").write_bytes(saved(5 - number))
        (shelf / "ben" / f"{number}.jpg.xmp").write_bytes(saved(1 + number))

    for name, folder in {"ann": "beach", "ben": "ben"}.items():
        options = ("--rater", name, "--under", shelf / folder)
        assert photorank("labels", "collect", "stars", *options).code == 0

    index = opened()
    assert index.raters() == ["ann", "ben"]
    assert np.nanmax(index.labels("ann").scores) == 5
    assert np.nanmax(index.labels("ben").scores) == 2
    assert scores_of(index) == {"0.jpg": 3, "1.jpg": 3}


@pytest.mark.slow
def test_each_kind_of_judgement(shelf, photorank, tmp_path):
    """Colour labels, favourites, folders, albums and edits are counted and given as JSON."""
    beach = shelf / "beach"
    (beach / "0.jpg.xmp").write_bytes(saved(0, label="Red"))
    (beach / "1.jpg.xmp").write_bytes(saved(0, label="Green"))
    for name in ("2.jpg", "3.jpg"):
        (beach / f"{name}.json").write_text(json.dumps({"favorite": name == "2.jpg"}))
    (tmp_path / "album.txt").write_text("4.jpg\nnone.jpg\n")
    for options, counts in {
        ("colours", "--order", "Red,Green"): {"Green": 1, "Red": 1},
        ("favourites",): {"favourite": 1, "not a favourite": 1},
        ("folders", "--tiers", "beach,shelf"): {"beach": 8},
        ("album", "--album", tmp_path / "album.txt"): {"in the album": 1, "not in the album": 7},
        ("edited",): {"not edited": 8},
    }.items():
        outcome = photorank("labels", "collect", *options, "--mix", "--json")
        assert outcome.json["counts"] == counts
    assert "all labels are the same" in outcome.err


@pytest.mark.slow
def test_scales_are_not_mixed_unasked(shelf, photorank, refused, opened):
    """Without --mix, favourites are not collected into an index that already has star ratings."""
    (shelf / "beach" / "0.jpg.xmp").write_bytes(saved(5))
    (shelf / "beach" / "1.jpg.json").write_text(json.dumps({"favorite": True}))
    assert photorank("labels", "collect", "stars").code == 0
    line = refused("labels", "collect", "favourites")
    assert "the library's stars" in line
    assert "--mix" in line
    assert scores_of(opened()) == {"0.jpg": 5}

    assert photorank("labels", "collect", "stars", "--rater", "ann").code == 0
    command = line.partition("`photorank ")[2].partition("`")[0]
    assert photorank(*shlex.split(command)).code == 0
    whose = "the library's stars, by ann"
    assert photorank("labels", "remove", whose, "--json").json["removed"] == whose
    assert photorank("labels", "collect", "favourites").code == 0
    assert scores_of(opened()) == {"1.jpg": 1}
    assert "the library's favourites" in refused("labels", "remove", "the library's stars")


def test_clicks_are_not_removed(shelf, photorank, refused, opened):
    """The command `labels remove` does not remove star ratings that a person clicked."""
    photo = next(photo for photo in opened().photos() if photo.path.name == "0.jpg")
    record_stars(opened().paths, "ann", photo.digest, 4)
    (shelf / "beach" / "1.jpg.xmp").write_bytes(saved(5))
    assert photorank("labels", "collect", "stars").code == 0
    assert "nowhere else" in refused("labels", "remove", "clicks of ann")
    line = refused("labels", "collect", "folders", "--tiers", "beach,best")
    assert "clicks of ann" not in line
    assert scores_of(opened()) == {"0.jpg": 4, "1.jpg": 5}


def test_clicks_are_not_averaged_with_another_scale(shelf, photorank, opened):
    """If label scales differ, a person's clicked stars are not averaged with other labels."""
    photo = next(photo for photo in opened().photos() if photo.path.name == "0.jpg")
    record_stars(opened().paths, "ann", photo.digest, 4)
    assert scores_of(opened()) == {"0.jpg": 4}
    outcome = photorank("labels", "collect", "folders", "--tiers", "beach,best")
    assert outcome.code == 0
    assert "stars by clicks of ann may be on another scale" in outcome.err
    alone = {name: score for name, score in scores_of(opened()).items() if score == 4}
    assert not alone
    ann = opened().labels("ann").scores
    assert ann[np.isfinite(ann)].tolist() == [4]
    assert len(opened().single_ratings().scores) == 0


def test_stars_that_photorank_exported_are_no_persons(shelf, photorank, refused):
    """Stars exported by photorank are not collected, so no vector learns from its own ratings."""
    assert photorank("export", "--format", "xmp", "--vector", "beauty", "--beside-photos").code == 0
    assert "no photo has a label" in refused("labels", "collect", "stars")
    sidecar = shelf / "beach" / "3.jpg.xmp"
    sidecar.write_bytes(sidecar.read_bytes().replace(b'"photorank"', b'"Lightroom"'))
    assert photorank("labels", "collect", "stars", "--json").json["labelled"] == 1


def test_an_export_of_a_raw_file_counts_as_edited(shelf, photorank, opened):
    """A JPEG counts as edited if a RAW file has the same name, although RAW files are not read."""
    for name in ("0", "1"):
        (shelf / f"{name}.CR3").write_bytes(b"raw")
    photorank("index", shelf, "--name", "shelf")
    assert photorank("labels", "collect", "edited").code == 0
    edited = {name for name, score in scores_of(opened()).items() if score}
    assert edited == {"0.jpg", "1.jpg"}


def test_a_bomb_in_a_sidecar_is_told_with_its_name(shelf, photorank, opened):
    """A sidecar with an XML entity bomb is reported with its path; other sidecars are imported."""
    bomb = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    (shelf / "beach" / "0.jpg.xmp").write_text(bomb)
    (shelf / "beach" / "1.jpg.xmp").write_bytes(saved(2))
    (shelf / "beach" / "2.jpg.xmp").write_bytes(saved(3))

    outcome = photorank("labels", "collect", "stars")

    assert f"{shelf / 'beach' / '0.jpg.xmp'}: its XML declares a document type" in outcome.out
    assert scores_of(opened()) == {"1.jpg": 2, "2.jpg": 3}
    [skipped] = photorank("labels", "collect", "stars", "--json").json["skipped"]
    assert skipped["path"] == str(shelf / "beach" / "0.jpg.xmp")


def test_a_library_without_judgements_changes_nothing(shelf, refused, photorank, opened):
    """Labels collected earlier stay when a new collection finds no judgements."""
    sidecar = shelf / "beach" / "1.jpg.xmp"
    sidecar.write_bytes(saved(2))
    photorank("labels", "collect", "stars")
    sidecar.write_text("no XMP")
    assert "1.jpg.xmp: not XML" in refused("labels", "collect", "stars")
    assert scores_of(opened()) == {"1.jpg": 2}
    assert "--order" in refused("labels", "collect", "colours")
    assert "has no photo in" in refused("labels", "collect", "stars", "--under", "/nowhere")


@pytest.mark.parametrize(
    "arguments",
    [
        ["collect", "likes"],
        ["collect", "stars", "--order", "Red"],
        ["collect", "folders"],
        ["collect", "album"],
        ["collect", "edited", "--album", "x"],
        ["group"],
        ["group", "--by", "year"],
        ["group", "--by", "event", "--gap", "0"],
        ["group", "--by", "event", "--gap", "nan"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(arguments, photorank):
    """Options that do not belong together are refused as wrong usage before anything is read."""
    outcome = photorank("labels", *arguments)
    assert outcome.code == 2
    assert "Usage:" in outcome.err


def test_a_replaced_photo_is_in_no_group(shelf, photorank, opened):
    """A replaced photo is reported and left out of the groups; the other photos are grouped."""
    (shelf / "beach" / "1.jpg").write_bytes((shelf / "beach" / "7.jpg").read_bytes())
    outcome = photorank("labels", "group", "--by", "folder")
    assert "1.jpg. It is left out; run `photorank index` again." in outcome.err
    assert opened().labels().groups.tolist() == [0, -1, *[0] * 6]


def test_groups_by_time_and_place(shelf, photorank, opened):
    """Each grouping replaces the last one; grouping by time leaves undated photos ungrouped."""
    told = photorank("labels", "group", "--by", "folder", "--json").json
    assert (told["groups"], told["photos"], told["ungrouped"]) == (1, 8, 0)
    assert opened().labels().group_names == ["shelf/beach"]

    told = photorank("labels", "group", "--by", "day", "--json").json
    assert (told["groups"], told["photos"], told["ungrouped"]) == (3, 7, 1)

    outcome = photorank("labels", "group", "--by", "event", "--gap", "100")
    assert "7 photos, groups by event: 1" in outcome.out
    assert opened().labels().group_names == ["2024-07-28 10:00:00"]
    assert np.isnan(opened().labels().scores).all()


@pytest.mark.slow
def test_strange_names_are_names(shelf, photorank, opened):
    """Folder, photo and album names may contain line breaks and bytes that are not Unicode."""
    odd = shelf / os.fsdecode(b"caf\xe9\n1")
    shutil.copytree(shelf / "beach", odd)
    photo = odd / os.fsdecode(b"\xff '.jpg")
    draw_photo(photo, seed=77)
    photorank("index", shelf, "--name", "shelf")
    photo.with_name(photo.name + ".xmp").write_bytes(saved(4))
    (odd / "0.jpg.xmp").write_text("no XMP")
    (odd / "1.jpg.xmp").write_bytes(saved(1))

    told = photorank("labels", "collect", "stars", "--under", odd, "--json").json
    assert told["counts"] == {"4": 1, "1": 1}
    assert [trouble["path"] for trouble in told["skipped"]] == [str(odd / "0.jpg.xmp")]
    assert photorank("labels", "collect", "stars", "--under", odd).code == 0
    told = photorank("labels", "collect", "album", "--album", odd, "--mix", "--json").json
    assert told["counts"] == {"in the album": 9}
    (shelf / "list").write_bytes(os.fsencode(photo.name))
    told = photorank(
        "labels", "collect", "album", "--album", shelf / "list", "--mix", "--json"
    ).json
    assert told["counts"] == {"in the album": 1, "not in the album": 8}
    assert photorank("labels", "group", "--by", "folder").code == 0
    assert len(opened().labels().group_names) == 2


def test_groups_of_a_table_are_not_contradicted(shelf, photorank, refused, opened, tmp_path):
    """Grouping by day is refused if an imported table gives groups; the error names the table."""
    table = tmp_path / "labels.csv"
    table.write_text("file,score,group\nbeach/6.jpg,9,sea\n")
    photorank("labels", "import", table)
    assert str(table) in refused("labels", "group", "--by", "day")
    assert opened().labels().group_names == ["sea"]


@pytest.mark.slow
def test_a_photo_that_comes_back_to_an_older_index_gets_its_camera(
    shelf, photorank, opened, empty_home
):
    """If an index predates camera names, a photo that is embedded anew gets its camera's name."""
    (shelf / "beach" / "0.jpg.xmp").write_bytes(saved(2))
    photorank("labels", "collect", "stars")
    with sqlite3.connect(Workspace(empty_home).index("shelf").catalogue) as connection:
        connection.execute("UPDATE photos SET camera = NULL")
    connection.close()
    assert {photo.camera for photo in opened().photos()} == {None}

    photo, away = shelf / "beach" / "0.jpg", shelf.parent / "0.jpg"
    photo.rename(away)
    photorank("index", shelf, "--name", "shelf", "--prune")
    away.rename(photo)
    photorank("index", shelf, "--name", "shelf")

    cameras = {photo.path.name: photo.camera for photo in opened().photos()}
    assert cameras.pop("0.jpg") == "Canon EOS R5"
    assert set(cameras.values()) == {None}
    assert scores_of(opened()) == {"0.jpg": 2}
