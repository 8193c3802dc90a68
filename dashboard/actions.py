"""What buttons set off: the same slow work as the commands, saved in the same places."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dashboard.cache import encoder_results, index_data
from dashboard.formatting import count, plain
from dashboard.models.vector_card import Within
from photorank.album.make_album import Album
from photorank.index.judging import click_log
from photorank.index.opened import Index
from photorank.learning.protocol import Protocol
from photorank.vectors.master import MasterVector

if TYPE_CHECKING:  # what it rests on takes a second, and other pages do not need it
    from dashboard.models.labelling import Outcome, Pair

Progress = Callable[[str, int, int], None]  # stage, done, to do


def build_sample(on_progress: Progress) -> None:
    """Build the sample in the current workspace."""
    from photorank.demo import build_sample

    build_sample(index_data.workspace(), on_progress=on_progress)


def evaluate(index: Index, protocol: Protocol, on_progress: Progress) -> None:
    """Measure every vector and learner by a protocol and keep the result in the index."""
    from photorank.evaluation.evaluate import evaluate
    from photorank.evaluation.report import save_evaluation

    found = evaluate(
        index,
        protocol=protocol,
        load=lambda: encoder_results.encoder(index),
        on_progress=lambda done, total: on_progress("Comparing vectors", done, total),
    )
    save_evaluation(index.paths, found)


def add_prompt(index: Index, name: str, texts: Sequence[str], negatives: Sequence[str]) -> None:
    """Make a vector from words and keep it in the index."""
    from photorank.vectors.prompts import prompt_vector
    from photorank.vectors.store import add_vector, check_free

    check_free(index, name)
    add_vector(
        index, prompt_vector(name, texts, encoder_results.encoder(index), negatives=negatives)
    )


def add_learned(
    index: Index,
    name: str,
    learner: str,
    within: Within,
    on_progress: Progress,
) -> None:
    """Learn a vector from the index's judgements, test it out of fold, and keep it in the index."""
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


def remove(index: Index, name: str) -> None:
    """Delete one of the index's own vectors."""
    from photorank.vectors.store import remove_vector

    remove_vector(index, name)


def add(index: Index, vector: MasterVector) -> None:
    """Keep a vector in the index."""
    from photorank.vectors.store import add_vector

    add_vector(index, vector)


def record(index: Index, rater: str, pair: "Pair", outcome: "Outcome") -> None:
    """Keep what a person said of a pair; when this returns it is on the disk."""
    first, second = index.photo(pair.first).digest, index.photo(pair.second).digest
    if outcome == "skip":
        click_log.record_skip(index.paths, rater, first, second)
        return
    winner, loser = (second, first) if outcome == "second" else (first, second)
    tie, asked = outcome == "tie", pair.asked or None
    click_log.record_choice(index.paths, rater, winner, loser, tie=tie, asked=asked)


def record_stars(index: Index, rater: str, row: int, stars: int) -> None:
    """Keep how many stars a person gives a photo; 0 takes them back."""
    click_log.record_stars(index.paths, rater, index.photo(row).digest, stars)


def take_back(index: Index, rater: str) -> "Pair | None":
    """Undo a person's latest click; return the pair to show again, if it was about a pair."""
    from dashboard.models.labelling import Pair

    undone = click_log.undo(index.paths, rater)
    if undone is None or undone.kind == "stars":
        return None
    digests = index.digests()
    pair = sorted(digests.index(digest) for digest in undone.photos if digest in digests)
    return Pair(pair[0], pair[1], undone.asked) if len(pair) == 2 else None


def export_album(index: Index, made: Album, kind: str, to: str) -> str:
    """Write an album into a folder, and say what was written."""
    from dashboard.models.album import CSV_NAME
    from photorank.export.album_table import album_csv
    from photorank.export.copy_photos import LINKS, plan, write
    from photorank.export.destination import checked_folder, checked_new_file
    from photorank.export.write_sidecars import WRITTEN, sidecars_of_copies, stars
    from photorank.workspace import write_bytes

    folder = checked_folder(index, Path(to.strip()).expanduser())
    photos = [index.photo(one.row) for one in made.chosen]
    if kind == "csv":
        file = checked_new_file(folder / CSV_NAME)
        write_bytes(file, album_csv(made, index.photos()))
        return f"{plain(file)} is written."
    if kind == "xmp":
        pieces = [piece for piece in plan(photos, folder, "copy") if piece.outcome != "gone"]
        rows = {photo.path: one.standing for photo, one in zip(photos, made.chosen, strict=True)}
        given = stars(np.array([rows[piece.photo] for piece in pieces])).tolist()
        copies = [(piece.photo, piece.target) for piece in pieces]
        done = [one.outcome for one in sidecars_of_copies(copies, given, write=True)]
        written = sum(outcome in WRITTEN for outcome in done)
        return f"{count(written, 'sidecar')} written, {len(done) - written} left as they are."
    link = next(one for one in LINKS if one == kind)
    files = list(write(photos, folder, link))
    new = sum(piece.outcome == "new" for piece in files)
    told = f"{count(new, 'photo')} written into {plain(folder)}."
    for piece in files:
        if piece.outcome in ("changed", "gone"):
            told += f" {plain(piece.photo)} was left out: {piece.why}."
    return told
