"""Commands that open the dashboard, with sample photos or with the user's own indexes."""

from typing import Annotated

import typer

from photorank.cli.dashboard_server import Endpoint, serve_dashboard
from photorank.cli.options import AllowedHosts, Listen, Port, ProgressFile, example
from photorank.cli.output import message, stages
from photorank.workspace import Workspace

app = typer.Typer()


@app.command(epilog=example("photorank demo --port 8600"))
def demo(
    port: Port = None,
    listen: Listen = None,
    allow_host: AllowedHosts = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
    build_only: Annotated[
        bool, typer.Option("--build-only", help="Build the sample, do not show it.")
    ] = False,
    progress_file: ProgressFile = None,
) -> None:
    """Show the dashboard with sample photos. The sample index is built first if missing."""
    from photorank.demo import STAGES, build_sample
    from photorank.progress_file import reporting
    from photorank.sample import SAMPLE

    workspace, endpoint = Workspace.current(), Endpoint.checked(port, listen, allow_host)
    with reporting(progress_file, "demo", SAMPLE, STAGES) as report, stages() as bars:

        def on_progress(stage: str, done: int, total: int) -> None:
            bars(stage, done, total)
            if report is not None:
                report.step(stage, done, total)

        index = build_sample(workspace, on_progress=on_progress)
    message(f"the sample is ready: {len(index)} photos in index {index.name}")
    if not build_only:
        alone = workspace.index_names() == [index.name]
        serve_dashboard(
            workspace, endpoint, browser=not no_open, index=None if alone else index.name
        )


@app.command(epilog=example("photorank dashboard --port 8600"))
def dashboard(port: Port = None, listen: Listen = None, allow_host: AllowedHosts = None) -> None:
    """Show the dashboard; `streamlit run dashboard/app.py` serves the same pages."""
    endpoint = Endpoint.checked(port, listen, allow_host)
    serve_dashboard(Workspace.current(), endpoint, browser=not listen)
