"""What other packages declare in their entry points: encoders, learners and metrics."""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from photorank.errors import EntryPointError, first_line

Group = Literal["photorank.encoders", "photorank.learners", "photorank.metrics"]


@cache
def _declared(group: Group) -> dict[str, EntryPoint]:
    """Entry points of a group by name; nothing is imported."""
    return {point.name: point for point in entry_points(group=group)}


def declared_names(group: Group) -> list[str]:
    """Names that installed packages declare in a group, sorted."""
    return sorted(_declared(group))


def load_declared(group: Group, name: str) -> Any:
    """Object that an installed package declares under a name; None if no package does.

    Raises EntryPointError if the package cannot be imported.
    """
    point = _declared(group).get(name)
    if point is None:
        return None
    try:
        return point.load()
    except Exception as error:  # another package's code raises anything
        raise refused(group, name, first_line(error)) from error


def refused(group: Group, name: str, why: str) -> EntryPointError:
    """Error that names the package of an entry point that cannot be used, and why."""
    point = _declared(group)[name]
    package = point.dist.name if point.dist is not None else point.value
    return EntryPointError(package, f"{group}: {name} = {point.value}", why)
