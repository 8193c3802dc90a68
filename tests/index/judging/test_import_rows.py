import os
import shutil

import numpy as np
import pytest

from photorank.errors import LabelsError
from photorank.index.catalogue.connection import writing
from photorank.index.catalogue.transactions import transaction
from photorank.index.judging.import_rows import (
    import_choices,
    import_judgements,
    import_labels,
    replace_labels,
)
from photorank.labels.popularity.likes_table import read_popularity
from photorank.labels.tables.judgement_tables import (
    ChoiceRow,
    ChoiceTable,
    LabelRow,
    LabelTable,
    read_labels,
)
from tests.fixtures.colours import fill, paint
from tests.fixtures.judgements import choices, labels


def test_a_source_replaces_its_own_labels_only(five):
    """Importing a source again replaces only the labels and groups of that source."""
    import_labels(five.paths, labels(("0000.png", 1.0, "ann", "a"), ("0001.png", 2.0, "ann", "a")))
    import_labels(five.paths, labels(("0002.png", 3.0, "bob", "b"), source="second"))
    import_labels(five.paths, labels(("0001.png", 9.0, "ann", "c")))
    known = five.index.labels()
    np.testing.assert_array_equal(known.scores, [np.nan, 9, 3, np.nan, np.nan])
    assert known.group_names == ["b", "c"]
    assert known.groups.tolist() == [-1, 1, 0, -1, -1]


def test_labels_follow_a_renamed_photo(five):
    """Labels stay with a photo's content if its file is renamed."""
    import_labels(five.paths, labels(("0000.png", 1.0)))
    (five.folder / "0000.png").rename(five.folder / "zzz.png")
    five.build()
    np.testing.assert_array_equal(five.index.labels().scores, [np.nan] * 4 + [1])


def test_files_may_be_named_from_any_root_or_absolutely(five):
    """Paths in a table may be absolute, through a link or relative to an indexed folder."""
    fill(five.folder / "sub", 1, start=50)
    five.build()
    link = five.root / "link"
    link.symlink_to(five.folder)
    import_labels(
        five.paths,
        labels(
            (str(five.folder / "0000.png"), 1.0),
            ("./sub/../0001.png", 2.0),
            (str(link / "0002.png"), 3.0),
            ("sub/0000.png", 4.0),
        ),
    )
    assert five.index.labels().scores[[0, 1, 2, 5]].tolist() == [1, 2, 3, 4]
    import_labels(five.paths, labels(("0000.png", 7.0)), base=[link / "sub"])
    assert five.index.labels().scores[5] == 7


def test_an_ambiguous_file_is_told(five):
    """A file name found in several folders is refused unless the files have the same content."""
    other = five.root / "other"
    paint(other / "0000.png", 99)
    shutil.copy(five.folder / "0001.png", other / "0001.png")
    five.build(other)
    import_labels(five.paths, labels(("0001.png", 1.0)))
    with pytest.raises(LabelsError, match=r"line 2: '0000.png' is in several"):
        import_labels(five.paths, labels(("0000.png", 1.0)))


@pytest.mark.slow
def test_names_alike_but_for_case_slashes_and_letters_are_matched_and_told(five):
    """Imported labels match photos even if file names differ in case, slashes or Unicode form."""
    paint(five.folder / "sub" / "Zo\u00eb.png", 60)
    for number, name in enumerate(("a.PNG", " lead.png", "twin.png", "TWIN.png")):
        paint(five.folder / name, 70 + number)
    five.build()
    named = [("A.png", 1.0), ("SUB\\Zoe\u0308.png", 2.0), (" lead.png", 3.0), ("0000.png ", 4.0)]
    (note,) = import_labels(five.paths, labels(*named))
    assert note.startswith("names matched though case, slashes or the form of letters differ: 2 (")
    assert "'A.png' is 'a.PNG'" in note
    names = [photo.path.name for photo in five.index.photos()]
    scores = dict(zip(names, five.index.labels().scores, strict=True))
    assert [scores[name] for name in ("a.PNG", "Zo\u00eb.png", " lead.png")] == [1, 2, 3]
    assert scores["0000.png"] == 4
    import_labels(five.paths, labels(("twin.png", 1.0)))
    with pytest.raises(LabelsError, match=r"'Twin.png' is 'TWIN.png' or 'twin.png' but for case"):
        import_labels(five.paths, labels(("Twin.png", 1.0)))


def test_all_that_is_wrong_with_a_table_is_told_at_once(five, tmp_path):
    """All unreadable cells and missing photos of a table are reported at once, in line order."""
    table = tmp_path / "likes.csv"
    table.write_text(
        "file,likes,date\n0000.png,5,2024-07-31\nno.png,5,2024-07-31\n0001.png,-5,2024-07-31\n"
        "0002.png,5,soon\n"
    )
    with pytest.raises(
        LabelsError, match=r"line 3: 'no.png' is not in the index; line 4: likes.*; line 5: date"
    ):
        import_labels(five.paths, read_popularity(table))
    table.write_text("file,score\n0000.png,1\nno.png,2\n0001.png,good\n")
    with pytest.raises(LabelsError, match=r"line 3: 'no.png'.*; line 4: score 'good'"):
        import_labels(five.paths, read_labels(table))
    assert len(import_labels(five.paths, read_labels(table), partial=True)) == 1
    assert np.isfinite(five.index.labels().scores).sum() == 1


@pytest.mark.slow
def test_unknown_files_are_told_with_their_lines_and_nothing_is_imported(five):
    """The error names the first unknown files and how many more there are; --partial skips them."""
    import_labels(five.paths, labels(("0000.png", 1.0)))
    table = labels(("0000.png", 9.0), *[(f"no{n}.png", 1.0) for n in range(7)])
    with pytest.raises(
        LabelsError, match=r"line 3: 'no0.png' is not.*and 2 more \(7 in all\)"
    ) as told:
        import_labels(five.paths, table)
    assert "\n" not in str(told.value)
    assert five.index.labels().scores[0] == 1

    notes = import_labels(five.paths, table, partial=True)
    assert "line 3: 'no0.png'" in notes[0]
    assert five.index.labels().scores[0] == 9
    with pytest.raises(LabelsError):
        import_labels(five.paths, labels(("no.png", 1.0)), partial=True)


@pytest.mark.slow
def test_a_judgement_of_a_replaced_photo_is_refused(five):
    """Judgements of a file that was replaced after indexing are refused."""
    status = (five.folder / "0001.png").stat()
    (five.folder / "0001.png").write_bytes((five.folder / "0003.png").read_bytes())
    os.utime(five.folder / "0001.png", ns=(status.st_atime_ns, status.st_mtime_ns))
    os.utime(five.folder / "0002.png")
    (five.folder / "0004.png").unlink()

    for name in ("0001.png", " 0001.png", "0001.PNG"):
        with pytest.raises(LabelsError, match=r"line 2: .*changed since.*`photorank index`"):
            import_labels(five.paths, labels((name, 1.0), ("0002.png", 2.0)))
        with pytest.raises(LabelsError, match=r"line 2: .*changed since"):
            import_choices(five.paths, choices(("0000.png", name), ("0000.png", "0002.png")))
    (note,) = import_labels(
        five.paths, labels(("0001.png", 1.0), ("0002.png", 2.0), ("0004.png", 4.0)), partial=True
    )
    assert "line 2: '0001.png' has changed" in note
    np.testing.assert_array_equal(five.index.labels().scores, [np.nan, np.nan, 2, np.nan, 4])
    five.build()
    import_labels(five.paths, labels(("0001.png", 1.0)))
    assert [photo.path.name for photo in five.index.photos()][:2] == ["0000.png", "0001.png"]
    assert five.index.labels().scores[1] == 1


def test_a_label_of_a_photo_that_was_spoilt_is_left_out(five):
    """A label of a photo that has become unreadable is left out with a note."""
    (five.folder / "0001.png").write_text("text")
    five.build()
    notes = import_labels(five.paths, labels(("0000.png", 1.0), ("0001.png", 2.0)))
    assert notes == ["left out: 1 file that could not be read as photos"]


def test_a_label_of_a_file_that_is_no_photo_is_left_out(five):
    """A label of an unreadable file is left out with a note if other labels are usable."""
    (five.folder / "bad.jpg").write_text("text")
    five.build()
    notes = import_labels(five.paths, labels(("0000.png", 1.0), ("bad.jpg", 2.0)))
    assert notes == ["left out: 1 file that could not be read as photos"]
    with pytest.raises(LabelsError, match="no row"):
        import_labels(five.paths, labels(("bad.jpg", 2.0)))


def test_a_photo_has_one_group(five):
    """A second, different group for one photo is refused with an error that names both groups."""
    shutil.copy(five.folder / "0000.png", five.folder / "copy.png")
    five.build()
    clash = labels(("0000.png", 1.0, "", "a"), ("copy.png", 1.0, "", "b"))
    with pytest.raises(LabelsError, match=r"line 3: 'copy.png' is in group 'a' already, not 'b'"):
        import_labels(five.paths, clash)
    import_labels(five.paths, labels(("0000.png", 1.0, "", "a", "s")))
    with pytest.raises(LabelsError, match=r"line 2: .*group 'a' already, not 'b'"):
        import_labels(five.paths, labels(("0000.png", 1.0, "", "b"), source="second"))
    with pytest.raises(LabelsError, match=r"line 2: .*series 's' already, not 't'"):
        import_labels(five.paths, labels(("0000.png", 1.0, "", None, "t"), source="second"))
    import_labels(five.paths, labels(("0000.png", 1.0, "", "b")))  # the source may change its mind
    assert five.index.photos()[0].group == "b"


def test_several_labels_of_one_rater_for_one_picture_become_their_mean(five):
    """A rater's labels for copies of one photo are averaged, and a note names the lines."""
    shutil.copy(five.folder / "0000.png", five.folder / "copy.png")
    five.build()
    notes = import_labels(five.paths, labels(("0000.png", 1.0), ("copy.png", 2.0)))
    assert notes == ["1 picture has several labels by one rater: their mean is kept (line 3)"]
    assert five.index.labels().scores[0] == 1.5
    assert five.index.labels().n_raters[0] == 1


@pytest.mark.parametrize("together", [1, 2, 3, 1000])
def test_rows_that_are_gathered_apart_mean_the_same(five, together):
    """Imported labels do not depend on how many rows are gathered in memory at a time."""

    def take(*rows):
        with writing(five.paths) as connection, transaction(connection):
            return replace_labels(
                connection, labels(*rows), [five.folder], partial=False, together=together
            )

    rows = [
        ("0000.png", 1.0, "ann", "g"),
        ("0001.png", 5.0, "", None, None, 3),
        ("0000.png", 2.0, "ann", None, "s"),
        ("0001.png", 3.0, "", "h", None, 9),
        ("0000.png", 6.0, "ann"),
    ]
    notes = take(*rows)
    known = five.index.labels()
    assert known.scores[:2].tolist() == [3.0, 4.0]
    assert known.n_raters[:2].tolist() == [1, 9]
    assert (five.index.photos()[0].group, five.index.photos()[0].series) == ("g", "s")
    assert notes == ["2 pictures have several labels by one rater: their mean is kept (line 5, 6)"]
    with pytest.raises(LabelsError, match=r"line 7: .*group 'g' already, not 'x'.*line 8: 'no'"):
        take(*rows, ("0000.png", 1.0, "", "x"), ("no", 1.0))
    assert five.index.labels().scores[:2].tolist() == [3.0, 4.0]


def test_a_label_without_a_score_says_where_a_photo_belongs(five):
    """A row without a score can assign a photo a group, a series and a split such as test."""
    belongs = LabelRow(2, "0001.png", None, "", "g", None, None, "test", "list.txt")
    import_labels(five.paths, LabelTable("set", [belongs]))
    assert five.index.splits() == [None, "test", None, None, None]
    assert five.index.photos()[1].group == "g"
    assert np.isnan(five.index.labels().scores).all()
    other = belongs._replace(split="train", line=7)
    with pytest.raises(LabelsError, match=r"list.txt, line 7: .*split 'test' already, not 'train'"):
        import_labels(five.paths, LabelTable("other", [other]))


def test_labels_and_choices_of_a_source_come_together_or_not_at_all(five):
    """If a source has an invalid choice, its labels are not imported."""
    good, bad = choices(("0001.png", "0000.png")), choices(("0001.png", "no.png"))
    with pytest.raises(LabelsError, match=r"'no\.png'"):
        import_judgements(five.paths, labels(("0000.png", 1.0, "ann", "g")), bad)
    assert five.index.raters() == []
    assert five.index.photos()[0].group is None
    import_judgements(five.paths, labels(("0000.png", None, "", "g")), good)
    assert five.index.manifest.judgements == "choices"
    assert five.index.photos()[0].group == "g"


def test_votes_weigh_choices(five):
    """A choice with 2.5 votes has the weight 2.5 in comparisons."""
    row = ChoiceRow(2, "0001.png", "0000.png", False, "", 2.5)
    import_choices(five.paths, ChoiceTable("votes", [row]))
    assert five.index.choices().weights.tolist() == [2.5]
    assert five.index.comparisons().n_judgements == 2.5


def test_a_table_that_changes_while_it_is_imported_leaves_nothing(five):
    """If reading a table's rows fails, no label of the table is stored."""

    def rows():
        yield LabelRow(2, "0000.png", 1.0, "", None, None, None)
        raise LabelsError("the file has changed")

    with pytest.raises(LabelsError, match="has changed"):
        import_labels(five.paths, LabelTable("s", rows()))
    assert np.isnan(five.index.labels().scores).all()


def test_choices_of_a_source_are_replaced_whole_or_not_at_all(five):
    """If a choice names an unknown file or one photo twice, no choice of the table is imported."""
    import_choices(five.paths, choices(("0001.png", "0000.png")))
    bad = choices(("0001.png", "no.png"), ("0002.png", "0002.png"), ("0003.png", "0002.png"))
    with pytest.raises(LabelsError, match=r"line 2: 'no.png'.*line 3: .*same picture"):
        import_choices(five.paths, bad)
    assert five.index.choices().winners.tolist() == [1]
    import_choices(five.paths, bad, partial=True)
    assert five.index.choices().winners.tolist() == [3]


def rated(rater, scores, source="test"):
    """Table of one rater's scores of the library's first photos."""
    rows = [(f"{n:04}.png", float(score), rater) for n, score in enumerate(scores)]
    return labels(*rows, source=source)


@pytest.mark.slow
def test_people_on_scales_far_apart_are_not_averaged(library):
    """If other people rated from 1 to 7, a person's ratings from 0 to 100 are refused."""
    fill(library.folder, 12)
    library.build()
    rng = np.random.default_rng(0)
    for n, rater in enumerate(("ann", "bob", "cem")):
        import_labels(library.paths, rated(rater, rng.integers(1, 8, 12), f"table {n}"))
    before = library.index.labels().scores

    with pytest.raises(LabelsError, match=r"dan rates from \d+ to \d+, \w+ from .* one scale"):
        import_labels(library.paths, rated("dan", rng.integers(0, 101, 12), "more"))

    np.testing.assert_array_equal(library.index.labels().scores, before)


@pytest.mark.slow
@pytest.mark.parametrize("scores", [[1, 1, 2] * 4, [1, 2, 3] * 4, [9, 10] * 6, [70]])
def test_people_who_are_harder_to_please_are(library, scores):
    """Two raters' scores are accepted together even if one rater gives lower scores."""
    fill(library.folder, 12)
    library.build()
    import_labels(library.paths, rated("ann", [1, 3, 5, 7] * 3))
    import_labels(library.paths, rated("eve", scores, "other"))

    assert np.isfinite(library.index.labels().scores).all()
