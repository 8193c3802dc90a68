import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from photorank.errors import LabelsError, MissingPathError
from photorank.labels.tables.workbook import workbook_rows
from tests.fixtures.workbooks import SHEET, change_part, write_workbook


@pytest.fixture
def book(tmp_path):
    """Workbook with a header row and one data row, in two columns."""
    return write_workbook(tmp_path / "scores.xlsx", ["name", "score"], ["a.jpg", 1.5])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        (-3.0, "-3"),
        (0.1, "0.1"),
        (48.86, "48.86"),
        (12345678901234, "12345678901234"),
        (True, "TRUE"),
        (False, "FALSE"),
        (date(2024, 7, 31), "2024-07-31"),
        (datetime(2024, 7, 31, 18, 5), "2024-07-31T18:05:00"),
        ("00001.jpg", "00001.jpg"),
        ("Grüße.jpg", "Grüße.jpg"),
        ("#N/A", "#N/A"),
        (None, ""),
    ],
)
def test_a_cell_is_read_as_its_text(tmp_path, value, text):
    """Cells are read as text: integers without decimals, dates as YYYY-MM-DD, numbers unrounded."""
    path = write_workbook(tmp_path / "cells.xlsx", ["before", value, "after"])
    assert list(workbook_rows(path)) == [(1, ["before", text, "after"])]


def test_a_whole_number_that_was_saved_with_decimals_has_none(book):
    """A whole number that a workbook stores as 1.0 is read as 1."""
    change_part(book, SHEET, lambda sheet: sheet.replace("<v>1.5</v>", "<v>1.0</v>"))
    assert list(workbook_rows(book))[1] == (2, ["a.jpg", "1"])


def test_rows_keep_their_numbers_in_the_sheet(tmp_path):
    """Row numbers are correct even if a sheet has empty or missing rows and cells."""
    book = Workbook()
    for place, value in {"A1": "name", "C1": "score", "A4": "a.jpg", "C9": 2}.items():
        book.active[place] = value
    book.save(tmp_path / "gaps.xlsx")
    told = {line: cells for line, cells in workbook_rows(tmp_path / "gaps.xlsx") if any(cells)}
    assert told[1] == ["name", "", "score"]
    assert told[4][0] == "a.jpg"
    assert told[9] == ["", "", "2"]
    assert sorted(told) == [1, 4, 9]


def test_texts_that_cells_share_are_read(book):
    """A cell's text is read from Excel's shared strings, even if it is stored in several parts."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    change_part(book, "[Content_Types].xml", lambda types: types.replace("</Types>", part))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    texts = "<si><t>no</t></si><si><r><t>b.</t></r><r><t>jpg</t></r></si>"
    change_part(book, "xl/sharedStrings.xml", lambda _: f'<sst xmlns="{space}">{texts}</sst>')
    change_part(book, SHEET, lambda sheet: sheet.replace('t="n"><v>1.5</v>', 't="s"><v>1</v>'))
    assert list(workbook_rows(book))[1] == (2, ["a.jpg", "b.jpg"])


def test_cells_beyond_the_size_that_a_sheet_claims_are_read(book):
    """Cells are read even if they lie outside the size that the sheet declares."""
    change_part(book, SHEET, lambda sheet: sheet.replace('ref="A1:B2"', 'ref="A1"'))
    assert list(workbook_rows(book)) == [(1, ["name", "score"]), (2, ["a.jpg", "1.5"])]


def test_a_formula_is_read_as_the_value_that_was_saved_with_it(book):
    """A formula cell is read as the value saved with it and is not computed again."""
    change_part(book, SHEET, lambda sheet: sheet.replace("<v>1.5</v>", "<f>1+1</f><v>2</v>", 1))
    assert list(workbook_rows(book))[1] == (2, ["a.jpg", "2"])


def test_the_first_sheet_is_the_one_that_is_shown_first(tmp_path):
    """Only the sheet shown first in a workbook is read, even if it was created later."""
    book = Workbook()
    book.active.append(["second"])
    book.create_sheet("shown first", 0).append(["first"])
    book.save(tmp_path / "two.xlsx")
    assert list(workbook_rows(tmp_path / "two.xlsx")) == [(1, ["first"])]


def test_a_date_that_is_none_is_wrong_in_its_own_cell(tmp_path):
    """An invalid date is read as its error text, and the other cells are read normally."""
    path = write_workbook(tmp_path / "dates.xlsx", [date(2024, 7, 31), "a.jpg"])
    change_part(path, SHEET, lambda sheet: sheet.replace("<v>45504</v>", "<v>1e300</v>"))
    assert list(workbook_rows(path)) == [(1, ["#VALUE!", "a.jpg"])]


def _cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def _overwrite_the_middle(path):
    data = bytearray(path.read_bytes())
    start = data.index(SHEET.encode()) + len(SHEET) + 20
    data[start : start + 40] = b"\xff" * 40
    path.write_bytes(data)


def _name_a_text_that_is_missing(path):
    change_part(path, SHEET, lambda sheet: sheet.replace('t="n"><v>1.5<', 't="s"><v>99<'))


def _end_early(path):
    change_part(path, SHEET, lambda sheet: sheet[: len(sheet) // 2])


def _write_letters_for_a_number(path):
    change_part(path, SHEET, lambda sheet: sheet.replace("<v>1.5</v>", "<v>many</v>"))


def _place_a_cell_nowhere(path):
    change_part(path, SHEET, lambda sheet: sheet.replace('r="B2"', 'r="ZZZZZZ2"'))


def _take_the_list_of_sheets_away(path):
    change_part(path, "xl/workbook.xml", lambda _: "")


@pytest.mark.parametrize(
    "damage",
    [
        _cut,
        _overwrite_the_middle,
        _name_a_text_that_is_missing,
        _end_early,
        _write_letters_for_a_number,
        _place_a_cell_nowhere,
        _take_the_list_of_sheets_away,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("name,score\na.jpg,1\n"),
    ],
)
def test_a_damaged_workbook_is_told_in_one_line(book, damage):
    """A damaged workbook is refused with a one-line error that names the file."""
    damage(book)
    with pytest.raises(LabelsError, match=r"scores\.xlsx is not an Excel workbook") as caught:
        list(workbook_rows(book))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_workbook_without_sheets_is_told(book):
    """A workbook without sheets is refused with an error that says so."""
    change_part(
        book,
        "xl/workbook.xml",
        lambda text: text[: text.index("<sheets>")] + text[text.index("</sheets>") + 9 :],
    )
    with pytest.raises(LabelsError, match=r"scores\.xlsx has no sheet"):
        list(workbook_rows(book))


def test_an_encrypted_workbook_is_told(tmp_path):
    """An encrypted workbook is refused with an error that asks for a copy without a password."""
    path = tmp_path / "secret.xlsx"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000))
    with pytest.raises(LabelsError, match=r"secret\.xlsx is encrypted.*without a password"):
        list(workbook_rows(path))


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread(book):
    """A workbook whose declared unpacked size is too large is refused before it is unpacked."""
    change_part(book, "xl/styles.xml", lambda _: " " * 5_000_000)
    assert book.stat().st_size < 100_000
    with pytest.raises(LabelsError, match=r"scores\.xlsx is bigger than 3 MB when unpacked"):
        list(workbook_rows(book, max_unpacked=3 << 20))


def test_an_archive_that_lies_about_its_size_is_refused(book):
    """A workbook part that unpacks to more than its declared size is refused as damaged."""
    change_part(book, SHEET, lambda sheet: sheet + " " * 5_000_000)
    data = book.read_bytes()
    with zipfile.ZipFile(book) as archive:
        size = archive.getinfo(SHEET).file_size
    assert data.count(size.to_bytes(4, "little")) == 2  # the part's own header, the directory
    book.write_bytes(data.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    with pytest.raises(LabelsError, match="not an Excel workbook"):
        list(workbook_rows(book, max_unpacked=3 << 20))


def test_a_cell_far_away_costs_neither_memory_nor_time(book):
    """A workbook with a cell beyond column 1024 is refused; the empty columns are not created."""
    change_part(book, SHEET, lambda sheet: sheet.replace('r="B2"', 'r="XFD2"'))
    with pytest.raises(LabelsError, match=r"scores\.xlsx has more than 1024 columns \(line 2\)"):
        list(workbook_rows(book))


@pytest.mark.slow
def test_a_row_far_away_is_not_reached_by_counting(book):
    """A row number beyond a sheet's limit is ignored without counting up to it."""
    change_part(book, SHEET, lambda sheet: sheet.replace('<row r="2"', '<row r="4000000000"'))
    rows = workbook_rows(book)
    assert next(rows) == (1, ["name", "score"])
    assert not any(any(cells) for _, cells in rows)


def test_a_workbook_that_is_not_there_is_told(tmp_path):
    """A missing workbook, or a folder in its place, raises an error that says so."""
    with pytest.raises(MissingPathError, match="none"):
        list(workbook_rows(tmp_path / "none.xlsx"))
    with pytest.raises(MissingPathError, match="is a folder"):
        list(workbook_rows(tmp_path))


def test_merged_cells_are_refused_where_rows_would_look_empty(tmp_path):
    """Merged cells over several rows of a column are refused; other merged cells are ignored."""
    path = tmp_path / "table.xlsx"
    book = Workbook()
    for row in (["file", "score", "group"], ["a.jpg", 1, "lake"], ["b.jpg", 2, None]):
        book.active.append(row)
    book.active.merge_cells("E1:F1")
    book.save(path)
    assert len(list(workbook_rows(path))) == 3
    book.active.merge_cells("C2:C3")
    book.save(path)
    with pytest.raises(LabelsError, match=r"merged cells \(C2:C3\)"):
        list(workbook_rows(path))
