"""Command `photorank book`, which makes printed books."""

import json
import shutil

import pikepdf
import pytest

pytestmark = pytest.mark.usefixtures("home")

ASKED = ["book", "--vector", "ours", "--pages", 4, "--places", 10]


@pytest.mark.slow
def test_the_json_is_the_contract(photorank, tmp_path):
    """The JSON gives size, bleed, safe zone, frames in mm and warnings; no file is written."""
    outcome = photorank(*ASKED, "--size", "210x297", "--bleed", 4, "--json")
    assert outcome.code == 0, outcome.err
    said = outcome.json
    assert (said["size"], said["bleed"], said["safe"]) == ([210, 297], 4, 5)
    assert [page["number"] for page in said["pages"]] == [1, 2, 3, 4]
    frames = [frame for page in said["pages"] for frame in page["frames"]]
    assert len(frames) == 10
    for frame in frames:
        x, y, width, height = frame["box"]
        assert 5 <= x <= x + width <= 205
        assert 5 <= y <= y + height <= 292
        assert frame["ppi"] == pytest.approx(96 / width * 25.4, rel=1e-2)
    assert {"path", "reason"} <= set(said["warnings"][0])
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.slow
def test_a_kept_album_becomes_a_pdf_which_its_plan_makes_again(photorank, tmp_path):
    """A saved album is printed as a PDF, and its JSON plan makes the same book again."""
    assert photorank("albums", "save", "Italy", "--places", 8, "--vector", "ours").code == 0
    one, other, plan = (tmp_path / name for name in ("one.pdf", "other.pdf", "plan.json"))
    done = photorank("book", "--album", "Italy", "--pages", 4, "--to", one, "--json")
    assert done.code == 0, done.err
    assert done.json["written"] == [str(one)]
    with pikepdf.open(one) as pdf:
        assert len(pdf.pages) == 4
    plan.write_text(done.out)
    indexes = tmp_path / "home" / "index"
    [own] = indexes.iterdir()
    shutil.copytree(own, indexes / "another")  # the plan says of which index it was made
    again = photorank("book", "--plan", plan, "--to", other)
    assert again.code == 0
    assert "choosing by" not in again.err
    for some in (one, other):
        checked = photorank("book", "--plan", plan, "--check", some, "--vector", "ours")
        assert checked.code == 0, checked.err
    again = photorank("book", "--album", "Italy", "--pages", 4, "--to", one)
    assert (again.code, "exists already" in again.err) == (1, True)
    with pikepdf.open(one, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj.BleedBox = pdf.pages[0].obj.TrimBox
        pdf.save(one)
    broken = photorank("book", "--plan", plan, "--check", one, "--vector", "ours")
    assert (broken.code, "BleedBox" in broken.err) == (1, True)


@pytest.mark.slow
def test_pages_go_into_a_folder_as_numbered_jpegs(photorank, tmp_path):
    """A book exported to a folder is written as one numbered JPEG per page."""
    done = photorank(*ASKED, "--to", tmp_path / "pages", "--ppi", 72)
    assert done.code == 0, done.err
    names = sorted(path.name for path in (tmp_path / "pages").iterdir())
    assert names == ["001.jpg", "002.jpg", "003.jpg", "004.jpg"]


@pytest.mark.slow
def test_printers_are_data(photorank, refused, tmp_path):
    """A printer profile is given by name or file; the error for an unknown name lists all names."""
    assert (
        photorank(*ASKED, "--printer", "gelato", "--standard", "plain", "--json").json["bleed"] == 4
    )
    own = tmp_path / "mine.toml"
    own.write_text("bleed = 2\nsafe = 8\n")
    said = photorank(*ASKED, "--printer", own, "--json").json
    assert (said["bleed"], said["safe"]) == (2, 8)
    assert "bookfactory" in refused(*ASKED, "--printer", "nobody")
    own.write_text("bleed = -2\n")
    assert "cannot be" in refused(*ASKED, "--printer", own)
    own.write_text("= broken")
    assert "no printer's profile" in refused(*ASKED, "--printer", own)


@pytest.mark.slow
def test_mistakes_end_in_one_line(photorank, refused, gallery, tmp_path):
    """A wrong option, plan or path is refused in one line, and no file is made."""
    assert "need at least 30 photos" in refused("book", "--vector", "ours", "--pages", 30)
    assert "at least 3 pages" in refused("book", "--vector", "ours", "--pages", 2, "--places", 12)
    assert "PDF/X-4" in refused(*ASKED, "--standard", "x4", "--to", tmp_path / "x.pdf")
    assert "photos" in refused(*ASKED, "--to", gallery / "x.pdf")
    assert "name a .pdf, or a folder" in refused(*ASKED, "--to", tmp_path / "x.txt")
    (tmp_path / "bad.json").write_text(json.dumps({"size": [1]}))
    assert "no book's plan" in refused("book", "--plan", tmp_path / "bad.json", "--vector", "ours")
    for wrong in ({"bleed": -9}, {"safe": 100}, {"size": [30000, 210]}):
        plan = {"size": [210, 210], "bleed": 3, "safe": 5, "pages": []} | wrong
        (tmp_path / "bad.json").write_text(json.dumps(plan))
        assert " mm" in refused("book", "--plan", tmp_path / "bad.json")
    (tmp_path / "bad.json").write_text("[]")
    assert "bad.json: this is no book's plan" in refused("book", "--plan", tmp_path / "bad.json")
    assert "no album" in refused("book", "--album", "nothing")
    to = ["--to", tmp_path / "x.pdf"]
    for late in (
        ["--to", gallery / "x.pdf"],
        ["--standard", "x4", *to],
        ["--font", "no.ttf", *to],
        ["--check", tmp_path / "no.pdf"],
    ):
        refused("book", *late)  # with no line before it on what it chooses by
    for wrong in (["--size", "big"], ["--size", "1x1"], ["--plan", "p.json", "--pages", 3]):
        assert photorank("book", "--vector", "ours", *wrong).code == 2
    assert {path.name for path in tmp_path.iterdir()} == {"home", "bad.json"}
