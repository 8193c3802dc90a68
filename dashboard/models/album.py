"""View-model of the page Album: chosen photos, reasons, export preview."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from dashboard.formatting import percent, plain, without_commands
from dashboard.models.photo_tiles import short_number
from dashboard.models.words import Mode
from photorank.album.face_quota import FaceQuota
from photorank.album.kept.album import AlbumSettings, KeptAlbum
from photorank.album.make_album import Album
from photorank.album.reasons import Chosen
from photorank.album.request import PER, AlbumRequest
from photorank.errors import counted
from photorank.export.copy_photos import Link, PhotoCopy, bytes_needed, plan
from photorank.export.destination import outside_photos
from photorank.index.opened import Index
from photorank.outside_text import TypedPathError, printable

Kind: TypeAlias = Literal["copy", "hard", "soft", "csv", "xmp"]

KINDS: dict[Kind, str] = {
    "copy": "Copies",
    "hard": "Second names",
    "soft": "Shortcuts",
    "csv": "Table",
    "xmp": "Stars",
}
LINK_OF: dict[Kind, Link] = {"copy": "copy", "hard": "hard", "soft": "soft", "xmp": "copy"}
_WORDS: dict[Link, tuple[str, str]] = {
    "copy": ("copy", "copies"),
    "hard": ("second name", "second names"),
    "soft": ("shortcut", "shortcuts"),
}
KIND_HELP: dict[Kind, str] = {
    "copy": "Each photo is copied and read back.",
    "hard": "A second name for the same photo (a hard link), which takes no room: it stays when "
    "the original is moved, renamed or deleted. To edit one is to edit both. Only on the disk of "
    "the original.",
    "soft": "A signpost to the original (a symbolic link), which takes no room: it leads nowhere "
    "once the original is moved, renamed or deleted.",
    "csv": "Ratings, reasons and what each photo stands for.",
    "xmp": "Sidecars: small files with 1 to 5 stars, by rating, that photo programs read beside "
    "the copies in the same folder.",
}
WITHOUT_COMPANIONS: set[Kind] = {"csv", "xmp"}  # kinds of export that take no photo along
COMPANIONS_HELP = "The photos’ companions: RAW files, videos of Live Photos, sidecars beside them."
LABELS = {"album": "Photos of the album", "missed": "Just missed", "banned": "Left out"}
_PLAIN_LIMITS = {"orientation": "Per shape", "group": "Per event that was imported"}
_NO_GAIN = 0.0005  # a gain that is written as 0.0 %
_NO_SWAP_GAIN = 1e-9  # of an album's value, up to which a swap is none
_FILES_NAMED = 3  # files that a photo stands for which are named below it
CSV_NAME = "photorank-album.csv"


class SliderSetting(NamedTuple):
    """Numeric album setting shown as a slider: label, help, and words that describe some values."""

    label: dict[Mode, str]
    help: dict[Mode, str]
    words: dict[float, str]


VARIETY = SliderSetting(
    {"plain": "More alike … more varied", "statistics": "Quality … variety"},
    {
        "plain": "At the left end the best photos are taken, however alike they are; at the right "
        "end the most varied ones, however good.",
        "statistics": "0 takes the best rated photos, 1 the most varied ones. Between them, one "
        "per cent of the best ratings is weighed against one per cent of the greatest variety.",
    },
    {
        0.0: "the best, however alike",
        0.15: "a little varied",
        0.3: "varied",
        0.5: "more varied",
        0.75: "very varied",
        1.0: "the most varied",
    },
)
ALIKE = SliderSetting(
    {"plain": "Photos this alike count as one moment", "statistics": "One series from a cosine of"},
    {
        "plain": "Of shots of one moment one is taken, the best.",
        "statistics": "Photos whose embeddings have this cosine are one series, of which one is "
        "taken. 0.9 was measured with the encoder `embedded`; for others, CLIP included, it is a "
        "guess.",
    },
    {
        0.8: "somewhat alike",
        0.85: "alike",
        0.9: "almost the same",
        0.95: "hardly different",
        1.0: "the very same",
    },
)


class ShownAlbum(NamedTuple):
    """Photos of an album for a grid: row numbers, stacks of similar shots, and captions."""

    rows: list[int]  # in order of time, each with the other shots of its moment behind it
    stacks: list[int] | None  # photos of a stack at its first, 0 at the others; None: no stacks
    captions: dict[int, str]  # by row


@dataclass(frozen=True)
class ExportPreview:
    """Preview of an export: a sentence, and the names of the files to be written."""

    sentence: str
    files: list[str]  # one line each
    can_write: bool


def limits(mode: Mode) -> dict[str, str]:
    """Names of the options for limiting an album's photos: “No limit”, “Per day”, and so on."""
    named = {per: f"Per {per}" for per in PER}
    return {"none": "No limit"} | named | (_PLAIN_LIMITS if mode == "plain" else {})


def headline(album: Album, total: int, vector: str) -> str:
    """Sentence on how many photos were chosen, and how far from optimal the choice may be."""
    chosen = f"**{counted(len(album.chosen), 'photo')}** of {total:,}, by **{plain(vector)}**"
    if not album.chosen or album.bound <= 0:
        return f"{chosen}."
    reached = min(album.value / album.bound, 1.0)
    if 1 / reached - 1 < _NO_GAIN:
        return f"{chosen}. No choice could be better."
    return f"{chosen}. No choice could be better by more than {percent(1 / reached - 1, 1)}."


def nearest_words(degree: SliderSetting, value: float) -> str:
    """Words that describe a value of an album setting, such as “varied” for a variety of 0.3.

    They are those of the nearest value that has words.

    Examples
    --------
    >>> nearest_words(VARIETY, 0.3), nearest_words(VARIETY, 0.95)
    ('varied', 'the most varied')
    """
    return degree.words[min(degree.words, key=lambda known: abs(known - value))]


def as_sentence(note: str) -> str:
    """Note about an album as a full sentence, with terminal commands removed.

    Examples
    --------
    >>> as_sentence("no capture times are known: sorted by folder and name")
    'No capture times are known: sorted by folder and name.'
    """
    note = without_commands(note)
    return f"{note[:1].upper()}{note[1:]}."


def shown_album(album: Album, mode: Mode) -> ShownAlbum:
    """Photos of an album, each with the reason for choosing it; shots of one moment are stacked."""
    rows, stacks = [], []
    for one in album.chosen:
        rows += [one.row, *one.represents]
        stacks += [1 + len(one.represents), *(0 for _ in one.represents)]
    captions = {one.row: _caption(one, mode) for one in album.chosen}
    return ShownAlbum(rows, stacks, captions)


def shown_missed(album: Album) -> ShownAlbum:
    """Photos that narrowly missed an album, each with the reason why, for display in a grid."""
    captions = {one.row: printable(one.reason) for one in album.missed}
    return ShownAlbum(list(captions), None, captions)


def album_to_save(
    index: Index, made: Album, request: AlbumRequest, alike: float, vector: str
) -> KeptAlbum:
    """Data saved for a newly chosen album: photos, pins, excluded photos and settings."""

    def digests(rows: Iterable[int]) -> tuple[str, ...]:
        return tuple(index.photo(row).digest for row in rows)

    faces = request.with_faces or FaceQuota()
    settings = AlbumSettings(
        request.places,
        vector,
        request.balance,
        request.group,
        request.per,
        request.at_most if request.per else 0,
        faces.at_least,
        faces.at_most,
        alike,
        request.balanced,
    )
    return KeptAlbum(
        index.name,
        digests(one.row for one in made.chosen),
        digests(sorted(request.pinned)),
        digests(sorted(request.banned)),
        settings,
    )


def swap_helps(album: Album) -> bool:
    """True if swapping one photo for another would improve the album."""
    return album.swap is not None and album.swap.gain > _NO_SWAP_GAIN


def swap_text(index: Index, album: Album) -> str:
    """Sentence about the one-photo swap that would improve an album most."""
    if album.swap is None or not swap_helps(album):
        return "No swap would make the album better."
    into, out = (plain(index.photo(row).path.name) for row in (album.swap.into, album.swap.out))
    gain = percent(album.swap.gain / album.value, 1)
    return f"{into} for {out}: the album as a whole would be better by {gain}."


def destination(index: Index, to: str) -> Path:
    """Path of the export folder that a visitor typed; raises an error if it is not allowed.

    Errors do not tell what is in the folder.

    Raises TypedPathError if it is no whole path, ExportError if it is among photos.
    """
    if to.strip()[:1] not in ("/", "~") and not Path(to.strip()).is_absolute():
        raise TypedPathError(to, "the page takes paths from / or ~ on")
    return outside_photos(index, to)


def export_preview(
    album: Album, index: Index, kind: Kind, to: str, *, along: bool = False
) -> ExportPreview:
    """Preview of the files that an export of an album would write.

    `along` adds companion files (RAW, video).
    The folder itself is not looked at: files that are there already are counted too.

    Raises the errors of :func:`destination`.
    """
    if not to.strip():
        return ExportPreview("Name a folder to see what would be written.", [], can_write=False)
    folder = destination(index, to)
    if kind == "csv":
        return ExportPreview(f"Would write {plain(folder / CSV_NAME)}.", [], can_write=True)
    pieces = plan([index.photo(one.row) for one in album.chosen], None, LINK_OF[kind])
    ahead = _preview(pieces, folder, kind)
    if along:
        others = [path.name for one in album.chosen for path in one.companions]
        sentence = f"{ahead.sentence} {counted(len(others), 'companion')} would go along."
        return replace(ahead, sentence=sentence, files=[*ahead.files, *map(printable, others)])
    return ahead


def _preview(pieces: Sequence[PhotoCopy], folder: Path, kind: Kind) -> ExportPreview:
    new = [piece for piece in pieces if piece.outcome == "new"]
    into = plain(folder)
    if kind == "xmp":
        sentence = f"Would write up to {counted(len(new), 'sidecar')} into {into}."
        files = [f"{piece.target}.xmp" for piece in new]
        return ExportPreview(sentence, list(map(printable, files)), can_write=bool(new))
    one, many = _WORDS[LINK_OF[kind]]
    size = f", {bytes_needed(pieces) / 1e6:,.1f} MB" if kind == "copy" else ""
    words = f"{len(new)} {one if len(new) == 1 else many}"
    sentence = f"Would write {words} into {into}{size}, but for those that are there already."
    if gone := len(pieces) - len(new):
        sentence += f" {counted(gone, 'photo')} cannot be found any more."
    return ExportPreview(sentence, [printable(piece.target) for piece in new], can_write=bool(new))


def _caption(one: Chosen, mode: Mode) -> str:
    """Caption of a chosen photo, as plain text: the reason for choosing it."""
    facts = [printable(one.reason)]
    if one.raws:
        facts.append(f"instead of {_some_file_names(one.raws)}")
    if mode == "statistics":
        facts.append(f"rating {short_number(one.rating)}")
    return " · ".join(facts)


def _some_file_names(files: Sequence[Path]) -> str:
    """Text with the names of the first few files, and the number of the other files."""
    names = [printable(file.name) for file in files[:_FILES_NAMED]]
    if len(files) > _FILES_NAMED:
        names.append(f"{len(files) - _FILES_NAMED:,} more")
    return ", ".join(names)
