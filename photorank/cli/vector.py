"""Commands that make, show and remove rating vectors: directions that photos are rated by."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photorank.cli.open_index_and_vector import open_index, open_vector, tell_mistaken
from photorank.cli.options import AsJson, ByRaters, IndexName, Name, TableFile, Within, example
from photorank.cli.output import interval, line, message, print_json, print_table, progress, stages
from photorank.errors import UnknownNameError, counted
from photorank.json_values import json_line

if TYPE_CHECKING:
    from photorank.vectors.master import MasterVector

app = typer.Typer()
_vector = typer.Typer(help="Master-vectors: make, import, blend, compare, show and remove them.")
app.add_typer(_vector, name="vector")


@_vector.command(
    epilog=example('photorank vector prompt sharp "a sharp photo" --not "a blurred photo"')
)
def prompt(
    name: Name,
    texts: Annotated[list[str], typer.Argument(metavar="TEXT...", show_default=False)],
    negatives: Annotated[
        list[str] | None,
        typer.Option("--not", metavar="TEXT", help="What is not wanted; may be repeated."),
    ] = None,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Without the table of qualities that embedded's words need."),
    ] = False,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Make a rating vector from texts: a prompt, a mean of prompts, or a prompt minus another."""
    from photorank.vectors.plain_prompts import prompt_vector
    from photorank.vectors.quality_prompts import KIND, worded_vector
    from photorank.vectors.store import add_vector, check_free

    opened = open_index(index)
    check_free(opened, name)
    make = prompt_vector if plain else worded_vector
    vector = make(name, texts, opened.encoder(), negatives=negatives or ())
    if opened.fingerprint.is_embedded:
        qualities = (
            "qualities only by praise, blame and a fixed table"
            if vector.kind == KIND
            else "hardly qualities"
        )
        message(f"words are weak with this encoder: it knows things, and {qualities}")
    _print_made(vector, add_vector(opened, vector), as_json)


@_vector.command(epilog=example("photorank vector learn ours --learner all-pairs --within group"))
def learn(
    name: Name,
    learner: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="mean-difference, pair-least-squares, spanning-pairs, all-pairs, bradley-terry, "
            "rank-svm, personal or degradations, which needs no labels. Default for a --rater: "
            "personal.",
        ),
    ] = None,
    within: Within = None,
    prior: Annotated[
        str | None,
        typer.Option(metavar="VECTOR", help="Begin from this vector (all-pairs, personal)."),
    ] = None,
    rater: Annotated[
        str | None, typer.Option(metavar="R", help="Whose judgements. Default: everybody's.")
    ] = None,
    gap_power: Annotated[
        int | None,
        typer.Option(min=0, max=2, metavar="0|1|2", help="How much a big gap of scores counts."),
    ] = None,
    weigh_by_raters: ByRaters = False,
    with_degradations: Annotated[
        float,
        typer.Option(
            min=0,
            max=10,
            metavar="WEIGHT",
            help="Also learn from degraded copies of at most 1,000 judged photos, with this weight "
            "beside the judgements, so that the sharp one of two shots is preferred; 0.1 is usual "
            "(all-pairs).",
        ),
    ] = 0.0,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Learn a rating vector from people's judgements, and test it on held-out photos."""
    from photorank.learning.learn_vector import DEGRADATIONS, MISTAKEN, learn_vector
    from photorank.vectors.learners_by_name import is_learner, known_learners
    from photorank.vectors.store import add_vector, check_free

    if learner is None and rater is None:
        raise typer.BadParameter("say how: --learner KIND, or --rater R")
    learner = learner or "personal"
    opened = open_index(index)
    check_free(opened, name)
    if learner == DEGRADATIONS:
        from photorank.learning.degradations import learn_degradations

        if (
            within
            or prior
            or rater
            or gap_power is not None
            or weigh_by_raters
            or with_degradations
        ):
            raise typer.BadParameter(f"{DEGRADATIONS} uses no judgements: give it no other option")
        with progress("Spoiling photos", "photos") as on_progress:
            vector = learn_degradations(opened, name, opened.encoder, on_progress=on_progress)
        _print_made(vector, add_vector(opened, vector), as_json)
        return
    if not is_learner(learner):
        raise UnknownNameError("learner", learner, [*known_learners(), DEGRADATIONS])
    with stages() as on_stage:
        vector = learn_vector(
            opened,
            name,
            learner,
            within=within,
            prior=prior,
            rater=rater,
            gap_power=gap_power,
            by_raters=weigh_by_raters,
            with_degradations=with_degradations,
            on_progress=partial(on_stage, "Learning"),
            on_copies=partial(on_stage, "Embedding degraded copies"),
        )
    _print_made(vector, add_vector(opened, vector), as_json)
    card = vector.card
    tell_mistaken(opened.name, card.metrics.get(MISTAKEN, 0), card.n_photos)


@_vector.command(
    "import", epilog=example("photorank vector import laion sa_0_4_vit_l_14_linear.pth")
)
def import_(
    name: Name,
    file: TableFile,
    force: Annotated[
        bool, typer.Option("--force", help="Import a head for another encoder all the same.")
    ] = False,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Import a linear aesthetic head (.pth, .ckpt, .safetensors or .npy) as a rating vector."""
    from photorank.vectors.published import published_vector
    from photorank.vectors.store import add_vector, check_free

    opened = open_index(index)
    check_free(opened, name)
    vector = published_vector(name, file, opened.fingerprint, opened.manifest.head, force=force)
    path = add_vector(opened, vector)
    if "encoder" in vector.card.parameters:
        message(
            f"{name} is for {vector.card.parameters['encoder']}; this index was made with "
            f"{opened.manifest.encoder}. Ratings mean something only if that is the same encoder."
        )
    if "assuming" in vector.card.source:
        message(vector.card.source)
    _print_made(vector, path, as_json)


@_vector.command(
    epilog=example("photorank vector blend calm beauty technical --weight 2 --weight 1")
)
def blend(
    name: Name,
    vectors: Annotated[list[str], typer.Argument(metavar="VECTOR...", show_default=False)],
    weights: Annotated[
        list[float] | None,
        typer.Option(
            "--weight",
            metavar="W",
            help="One for each vector, in their order; below 0 turns it round. Default: all 1.",
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="VECTOR", help="A direction to take out; may be repeated."),
    ] = None,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Make a rating vector from others. Blend them, reverse one, or project directions out."""
    from photorank.vectors.algebra import combined
    from photorank.vectors.store import add_vector, check_free

    if weights and len(weights) != len(vectors):
        raise typer.BadParameter(
            f"{counted(len(weights), 'weight')} for {counted(len(vectors), 'vector')}: give "
            "each vector one --weight"
        )
    opened = open_index(index)
    check_free(opened, name)
    parts = [open_vector(opened, part) for part in vectors]
    removed = [open_vector(opened, part) for part in without or ()]
    vector = combined(name, parts, weights or [1.0] * len(parts), removed)
    _print_made(vector, add_vector(opened, vector), as_json)


@_vector.command(epilog=example("photorank vector cosines beauty technical ours"))
def cosines(
    vectors: Annotated[
        list[str] | None, typer.Argument(metavar="[VECTOR]...", show_default=False)
    ] = None,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Compare vectors by cosine: 1 means equal orders of photos, 0 unrelated, -1 reversed ones."""
    from photorank.vectors.algebra import cosine_table
    from photorank.vectors.store import list_vectors

    opened = open_index(index)
    chosen = [open_vector(opened, name) for name in vectors or list_vectors(opened)]
    names, table = cosine_table(chosen)
    if as_json:
        print_json({"vectors": names, "cosines": table.tolist()})
        return
    rows = [[name, *(f"{one:.2f}" for one in row)] for name, row in zip(names, table, strict=True)]
    print_table(["", *names], rows, right=names)


@_vector.command("list", epilog=example("photorank vector list --index family"))
def list_(index: IndexName = None, as_json: AsJson = False) -> None:
    """List the vectors that can rate an index's photos."""
    from photorank.vectors.store import builtin_vectors, list_vectors, unusable_cards

    opened = open_index(index)
    for error in unusable_cards(opened):
        message(error)
    builtin = builtin_vectors(opened)
    vectors = list_vectors(opened)
    if as_json:
        print_json(
            [
                {"name": name, "kind": vector.kind, "builtin": name in builtin}
                for name, vector in vectors.items()
            ]
        )
        return
    print_table(
        ["vector", "kind", "", "held-out accuracy", "photos", "pairs"],
        [
            [
                name,
                vector.kind,
                "built in" if name in builtin else "",
                interval(vector.card.accuracy),
                "unknown" if vector.card.unknown else vector.card.n_photos or "",
                vector.card.n_pairs or "",
            ]
            for name, vector in vectors.items()
        ],
        right=["photos", "pairs"],
    )


@_vector.command(epilog=example("photorank vector show beauty --json"))
def show(name: Name, index: IndexName = None, as_json: AsJson = False) -> None:
    """Show a rating vector's origin, training data and held-out accuracy."""
    from photorank.vectors.quality_prompts import quality_text

    vector = open_vector(open_index(index), name)
    if as_json:
        print_json(vector.to_json())
        return
    card = vector.card
    others = {key: value for key, value in card.parameters.items() if key != "qualities"}
    facts = {
        "vector": vector.name,
        "kind": vector.kind,
        "encoder": vector.fingerprint,
        "made from": card.source,
        "learned in": card.index,
        "photos": card.n_photos or None,
        "pairs": card.n_pairs or None,
        "accuracy": interval(card.accuracy) or None,
        "slope": "not calibrated" if vector.slope is None else f"{vector.slope:.4g}",
        "parameters": json_line(others),
        "qualities": quality_text(card.parameters) or None,
        "licence": card.licence or None,
        "created": card.created or None,
    }
    for what, value in facts.items():
        if value is not None:
            line(f"{what:10} {value}")


@_vector.command(epilog=example("photorank vector remove ours --index family"))
def remove(name: Name, index: IndexName = None, as_json: AsJson = False) -> None:
    """Delete a rating vector from an index. Built-in vectors cannot be deleted."""
    from photorank.vectors.store import remove_vector

    opened = open_index(index)
    remove_vector(opened, name)
    if as_json:
        print_json({"index": opened.name, "removed": name})
    else:
        line(f"removed {name} from index {opened.name}")


def _print_made(vector: "MasterVector", path: Path, as_json: bool) -> None:
    from photorank.learning.learn_vector import DEGRADATIONS

    if as_json:
        print_json({"name": vector.name, "kind": vector.kind, "path": str(path)})
        return
    accuracy = interval(vector.card.accuracy)
    of_copies = " on degraded copies of other photos" if vector.kind == DEGRADATIONS else ""
    held_out = f", held-out pairwise accuracy {accuracy}{of_copies}" if accuracy else ""
    line(f"made {vector.name} ({vector.kind}){held_out}: {path}")
    if vector.card.metrics and not accuracy:
        message(
            "its accuracy cannot be told from these photos, for its prior has seen them, and it is "
            "not calibrated. Evaluate it on an index of other photos."
        )
