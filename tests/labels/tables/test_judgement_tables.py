"""Tests of CSV tables of judgements: accepted forms, and error messages for all others."""

import gzip
import time
import tracemalloc

import openpyxl
import pytest

from photorank.errors import LabelsError, MissingPathError
from photorank.labels.tables.csv_file import text_encoding
from photorank.labels.tables.judgement_tables import (
    ChoiceColumns,
    LabelColumns,
    check_rows,
    read_choices,
    read_labels,
)


@pytest.fixture
def table(tmp_path):
    """Function that writes text or bytes to a file and returns the file's path."""

    def write(text, encoding="utf-8", name="labels.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


def checked(path, *, choices=False):
    """Table of scores or choices read from a file, with an error if any row is bad."""
    read = read_choices(path) if choices else read_labels(path)
    check_rows(read, partial=False)
    return read


def test_columns_are_told_by_their_names(table):
    """Columns are recognised by name in any order, case and spacing; rows have line numbers."""
    path = table(
        "Rater, SERIES ,score,File,group,n_raters\n"
        'ann,burst 1,4.5,"a,b.jpg",trip,\n'
        "\n"
        ",,-2e1,c.jpg,,12\n"
    )
    read = read_labels(path)
    assert read.source == str(path)
    assert read.notes == []
    first, second = read.rows
    assert (first.line, first.file, first.score, first.rater) == (2, "a,b.jpg", 4.5, "ann")
    assert (first.group, first.series, first.n_raters) == ("trip", "burst 1", None)
    assert (second.line, second.file, second.score, second.rater) == (4, "c.jpg", -20.0, "")
    assert (second.group, second.series, second.n_raters) == (None, None, 12)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_are_understood(table, encoding, end):
    """Tables with any line end or encoding are read; an encoding other than UTF-8 is noted."""
    read = read_labels(table(end.join(["file,score", "Grüße.jpg,1", "b.jpg,2", ""]), encoding))
    assert [row.file for row in read.rows] == ["Grüße.jpg", "b.jpg"]
    assert [row.line for row in read.rows] == [2, 3]
    assert read.notes == ["it is not UTF-8 and was read as Windows-1252"] * (encoding == "latin-1")


@pytest.mark.parametrize("part", [1, 2, 3, 1000])
def test_a_letter_on_the_border_of_two_parts_is_read(table, part):
    """If a multi-byte letter spans two read chunks of a file, the encoding is still detected."""
    assert text_encoding(table("file,score\nüü.jpg,1\n"), part=part) == "utf-8-sig"
    cut = "file,score\na,1\nb,1,é".encode()[:-1]
    assert text_encoding(table(cut), part=part) == "cp1252"
    odd = cut.replace(b"b", b"b\x81")  # a byte without a meaning in Windows-1252
    assert text_encoding(table(odd), part=part) == "latin-1"
    assert any("Latin-1" in note for note in read_labels(table(odd)).notes)


def test_the_group_may_be_in_any_column(table):
    """The groups of photos may be in any table column that the user chooses."""
    path = table("file,score,theme,group\na.jpg,1,cats,x\n")
    themes = LabelColumns.named(None, None, None, "Theme")
    assert next(iter(read_labels(path, themes).rows)).group == "cats"
    with pytest.raises(LabelsError, match="no column 'album'"):
        read_labels(path, LabelColumns(group="album"))


def test_every_column_may_have_another_name(table):
    """Options can name the columns of a table, in any letter case."""
    path = table("Image,Note,Wer\na.jpg,7,ann\n")
    (row,) = read_labels(path, LabelColumns.named("image", "note", "wer", None)).rows
    assert (row.file, row.score, row.rater) == ("a.jpg", 7, "ann")
    with pytest.raises(LabelsError, match="--file-column and --score-column"):
        read_labels(path)
    with pytest.raises(LabelsError, match="no column 'who'"):
        read_labels(path, LabelColumns.named("image", "note", "who", None))
    path = table("better,worse\na,b\n")
    (row,) = read_choices(path, ChoiceColumns.named("better", "worse", None)).rows
    assert row.files == ("a", "b")


@pytest.mark.parametrize("column", ["score", "tier", "stars"])
def test_each_kind_of_label_is_a_number(table, column):
    """Every kind of label column is read as a score, and higher is better."""
    assert next(iter(read_labels(table(f"file,{column}\na.jpg,3\n")).rows)).score == 3


def test_a_score_goes_before_tiers_and_stars(table):
    """A score column takes precedence over tiers and stars, and a note says so."""
    read = read_labels(table("file,stars,tier,score\na.jpg,5,1,0.5\n"))
    assert next(iter(read.rows)).score == 0.5
    assert read.notes == ["score is used as the label, not tier or stars"]


def test_other_columns_are_left_out_with_one_note(table):
    """Unknown columns are ignored and listed together in one note."""
    read = read_labels(table("file,score,camera,,lens\na.jpg,1,x,,y\n"))
    assert read.notes == ["columns left out: camera, lens"]


def test_no_stars_are_no_rating(table):
    """Rows with 0 stars are left out as not rated, and a note counts them."""
    read = read_labels(table("file,stars\na.jpg,0\nb.jpg,5\nc.jpg,0\n"))
    assert [row.file for row in read.rows] == ["b.jpg"]
    assert read.notes == ["left out as not rated: 2 rows with 0 stars"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("name,score\na,1\n", "no column 'file'"),
        ("file,rating\na,1\n", r"no label column \(score, tier, stars\)"),
        ("file,score,score\na,1,2\n", "'score' more than once. Remove or rename"),
        ("file,score,rater,rater\na,1,ann,bob\n", "'rater' more than once"),
        ("file,score\n", "no row"),
        ("file,score\n\n,\n", "no row"),
        ("file,stars\na.jpg,0\n", "no row"),
        ("file,score\na.jpg,1\n".encode("utf-16")[:-1], "UTF-16"),
        ("file,score\na.jpg,1\n".encode("utf-32")[:-1], "UTF-32"),
        ("file,score\na\0.jpg,1\n", "not text in UTF-8"),
        ('file,score\n"' + "a" * 200_000 + '",1\n', "not a CSV file"),
    ],
)
def test_what_is_no_table_of_labels_is_refused_in_one_line(table, text, why):
    """The error for a table without usable labels is one line and names the file."""
    with pytest.raises(LabelsError, match=why) as caught:
        checked(table(text))
    assert "labels.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "row",
    [
        "a,",
        "a,nan",
        "a,inf",
        "a,-inf",
        "a,good",
        ",1",
        "a",
        'a,"4,500"',
        "a,1_0",
        "a,1e308",
        "a,b,1",
        "a,1,,x",
        "a,1e999",
    ],
)
def test_a_bad_cell_is_told_with_its_line(table, row):
    """A bad cell gives an error with its line number; with `partial`, only good rows are used."""
    path = table(f"file,score\nfirst,1\n{row}\nlast,2\n")
    with pytest.raises(LabelsError, match="line 3: "):
        checked(path)
    read = read_labels(path)
    assert [row.file for row in read.rows] == ["first", "last"]
    assert "line 3: " in check_rows(read, partial=True)[0]


@pytest.mark.parametrize("stars", ["6", "-1", "0.5", "many"])
def test_stars_are_one_to_five(table, stars):
    """A star rating is refused unless it is a whole number from 1 to 5."""
    with pytest.raises(LabelsError, match="line 2"):
        checked(table(f"file,stars\na,{stars}\n"))


@pytest.mark.parametrize("count", ["0", "-3", "2.5", "x", "1e300"])
def test_raters_are_counted_in_whole_people(table, count):
    """A number of raters is refused if it is not a positive whole number."""
    with pytest.raises(LabelsError, match="line 2: n_raters"):
        checked(table(f"file,score,n_raters\na,1,{count}\n"))


def test_many_bad_rows_make_a_short_message(table):
    """If a table has 100 bad rows, the error names the first five and counts the others."""
    rows = "".join(f"{line},x\n" for line in range(100))
    with pytest.raises(
        LabelsError, match=r"line 2: .*line 6: .*and 95 more \(100 in all\)"
    ) as caught:
        checked(table("file,score\n" + rows))
    assert "line 7" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    """A missing label table, or a folder in its place, is refused with an error that says so."""
    with pytest.raises(MissingPathError, match="none"):
        read_labels(tmp_path / "none.csv")
    with pytest.raises(MissingPathError, match="is a folder"):
        read_labels(tmp_path)


def test_a_cell_without_end_is_told_with_its_line(table):
    """An error about an overlong cell names its line and stays short."""
    with pytest.raises(LabelsError, match=r"field larger.*line 3"):
        checked(table(f"file,score\na,1\nb,{'x' * 200_000}\n"))
    with pytest.raises(LabelsError, match="line 2: score") as caught:
        checked(table(f"file,score\na,{'x' * 100_000}\n"))
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    "text",
    [
        "file;score\r\na.jpg;1,5\r\nb.jpg;2,25\r\n",
        "file\tscore\na.jpg\t1.5\nb.jpg\t2,25\n",
        "sep=;\r\nfile;score\r\na.jpg;1,5\r\nb.jpg;2.25\r\n",
        "sep=\t\r\nfile\tscore\r\na.jpg\t1,5E+00\r\nb.jpg\t22,5e-1\r\n",
        '"sep=,"\nfile,score\na.jpg,1.5\nb.jpg,"2,25"\n',
        "\ufeff\ufefffile,score\na.jpg,1.5\nb.jpg,2.25\n",
        "# made by us\n\n# on a Monday, late\nfile,score\na.jpg,1.5\n# half way\nb.jpg,2.25\n",
        "#file,score\na.jpg,1.5\nb.jpg,+2.25\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_tables_as_spreadsheets_write_them(table, text, encoding):
    """Tables are read with any separator, decimal commas, comments and byte order marks."""
    read = checked(table(text, encoding))
    assert [(row.file, row.score) for row in read.rows] == [("a.jpg", 1.5), ("b.jpg", 2.25)]
    assert read.notes == []


def test_a_workbook_is_told_by_its_content(tmp_path, table):
    """A workbook is recognised by its content; another file named .xlsx is refused."""
    book = openpyxl.Workbook()
    for row in (["file", "score"], ["a.jpg", 1.5], ["b.jpg", 2]):
        book.active.append(row)
    for name in ("labels.xlsx", "labels.csv"):
        book.save(tmp_path / name)
        read = checked(tmp_path / name)
        assert [(row.file, row.score) for row in read.rows] == [("a.jpg", 1.5), ("b.jpg", 2.0)]
    with pytest.raises(LabelsError, match="not an Excel workbook"):
        checked(table(b"PK\3\4 no archive", name="labels.xlsx"))


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ('file,score\na,"1,5"\n', [1.5]),
        ("file;score\na;1,234\n", [1.234]),
        ("file,score\na,\N{MINUS SIGN}1\n", [-1]),
        ("file,stars\na,★★★★\nb,★★☆☆☆\nc,☆☆☆☆☆\n", [4, 2]),
        ("file,stars\na,4/5\nb,4.5 / 5\n", [4, 4.5]),
    ],
)
def test_numbers_whose_meaning_is_clear_are_read(table, text, scores):
    """Decimal commas, Unicode minus signs and star symbols are read as numbers."""
    assert [row.score for row in checked(table(text)).rows] == scores


def test_a_comma_that_may_part_thousands_is_asked_about(table):
    """A number such as 1,234 is refused: the comma may mark decimals or thousands."""
    with pytest.raises(LabelsError, match=r"'1,234' may be 1\.234 or 1234"):
        checked(table('file,score\na,"1,234"\n'))


def test_names_keep_the_white_space_around_them(table):
    """File names keep surrounding white space; other cells are stripped."""
    (row,) = read_labels(table('file,score,rater\n" a.jpg ", 1 , ann \n')).rows
    assert (row.file, row.score, row.rater) == (" a.jpg ", 1, "ann")
    with pytest.raises(LabelsError, match="no file"):
        checked(table('file,score\n"  ",1\n'))


def test_choices_name_winner_and_loser(table):
    """A table of choices needs a winner and a loser; ties and raters are optional."""
    read = read_choices(table("winner,loser,tie,rater,ms\na,b,,ann,90\nc,d,1,,80\ne,f,False,,\n"))
    assert [(row.winner, row.loser, row.tie, row.rater) for row in read.rows] == [
        ("a", "b", False, "ann"),
        ("c", "d", True, ""),
        ("e", "f", False, ""),
    ]
    assert read.notes == ["columns left out: ms"]
    assert next(iter(read_choices(table("loser,winner\nb,a\n")).rows)).winner == "a"


def test_votes_weigh_choices(table):
    """The column votes gives a choice's weight; an empty cell is one vote."""
    read = read_choices(table("winner,loser,votes\na,b,5\nc,d,\ne,f,0.25\n"))
    assert [row.weight for row in read.rows] == [5.0, 1.0, 0.25]
    assert read.notes == []


def test_an_official_split_is_read(table):
    """A table's `split` column may use common spellings; other values are refused."""
    read = read_labels(table("file,score,split\na,1,Training\nb,1,val\nc,1,\nd,1,test\n"))
    assert [row.split for row in read.rows] == ["train", "validation", None, "test"]
    with pytest.raises(LabelsError, match="line 2: split '7' is neither"):
        checked(table("file,score,split\na,1,7\n"))


def test_a_packed_table_is_read(table):
    """A gzipped table is read, and a damaged one is refused."""
    packed = gzip.compress(b"file,score\na,1\n")
    read = read_labels(table(packed, name="labels.csv.gz"))
    assert [row.file for row in read.rows] == ["a"]
    for damaged in (packed[:-9], packed[:10] + b"\xff" * 9 + packed[19:], b"file,score\na,1\n"):
        with pytest.raises(LabelsError, match="damaged"):
            checked(table(damaged, name="labels.csv.gz"))


@pytest.mark.slow
def test_rows_may_be_read_again_and_none_is_kept(table):
    """Reading a table of 20 MB twice takes less than 5 MB of memory."""
    path = table("file,score\n" + "".join(f"{'x' * 9960}{n},1\n" for n in range(2_000)))
    tracemalloc.start()
    try:
        read = read_labels(path)
        assert sum(1 for _ in read.rows) == sum(1 for _ in read.rows) == 2_000
        assert tracemalloc.get_traced_memory()[1] < 5e6  # the file is looked through in parts
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("winner\na\n", "no column 'loser'"),
        ("winner,loser,votes\na,b,-2\n", "line 2: votes '-2' is not a positive"),
        ("winner,loser,votes\na,b,0\n", "line 2: votes '0' is not a positive"),
        ("winner,loser,votes\na,b,x\n", "line 2: votes 'x' is not a number"),
        ("file,score\na,1\n", "no column 'winner'"),
        ("winner,loser\na,\n", "line 2: no loser"),
        ("winner,loser,tie\na,b,perhaps\n", "line 2: tie 'perhaps'"),
        ("winner,loser\n", "no row"),
    ],
)
def test_what_is_no_table_of_choices_is_refused(table, text, why):
    """An invalid table of choices gives an error that names the missing column or the bad line."""
    with pytest.raises(LabelsError, match=why):
        checked(table(text), choices=True)


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_read_quickly(table):
    """A table of 100,000 rows is read within 2 seconds of processor time."""
    path = table("file,score,group\n" + "".join(f"{n}.jpg,{n},g\n" for n in range(100_000)))
    start = time.process_time()
    assert len(list(read_labels(path).rows)) == 100_000
    assert time.process_time() - start < 2  # with room for slow machines
