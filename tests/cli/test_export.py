import csv
import json
import os
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from photorank.index.judging.marks import LEAVE_OUT, Mark, record_marks
from photorank.index.opened import open_index
from photorank.photos.metadata.xmp import read_xmp
from tests.cli.test_wrong_input import contents

pytestmark = pytest.mark.usefixtures("home")
FORMATS = ("csv", "parquet", "xmp", "clip-retrieval")


@pytest.fixture
def library(tmp_path, photorank):
    """Folder of four photos, indexed as `mine`."""
    from tests.conftest import draw_photo

    folder = tmp_path / "library"
    (folder / "trip").mkdir(parents=True)
    for number in range(4):
        draw_photo(folder / "trip" / f"{number}.jpg", seed=number, blur=number)
    assert photorank("index", folder, "--name", "mine", "--encoder", "embedded").code == 0
    return folder


@pytest.mark.parametrize("kind", FORMATS)
def test_without_a_destination_it_only_tells(kind, photorank, gallery, tmp_path, monkeypatch):
    """An export without a destination only says what it would write, and writes no file."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    before = contents(gallery), contents(tmp_path)

    outcome = photorank("export", "--format", kind, "--index", "small")

    assert outcome.code == 0, outcome.err
    assert "would write" in outcome.out
    assert "nothing was written" in outcome.err
    assert (contents(gallery), contents(tmp_path)) == before


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_link_to_an_earlier_table_stays(kind, photorank, tmp_path):
    """If the output path is a symbolic link, an export replaces the target and keeps the link."""
    asked = ("export", "--format", kind, "--vector", "ours", "--to", tmp_path / "out")
    assert photorank(*asked).code == 0
    link = tmp_path / "out" / f"photorank-small.{kind}"
    table = link.rename(tmp_path / "table")
    before = table.stat().st_ino
    link.symlink_to("../table")
    assert photorank(*asked).code == 0
    assert link.is_symlink()
    assert table.stat().st_ino != before


@pytest.mark.slow
def test_tables_hold_what_top_says(photorank, tmp_path):
    """CSV and Parquet tables have one row per photo, with the ratings that `top` prints."""
    arguments = ["--vector", "ours", "--to", tmp_path / "out", "--json"]
    for kind in ("csv", "parquet"):
        outcome = photorank("export", "--format", kind, *arguments)
        file = tmp_path / "out" / f"photorank-small.{kind}"
        assert outcome.json == {
            "index": "small", "format": kind, "photos": 24, "written": [str(file)]
        }  # fmt: skip

    with (tmp_path / "out" / "photorank-small.csv").open(newline="") as file:
        rows = {row["path"]: row for row in csv.DictReader(file)}
    for one in photorank("top", "-k", 24, "--vector", "ours", "--json").json:
        row = rows[one["path"]]
        assert float(row["rating"]) == pytest.approx(one["rating"])
        assert float(row["percentile"]) == pytest.approx(one["percentile"])
        assert row["group"] == one["group"]
        assert float(row["score"]) == 8 - int(Path(one["path"]).stem)
    table = pq.read_table(tmp_path / "out" / "photorank-small.parquet").to_pydict()
    assert table["rating"] == [float(row["rating"]) for row in rows.values()]
    assert photorank("export", "--format", "csv", *arguments).code == 0  # again


def test_embeddings_are_those_of_the_index(photorank, tmp_path):
    """The exported clip-retrieval array equals the last-layer values in the index's embeddings."""
    outcome = photorank("export", "--format", "clip-retrieval", "--to", tmp_path / "out", "--json")

    assert [Path(path).name for path in outcome.json["written"]] == [
        "img_emb_0.npy", "metadata_0.parquet"
    ]  # fmt: skip
    found = np.load(tmp_path / "out" / "img_emb" / "img_emb_0.npy", allow_pickle=False)
    np.testing.assert_array_equal(found, open_index().heads())


def test_stars_beside_the_photos(photorank, library):
    """XMP sidecars hold 1 to 5 stars by adjustable percentiles; photos stay unchanged."""
    before = contents(library)
    asked = ["--format", "xmp", "--vector", "technical", "--index", "mine"]
    told = photorank("export", *asked, "--stars-at", "10,20,30,80")
    assert "5 stars from percentile   80: 1 photo" in told.out

    outcome = photorank("export", *asked, "--stars-at", "10,20,30,80", "--beside-photos", "--json")

    assert outcome.json["stars_at"] == [10, 20, 30, 80]
    assert len(outcome.json["written"]) == 4
    for one in outcome.json["sidecars"]:
        assert one["outcome"] == "new"
        assert read_xmp(Path(one["sidecar"]).read_bytes()).rating == one["stars"]
    after = contents(library)
    assert {name: after[name] for name in before} == before
    assert len(after) == 8
    again = photorank("export", *asked, "--beside-photos", "--stars-at", "10,20,30,80")
    assert "4 sidecars with these stars already" in again.out


def test_people_keep_their_ratings(photorank, library):
    """A sidecar with a person's rating is left alone and reported unless replacing is requested."""
    sidecar = library / "trip" / "0.jpg.xmp"
    mine = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 6">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        b' xmp:Rating="-1"/></rdf:RDF></x:xmpmeta>'
    )
    sidecar.write_bytes(mine)
    asked = ["export", "--format", "xmp", "--vector", "technical", "--index", "mine"]

    outcome = photorank(*asked, "--beside-photos")

    assert "1 photo rated already, left alone" in outcome.out
    assert sidecar.read_bytes() == mine
    assert photorank(*asked, "--beside-photos", "--overwrite-ratings").code == 0
    assert sidecar.with_name("0.jpg.xmp.bak").read_bytes() == mine
    assert read_xmp(sidecar.read_bytes()).rating in range(1, 6)


def test_a_persons_own_stars_leave_as_sidecars(photorank, refused, library):
    """A person's own stars are written to XMP sidecars, and rejected photos are rated -1."""
    opened = open_index("mine")
    asked = ["export", "--format", "xmp", "--rater", "ana", "--index", "mine"]
    assert "gave no stars" in refused(*asked)
    first, second, *_ = opened.digests()
    record_marks(opened.paths, "ana", [Mark(first, "stars", 4), Mark(second, "flag", LEAVE_OUT)])

    told = photorank(*asked, "--beside-photos", "--json").json

    assert sorted(one["stars"] for one in told["sidecars"]) == [-1, 4]
    for one in told["sidecars"]:
        assert read_xmp(Path(one["sidecar"]).read_bytes()).rating == one["stars"]
    assert "2 sidecars with these stars already" in photorank(*asked, "--beside-photos").out


def test_choices_come_back(photorank, home, gallery, tmp_path):
    """Choices written by `choices export` are the same after `choices import` reads them."""
    first = tmp_path / "pairs.csv"
    first.write_text(
        "winner,loser,tie,rater\nbeach/0.jpg,beach/7.jpg,,ann\n"
        "forest/1.jpg,forest/2.jpg,yes,bob\nstreet/0.jpg,beach/1.jpg,0,\n"
    )
    assert photorank("choices", "import", first).code == 0
    before = open_index().choices()

    outcome = photorank("choices", "export", tmp_path / "out.csv", "--json")

    assert outcome.json["choices"] == 3
    assert (tmp_path / "out.csv").read_text() == (
        "winner,loser,tie,rater\nbeach/0.jpg,beach/7.jpg,0,ann\n"
        "forest/1.jpg,forest/2.jpg,1,bob\nstreet/0.jpg,beach/1.jpg,0,\n"
    )
    first.write_bytes((tmp_path / "out.csv").read_bytes())
    assert photorank("choices", "import", first).code == 0
    for mine, theirs in zip(open_index().choices(), before, strict=True):
        assert list(mine) == list(theirs)
    assert photorank("choices", "export", tmp_path / "ann.csv", "--rater", "ann").code == 0
    assert len((tmp_path / "ann.csv").read_text().splitlines()) == 2


@pytest.mark.slow
def test_a_persons_choices_teach_without_a_learner_named(photorank, tmp_path):
    """`vector learn` needs a learner's name, or --rater and --prior for a personal vector."""
    file = tmp_path / "clicks.csv"
    pairs = [
        f"beach/{n}.jpg,forest/{(n + step) % 8}.jpg,0,ann" for n in range(8) for step in (0, 3)
    ]
    file.write_text("winner,loser,tie,rater\n" + "\n".join(pairs) + "\n")
    assert photorank("choices", "import", file).code == 0

    outcome = photorank(
        "vector", "learn", "anns", "--rater", "ann", "--prior", "technical", "--json"
    )

    assert outcome.json["kind"] == "personal"
    assert photorank("vector", "learn", "anything").code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--format", "docx"],
        ["--format", "csv", "--beside-photos"],
        ["--format", "csv", "--overwrite-ratings"],
        ["--format", "xmp", "--beside-photos", "--to", "out"],
        ["--format", "clip-retrieval", "--vector", "ours"],
        ["--format", "xmp", "--stars-at", "90,70"],
        ["--format", "csv", "--rater", "ana"],
        ["--format", "xmp", "--rater", "ana", "--vector", "ours"],
        ["--format", "xmp", "--stars-at", "a,b,c,d"],
        ["--format", "xmp", "--stars-at", "nan,1,2,3"],
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_wrong_usage(arguments, photorank, tmp_path, monkeypatch):
    """Options that contradict each other end in exit 2, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    assert photorank("export", *arguments).code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", FORMATS)
def test_destinations_that_would_harm_something_are_refused(kind, refused, gallery, tmp_path):
    """An export into a file, a photo folder or a path below either is refused with a message."""
    before = contents(gallery)
    (tmp_path / "file").write_text("mine")
    for to, said in [
        (tmp_path / "file", "is a file"),
        (gallery, "are in the index"),
        (gallery / "beach" / "new", "are in the index"),
        (tmp_path / "file" / "below", "file"),
    ]:
        vector = [] if kind == "clip-retrieval" else ["--vector", "ours"]
        assert said in refused("export", "--format", kind, *vector, "--to", to)
    assert contents(gallery) == before
    assert (tmp_path / "file").read_text() == "mine"


def test_an_unknown_vector_or_index_is_told(refused, tmp_path):
    """The error for an unknown vector or index lists the existing ones; no folder is made."""
    to = ["--to", tmp_path / "out"]
    assert "ours" in refused("export", "--format", "csv", "--vector", "theirs", *to)
    assert "small" in refused("export", "--format", "csv", "--index", "big", *to)
    assert not (tmp_path / "out").exists()


def test_choices_are_not_written_over_a_file(refused, photorank, gallery, tmp_path):
    """An export of choices never replaces a file; if there are no choices, no file is written."""
    assert "no choices" in refused("choices", "export", tmp_path / "out.csv")
    photo = gallery / "beach" / "0.jpg"
    before = photo.read_bytes()
    assert "photos are in the index" in refused("choices", "export", photo)
    (tmp_path / "old.csv").write_text("mine")
    assert "exists already" in refused("choices", "export", tmp_path / "old.csv")
    assert photo.read_bytes() == before
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.slow
def test_json_of_hostile_names_is_ascii(photorank, tmp_path):
    """The JSON is plain ASCII even if file names are not valid Unicode."""
    from tests.conftest import draw_photo

    name = os.fsdecode(b"caf\xe9\n=1.jpg")
    (tmp_path / "odd").mkdir()
    draw_photo(tmp_path / "odd" / name, seed=1)
    draw_photo(tmp_path / "odd" / "plain.jpg", seed=2)
    photorank("index", tmp_path / "odd", "--name", "odd", "--encoder", "embedded")

    outcome = photorank(
        "export", "--format", "xmp", "--vector", "technical", "--index", "odd",
        "--to", tmp_path / "out", "--json",
    )  # fmt: skip

    assert outcome.code == 0, outcome.err
    assert outcome.out.isascii()
    assert json.loads(outcome.out)["sidecars"][0]["path"] == str(tmp_path / "odd" / name)
    assert (tmp_path / "out" / f"{name}.xmp").is_file()
