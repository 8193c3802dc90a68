"""Rejection of options with an empty value, such as ``--name ""``, in all commands.

A script passes an empty value if one of its variables is unset.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, get_type_hints

import typer
from typer.models import OptionInfo


def refuse_empty_texts(group: typer.Typer) -> None:
    """Make all commands of a Typer app and its sub-apps reject options with blank values."""
    for command in group.registered_commands:
        if command.callback is not None:
            command.callback = _refusing(command.callback)
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            refuse_empty_texts(inner.typer_instance)


def _flag(name: str, option: OptionInfo) -> str:
    """Command-line flag of an option, such as ``--name``, for an error message."""
    told = [one for one in (option.default, *(option.param_decls or ())) if isinstance(one, str)]
    return told[0] if told else f"--{name.replace('_', '-')}"


def _refusing(command: Callable[..., Any]) -> Callable[..., Any]:
    options = {
        name: option
        for name, hint in get_type_hints(command, include_extras=True).items()
        for option in getattr(hint, "__metadata__", ())
        if isinstance(option, OptionInfo)
    }

    @wraps(command)
    def run(**given: Any) -> Any:
        for name, option in options.items():
            value = given.get(name)
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str) and not text.strip():
                    raise typer.BadParameter(
                        "it is empty: give a text, or leave the option out.",
                        param_hint=f"'{_flag(name, option)}'",
                    )
        return command(**given)

    return run
