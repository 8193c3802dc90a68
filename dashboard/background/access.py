"""Rule that only visitors at the server's own computer may browse the computer's folders."""

from collections.abc import Mapping
from ipaddress import ip_address

import streamlit as st

from photorank.hosts import authority

# Headers by which a proxy says that somebody else asks.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")


def at_this_computer() -> bool:
    """True if the visitor is on the same computer as the server."""
    listens = str(st.get_option("server.address") or "")
    return is_local(listens, st.context.ip_address, st.context.headers)


def is_local(listens: str, visitor: str | None, headers: Mapping[str, str]) -> bool:
    """True if the server's address, the visitor's address and the requested host are all loopback.

    `visitor` is None, as Streamlit has it, for an address of this computer. A request that names
    no host, or another host than this computer, is of nobody here.
    """
    host = authority(headers.get("Host", ""))
    return (
        _is_loopback(listens)
        and (visitor is None or _is_loopback(visitor))
        and host is not None
        and _is_loopback(host.host.strip("[]"))
        and not any(name in headers for name in _FORWARDED)
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
