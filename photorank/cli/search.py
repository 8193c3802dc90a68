"""Commands that list an index's best or worst photos, and the photos nearest to a text or photo."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photorank.cli.open_index_and_vector import open_index, open_vector
from photorank.cli.options import Approximate, AsJson, Count, IndexName, MaybeVector, example
from photorank.cli.output import line, message, print_json, print_table
from photorank.cli.rate import print_rated
from photorank.errors import changed_since
from photorank.outside_text import typed_path

if TYPE_CHECKING:
    from photorank.index.opened import Found, Index, Photo
    from photorank.rating.rate_photo import RatedPhoto
    from photorank.typing import Direction

app = typer.Typer()


@app.command(epilog=example("photorank top -k 5 --vector beauty --index family"))
def top(
    vector: MaybeVector = None,
    k: Count = 20,
    approximate: Approximate = False,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """List an index's best photos, as rated by a vector."""
    print_rated(_extreme(vector, k, index, approximate, lowest=False), as_json)


@app.command(epilog=example("photorank bottom -k 5 --vector technical --index family"))
def bottom(
    vector: MaybeVector = None,
    k: Count = 20,
    approximate: Approximate = False,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """List an index's worst photos, as rated by a vector, worst first."""
    print_rated(_extreme(vector, k, index, approximate, lowest=True), as_json)


@app.command(epilog=example("photorank search --like beach.jpg --vector beauty --index family"))
def search(
    text: Annotated[str | None, typer.Argument(metavar="[TEXT]", show_default=False)] = None,
    like: Annotated[
        Path | None,
        typer.Option(
            parser=typed_path,
            metavar="PHOTO",
            help="Find photos like this one, in the index or not.",
        ),
    ] = None,
    vector: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Find photos along this vector; with --like: similar ones that it rates higher.",
        ),
    ] = None,
    k: Count = 20,
    approximate: Approximate = False,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """List the photos nearest to a text, a photo or a rating vector, by cosine similarity."""
    if (text is None) == (like is None and vector is None):
        raise typer.BadParameter("give a text, or --like PHOTO, --vector NAME or both")
    if approximate and like is not None and vector is not None:
        raise typer.BadParameter("--approximate cannot look for photos that are rated higher")
    opened = open_index(index)
    found = [
        {"path": photo.path, "similarity": similarity}
        for photo, similarity in _sought(opened, text, like, vector, k, _searcher(approximate))
    ]
    if as_json:
        print_json(found)
        return
    if not found:
        line("no photo much like it is rated clearly higher")
        return
    print_table(
        ["similarity", "photo"],
        [[f"{one['similarity']:.4f}", one["path"]] for one in found],
        right=["similarity"],
    )


def _sought(
    index: "Index",
    text: str | None,
    like: Path | None,
    vector: str | None,
    k: int,
    best: "Callable[..., list[Found]]",
) -> "list[tuple[Photo, float]]":
    from photorank.rating.closest_better import closest_better
    from photorank.rating.rate_photo import embeddings_of
    from photorank.rating.text_search import search_direction

    if like is not None:
        embedding = embeddings_of(index, [like], index.encoder)[0]
        head = embedding[: index.manifest.head]
        if vector is not None:
            by = open_vector(index, vector)
            better = closest_better(
                index, by, embedding, index.rate(by), k=k, on_changed=_tell_changed
            )
            return [(one.photo, one.similarity) for one in better]
        row = index.row_now(like)
        own = None if row is None else index.photo(row)
        found = best(index, head, k + 1)
        return [(one.photo, one.similarity) for one in found if one.photo != own][:k]
    if text is not None:
        direction = search_direction(index, text, index.encoder())
        if index.fingerprint.is_embedded:
            message(
                "this encoder finds things by their English names, and hardly qualities, such as "
                "“sharp”"
            )
    else:
        direction = open_vector(index, vector).direction
    return [(one.photo, one.similarity) for one in best(index, direction, k)]


def _extreme(
    vector: str | None, k: int, index: str | None, approximate: bool, *, lowest: bool
) -> "list[RatedPhoto]":
    from photorank.rating.rate_photo import extreme_photos

    opened = open_index(index)
    found = open_vector(opened, vector, "rating")
    return extreme_photos(opened, found, k, lowest=lowest, search=_searcher(approximate))


def _searcher(approximate: bool) -> "Callable[..., list[Found]]":
    """Function for exact or approximate search; it leaves out photos changed since indexing.

    The paths of photos left out are printed.
    """
    from photorank.index.opened import Index
    from photorank.similarity.approximate_search import approximate_best

    return partial(
        _best_unchanged, partial(approximate_best, tell=message) if approximate else Index.best
    )


def _best_unchanged(
    search: "Callable[..., list[Found]]",
    index: "Index",
    direction: "Direction",
    k: int,
    *,
    lowest: bool = False,
) -> "list[Found]":
    """First k photos found by a search, without photos whose files changed since indexing."""
    wanted = k
    while True:
        found = search(index, direction, wanted, lowest=lowest)
        changed = index.changed_photos([one.photo for one in found])
        if len(found) < wanted or len(found) - len(changed) >= k:
            break
        wanted = k + 2 * len(changed)
    if changed:
        _tell_changed(changed)
    return [one for one in found if one.photo not in changed][:k]


def _tell_changed(photos: "list[Photo]") -> None:
    message(changed_since([photo.path for photo in photos]))
