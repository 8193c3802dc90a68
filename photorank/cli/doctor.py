"""Commands that diagnose and repair indexes, and update paths after photos were moved."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from photorank.cli.options import AsJson, IndexName, example
from photorank.cli.output import line, message, print_json
from photorank.errors import PhotorankError, counted
from photorank.outside_text import typed_path
from photorank.workspace import Workspace

app = typer.Typer()

_MARKS = {"good": "ok   ", "note": "note ", "wrong": "WRONG"}


@app.command(epilog=example("photorank doctor --index family --repair"))
def doctor(
    index: Annotated[
        str | None, typer.Option("--index", metavar="NAME", help="Only this index; default: all.")
    ] = None,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Mend what can be made again. Judgements are not touched."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check this machine and the indexes for faults. The exit code is 1 if there are any."""
    from photorank.doctor.examine import examine_all
    from photorank.doctor.examine import repair as mend
    from photorank.index.maintenance.checks import Finding

    workspace = Workspace.current()
    found = examine_all(workspace, index)
    if repair:
        for name in filter(None, found):
            if all(finding.level == "good" for finding in found[name]):
                continue
            try:
                found[name] = mend(workspace.index(name))
            except PhotorankError as error:
                says = f"cannot be mended: {error}"
                remedy = f"Put your backup of {workspace.index(name).root} in its place."
                found[name].append(Finding("repair", "wrong", says, remedy))
    wrong = sum(finding.level == "wrong" for findings in found.values() for finding in findings)
    if as_json:
        report = [
            {"index": name or None, **asdict(finding)}
            for name, findings in found.items()
            for finding in findings
        ]
        print_json({"ok": not wrong, "findings": report})
    else:
        for name, findings in found.items():
            line(f"index {name}" if name else "this machine")
            for finding in findings:
                line(f"  {_MARKS[finding.level]} {finding.about}: {finding.says}")
                if finding.remedy and finding.level != "good":
                    line(f"        {finding.remedy}")
        are = "is" if wrong == 1 else "are"
        message(f"{counted(wrong, 'thing')} {are} wrong" if wrong else "nothing is wrong")
    if wrong:
        raise typer.Exit(1)


@app.command(epilog=example("photorank reroot /media/old/photos /media/new/photos --apply"))
def reroot(
    old: Annotated[Path, typer.Argument(parser=typed_path, metavar="OLD", show_default=False)],
    new: Annotated[Path, typer.Argument(parser=typed_path, metavar="NEW", show_default=False)],
    index: IndexName = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Do it; without this it is only shown.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Update an index after its photo library moved from OLD to NEW. Nothing is embedded again."""
    from photorank.index.maintenance.reroot import plan_move
    from photorank.index.maintenance.reroot import reroot as follow

    paths = Workspace.current().existing_index(index)
    move = (follow if apply else plan_move)(paths, old, new)
    if as_json:
        print_json({"index": paths.name, "applied": apply, **asdict(move)})
        return
    for before, after in move.roots.items():
        line(f"{before} -> {after}")
    line(f"photos found: {move.found}, not found: {move.missing}")
    if move.first_missing:
        line(f"the first that is not found: {move.first_missing}")
    if not apply:
        message("nothing was changed; --apply does it")
    elif move.missing:
        message("`photorank index` on the new folder finds out about the others")
