"""Plugins: encoders, learners and metrics that other packages declare as entry points."""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from photorank.errors import EntryPointError, first_line

Group = Literal["photorank.encoders", "photorank.learners", "photorank.metrics"]


@cache
def _declared(group: Group) -> dict[str, EntryPoint]:
    """Dict from name to entry point for one group; the declaring packages are not imported."""
    return {point.name: point for point in entry_points(group=group)}


def declared_names(group: Group) -> list[str]:
    """Sorted names that installed packages declare in an entry-point group."""
    return sorted(_declared(group))


def load_declared(group: Group, name: str) -> Any:
    """Import and return an entry point's object; None if no package declares its name.

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
    """Error that names an unusable entry point, the package that declares it, and the reason."""
    point = _declared(group)[name]
    package = point.dist.name if point.dist is not None else point.value
    return EntryPointError(package, f"{group}: {name} = {point.value}", why)
