"""Tests of dataset manifests: permitted contents, and refusal of paths outside the folder."""

import pytest

from photorank.errors import ManifestError, MissingDatasetError, MissingLabelFilesError
from photorank.labels.datasets.dataset_manifest import load_manifest, read_manifest
from photorank.labels.datasets.template import Template
from photorank.workspace import Workspace

HEAD = """
title = "Mine"
citation = "me"
licence = "mine"
homepage = "https://example.org"
how_to_get = "ask me"
official_split = "none"
photos = 2
"""
LAYOUT = """
[[layouts]]
name = "plain"
layout_source = "made up"
verified = false
"""
TABLE = """
[[layouts.tables]]
file = "labels.csv"
photo = "photos/{Name}.jpg"
score = "Score"
"""


@pytest.fixture
def manifest(tmp_path):
    """Function that writes a dataset manifest from text and reads it back."""

    def read(text):
        path = tmp_path / "mine.toml"
        path.write_text(text)
        return read_manifest(path)

    return read


def test_a_manifest_says_what_a_dataset_is(manifest):
    """A dataset's manifest is parsed into tables, and the case of column names is ignored."""
    mine = manifest(HEAD + LAYOUT + TABLE.replace("{Name}", "{name}"))
    assert (mine.name, mine.title, mine.verified) == ("mine", "Mine", "no")
    [table] = mine.layouts[0].tables
    assert (table.file, table.score, table.needed) == ("labels.csv", "score", ["name", "score"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("title = ", "not TOML"),
        ("colour = 1\n" + HEAD + LAYOUT + TABLE, "colour is not a known key"),
        (HEAD.replace("photos = 2", "") + LAYOUT + TABLE, "photos is missing"),
        (HEAD.replace("= 2", "= true") + LAYOUT + TABLE, "photos must be a whole number"),
        (HEAD + LAYOUT.replace("false", '"no"') + TABLE, r"verified must be true or false"),
        (HEAD + LAYOUT, r"layouts\[1\].tables is missing"),
        (HEAD, "layouts is missing"),
        (HEAD + "layouts = []", "must be tables"),
        (HEAD + LAYOUT + TABLE + "votes = 3", r"tables\[1\].votes must be a list"),
        (HEAD + LAYOUT + TABLE + "histogram = [1, 2]", "must be a list of strings"),
        (HEAD + LAYOUT + TABLE + 'histogram = ["1", "2"]', "exclude each other"),
        (HEAD + LAYOUT + TABLE + 'votes = ["left", "right"]', "need .*pair"),
        (HEAD + LAYOUT + TABLE + 'pair = ["a", "b"]', "not both"),
        (HEAD + LAYOUT + TABLE + "range = [5, 1]", "range must be"),
        (HEAD + LAYOUT + TABLE + 'delimiter = ""', "one character"),
        (HEAD + LAYOUT + TABLE + 'format = "pickle"', "format must be"),
        (HEAD + LAYOUT + TABLE + 'format = "json"', "columns must be there"),
        (HEAD + LAYOUT + TABLE + 'group = "{a.__class__}"', "columns in braces only"),
        (HEAD + LAYOUT + TABLE + 'group = "{a:999999}"', "neither pads nor cuts"),
        (HEAD + LAYOUT + TABLE + 'group = "{a"', "is no template"),
        (HEAD + LAYOUT + TABLE.replace("labels.csv", "../labels.csv"), r"file '../labels.csv'"),
        (HEAD + LAYOUT + TABLE.replace("labels.csv", "/etc/passwd"), "leads out"),
        (HEAD + LAYOUT + TABLE.replace("labels.csv", "C:labels.csv"), "leads out"),
        (HEAD + LAYOUT + TABLE.replace("photos/", "a/../../"), r"photo .*leads out"),
        (HEAD + LAYOUT + TABLE.replace("photos/", "/"), "leads out"),
    ],
)
def test_what_is_no_manifest_is_refused_with_file_and_key(manifest, text, why):
    """An invalid dataset manifest is refused with a one-line error that names file and fault."""
    with pytest.raises(ManifestError, match=why) as told:
        manifest(text)
    assert "mine.toml" in str(told.value)
    assert "\n" not in str(told.value)


def test_templates_pad_and_cut():
    """A text template can pad or cut the column values it inserts; an empty value is an error."""
    assert Template("{a:0>4}/{b:.2}{a}").filled({"a": "7", "b": "xyz"}) == "0007/xy7"
    with pytest.raises(ValueError, match="no b"):
        Template("{b}").filled({"b": ""})


def test_the_first_layout_that_is_there_is_used(manifest, tmp_path):
    """A dataset is read in the first of its file layouts whose files all exist."""
    other = LAYOUT.replace("plain", "other") + TABLE.replace("labels.csv", "other.csv")
    mine = manifest(HEAD + LAYOUT + TABLE + TABLE.replace("labels.csv", "more.csv") + other)
    with pytest.raises(MissingLabelFilesError, match=r"of mine: other.csv\. .*ask me"):
        mine.layout_at(tmp_path)
    (tmp_path / "other.csv").touch()
    assert mine.layout_at(tmp_path).name == "other"
    (tmp_path / "labels.csv").touch()
    (tmp_path / "more.csv").touch()
    assert mine.layout_at(tmp_path).name == "plain"


def test_a_manifest_of_ones_own_goes_before_a_shipped_one(tmp_path):
    """A user's manifest in the workspace's folder datasets/ takes precedence over a shipped one."""
    home = Workspace(tmp_path)
    assert load_manifest(home, "ava").photos == 255_530
    home.datasets.mkdir()
    (home.datasets / "ava.toml").write_text(HEAD + LAYOUT + TABLE)
    (home.datasets / "mine.toml").write_text(HEAD + LAYOUT + TABLE)
    assert load_manifest(home, "ava").title == load_manifest(home, "mine").title == "Mine"
    with pytest.raises(MissingDatasetError, match=r"'nothing'.*koniq-10k"):
        load_manifest(home, "nothing")


def test_every_shipped_manifest_says_where_its_layout_is_from():
    """Every shipped dataset manifest names the source of each file layout."""
    home = Workspace.current()
    names = sorted(home.manifests())
    assert len(names) >= 16
    for name in names:
        one = load_manifest(home, name)
        assert "https://" in one.citation, name  # a DOI, where there is a paper
        assert one.homepage.startswith("http"), name
        assert len(one.how_to_get) > 30, name
        assert all(len(layout.layout_source) >= 8 for layout in one.layouts), name
