import string
from pathlib import Path

import pytest

from dashboard import formatting
from photorank.album.kept.store import AlbumChangedError, AlbumNameTakenError
from photorank.errors import (
    BrokenIndexError,
    LockedIndexError,
    LostManifestError,
    MissingIndexError,
    NewerSchemaError,
    NoLabelsError,
    NoPhotosError,
    NoVectorsError,
    PhotorankError,
    StorageError,
    TooFewPhotosError,
    UnreadableFileError,
    VectorNameTakenError,
)


@pytest.mark.parametrize(
    "name",
    [
        "![x](http://evil.example/p.png)",
        "<img src=x onerror=alert(1)>",
        ":red[x] $x^2$ ~~y~~ `code` www.evil.example",
        "a\n# b",
    ],
)
def test_no_file_name_is_read_as_markup(name):
    """Markdown characters in a file name are escaped, and the name is shown on one line."""
    said = formatting.plain(name)

    assert "\n" not in said
    assert all(
        said[place - 1] == "\\"
        for place, sign in enumerate(said)
        if sign in string.punctuation and sign != "\\"
    )


def test_a_name_that_is_not_unicode_can_still_be_shown():
    """Bytes of a file name that are not UTF-8 are shown as escapes instead of breaking the page."""
    assert formatting.file_name(Path("album") / "caf\udce9.jpg") == r"album\/caf\\xe9\.jpg"


def test_a_name_cannot_turn_the_order_of_letters():
    """Text-direction marks and control codes in names are escaped, but emoji joiners are not."""
    said = formatting.plain("a\u202egpj.exe \x1b[2J \N{WOMAN}\u200d\N{PERSONAL COMPUTER}")
    assert said == r"a\\u202egpj\.exe \\x1b\[2J " + "\N{WOMAN}\u200d\N{PERSONAL COMPUTER}"
    assert "\u202e" not in formatting.error_text(PhotorankError("try `photorank a\u202eb`."))


def test_an_errors_commands_stay_code_and_its_names_stay_names():
    """Error messages show commands as code and escape Markdown characters in names."""
    error = MissingIndexError("a*b*", ["mine"])

    assert r"a\*b\*" in formatting.error_text(error)
    assert formatting.error_details(error).endswith("`photorank index FOLDER --name a*b*`\\.")
    assert formatting.error_details(PhotorankError("the disk is full")) == ""


@pytest.mark.parametrize(
    "error",
    [
        AlbumNameTakenError("Italy"),
        AlbumChangedError("Italy", "pinned"),
        VectorNameTakenError("ours", "mine"),
        LockedIndexError("mine"),
        MissingIndexError("mine", ["ours"]),
        BrokenIndexError(Path("catalogue.sqlite"), "it is damaged"),
        LostManifestError(Path("mine")),
        NewerSchemaError(Path("mine"), 99, 1),
        StorageError(Path("ours.json"), "the disk is full"),
        UnreadableFileError(Path("ours.json"), "input/output error"),
        NoLabelsError("mine"),
        NoVectorsError("mine"),
        NoPhotosError([Path("empty")], []),  # which has no words of its own for pages
        TooFewPhotosError("mine", 1, 8),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_page_can_mend_sends_nobody_to_a_terminal(error):
    """An error's text for a page names no command, unlike its text for the command line."""
    assert "command" in str(error) or "`p" in str(error)
    assert "command" not in formatting.error_text(error)
    assert "`" not in formatting.error_text(error)


def test_an_error_on_a_page_is_a_sentence():
    """An error's text starts with a capital letter, unless it starts with a file's name."""
    assert formatting.error_text(LockedIndexError("mine")).startswith("The collection")
    assert formatting.error_text(StorageError("ours.json", "it is full")).startswith("ours")


def test_an_error_with_a_backtick_in_a_name_is_shown_letter_by_letter():
    """A backtick in an error message is escaped, so that it does not begin code in Markdown."""
    assert formatting.error_text(PhotorankError("no `such")) == r"No \`such"


@pytest.mark.parametrize("probability", [0.0, 0.004, 0.125, 0.365, 0.5, 0.635, 0.995, 1.0])
def test_two_chances_sum_to_a_hundred_and_swap(probability):
    """A probability and its complement, both rounded, sum to 100 %; none is shown as 0 or 100 %."""
    first, second = formatting.chances(probability)
    numbers = [int("".join(filter(str.isdigit, text))) for text in (first, second)]

    assert sum(numbers) == 100
    assert formatting.chances(1 - probability) == (second, first)
