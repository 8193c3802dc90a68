"""Host names in URLs: parsing, and recognition of literal IP addresses."""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import NamedTuple

from photorank.errors import ServerError

# Environment variable with the names besides localhost that the dashboard answers to.
ALLOWED_HOSTS = "PHOTORANK_ALLOW_HOST"

_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]{1,253})(?::(\d{1,5}))?")


class Authority(NamedTuple):
    """Host of a URL, in lower case, and its port (None for the scheme's default port)."""

    host: str
    port: int | None


def authority(text: str) -> Authority | None:
    """Host and port parsed from text such as ``album.example:8443``; None if malformed.

    >>> authority("Album.example"), authority("http://album.example")
    (Authority(host='album.example', port=None), None)
    """
    parts = _AUTHORITY.fullmatch(text.lower())
    return parts and Authority(parts[1], int(parts[2]) if parts[2] else None)


def is_address(host: str) -> bool:
    """True for a literal IP address, which unlike a host name needs no DNS lookup.

    >>> is_address("192.168.1.7"), is_address("[::1]"), is_address("album.example")
    (True, True, False)
    """
    try:
        ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def checked_hosts(names: Sequence[str]) -> Sequence[str]:
    """The given host names, unchanged; raises ServerError if any of them is malformed."""
    for name in names:
        if authority(name) is None:
            raise ServerError(
                f"--allow-host {name!r} is not a host's name. Give what stands between // and / "
                "in the browser's address, such as album.example or album.example:8443."
            )
    return names
