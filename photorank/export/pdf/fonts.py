"""Choice of a font that has all letters of the captions, or as many as possible."""

import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from photorank.errors import ExportError, MissingExtraError
from photorank.outside_text import printable
from photorank.workspace import regular_file

_MAX_FONT_FILES = 400  # searched for letters
_FIRST = ("dejavusans.ttf", "notosans-regular.ttf", "liberationsans-regular.ttf", "arial.ttf")
_FOLDERS = {
    "win32": ("C:/Windows/Fonts",),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
}
_UNIX_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
# Unicode ranges of scripts that need shaping, which is not supported.
_SHAPED = ((0x0590, 0x08FF), (0x0900, 0x0DFF), (0x0F00, 0x109F), (0x1780, 0x17FF), (0xFB1D, 0xFEFC))


@dataclass(frozen=True)
class CaptionFont:
    """Font file for a book's captions, and the captions reduced to letters that the font has."""

    path: Path
    captions: dict[str, str]  # what is set, by what was wanted; "" for nothing
    notes: list[str]


def caption_font(captions: Iterable[str], given: Path | None = None) -> CaptionFont:
    """Font for captions: the given file, or the available font that lacks the fewest letters.

    Raises MissingPathError or ExportError for a given font that cannot be used.
    """
    wanted = {text: _shown(text) for text in captions if text}
    notes = sorted(
        f"the caption “{printable(text)}” is left out: its script joins letters, which no "
        "part of photorank does"
        for text in wanted
        if _is_shaped(text)
    )
    settable = {text: "" if _is_shaped(text) else shown for text, shown in wanted.items()}
    letters = {letter for text in settable.values() for letter in text if letter != " "}
    path, there = _best_font(letters, given)
    if missing := letters - there:
        some = " ".join(sorted(missing)[:10])
        notes.append(f"no font here has {some}: left out of captions; --font FILE names another")
    kept = {
        text: "".join(letter for letter in shown if letter == " " or letter in there).strip()
        for text, shown in settable.items()
    }
    return CaptionFont(path, kept, notes)


def _best_font(letters: set[str], given: Path | None) -> tuple[Path, set[str]]:
    """Path of the font that has most of the given letters, and the letters found in it.

    A given font is used even if it has few of the letters.
    """
    if given is not None:
        known = _letters_of(regular_file(given))
        if known is None:
            raise ExportError(f"{given} is no TrueType font that can be embedded. Name another.")
        return given, letters & known
    best = _default_font()
    there = letters & (_letters_of(best) or frozenset())
    for path in _system_fonts() if letters - there else ():
        found = letters & (_letters_of(path) or frozenset())
        if len(found) > len(there):
            best, there = path, found
        if there == letters:
            break
    return best, there


def _default_font() -> Path:
    """Path of the font shipped with reportlab; raises MissingExtraError without reportlab."""
    try:
        import reportlab
    except ModuleNotFoundError as error:
        raise MissingExtraError("a book", "book") from error

    return Path(str(reportlab.__file__)).parent / "fonts" / "Vera.ttf"


def _system_fonts() -> Iterator[Path]:
    """Paths of installed TrueType fonts, common fonts first."""
    folders = (Path(one).expanduser() for one in _FOLDERS.get(sys.platform, _UNIX_FOLDERS))
    files = sorted(
        Path(top, name)
        for folder in folders
        for top, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith((".ttf", ".ttc"))
    )
    files.sort(key=lambda path: path.name.lower() not in _FIRST)
    yield from files[:_MAX_FONT_FILES]


@lru_cache(maxsize=_MAX_FONT_FILES)
def _letters_of(path: Path) -> frozenset[str] | None:
    """Set of characters that an embeddable font contains; None if the font cannot be used."""
    from reportlab.pdfbase.ttfonts import TTFError, TTFontFile

    try:
        font = TTFontFile(str(path))
    except (TTFError, OSError, ValueError, KeyError, IndexError, AssertionError):
        return None
    except Exception:  # fonts are files from anywhere; struct.error and others were seen
        return None
    return frozenset(chr(code) for code in font.charToGlyph)


def _shown(text: str) -> str:
    return printable(unicodedata.normalize("NFC", text))


def _is_shaped(text: str) -> bool:
    return any(low <= ord(letter) <= high for letter in text for low, high in _SHAPED)
