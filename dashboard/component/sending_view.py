"""Upload field for a folder of photos from a visitor's device."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from dashboard.background.accept_uploads import MOST_FILES, TAKEN_SUFFIXES
from photorank.outside_text import printable

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "photorank_sending",
    html='<div id="root"></div>',
    css=(_HERE / "sending.css").read_text(encoding="utf-8"),
    js=(_HERE / "sending.js").read_text(encoding="utf-8"),
)


class UploadResult(NamedTuple):
    """Result of an upload: number of photos, and refused files with the reasons."""

    photos: int
    refused: Sequence[tuple[str, str]]


def upload_field(key: str, token: str) -> UploadResult | None:
    """Show the upload field; return the result of a finished upload, or None."""
    data = {"to": f"send/{token}", "suffixes": sorted(TAKEN_SUFFIXES), "most": MOST_FILES}
    said = _mount(key=key, data=data, on_sent_change=lambda: None).sent
    if not isinstance(said, dict) or type(said.get("n")) is not int:
        return None
    refused = said.get("refused")
    pairs = [
        (printable(one[0]), printable(one[1]))
        for one in (refused if isinstance(refused, list) else [])
        if isinstance(one, list) and len(one) == 2
    ]
    return UploadResult(said["n"], pairs)
