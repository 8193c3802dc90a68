"""The command that shows the contents of an index."""

from collections import Counter

import typer

from photorank.cli.open_index_and_vector import open_index
from photorank.cli.options import AsJson, IndexName, example
from photorank.cli.output import line, message, print_json, print_some, print_table, skipped_files

app = typer.Typer()


@app.command(epilog=example("photorank status --index family"))
def status(index: IndexName = None, as_json: AsJson = False) -> None:
    """Show an index's contents: photos, labels, vectors, and files that could not be used."""
    from photorank.index.reading.passed_over import passed_over_lines
    from photorank.vectors.store import builtin_vectors, list_vectors, unusable_cards

    opened = open_index(index)
    for error in unusable_cards(opened):
        message(error)
    skipped, others = skipped_files(opened.skipped()), opened.passed_over()
    builtin = builtin_vectors(opened)
    vectors = [
        {"name": name, "kind": vector.kind, "builtin": name in builtin}
        for name, vector in list_vectors(opened).items()
    ]
    if as_json:
        encoder = {"encoder": opened.manifest.encoder, "framing": opened.fingerprint.framing}
        photos = {"photos": len(opened), "skipped": skipped, "passed_over": skipped_files(others)}
        print_json({"index": opened.name, **encoder, **photos, "vectors": vectors})
        return
    counts = opened.counts()
    facts = {
        "index": opened.name,
        "folder": opened.paths.root,
        "encoder": opened.fingerprint,
        "photos": len(opened),
        "labelled": counts.labelled,
        "choices": counts.choices,
        "raters": len(opened.raters()) or None,  # labels need not name any
        "groups": counts.groups or None,
        "series": counts.series or None,
    }
    for what, value in facts.items():
        if value is not None:
            line(f"{what:9} {value}")
    dates = opened.dated_by().most_common()
    told = ", ".join(f"{source or 'nothing known'} ({n})" for source, n in dates)
    line(f"dates     {told}")
    if vectors:
        print_table(
            ["vector", "kind", ""],
            [[one["name"], one["kind"], "built in" if one["builtin"] else ""] for one in vectors],
        )
    for reason, count in Counter(file["reason"] for file in skipped).most_common():
        line(f"skipped {count}: {reason}")
    print_some([file["path"] for file in skipped])
    for text in passed_over_lines(others):
        line(text)
    print_some([f"{file.path}: {file.reason}" for file in others])
