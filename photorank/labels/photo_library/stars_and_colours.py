"""Star ratings, flags and colour labels of photo programs, from XMP and EXIF."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial

from photorank.errors import LabelsError
from photorank.labels.photo_library.collected_judgements import (
    Collected,
    Judgement,
    LibraryFile,
    listed,
    read_each,
)
from photorank.photos.metadata.names_in_folder import FolderNames
from photorank.photos.metadata.xmp import XmpTags
from photorank.photos.photo_tags import photo_tags

_REJECTED = Judgement(0, "rejected")  # below one star
_FLAGS = {1: Judgement(2, "picked"), 0: Judgement(1, "undecided"), -1: _REJECTED}


def collect_stars(files: Iterable[LibraryFile]) -> Collected:
    """Judgements by star rating: scores 1 to 5, and 0 for photos marked as rejected.

    A photo without stars is not rated. A rejected one is rejected whatever stars it
    has. Where no photo has any star, the flags are the tiers: rejected, undecided,
    picked. Of the places where a photo can have them, see
    :func:`photorank.photos.photo_tags.photo_tags`.
    """
    collected = Collected()
    tags = _tags(files, collected)
    starred = any((tag.rating or 0) > 0 for _, tag in tags)
    for file, tag in tags:
        if judgement := _stars(tag) if starred else _flag(tag):
            collected.add(file, judgement)
    if tags and not starred and collected.labels:
        collected.notes.append("no photo has stars: the flags of the picked and rejected count")
    return collected


def collect_colours(files: Iterable[LibraryFile], order: Sequence[str]) -> Collected:
    """Judgements by colour label: scores 1, 2, … in the given `order`, from worst to best.

    The labels are named as the program calls them; case does not matter. Others are left out,
    with a note. Raises LabelsError, which tells the labels that there are, if there is no order
    or a label is in it twice.
    """
    collected = Collected()
    tags = _tags(files, collected)
    met = Counter(tag.label for _, tag in tags if tag.label)
    ranks = {label.casefold(): rank for rank, label in enumerate(order, start=1)}
    if not order or len(ranks) < len(order):
        has = f"The photos have: {listed(met)}." if met else "The photos have no colour labels."
        raise LabelsError(
            f"colours have no order of their own. {has} Name each once, from the worst to the "
            'best: --order "Red,Yellow,Green".'
        )
    for file, tag in tags:
        if tag.label and (rank := ranks.get(tag.label.casefold())):
            collected.add(file, Judgement(rank, order[rank - 1]))
    left = Counter({name: n for name, n in met.items() if name.casefold() not in ranks})
    if left:
        collected.notes.append(f"labels that are not in the order are left out: {listed(left)}")
    return collected


def _tags(files: Iterable[LibraryFile], collected: Collected) -> list[tuple[LibraryFile, XmpTags]]:
    """Pairs (file, metadata tags), one per readable file; unreadable files go to `collected`."""
    read = partial(photo_tags, names=FolderNames(), on_damage=collected.add_trouble)
    return list(read_each(files, read, collected))


def _stars(tags: XmpTags) -> Judgement | None:
    if tags.rating == -1 or tags.pick == -1:
        return _REJECTED
    if tags.rating is None or tags.rating <= 0:
        return None
    return Judgement(tags.rating, f"{tags.rating:g}")


def _flag(tags: XmpTags) -> Judgement | None:
    if tags.rating == -1:
        return _REJECTED
    return None if tags.pick is None else _FLAGS[tags.pick]
