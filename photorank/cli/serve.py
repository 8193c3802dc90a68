"""The command that serves ratings, comparisons and albums over HTTP."""

from pathlib import Path
from typing import Annotated

import typer

from photorank.cli.dashboard_server import HOST, Endpoint
from photorank.cli.open_index_and_vector import open_index, open_vector
from photorank.cli.options import IndexName, MaybeVector, example
from photorank.cli.output import message, print_messages_left
from photorank.errors import MissingExtraError
from photorank.heap import limit_arenas
from photorank.outside_text import typed_path

app = typer.Typer()


@app.command(
    epilog=example("photorank serve --index family --vector beauty --token-file tokens.txt")
)
def serve(
    index: IndexName = None,
    vector: MaybeVector = None,
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="0.0.0.0 lets other machines in: give it tokens."),
    ] = HOST,
    port: Annotated[
        int, typer.Option(min=1, max=65535, metavar="N", help="Where to listen.")
    ] = 8700,
    token_file: Annotated[
        Path | None,
        typer.Option(
            parser=typed_path,
            metavar="FILE",
            help="Tokens, one a line, of which requests must bring one.",
        ),
    ] = None,
    max_photos: Annotated[
        int, typer.Option(min=1, metavar="N", help="Photos in one request.")
    ] = 100,
    max_megabytes: Annotated[
        int, typer.Option(min=1, metavar="N", help="Size of one request.")
    ] = 200,
    max_seconds: Annotated[
        float, typer.Option(min=1, metavar="S", help="Time of one request, with its upload.")
    ] = 60.0,
) -> None:
    """Run an HTTP server that rates or compares uploaded photos, or chooses some for an album."""
    try:
        from photorank.service import server
        from photorank.service.access_tokens import read_tokens
        from photorank.service.app import ServiceRequest, service
        from photorank.service.limits_and_refusals import Limits
    except ImportError as error:
        raise MissingExtraError("the service", "service") from error

    limit_arenas()
    tokens = tuple(read_tokens(token_file)) if token_file else ()
    limits = Limits(max_photos, max_megabytes, max_seconds)
    endpoint = Endpoint.checked(port, host)
    opened = open_index(index)
    encoder = opened.encoder()
    by = open_vector(opened, vector, "rating").name
    server.warm(encoder)
    print_messages_left()
    message(f"rating by {by} of index {opened.name} at {endpoint.url} (Ctrl-C ends it)")
    if not tokens and endpoint.address != HOST:
        message(f"whoever reaches {endpoint.address} may ask: there is no --token-file")
    asked = ServiceRequest(opened, by, lambda: encoder, limits, tokens)
    server.run(server.server_of(service(asked), endpoint.address, endpoint.port, limits))
    message("the service has ended; all that was begun is answered")
