"""Checks of the machine and of indexes, and repair of files that can be recomputed."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path

from photorank.doctor.golden import examine_embedded
from photorank.doctor.machine import examine_machine, examine_pip
from photorank.encoders.base import encode_photos
from photorank.encoders.blocks import cosine
from photorank.errors import (
    DecoderError,
    IndexMismatchError,
    PhotorankError,
    UnreadableFileError,
    UnreadablePhotoError,
    counted,
)
from photorank.evaluation.saved_evaluation import evaluation_paths, read_evaluation
from photorank.index.maintenance.checks import Finding, examine_index
from photorank.index.maintenance.repair import repair_index
from photorank.index.opened import Index
from photorank.photos.decode_pool import decode_isolated
from photorank.photos.open_photo import photo_digest, read_photo
from photorank.vectors.shipped import damaged_vectors
from photorank.vectors.store import unusable_cards
from photorank.workspace import IndexPaths, Workspace

_EMBEDDED_PHOTOS = 3
_OPENED_PHOTOS = 20  # tried at most, since some may have changed
_MIN_COSINE = 0.99  # of embeddings by the fastest runtimes with those by torch


def examine_all(workspace: Workspace, name: str | None) -> dict[str, list[Finding]]:
    """Dict of check results by index name; results for the machine have the empty name ""."""
    names = [workspace.existing_index(name).name] if name else workspace.index_names()
    here = [*examine_machine(workspace.root), examine_embedded(), *_check_shipped_vectors()]
    found = {one: examine(workspace.index(one)) for one in names}
    here += examine_pip(chain(here, *found.values()))
    return {"": here} | found


def examine(paths: IndexPaths) -> list[Finding]:
    """Results of checking one index, its rating vectors, evaluations and encoder."""
    findings = examine_index(paths)
    findings.extend(_check_cards_and_evaluations(paths))
    if all(finding.level != "wrong" for finding in findings):
        findings.append(_check_encoder(paths))
    return findings


def repair(paths: IndexPaths) -> list[Finding]:
    """Repair an index where possible; return the repairs, and results of checking it again."""
    before = {finding.about for finding in examine(paths) if finding.level == "wrong"}
    done = [Finding("repair", "good", text, repaired=True) for text in repair_index(paths)]
    for path in _unusable_evaluations(paths)[0]:
        aside = path.with_name(f"{path.name}.damaged")
        os.replace(path, aside)
        says = f"{path} was put aside as {aside.name}; `photorank evaluate` measures anew"
        done.append(Finding("repair", "good", says, repaired=True))
    after = [
        replace(finding, repaired=finding.level == "good" and finding.about in before)
        for finding in examine(paths)
    ]
    return [*done, *after]


def _check_shipped_vectors() -> list[Finding]:
    about = "built-in vectors"
    if damaged := damaged_vectors():
        return [Finding(about, "wrong", str(error), "Do what it says.") for error in damaged]
    return [Finding(about, "good", "each is the one that was shipped")]


def _check_cards_and_evaluations(paths: IndexPaths) -> Iterator[Finding]:
    damaged, unreadable = _unusable_evaluations(paths)
    for refused in unreadable:
        yield Finding("results", "wrong", str(refused), "Do what it says; nothing is put aside.")
    for path in damaged:
        remedy = "Repairing puts it aside; `photorank evaluate` measures anew."
        yield Finding("results", "wrong", f"{path} is damaged", remedy)
    if not damaged and not unreadable:
        number = len(evaluation_paths(paths))
        yield Finding("results", "good", f"{number} saved")
    try:
        index = Index.open(paths)
    except PhotorankError:
        return  # which the catalogue's finding tells
    unusable = unusable_cards(index)
    for error in unusable:
        yield Finding("vectors", "wrong", str(error), "Do what it says; others are not concerned.")
    if not unusable:
        yield Finding("vectors", "good", "every card is readable and of this encoder")


def _unusable_evaluations(paths: IndexPaths) -> tuple[list[Path], list[UnreadableFileError]]:
    """Paths of evaluation files with bad content, and errors for files the system cannot read."""
    damaged: list[Path] = []
    unreadable: list[UnreadableFileError] = []
    for path in evaluation_paths(paths):
        try:
            read_evaluation(path)
        except UnreadableFileError as refused:
            unreadable.append(refused)
        except PhotorankError:
            damaged.append(path)
    return damaged, unreadable


def _check_encoder(paths: IndexPaths) -> Finding:
    """Result of checking whether the encoder reproduces stored embeddings of a few photos."""
    about = "encoder"
    index = Index.open(paths)
    spec = index.manifest.encoder
    try:
        encoder = index.encoder()
    except IndexMismatchError:
        remedy = "Put the old weights back, or index into another --name."
        return Finding(about, "wrong", f"{spec} is not the one that made the index", remedy)
    except PhotorankError as error:
        return Finding(about, "note", f"{spec} cannot be had here", str(error))
    cosines = []
    for row, photo in enumerate(index.photos()[:_OPENED_PHOTOS]):
        with suppress(UnreadablePhotoError, DecoderError):  # which other findings tell
            data = read_photo(photo.path)
            if photo_digest(data) != photo.digest:
                continue
            pixels = decode_isolated(
                data, short_side=encoder.short_side, long_side=encoder.long_side
            ).photo
            again = encode_photos(encoder, [encoder.prepare(pixels)])[0]
            cosines.append(cosine(again[: index.manifest.head], index.heads_of([row])[0]))
        if len(cosines) == _EMBEDDED_PHOTOS:
            break
    if not cosines:
        return Finding(about, "note", f"{spec} is the index's; no photo of it is to be read now")
    again = counted(len(cosines), "photo")
    says = f"{spec} is the index's; {again} embedded again: least cosine {min(cosines):.5f}"
    if not min(cosines) > _MIN_COSINE:
        remedy = "Embeddings and encoder disagree: index the photos anew under another --name."
        return Finding(about, "wrong", says, remedy)
    return Finding(about, "good", says)
