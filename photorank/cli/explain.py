"""The command that explains a photo's rating."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photorank.cli.open_index_and_vector import open_index, open_vector
from photorank.cli.options import AsJson, IndexName, MaybeVector, PhotoFile, example
from photorank.cli.output import line, message, print_json, print_table, progress
from photorank.errors import MissingPathError
from photorank.outside_text import typed_path
from photorank.workspace import write_bytes

if TYPE_CHECKING:
    from photorank.rating.concepts import Concept
    from photorank.rating.explain import Explanation

app = typer.Typer()


@app.command(epilog=example("photorank explain new.jpg --vector beauty --heatmap heat.png"))
def explain(
    photo: PhotoFile,
    vector: MaybeVector = None,
    heatmap: Annotated[
        Path | None,
        typer.Option(parser=typed_path, metavar="FILE", help="Where to draw the heat map, as PNG."),
    ] = None,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Explain a photo's rating by image regions and concepts. Shows similar photos rated higher."""
    from photorank.export.destination import checked_new_file
    from photorank.rating.explain import concepts_behind, explain_file
    from photorank.rating.signal_shares import signed

    if heatmap is not None and heatmap.suffix.lower() != ".png":
        raise typer.BadParameter(f"{heatmap} does not end in .png", param_hint="'--heatmap'")
    if heatmap is not None and not heatmap.absolute().parent.exists():
        raise MissingPathError(heatmap.parent, hint="Make that folder first.")
    opened = open_index(index)
    if heatmap is not None:
        heatmap = checked_new_file(opened, heatmap)
    found = open_vector(opened, vector, "explaining")
    with progress("Covering parts of the photo", "parts") as on_progress:
        encoder = opened.encoder()
        why = explain_file(opened, found, photo, encoder, on_progress)
    concepts = concepts_behind(opened, found, why.embedding, encoder)
    if heatmap is not None:
        write_bytes(heatmap, _png(why))
        message(f"orange lifts the rating, blue lowers it: {heatmap}")
    if as_json:
        print_json(_json(photo, found.name, why, concepts))
        return
    line(
        f"rating {why.heat.rating:.4f}, better than {why.below:.0f} % of the index "
        f"(mean {why.average:.4f}); heat map by {why.heat.method}"
    )
    if why.signals:
        kinds = f": {why.signals}" if why.signals.told else ""
        line(
            f"technical signals carry {signed(why.signals.pull)} standard deviations of the "
            f"index's ratings, beside its average photo{kinds}"
        )
    if concepts:
        print_table(
            ["concept", "in the photo, sd", "goes with ratings, r", "pull, sd"],
            [
                [one.text, f"{one.shown:+.1f}", f"{one.liked:+.2f}", f"{one.pull:+.2f}"]
                for one in concepts
            ],
            right=["in the photo, sd", "goes with ratings, r", "pull, sd"],
        )
    if not why.better:
        line("no photo of its kind in the index is rated clearly higher")
        return
    print_table(
        ["closest better photos", "similarity", "rating"],
        [[one.photo.path, f"{one.similarity:.3f}", f"{one.rating:.4f}"] for one in why.better],
        right=["similarity", "rating"],
    )


def _png(why: "Explanation") -> bytes:
    import io

    file = io.BytesIO()
    why.drawn().save(file, "PNG")
    return file.getvalue()


def _json(
    photo: Path, vector: str, why: "Explanation", concepts: "list[Concept] | None"
) -> dict[str, Any]:
    heat = why.heat
    drawn = {"method": heat.method, "values": heat.values.tolist(), "rest": heat.rest}
    return {
        "path": photo.absolute(),
        "vector": vector,
        "rating": heat.rating,
        "percentile": why.percentile,
        "heat": drawn | {"average": why.average},
        "signals": why.signals
        and {
            "pull": why.signals.pull,
            "rating": why.signals.total,
            "kinds": [vars(one) for one in why.signals.kinds],
        },
        "concepts": None if concepts is None else [vars(one) for one in concepts],
        "better": [
            {"path": one.photo.path, "similarity": one.similarity, "rating": one.rating}
            for one in why.better
        ],
    }
