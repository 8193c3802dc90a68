"""Root of the command line: registers all commands, and prints their errors."""

import io
import os
import signal
import sys
import time
import traceback
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from photorank.cli import (
    album,
    albums,
    bench,
    bench_faces,
    bench_framing,
    book,
    datasets,
    demo,
    doctor,
    evaluate,
    explain,
    export,
    faces,
    index,
    keepers,
    labels_collect,
    labels_import,
    labels_popularity,
    leaderboard,
    nuisance,
    people,
    rate,
    score,
    search,
    serve,
    signals,
    status,
    vector,
)
from photorank.cli.empty_texts import refuse_empty_texts
from photorank.cli.output import Loudness, fault, loudness, message, messages_at_success
from photorank.errors import OutOfMemoryError, PhotorankError, in_words
from photorank.workspace import Workspace

_LEAST_ADDRESS_SPACE = 1_000_000_000  # bytes; with half of it NumPy's and FAISS's libraries crash

_STOPPED = "stopped; what was finished before is kept."
_ANYWHERE = ("-q", "--quiet", "-v", "--verbose")


class Commands(TyperGroup):
    """Typer group of all commands; prints each expected error as one line."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line; --quiet and --verbose may follow the command."""
        end = args.index("--") if "--" in args else len(args)
        ours = [one for one in args[:end] if one in _ANYWHERE]
        others = [one for one in args[:end] if one not in _ANYWHERE]
        return super().parse_args(ctx, [*ours, *others, *args[end:]])

    def invoke(self, ctx: Any) -> Any:
        """Run the requested command; exit with 1 after an expected error, with 130 after Ctrl-C."""
        try:
            _require_address_space()
            with messages_at_success():
                return super().invoke(ctx)
        except (PhotorankError, OSError, MemoryError, ImportError) as error:
            told = in_words(error)
            if told is None:
                raise
            if loudness.get().verbose:
                traceback.print_exception(error)
            fault(told)
            raise typer.Exit(1) from error
        except KeyboardInterrupt as error:
            fault(_STOPPED)
            raise typer.Exit(130) from error


def _require_address_space() -> None:
    """Raise OutOfMemoryError if the address-space limit is too low for NumPy and FAISS.

    They are written in C and end the process without a word, or wait for ever.
    """
    if sys.platform == "win32":
        return
    import resource

    allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
    if allowed != resource.RLIM_INFINITY and allowed < _LEAST_ADDRESS_SPACE:
        raise OutOfMemoryError


app = typer.Typer(
    cls=Commands,
    help="Rate photos by learned directions in an embedding space, and prove that it works.",
    epilog="Begin with `photorank demo`, or with `photorank index FOLDER --name NAME`.",
    no_args_is_help=True,
    rich_markup_mode=None,  # help in plain text, whatever the terminal
    pretty_exceptions_enable=False,
)
labels = typer.Typer(help="People's judgements of single photos.")
for part in (labels_import.app, labels_collect.app, labels_popularity.app):
    labels.add_typer(part)
choices = typer.Typer(help="People's choices between two photos.")
for part in (export.choices_app, labels_import.choices_app):
    choices.add_typer(part)
benches = typer.Typer(help="Measure quality and speed.", no_args_is_help=True)
for part in (bench.app, bench_framing.app, bench_faces.app):
    benches.add_typer(part)

for part in (demo.app, index.app, status.app):
    app.add_typer(part)
app.add_typer(labels, name="labels")
app.add_typer(choices, name="choices")
for family in (
    datasets,
    vector,
    evaluate,
    leaderboard,
    nuisance,
    keepers,
    people,
    rate,
    search,
    score,
    serve,
    explain,
    album,
    albums,
    book,
    signals,
    faces,
    export,
    doctor,
):
    app.add_typer(family.app)
app.add_typer(benches, name="bench")
refuse_empty_texts(app)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"photorank {version('photorank')}")
        raise typer.Exit


@app.callback()
def _apply_options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No messages and no progress, errors alone.")
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose", "-v", help="Also where errors come from, the workspace, and the time."
        ),
    ] = False,
) -> None:
    """Apply the options that are accepted before or after any command, such as --quiet."""
    loudness.set(Loudness(quiet, verbose))
    if verbose:
        begun = time.monotonic()
        message(f"the workspace is {Workspace.current().root}")
        context.call_on_close(lambda: message(f"took {time.monotonic() - begun:.1f} s"))


def main() -> None:
    """Run the command line; its exit code is 0, 1 (error), 2 (wrong usage) or 130 (interrupted)."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # closed: no file of ours may take its number and its output
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a pipe may know fewer letters than we
    try:
        app()
    except KeyboardInterrupt:  # while the commands' options were read
        fault(_STOPPED)
        raise SystemExit(130) from None
    finally:  # Ctrl-C again, while the command is leaving, ends it at once and without a traceback
        signal.signal(signal.SIGINT, signal.SIG_DFL)
