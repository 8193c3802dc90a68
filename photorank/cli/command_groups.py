"""Groups of commands that several modules add to."""

import typer

labels = typer.Typer(help="People's judgements of single photos.")
choices = typer.Typer(help="People's choices between two photos.")
bench = typer.Typer(help="Measure quality and speed.", no_args_is_help=True)
