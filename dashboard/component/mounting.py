"""Mounting of the JavaScript component in a page, and events that the component sends."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.routes.addresses import ROOM
from dashboard.routes.component_files import modules_hash
from photorank.typing import Json
from photorank.vectors.store import ME

_HERE = Path(__file__).parent
_MOST_ITEMS = 10_000  # of an outbox: a person presses no more

# The modules come from a route of the server; a server that was started again has others.
_ENTRY = """
export default function (component) {
  const { data, parentElement } = component;
  const at = new URL(data.modules, document.baseURI).href;
  const home = (parentElement.photorank ??= { at, end: null, gone: false });
  home.gone = false;
  home.latest = component;
  import(at).then((main) => {
    if (home.gone || home.latest !== component) return;
    if (home.at !== at) home.end?.();
    home.at = at;
    home.end = main.show(component, data.place);
  });
  return () => { home.gone = true; home.end?.(); home.end = null; };
}
"""
HTML = '<div id="root"></div>'
CSS = "".join(
    (_HERE / sheet).read_text(encoding="utf-8") for sheet in ("component.css", "spreads.css")
)
_mount = st.components.v2.component("photorank", html=HTML, css=CSS, js=_ENTRY)


def widget_key(key: str, index: str, rater: str | None) -> str:
    """Streamlit widget key of a component, different for each index and person."""
    if rater is None or rater == ME:
        return f"{key}-{index}"
    return f"{key}-{index}-{sha256(rater.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def mount(key: str, data: Json, on_act: Callable[[], None] = lambda: None) -> Any:
    """Show the JavaScript component with the given data; return the component's state.

    `on_act` is called when a button of the component requests an action.
    """
    return _mount(
        key=key,
        data={
            **component_data(data, key),
            "acked": st.session_state.get(_acked(key)),
        },
        on_outbox_change=lambda: None,
        on_act_change=on_act,
    )


def component_data(data: Json, key: str) -> Json:
    """Data for the JavaScript component, completed by server URLs and the component's key."""
    modules = f"{ROOM}/component/{modules_hash()}/main.js"
    return {**data, "base": ROOM, "modules": modules, "place": key}


def drain(key: str, apply: Callable[[list[Json]], None]) -> None:
    """Pass the component's unhandled events to the function `apply`.

    Call it before the component is mounted, which tells the component how far this came. `apply`
    gets the new items in the order in which they were pressed, and must bear to get some again.
    """
    client, items = _outbox(st.session_state.get(key))
    acked = st.session_state.get(_acked(key)) or {}
    done = acked.get("seq", 0) if acked.get("client") == client else 0
    new = [item for item in items if item["seq"] > done]
    if new:
        apply(new)
        st.session_state[_acked(key)] = {"client": client, "seq": new[-1]["seq"]}


def requested_action(key: str) -> Json | None:
    """Action of the grid button that the user just clicked; None if no button was clicked."""
    act = (st.session_state.get(key) or {}).get("act")
    if not isinstance(act, Mapping) or not isinstance(act.get("what"), str):
        return None
    tokens = [one for one in act.get("tokens") or [] if isinstance(one, str)]
    return {"what": act["what"], "tokens": tokens}


def _acked(key: str) -> str:
    return f"{key}-acked"


def _outbox(state: Any) -> tuple[str, list[Json]]:
    """ID of the browser client, and the list of its valid events sorted by sequence number."""
    box = (state or {}).get("outbox") or {}
    if not isinstance(box, Mapping) or not isinstance(box.get("client"), str):
        return "", []
    items = box.get("items")
    whole = [
        dict(item)
        for item in (items if isinstance(items, list) else [])[:_MOST_ITEMS]
        if isinstance(item, Mapping) and type(item.get("seq")) is int
    ]
    return box["client"], sorted(whole, key=lambda item: item["seq"])
