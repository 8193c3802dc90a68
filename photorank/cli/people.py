"""The command that compares people's tastes."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from photorank.cli.open_index_and_vector import open_index, open_vector
from photorank.cli.options import AsJson, Count, IndexName, example
from photorank.cli.output import interval, line, message, print_json, print_table
from photorank.json_values import to_json

if TYPE_CHECKING:
    from photorank.evaluation.agreement import Agreement, PhotoRatings
    from photorank.index.opened import Index

app = typer.Typer()

_MAX_PEOPLE = 50  # compared by default, since pairs grow with the square


@app.command("people", epilog=example("photorank people --rater ann --rater bob --keep ours"))
def people(
    raters: Annotated[
        list[str] | None,
        typer.Option("--rater", metavar="R", help="Who; repeat it. Default: all who judged."),
    ] = None,
    prior: Annotated[
        str | None,
        typer.Option(metavar="VECTOR", help="What they are taken to like before they judge."),
    ] = None,
    keep: Annotated[
        str | None, typer.Option(metavar="NAME", help="Keep their mean taste as a vector.")
    ] = None,
    k: Count = 10,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Compare people's tastes. Show who agrees, which photos all like, and which are disputed."""
    from photorank.errors import LabelsError, UnknownNameError
    from photorank.evaluation.agreement import (
        agreed_best,
        agreements,
        common_vector,
        contested,
        person_tastes,
    )
    from photorank.vectors.store import add_vector, check_free
    from photorank.vectors.taste.photo_subset import subset_in

    opened = open_index(index)
    if keep is not None:
        check_free(opened, keep)
    known = opened.raters()
    for rater in raters or []:
        if rater not in known:
            raise UnknownNameError("person", rater, known)
    chosen = list(dict.fromkeys(raters or known))
    if len(chosen) < 2:
        raise LabelsError("to compare tastes takes two people or more who judged photos.")
    if len(chosen) > _MAX_PEOPLE:
        raise LabelsError(
            f"{len(chosen)} people judged photos: name up to {_MAX_PEOPLE} of them with --rater."
        )
    vector = open_vector(opened, prior)
    heard = person_tastes(opened, chosen, subset_in(opened, vector.direction, rater=""))
    pairs = sorted(agreements(heard), key=lambda found: -found.likes_accuracy.value)
    best, disputed = agreed_best(heard, k), contested(heard, k)
    if keep is not None:
        add_vector(opened, common_vector(keep, opened, heard, vector))
        message(f"kept their mean taste as the vector {keep}")
    if as_json:
        print_json(
            {
                "index": opened.name,
                "prior": vector.name,
                "agreements": [_agreement(found) for found in pairs],
                "agreed_best": [_photo(opened, chosen, found) for found in best],
                "contested": [_photo(opened, chosen, found) for found in disputed],
            }
        )
        return
    rows = [
        (f"{one.first}, {one.second}", interval(one.likes_accuracy), interval(one.said_accuracy))
        for one in pairs
    ]
    print_table(["people", "would choose alike", "chose alike"], rows)
    for title, listed in (("agreed best", best), ("contested", disputed)):
        line("")
        line(f"{title}: mean ± standard error, and how much they differ")
        for found in listed:
            numbers = f"{found.mean:7.2f} ± {found.standard_error:.2f} {found.spread:7.2f}"
            line(f"{numbers}  {opened.photo(found.row).path}")


def _agreement(found: "Agreement") -> dict[str, Any]:
    said = found.said_accuracy
    return {
        "first": found.first,
        "second": found.second,
        "would_choose_alike": to_json(found.likes_accuracy),
        "chose_alike": to_json(said),
    }


def _photo(index: "Index", raters: list[str], found: "PhotoRatings") -> dict[str, Any]:
    each = zip(raters, found.ratings, found.standard_errors, strict=True)
    return {
        "path": str(index.photo(found.row).path),
        "mean": found.mean,
        "standard_error": found.standard_error,
        "spread": found.spread,
        "ratings": {
            rater: {"rating": rating, "standard_error": error} for rater, rating, error in each
        },
    }
