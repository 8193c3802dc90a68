"""Access control of the service by tokens that are read from a file."""

import hashlib
import hmac
import os
from collections.abc import Collection
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from photorank.errors import ServerError
from photorank.service.limits_and_refusals import Limits
from photorank.service.middleware import discard_body, refused
from photorank.workspace import reading_errors

OPEN = frozenset({"/healthz"})  # to whoever asks, such as a container's health check
_LEAST_LETTERS = 16  # of a token
_MOST_BYTES = 1 << 20  # of a file of tokens: a device has no end


def read_tokens(path: Path) -> list[bytes]:
    """SHA-256 digests of the access tokens that a file lists, one per line.

    A pipe is read as well: a secret need not be on the disk. Raises ServerError if there is no such
    file, or it is too large, has no token, or a token that is too short.
    """
    if os.path.isdir(path):
        raise ServerError(f"--token-file {path} is a folder. Name a file with a token a line.")
    try:
        with reading_errors(path), path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        lines = content.decode("utf-8-sig").split()
    except FileNotFoundError as error:
        raise ServerError(f"--token-file {path} does not exist.") from error
    except UnicodeDecodeError as error:
        raise ServerError(f"--token-file {path} is not text in UTF-8.") from error
    if len(content) > _MOST_BYTES:
        raise ServerError(f"--token-file {path} is larger than 1 MiB. Name a file of tokens.")
    if not lines or min(map(len, lines)) < _LEAST_LETTERS:
        raise ServerError(
            f"--token-file {path} has to hold a token a line, each of {_LEAST_LETTERS} letters or "
            "more. Make one with `openssl rand -hex 32`."
        )
    return [hashlib.sha256(token.encode()).digest() for token in lines]


class TokenOnly:
    """Middleware that refuses requests without a valid access token."""

    def __init__(self, app: ASGIApp, tokens: Collection[bytes], limits: Limits) -> None:
        self._app = app
        self._tokens = tokens
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request with a valid token or a public path; refuse any other (HTTP 401)."""
        if scope["type"] != "http" or scope["path"] in OPEN or self._knows(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        if "expect" not in Headers(
            scope=scope
        ):  # else the client waits for the response before it sends
            await discard_body(Request(scope, receive).stream(), self._limits)
        answer = refused(
            401,
            "a token is needed",
            "Send the header `Authorization: Bearer TOKEN`.",
            www_authenticate="Bearer",
            connection="close",
        )
        await answer(scope, receive, send)

    def _knows(self, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        digest = hashlib.sha256(token.strip().encode("latin-1")).digest()
        known = [hmac.compare_digest(digest, one) for one in self._tokens]
        return scheme.lower() == "bearer" and any(known)
