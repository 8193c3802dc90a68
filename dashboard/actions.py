"""Actions of the dashboard's buttons; they save the same files as the terminal commands."""

import os
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.background import accept_uploads, access, jobs
from dashboard.cache import albums, encoder_results, index_data, vector_ratings
from dashboard.formatting import plain, without_commands
from dashboard.models.vector_card import Within
from photorank.album.make_album import Album
from photorank.errors import (
    AlbumError,
    ExportError,
    FolderAccessError,
    NoVectorsError,
    counted,
)
from photorank.index.judging import click_log
from photorank.index.opened import Index
from photorank.index.reading.rows import photo_of_digest_prefix
from photorank.typing import Json
from photorank.vectors.master import MasterVector
from photorank.workspace import IndexPaths, make_folder

if TYPE_CHECKING:  # what it rests on takes a second, and other pages do not need it
    from dashboard.cache.choosing import Choosing
    from dashboard.models.album import Kind as ExportKind
    from dashboard.models.teach_session import TeachSession
    from photorank.album.kept.store import Entry
    from photorank.album.request import AlbumRequest

_NO_GAIN = 1e-9  # of an album's value, up to which a swap is none
OUTCOMES = {"first", "second", "tie", "skip"}  # of a pair
ASKED = {"random", "informative"}  # why a pair was shown

Progress = Callable[[str, int, int], None]  # stage, done, to do


def add_folder(name: str, folder: Path) -> None:
    """Start a background job that adds a folder's photos to an existing or new photo index.

    Raises InvalidNameError, or FolderAccessError if the visitor may not choose a folder here.
    """
    if not access.at_this_computer():
        raise FolderAccessError
    _add(name, folder)


def add_uploads(name: str) -> None:
    """Start a background job that adds uploaded photos to the photo index called `name`."""
    _add(name, accept_uploads.folder_of(index_data.workspace(), name))


def _add(name: str, folder: Path) -> None:
    workspace = index_data.workspace()
    encoder = [] if workspace.index(name).exists else ["--encoder", "embedded"]
    jobs.start(workspace, jobs.ADD, ["index", "--name", name, *encoder, "--", str(folder)])


def evaluate(index: Index, asked: Sequence[str]) -> None:
    """Start a background job that evaluates an index's rating vectors and learning methods."""
    begun = ["evaluate", "--index", index.name, *asked]
    jobs.start(index_data.workspace(), jobs.evaluation_job(index.name), begun)


def compare_encoders(names: Sequence[str]) -> None:
    """Start a background job that writes a leaderboard of several indexes' image encoders."""
    workspace = index_data.workspace()
    make_folder(workspace.leaderboard.parent)
    begun = ["leaderboard", "--force", *chain.from_iterable(("--index", name) for name in names)]
    for suffix in (".html", ".json"):
        begun += ["--to", str(workspace.leaderboard.with_suffix(suffix))]
    jobs.start(workspace, jobs.LEADERBOARD, begun)


def add_prompt_vector(
    index: Index, name: str, texts: Sequence[str], negatives: Sequence[str]
) -> None:
    """Make a rating vector from text prompts, and save it in the index."""
    from photorank.vectors.quality_prompts import worded_vector
    from photorank.vectors.store import add_vector, check_free

    check_free(index, name)
    add_vector(
        index, worded_vector(name, texts, encoder_results.encoder(index), negatives=negatives)
    )


def add_learned_vector(
    index: Index,
    name: str,
    learner: str,
    within: Within,
    on_progress: Progress,
) -> None:
    """Learn a rating vector from an index's judgements; save it with its held-out accuracy."""
    from photorank.learning.learn_vector import learn_vector
    from photorank.vectors.store import add_vector, check_free

    check_free(index, name)
    vector = learn_vector(
        index,
        name,
        learner,
        within=within,
        on_progress=lambda done, total: on_progress("Learning and testing", done, total),
    )
    add_vector(index, vector)


def remove_vector(index: Index, name: str) -> None:
    """Delete a saved rating vector from the index."""
    from photorank.vectors.store import remove_vector

    remove_vector(index, name)


def save_vector(index: Index, vector: MasterVector) -> None:
    """Save a new rating vector in the index."""
    from photorank.vectors.store import add_vector

    add_vector(index, vector)


def record_answers(session: "TeachSession", items: Sequence[Json]) -> None:
    """Save a person's new answers about photo pairs, and undo answers that the person took back.

    An answer about a pair that is already answered is skipped.
    Each answer is durable before the next. Raises what the click log raises; the rest is then not
    saved.
    """
    index, rater, paths = session.index, session.rater, session.index.paths
    digests = index.digests()
    answered = {
        frozenset(digests[row] for row in pair) for pair in session.clicks().seen_pairs.tolist()
    }
    for item in items:
        pair = _full_digests(paths, item.get("pair"))
        outcome, asked = item.get("what"), item.get("asked")
        if outcome == "undo":
            _take_back(session, pair)
            answered.discard(frozenset(pair or ()))
        elif pair is None or str(outcome) not in OUTCOMES or frozenset(pair) in answered:
            continue
        else:
            answered.add(frozenset(pair))
            _record_answer(paths, rater, pair, str(outcome), asked if str(asked) in ASKED else None)


def _full_digests(paths: IndexPaths, tokens: Any) -> tuple[str, str] | None:
    """Full digests of two photos, from their prefixes; None unless both are found and differ."""
    if not isinstance(tokens, list) or len(tokens) != 2:
        return None
    found = [photo_of_digest_prefix(paths, one) for one in tokens if isinstance(one, str)]
    if len(found) != 2 or found[0] is None or found[1] is None or found[0] == found[1]:
        return None
    return found[0][0], found[1][0]


def _record_answer(
    paths: IndexPaths, rater: str, pair: tuple[str, str], outcome: str, asked: str | None
) -> None:
    if outcome == "skip":
        click_log.record_skip(paths, rater, *pair)
        return
    winner, loser = reversed(pair) if outcome == "second" else pair
    click_log.record_choice(paths, rater, winner, loser, tie=outcome == "tie", asked=asked)


def _take_back(session: "TeachSession", pair: tuple[str, str] | None) -> None:
    """Undo a person's answer about a photo pair, or the latest click if `pair` is None.

    A click is an answer or a star rating.
    """
    if pair is not None:
        click_log.take_back(session.index.paths, session.rater, *pair)
        return
    undone = click_log.undo(session.index.paths, session.rater)
    session.queue.again = None if undone is None else session.pair_of(undone)


def save_personal_vector(index: Index, vector: MasterVector) -> None:
    """Save the rating vector learned for a person, in place of that person's earlier one."""
    from photorank.vectors.store import put_vector

    put_vector(index, vector)


def _writable_folder(folder: Path) -> Path:
    """Create the folder if missing, and return it; raises ExportError if it is not writable."""
    try:
        make_folder(folder)
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    except OSError:
        pass  # what it says would tell a visitor what is there
    raise ExportError(f"nothing can be written into {folder}. Name another folder.")


def fill_album(index: Index, entry: "Entry") -> str:
    """Fill a saved album up to its wanted number of photos; return a message for the page.

    Raises AlbumChangedError if somebody changed it meanwhile.
    """
    from photorank.album.kept.choose import with_photos

    made = album_computation(index, entry, fill=True).album()
    album = with_photos(index, entry.album, [one.row for one in made.chosen])
    more = len(album.photos) - len(entry.album.photos)
    if not more:
        return "Every place is taken; Book has more."
    albums.store().save(
        entry.name, album, f"{counted(more, 'photo')} filled in", seen=entry.revision
    )
    return f"{counted(more, 'photo')} filled in."


def swap_in_album(index: Index, entry: "Entry") -> str:
    """Swap one photo of a saved album for a better one; return a message for the page.

    It is the swap that raises the album's value most; if no swap does, none is made. Raises
    AlbumChangedError if somebody changed the album meanwhile.
    """
    swap = album_computation(index, entry, fill=False).album().swap
    if swap is None or swap.gain <= _NO_GAIN:
        return "No swap would help."
    out, into = index.photo(swap.out), index.photo(swap.into)
    album = entry.album.exchange(out.digest, into.digest)
    what = f"{into.path.name} for {out.path.name}"
    albums.store().save(entry.name, album, what, seen=entry.revision)
    return f"{what}."


def album_computation(index: Index, entry: "Entry", *, fill: bool) -> "Choosing":
    """Background computation of a saved album's value and of the best swap of one photo.

    `fill` also chooses photos for the places that are still free. The computation may still be
    running. Raises NoVectorsError if the index has no vector to judge by.
    """
    return vector_ratings.choosing(*_asked(index, entry, fill=fill))


def choose_ahead(index: Index, entry: "Entry") -> None:
    """Start choosing photos for a saved album in the background, so that later changes are fast."""
    index, vector, alike, request = _asked(index, entry, fill=True)
    vector_ratings.choose_ahead(index, vector, alike, entry.name, request)


def _asked(
    index: Index, entry: "Entry", *, fill: bool
) -> tuple[Index, MasterVector, float, "AlbumRequest"]:
    from photorank.album.kept.choose import request_of, rows_of_album

    vector = albums.vector_of(index, entry.album)
    if vector is None:
        raise NoVectorsError(index.name, words=index.manifest.knows_words)
    settings = entry.album.settings
    request = request_of(settings, rows_of_album(index, entry.album), hold=True, fill=fill)
    return index, vector, settings.alike, request


def export_album(
    index: Index, made: Album, kind: "ExportKind", to: str, *, along: bool = False
) -> str:
    """Export an album into a folder: as photo copies, links, a CSV table or XMP sidecars.

    `along` exports companion files (RAW, video) with copies or links. Returns a sentence that
    counts the written files.
    """
    from dashboard.cache.photo_images import CHANGED
    from dashboard.models.album import CSV_NAME, LINK_OF, destination
    from photorank.export.album_table import album_csv
    from photorank.export.copy_companions import write_companions
    from photorank.export.copy_photos import plan, write
    from photorank.export.destination import checked_new_file
    from photorank.export.write_sidecars import WRITTEN, sidecars_of_copies
    from photorank.rating.stars import stars
    from photorank.workspace import write_bytes

    index.verify()
    if kind in ("csv", "xmp") and (changed := index.changed([one.row for one in made.chosen])):
        raise AlbumError(f"{plain(index.photo(changed[0]).path)} {CHANGED}.")
    folder = _writable_folder(destination(index, to))
    photos = [index.photo(one.row) for one in made.chosen]
    if kind == "csv":
        file = checked_new_file(index, folder / CSV_NAME)
        write_bytes(file, album_csv(made, index.photos()))
        return f"{plain(file)} is written."
    if kind == "xmp":
        pieces = [piece for piece in plan(photos, folder, "copy") if piece.outcome != "gone"]
        rows = {photo.path: one.standing for photo, one in zip(photos, made.chosen, strict=True)}
        given = stars(np.array([rows[piece.photo] for piece in pieces])).tolist()
        copies = [(piece.photo, piece.target) for piece in pieces]
        done = [one.outcome for one in sidecars_of_copies(copies, given, write=True)]
        written = sum(outcome in WRITTEN for outcome in done)
        return f"{counted(written, 'sidecar')} written, {len(done) - written} left unchanged."
    pieces = list(write(photos, folder, LINK_OF[kind]))
    companions = {index.photo(one.row).path: one.companions for one in made.chosen if along}
    others = list(write_companions(pieces, companions, LINK_OF[kind]))
    new, more = (sum(one.outcome == "new" for one in written) for written in (pieces, others))
    left_out = [
        f" {plain(piece.photo)} was left out: {without_commands(piece.why)}."
        for piece in [*pieces, *others]
        if piece.outcome in ("changed", "gone")
    ]
    what = counted(new, "photo") + (f" and {counted(more, 'companion')}" if along else "")
    return f"{what} written into {plain(folder)}.{''.join(left_out)}"
