"""Tests of stars, favourites, albums and edits collected as judgements from a photo library."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from photorank.errors import LabelsError, MissingPathError
from photorank.labels.photo_library.collected_judgements import LibraryFile
from photorank.labels.photo_library.edits_by_file_name import collect_edited
from photorank.labels.photo_library.events_and_days import group_photos, group_table
from photorank.labels.photo_library.favourites import collect_favourites
from photorank.labels.photo_library.folders_and_albums import collect_album, collect_folders
from photorank.labels.photo_library.stars_and_colours import collect_colours, collect_stars
from photorank.photos.open_photo import photo_digest
from tests.conftest import draw_photo
from tests.photos.sidecars import saved

FLAG = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:d="http://ns.adobe.com/xmp/1.0/DynamicMedia/" d:good="{}"/></rdf:RDF>'
)


@pytest.fixture
def library(tmp_path):
    """Photo folder with methods that add photos and list the folder's files and scores."""

    class Library:
        folder = tmp_path / "photos"
        drawn = 0

        def photo(self, name, sidecar=None, *, copy_of=None):
            """Write a new or copied photo, with an optional sidecar, and return its path."""
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if copy_of:
                shutil.copy(self.folder / copy_of, path)
            else:
                self.drawn += 1
                draw_photo(path, seed=self.drawn, size=(16, 12))
            if sidecar is not None:
                path.with_name(path.name + ".xmp").write_bytes(sidecar)
            return path

        def files(self):
            """List of LibraryFile objects, one for each JPEG photo in the folder."""
            return [
                LibraryFile(
                    path,
                    photo_digest(path.read_bytes()),
                    None,
                    ("photos", *path.relative_to(self.folder).parent.parts),
                )
                for path in sorted(self.folder.rglob("*.jpg"))
                if path.is_file()
            ]

        def labels(self, collected):
            """Score of each judged photo, by the photo's path in the folder."""
            return {
                str(path.relative_to(self.folder)): judgement.score
                for judgement, path in collected.labels.values()
            }

    return Library()


def file_of(path, *, digest=None, taken=None):
    """Record of a library file whose path does not exist on the disk."""
    return LibraryFile(Path(path), digest or path, taken, Path(path).parent.parts)


def scores(collected):
    """Score of each judged photo, by the photo's path."""
    return {str(path): judgement.score for judgement, path in collected.labels.values()}


def test_stars_and_rejects(library):
    """Stars 1 to 5 become scores, a rejected photo scores 0, and an unrated one has no label."""
    for rating in (-1, 0, 1, 5):
        library.photo(f"{rating}.jpg", saved(rating))
    library.photo("none.jpg")

    collected = collect_stars(library.files())

    assert library.labels(collected) == {"-1.jpg": 0, "1.jpg": 1, "5.jpg": 5}
    assert collected.counts() == {"5": 1, "1": 1, "rejected": 1}
    assert collected.troubles == collected.notes == []


def test_a_rejected_photo_is_rejected_whatever_stars_it_has(library):
    """A photo that Lightroom marks as rejected scores 0, even if it still has stars."""
    library.photo(
        "a.jpg", FLAG.format('False" x:Rating="4" xmlns:x="http://ns.adobe.com/xap/1.0/').encode()
    )
    library.photo("b.jpg", saved(2))
    assert library.labels(collect_stars(library.files())) == {"a.jpg": 0, "b.jpg": 2}


def test_flags_are_the_tiers_where_no_photo_has_stars(library):
    """If no photo has stars, picked photos score 2 and rejected 0; otherwise picks are ignored."""
    library.photo("pick.jpg", FLAG.format("True").encode())
    library.photo("reject.jpg", saved(-1))
    library.photo("none.jpg", saved(0))
    collected = collect_stars(library.files())
    assert library.labels(collected) == {"pick.jpg": 2, "reject.jpg": 0}
    assert "flags" in collected.notes[0]

    library.photo("star.jpg", saved(1))
    assert library.labels(collect_stars(library.files())) == {"star.jpg": 1, "reject.jpg": 0}


def test_bad_sidecars_are_told_by_name_and_the_others_are_read(library):
    """A bad sidecar (XML bomb, cut file, invalid rating) is reported, and the others are read."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    bad = {
        "bomb.jpg": bomb,
        "cut.jpg": saved(4)[:200],
        "abc.jpg": saved(4).replace(b'"4"', b'"abc"'),
        "seven.jpg": saved(4).replace(b'"4"', b'"7"'),
        "latin.jpg": saved(4, label="u").replace(b'"u"', b'"\xfc"'),
    }
    for name, sidecar in bad.items():
        library.photo(name, sidecar)
    library.photo("folder.jpg")
    (library.folder / "folder.jpg.xmp").mkdir()
    library.photo("good.jpg", saved(3))

    collected = collect_stars(library.files())

    assert library.labels(collected) == {"good.jpg": 3}
    assert {path.name for path, _ in collected.troubles} == {
        f"{name}.xmp" for name in [*bad, "folder.jpg"]
    }
    reasons = {path.name: reason for path, reason in collected.troubles}
    assert "document type" in reasons["bomb.jpg.xmp"]
    assert "'abc'" in reasons["abc.jpg.xmp"]


def test_a_shared_sidecar_is_told_once(library):
    """A broken sidecar shared by two photos of one name is reported once."""
    library.photo("a.jpg")
    library.photo("a.JPG.jpg")
    (library.folder / "a.xmp").write_text("no")
    shared = [file_of(library.folder / name) for name in ("a.jpg", "a.jpg")]
    assert len(collect_stars([*shared, *library.files()]).troubles) == 1


def test_of_copies_the_best_counts(library):
    """Copies of a photo count as one photo, with the highest stars of any copy."""
    library.photo("a.jpg", saved(2))
    library.photo("best/a.jpg", saved(4), copy_of="a.jpg")
    assert library.labels(collect_stars(library.files())) == {"best/a.jpg": 4}


def test_colours_have_the_order_that_the_person_gives(library):
    """Colour labels in any letter case are scored by the user's order; others are omitted."""
    for label in ("Red", "green", "Purple"):
        library.photo(f"{label}.jpg", saved(0, label=label))
    library.photo("none.jpg")

    collected = collect_colours(library.files(), ["Green", "Yellow", "RED"])

    assert library.labels(collected) == {"Red.jpg": 3, "green.jpg": 1}
    assert collected.counts() == {"RED": 1, "Green": 1}
    assert collected.notes == ["labels that are not in the order are left out: Purple (1)"]


@pytest.mark.parametrize("order", [[], ["Red", "red"]])
def test_colours_without_an_order_are_told_and_not_guessed(library, order):
    """If colour labels have no valid order, an error lists the labels found in the photos."""
    library.photo("a.jpg", saved(0, label="Rot"))
    with pytest.raises(LabelsError, match=r'Rot \(1\).*--order "Red,Yellow,Green"'):
        collect_colours(library.files(), order)


def test_favourites_of_google(library):
    """Google's JSON gives label 1 to a favourite and 0 to a photo without the mark."""
    told = {"title": "x", "photoTakenTime": {"timestamp": "1722449109"}}
    library.photo("a.jpg")
    (library.folder / "a.jpg.json").write_text(json.dumps({**told, "favorited": True}))
    library.photo("b.jpg")
    (library.folder / "b.jpg.supplemental-metadata.json").write_text(json.dumps(told))
    library.photo("none.jpg")

    collected = collect_favourites(library.files())

    assert library.labels(collected) == {"a.jpg": 1, "b.jpg": 0}
    assert collected.counts() == {"favourite": 1, "not a favourite": 1}


def test_favourites_of_apple_photos(library):
    """Favourites are read from Apple Photos' JSON files; a file without `favorite` is ignored."""
    for name, told in {"a": {"favorite": True}, "b": [{"favorite": False}], "c": {"x": 1}}.items():
        library.photo(f"{name}.jpg")
        (library.folder / f"{name}.jpg.json").write_text(json.dumps(told))
    assert library.labels(collect_favourites(library.files())) == {"a.jpg": 1, "b.jpg": 0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"favorited": "yes"}', "'yes', neither"),
        (" " * (5 << 20), "4 MB"),
    ],
    ids=["cut", "deep", "a word", "huge"],
)
def test_bad_json_is_told_by_name(library, text, said):
    """A damaged JSON sidecar is reported with its file name, and the other sidecars are read."""
    library.photo("a.jpg")
    (library.folder / "a.jpg.json").write_text(text)
    library.photo("b.jpg")
    (library.folder / "b.jpg.json").write_text('{"favorite": true}')
    collected = collect_favourites(library.files())
    assert library.labels(collected) == {"b.jpg": 1}
    [(path, reason)] = collected.troubles
    assert (path.name, said in reason) == ("a.jpg.json", True)


LONG = "PXL_20221219_114459254.TS_exported_13241_167156.jpg"


@pytest.mark.parametrize(
    ("photo", "sidecar"),
    [
        ("IMG_1.jpg", "IMG_1.jpg"),
        ("IMG_1.jpg", "IMG_1.jpg.supplemental-metadata"),
        ("PXL_20221219_115426964.jpg", "PXL_20221219_115426964.jpg.supplemental-metada"),
        ("IMG_1.jpg", "IMG_1.jpg.s"),
        ("IMG_1(2).jpg", "IMG_1.jpg(2)"),
        ("IMG_1(2).jpg", "IMG_1.jpg.supplemental-metadata(2)"),
        ("IMG_1(2).jpg", "IMG_1(2).jpg"),
        ("IMG_1-edited.jpg", "IMG_1.jpg.supplemental-metadata"),
        ("IMG_1-bearbeitet(2).jpg", "IMG_1.jpg(2)"),
        ("IMG_1.jpg", "IMG_1"),
        (LONG, LONG[:46]),
        (LONG, LONG),
    ],
)
def test_each_way_google_names_its_json(library, photo, sidecar):
    """A photo's Google JSON sidecar is found under truncated, numbered and other known names."""
    library.photo(photo)
    for name in (sidecar, "IMG_2.jpg", "IMG_1.jpeg", "IMG_1.jpg(3)", "I"):
        favourite = {"favorited": name == sidecar}
        (library.folder / f"{name}.json").write_text(json.dumps(favourite))
    assert library.labels(collect_favourites(library.files())) == {photo: 1}


def test_picasas_stars_are_favourites(library):
    """Photos starred in .picasa.ini are favourites, whatever the Unicode form of their names."""
    for name in ("a.jpg", "Z\u00fcrich.jpg", "c.jpg", "other/d.jpg"):
        library.photo(name)
    text = "[Picasa]\nname=x\n[a.jpg]\nstar=yes\n[Zu\u0308rich.jpg]\nstar=yes\n[c.jpg]\nrotate=1\n"
    (library.folder / ".picasa.ini").write_text(text, encoding="utf-8-sig")
    found = library.labels(collect_favourites(library.files()))
    assert found == {"a.jpg": 1, "Z\u00fcrich.jpg": 1, "c.jpg": 0}


def test_a_cut_name_that_two_photos_share_is_of_the_one_it_names(library):
    """If a JSON file's cut name fits two photos, the title inside the file picks the photo."""
    this, other = "A" * 46 + "1.jpg", "A" * 46 + "2.jpg"
    for name in (this, other):
        library.photo(name)
    told = {"title": other, "favorited": True}
    (library.folder / f"{this[:46]}.json").write_text(json.dumps(told))
    assert library.labels(collect_favourites(library.files())) == {other: 1}


def test_folders_are_tiers():
    """If folders are listed from worst to best, a photo's score is its folder's list position."""
    files = [
        file_of("photos/Best/rejects/a.jpg"),
        file_of("photos/keepers/b.jpg"),
        file_of("photos/BEST/deep/er/c.jpg"),
        file_of("photos/d.jpg"),
        file_of("photos/keepers/copy.jpg", digest="photos/BEST/deep/er/c.jpg"),
    ]
    collected = collect_folders(files, ["rejects", "keepers", "best", "cover"])
    assert scores(collected) == {
        "photos/Best/rejects/a.jpg": 1,
        "photos/keepers/b.jpg": 2,
        "photos/BEST/deep/er/c.jpg": 3,
    }
    assert collected.notes == ["no photo lies in a folder named cover"]
    with pytest.raises(LabelsError, match="once"):
        collect_folders(files, ["best", "Best"])


def test_an_album_of_copies_is_known_by_content(library, tmp_path):
    """Album files are matched to photos by content; files not in the index are reported."""
    library.photo("a.jpg")
    library.photo("b.jpg")
    album = tmp_path / "album"
    album.mkdir()
    shutil.copy(library.folder / "a.jpg", album / "page 1.jpg")
    draw_photo(album / "other.jpg", seed=99)
    (album / "empty.jpg").touch()

    collected = collect_album(library.files(), album)

    assert library.labels(collected) == {"a.jpg": 1, "b.jpg": 0}
    assert {path.name: "content" in reason for path, reason in collected.troubles} == {
        "other.jpg": True,
        "empty.jpg": False,
    }


def test_an_album_may_be_a_folder_of_the_library(library):
    """Photos in an album folder, and their copies elsewhere, score 1; all others score 0."""
    library.photo("a.jpg")
    library.photo("b.jpg")
    library.photo("album/only.jpg")
    library.photo("album/b.jpg", copy_of="b.jpg")
    collected = collect_album(library.files(), library.folder / "album")
    assert library.labels(collected) == {"a.jpg": 0, "album/b.jpg": 1, "album/only.jpg": 1}


def test_a_file_that_changed_puts_no_older_photo_into_an_album(library, tmp_path):
    """If a file has changed since indexing, the photo formerly in it is not put into an album."""
    library.photo("album/a.jpg")
    library.photo("same.jpg", copy_of="album/a.jpg")
    library.photo("b.jpg")
    files = [replace(file, changed=file.path.parent.name == "album") for file in library.files()]
    shutil.copy(library.folder / "b.jpg", library.folder / "album" / "a.jpg")
    text = tmp_path / "album.txt"
    text.write_text(f"{library.folder}/album/a.jpg\na.jpg\nb.jpg\n")

    folder, listed = (collect_album(files, album) for album in (library.folder / "album", text))

    for collected in (folder, listed):
        assert library.labels(collected) == {"same.jpg": 0, "b.jpg": 1}
    assert [reason for _, reason in listed.troubles] == ["changed since it was indexed"] * 2


def test_an_album_may_be_a_text(library, tmp_path):
    """An album may be a text file of paths or names; unknown or ambiguous names are reported."""
    for name in ("a.jpg", "b.jpg", "x/c.jpg", "y/c.jpg", "y/ü.jpg", "z.jpg"):
        library.photo(name)
    text = tmp_path / "album.txt"
    lines = [library.folder / "a.jpg", "photos/b.jpg", "c.jpg", "ü.jpg", "gone.jpg", "", " "]
    text.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(map(str, lines)).encode())

    collected = collect_album(library.files(), text)

    chosen = {name for name, score in library.labels(collected).items() if score}
    assert chosen == {"a.jpg", "b.jpg", "y/ü.jpg"}
    assert {str(path): reason for path, reason in collected.troubles} == {
        "c.jpg": "several photos have this name",
        "gone.jpg": "not in the index",
    }


def test_an_album_that_cannot_be_used_is_refused(library, tmp_path):
    """An album is refused if its file is missing, is no text, or names no photo of the index."""
    library.photo("a.jpg")
    files, album = library.files(), tmp_path / "album"
    with pytest.raises(MissingPathError):
        collect_album(files, album)
    album.write_bytes(b"a\0b")
    with pytest.raises(LabelsError, match="not a text"):
        collect_album(files, album)
    album.write_text("b.jpg\n")
    with pytest.raises(LabelsError, match=r"no photo of the index.*b.jpg: not in the index"):
        collect_album(files, album)


@pytest.mark.parametrize(
    ("original", "twin"),
    [
        ("IMG_1.jpg", "IMG_1-edited.jpg"),
        ("IMG_1.jpg", "IMG_1_edit.JPG"),
        ("IMG_1.heic", "IMG_1-Edit-2.tif"),
        ("IMG_1.jpg", "IMG_1 (edited).jpg"),
        ("IMG_1(2).jpg", "IMG_1-edited(2).jpg"),
        ("IMG_1.jpg", "IMG_1-bearbeitet.jpg"),
        ("IMG_1234.HEIC", "IMG_E1234.JPG"),
    ],
)
def test_edited_twins_by_their_names(original, twin):
    """A photo and its edit, matched by file name, both score 1; other photos score 0."""
    others = ["f/IMG_2.jpg", "g/IMG_1.jpg", "f/credit.jpg", "f/IMG_EDEN.jpg", "f/IMG_1(3).jpg"]
    files = [file_of(f"f/{original}"), file_of(f"f/{twin}"), *map(file_of, others)]
    assert scores(collect_edited(files, [])) == {
        f"f/{original}": 1,
        f"f/{twin}": 1,
        **dict.fromkeys(others, 0),
    }


def test_exports_of_raw_files_lie_elsewhere():
    """A JPEG counts as exported only if its RAW file lies in a different, nearby folder."""
    raws = [Path("/t/a.CR3"), Path("/t/raw/b.NEF"), Path("/t/c.ARW"), Path("/t/pair.cr2")]
    files = {"/t/out/A.jpg": 1, "/t/out/b.jpg": 1, "/t/deep/er/c.jpg": 0, "/t/pair.jpg": 0,
             "/x/other/a.jpg": 0, "/t/out/d.jpg": 0}  # fmt: skip
    assert scores(collect_edited([file_of(path) for path in files], raws)) == files


def test_pairs_of_a_camera_may_be_sorted_by_kind():
    """If every RAW file has a JPEG of the same name, these JPEGs do not count as edited."""
    raws = [Path("/t/raw/a.CR3"), Path("/t/raw/b.CR3")]
    both = ["/t/jpg/A.jpg", "/t/jpg/b.jpg"]
    assert scores(collect_edited([*map(file_of, both)], raws)) == dict.fromkeys(both, 0)
    assert scores(collect_edited([file_of(both[0])], raws)) == {both[0]: 1}


def test_another_version_of_one_moment_elsewhere_is_an_edit():
    """Two files with the same name and capture time but different content both count as edited."""
    time, later = "2024-07-31T18:05:09", "2024-07-31T18:05:10"
    files = [
        file_of("a/1.jpg", taken=time),
        file_of("b/1.tif", taken=time),
        file_of("a/2.jpg", taken=time, digest="copy"),
        file_of("b/2.jpg", taken=time, digest="copy"),
        file_of("a/3.jpg", taken=time),
        file_of("b/3.jpg", taken=later),
        file_of("a/4.jpg"),
        file_of("b/4.jpg"),
    ]
    edited = {path for path, score in scores(collect_edited(files, [])).items() if score}
    assert edited == {"a/1.jpg", "b/1.tif"}


def test_a_table_names_each_photo_once(library):
    """A table of collected stars has one row per photo, with line number, score and rater."""
    library.photo("a.jpg", saved(2))
    library.photo("b.jpg", saved(4))
    table = collect_stars(library.files()).table("stars", "ann", "stars")
    assert [(row.line, Path(row.file).name, row.score, row.rater) for row in table.rows] == [
        (1, "a.jpg", 2, "ann"),
        (2, "b.jpg", 4, "ann"),
    ]


def test_a_library_without_judgements_says_what_was_in_the_way(library):
    """A table without labels is refused with the reasons; if all labels are equal, a note warns."""
    library.photo("a.jpg", b"nonsense")
    with pytest.raises(LabelsError, match=r"no photo has a label by stars.*a\.jpg\.xmp: not XML"):
        collect_stars(library.files()).table("stars", "", "stars")
    library.photo("b.jpg", saved(3))
    table = collect_stars(library.files()).table("stars", "", "stars")
    assert table.notes == ["all labels are the same: there is nothing to compare"]


def test_groups_by_folder_day_and_event():
    """Photos are grouped by folder, by calendar day or by event; a long pause ends an event."""
    files = [
        file_of("t/a/1.jpg", taken="2024-07-31T23:00:00"),
        file_of("t/a/2.jpg", taken="2024-08-01T01:00:00"),
        file_of("t/b/3.jpg", taken="2024-08-01T07:00:00"),
        file_of("t/b/4.jpg", taken="2024-08-01T13:00:01"),
        file_of("t/5.jpg"),
        file_of("t/copy.jpg", digest="t/a/1.jpg"),
    ]
    assert group_photos(files, "folder") == {
        "t/a/1.jpg": "t/a", "t/a/2.jpg": "t/a", "t/b/3.jpg": "t/b", "t/b/4.jpg": "t/b",
        "t/5.jpg": "t",
    }  # fmt: skip
    days = group_photos(files, "day")
    assert days["t/a/1.jpg"] == "2024-07-31"
    assert days["t/a/2.jpg"] == days["t/b/4.jpg"] == "2024-08-01"
    events = group_photos(files, "event")
    assert list(events.values()) == ["2024-07-31 23:00:00"] * 3 + ["2024-08-01 13:00:01"]
    assert len(set(group_photos(files, "event", gap=1.9).values())) == 4
    assert "t/5.jpg" not in {**days, **events}
    rows = list(group_table(files, days, "days").rows)
    assert {row.group for row in rows} == set(days.values())
    assert {row.score for row in rows} == {None}


def test_a_day_without_a_time_is_in_an_event_of_that_day():
    """A photo with a date but no time joins an event of that day, or else forms its own event."""
    files = [
        file_of("1.jpg", taken="2024-07-31T20:00:00"),
        file_of("IMG-20240731-WA0001.jpg", taken="2024-07-31"),
        file_of("2.jpg", taken="2024-08-01T00:30:00"),
        file_of("IMG-20240805-WA0001.jpg", taken="2024-08-05"),
    ]
    events = group_photos(files, "event")
    assert list(events.values()) == ["2024-07-31 20:00:00"] * 3 + ["2024-08-05"]
    assert group_photos(files, "day")["IMG-20240731-WA0001.jpg"] == "2024-07-31"


def test_days_are_local_and_events_are_the_worlds():
    """Days follow each photo's local time; events follow absolute time across time zones."""
    files = [
        file_of("plane.jpg", taken="2024-08-01T01:00:00+09:00"),
        file_of("landed.jpg", taken="2024-07-31T12:30:00-04:00"),
        file_of("camera.jpg", taken="2024-07-31T12:40:00"),
        file_of("dinner.jpg", taken="2024-07-31T19:00:00-04:00"),
    ]
    days = group_photos(files, "day")
    assert days.pop("plane.jpg") == "2024-08-01"
    assert set(days.values()) == {"2024-07-31"}
    events = group_photos(files, "event")
    first, last = "2024-08-01 01:00:00", "2024-07-31 19:00:00"
    assert events == {
        "plane.jpg": first, "landed.jpg": first, "camera.jpg": first, "dinner.jpg": last,
    }  # fmt: skip
