"""Counts by extension of the non-photo files in photo folders."""

from collections import Counter
from collections.abc import Sequence

from photorank.errors import counted
from photorank.photos.find_photos import COMPANION, SkippedFile

_MAX_KINDS = 12  # listed in one line


def passed_over_lines(files: Sequence[SkippedFile]) -> list[str]:
    r"""Text lines that count, by extension, the files that are not photos.

    A second line counts those that go along with a photo, such as RAW files and sidecars.

    Examples
    --------
    >>> from pathlib import Path
    >>> movie = SkippedFile(Path("IMG_1.MOV"), 0, 0, COMPANION)
    >>> drawing = SkippedFile(Path("a.psd"), 0, 0, "another kind of file")
    >>> print(*passed_over_lines([movie, drawing, movie]), sep="\n")
    3 files passed over: 2 .MOV, 1 .psd
    2 of them go along with a photo of their name, as its RAW, Live Photo or sidecar: 2 .MOV
    """
    if not files:
        return []
    lines = [f"{counted(len(files), 'file')} passed over: {_kinds(files)}"]
    if companions := [file for file in files if file.reason == COMPANION]:
        lines.append(
            f"{len(companions)} of them go along with a photo of their name, as "
            f"its RAW, Live Photo or sidecar: {_kinds(companions)}"
        )
    return lines


def _kinds(files: Sequence[SkippedFile]) -> str:
    """Text that counts files by extension, most frequent first: "2 .MOV, 1 .psd"."""
    spellings: dict[str, Counter[str]] = {}
    for file in files:
        spellings.setdefault(file.kind.lower(), Counter())[file.kind] += 1
    most = sorted(spellings.values(), key=lambda kind: (-kind.total(), min(kind)))
    told = [f"{kind.total()} {kind.most_common(1)[0][0]}" for kind in most[:_MAX_KINDS]]
    left = sum(kind.total() for kind in most[_MAX_KINDS:])
    return ", ".join([*told, *([f"{left} of other kinds"] if left else [])])
