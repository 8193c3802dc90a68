"""The command that finds a rejection threshold: a rating below which few good photos lie."""

from math import isfinite
from typing import Annotated

import typer

from photorank.cli.open_index_and_vector import open_index, open_vector
from photorank.cli.options import AsJson, IndexName, MaybeVector, example
from photorank.cli.output import line, print_json
from photorank.errors import counted

app = typer.Typer()


@app.command(epilog=example("photorank keepers --vector ours --keeper-from 4 --lose 5"))
def keepers(
    vector: MaybeVector = None,
    keeper_from: Annotated[
        float | None,
        typer.Option(metavar="SCORE", help="The label from which a photo is a keeper."),
    ] = None,
    keeper_top: Annotated[
        float | None,
        typer.Option(min=0, max=100, metavar="P", help="Or the best P percent of the labelled."),
    ] = None,
    lose: Annotated[
        float,
        typer.Option(min=0.1, max=50, metavar="P", help="Percent of keepers that may be lost."),
    ] = 5,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Find a rating below which photos can be rejected with the loss of few good photos."""
    from photorank.evaluation.keepers import rejection_threshold

    if (keeper_from is None) == (keeper_top is None):
        raise typer.BadParameter("a keeper needs --keeper-from or --keeper-top, one of them")
    if keeper_from is not None and not isfinite(keeper_from):
        raise typer.BadParameter("--keeper-from needs a label that photos can have")
    opened = open_index(index)
    found = rejection_threshold(
        opened,
        open_vector(opened, vector, "rating"),
        keeper_from=keeper_from,
        keeper_top=None if keeper_top is None else keeper_top / 100,
        lost=lose / 100,
    )
    cut = found.cut
    sure, share = f"{100 * cut.confidence:g} %", f"{100 * cut.lost:.3g} %"
    if as_json:
        print_json(
            {
                "vector": found.vector,
                "keeper_from": found.keeper_from,
                "rating": cut.rating,
                "lost": cut.lost,
                "confidence": cut.confidence,
                "keepers": {"independent": cut.n_keepers, "below": cut.n_lost},
                "groups": found.n_groups,
                "held_out": found.how,
                "photos": {"all": found.n_photos, "rejected": found.n_rejected},
                "others": {"all": found.n_others, "rejected": found.n_others_rejected},
            }
        )
        return
    line(
        f"reject below {cut.rating:.4f}: with {sure} confidence that loses at most {share} of the "
        "keepers"
    )
    how = {
        "unseen": f"{found.vector} has not seen them",
        "learned anew": f"{found.vector} was learned anew without them, in ten folds",
    }
    line(
        f"measured on {counted(cut.n_keepers, 'keeper')} of different moments, labelled "
        f"{found.keeper_from:g} or more, of which {cut.n_lost} are below; {how[found.how]}"
    )
    line(
        f"that rejects {found.n_rejected} of {counted(found.n_photos, 'photo')}, and "
        f"{found.n_others_rejected} of {found.n_others} labelled lower"
    )
    if found.n_groups:
        groups = counted(found.n_groups, "group")
        line(f"the keepers are of {groups}; it holds for photos like theirs")
