"""Commands that rate photos by a rating vector, and compare two photos by their ratings."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photorank.cli.open_index_and_vector import index_of, loaded_entry, open_index, open_vector
from photorank.cli.options import (
    AsJson,
    IndexName,
    MaybeVector,
    example,
)
from photorank.cli.output import chance, line, print_json, print_table
from photorank.outside_text import typed_path

if TYPE_CHECKING:
    from photorank.album.kept.store import Entry
    from photorank.index.opened import Index
    from photorank.rating.rate_photo import RatedPhoto
    from photorank.rating.stability import OrderStability
    from photorank.vectors.master import MasterVector

app = typer.Typer()


@app.command(epilog=example("photorank rate new.jpg --vector beauty --index family"))
def rate(
    photos: Annotated[
        list[str],
        typer.Argument(
            metavar="PHOTO...",
            show_default=False,
            help="Files; - for a path a line of standard input, @FILE for a list of them.",
        ),
    ],
    vector: MaybeVector = None,
    album: Annotated[
        str | None,
        typer.Option(metavar="ALBUM", help="Also tell what each adds to this kept album."),
    ] = None,
    in_context: Annotated[
        bool,
        typer.Option(
            "--in-context", help="Also tell what each adds to the best 24 photos of the index."
        ),
    ] = False,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Rate photos by a rating vector. The photos need not be in the index."""
    from photorank.rating.rate_photo import rate_files
    from photorank.scoring.sources import named_paths

    if album is not None and in_context:
        raise typer.BadParameter("--album and --in-context are two contexts: give one")
    entry = loaded_entry(album)
    opened = open_index(index or index_of(entry))
    found = open_vector(opened, vector, "rating")
    paths = named_paths(photos, sys.stdin.buffer)
    rated = rate_files(opened, found, paths, opened.encoder)
    if album is None and not in_context:
        print_rated(rated, as_json)
        return
    _print_in_context(opened, found, rated, entry, as_json)


def _print_in_context(
    index: "Index",
    vector: "MasterVector",
    rated: Sequence["RatedPhoto"],
    entry: "Entry | None",
    as_json: bool,
) -> None:
    """Print photos' ratings, and the share of an album's value that each photo contributes.

    The album is a saved one, or else one of the index's best photos.
    """
    from photorank.album.in_context import AlbumContext, PhotoToAssess
    from photorank.album.kept.choose import album_rows
    from photorank.rating.rate_photo import embeddings_of

    ratings = index.rate(vector)
    rows = album_rows(index, vector, None if entry is None else entry.album)
    embeddings = embeddings_of(index, [one.path for one in rated], index.encoder)
    asked = [
        PhotoToAssess(index.row_of(one.path), embedding, one.rating)
        for one, embedding in zip(rated, embeddings, strict=True)
    ]
    told = AlbumContext(index, ratings, rows).tell(asked)
    if as_json:
        print_json(
            [
                vars(photo)
                | {
                    "adds": one.adds,
                    "in_album": one.in_album,
                    "most_alike": one.most_alike,
                    "cosine": None if one.most_alike is None else one.cosine,
                }
                for photo, one in zip(rated, told, strict=True)
            ]
        )
        return
    where = "the best album" if entry is None else entry.name
    print_table(
        ["rating", "percentile", f"adds to {where}", "most like", "photo"],
        [
            [
                f"{photo.rating:.4f}",
                f"{photo.percentile:.1f}",
                f"{one.adds:.2%}{' (in it)' if one.in_album else ''}",
                "" if one.most_alike is None else f"{one.most_alike.name} ({one.cosine:.2f})",
                photo.path,
            ]
            for photo, one in zip(rated, told, strict=True)
        ],
        right=["rating", "percentile", f"adds to {where}"],
    )


@app.command(epilog=example("photorank compare sharp.jpg blurred.jpg --vector technical"))
def compare(
    first: Annotated[Path, typer.Argument(parser=typed_path, metavar="FIRST", show_default=False)],
    second: Annotated[
        Path, typer.Argument(parser=typed_path, metavar="SECOND", show_default=False)
    ],
    vector: MaybeVector = None,
    stability: Annotated[
        bool,
        typer.Option(
            "--stability", help="Also tell whether the order holds in other sizes and crops."
        ),
    ] = False,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Show the probability that each of two photos is better. The two probabilities sum to 1."""
    from photorank.rating.rate_photo import compare_embeddings, embeddings_of

    opened = open_index(index)
    found = open_vector(opened, vector, "comparing")
    paths = (first, second)
    outcome = compare_embeddings(opened, found, embeddings_of(opened, paths, opened.encoder))
    steady = _steadiness(opened, found, paths) if stability else None
    rows = [
        {"path": path.absolute(), "rating": rating, "probability": probability}
        for path, rating, probability in zip(
            paths, outcome.ratings, outcome.probabilities, strict=True
        )
    ]
    if as_json:
        by = {"vector": outcome.vector, "calibrated": outcome.slope.calibrated}
        holds = {} if steady is None else {"stability": vars(steady) | {"steady": steady.steady}}
        print_json({**by, "first": rows[0], "second": rows[1], **holds})
        return
    print_table(
        ["photo", "rating", "probability of being the better one"],
        [
            [path, f"{rating:.4f}", chance(probability)]
            for path, rating, probability in zip(
                paths, outcome.ratings, outcome.probabilities, strict=True
            )
        ],
        right=["rating", "probability of being the better one"],
    )
    line(f"by {outcome.vector}; probability {outcome.slope.reason}")
    if steady is not None:
        mark = "steady" if steady.steady else "UNSTEADY: do not rely on this order"
        line(
            f"{mark}; in other sizes, crops and compressions the photos change places in "
            f"{steady.flips:.0%} of pairs, ratings have sd {steady.spreads[0]:.4f} and "
            f"{steady.spreads[1]:.4f}"
        )


def _steadiness(
    index: "Index", vector: "MasterVector", paths: tuple[Path, Path]
) -> "OrderStability":
    from photorank.photos.decode_pool import decode_isolated
    from photorank.photos.open_photo import read_photo
    from photorank.rating.stability import embed_stability_copies, steadiness

    encoder = index.encoder()
    side = 2 * encoder.short_side
    photos = (decode_isolated(read_photo(path), short_side=side).photo for path in paths)
    return steadiness(vector, *(embed_stability_copies(photo, encoder) for photo in photos))


def print_rated(rated: Sequence["RatedPhoto"], as_json: bool) -> None:
    """Print photos' ratings and percentiles as a table or as JSON."""
    if as_json:
        print_json([vars(photo) for photo in rated])
        return
    print_table(
        ["rating", "percentile", "group", "photo"],
        [
            [f"{photo.rating:.4f}", f"{photo.percentile:.1f}", photo.group or "", photo.path]
            for photo in rated
        ],
        right=["rating", "percentile"],
    )
