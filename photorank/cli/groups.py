"""Groups of commands that several modules add to."""

import typer

labels = typer.Typer(help="People's judgements of single photos.")
choices = typer.Typer(help="People's choices between two photos.")
