"""Double pages of a saved album's photo book, with photos to view, move and mark."""

from collections.abc import Callable, Sequence
from typing import Any

from dashboard import session_state
from dashboard.component.mounting import mount, requested_action
from dashboard.component.photo_view import open_compare_if_asked
from photorank.index.opened import Index
from photorank.typing import Json


def show_spreads(
    key: str,
    index: Index,
    spreads: Sequence[Json],
    size: tuple[float, float],
    judged_by: str,
    on_act: Callable[[Any], None],
) -> None:
    """Show a photo book's double pages, with buttons that call `on_act`.

    `on_act` is called before the page runs again.
    """
    data = {
        "mode": "spreads",
        "index": index.name,
        "judgedBy": judged_by,
        "words": session_state.vocabulary(),
        "spreads": list(spreads),
        "size": list(size),
    }
    mount(key, data, lambda: on_act(session_state.component_act(key)))
    open_compare_if_asked(index, requested_action(key))
