"""Script that writes a documentation page for each command, from the command-line parser.

python scripts/command_pages.py
"""

from pathlib import Path
from typing import Any

import typer

from photorank.cli.app import app

FOLDER = Path(__file__).parents[1] / "docs" / "commands"
NOTE = "<!-- written by scripts/command_pages.py -->\n"


def main() -> None:
    """Write the command pages, and remove pages of deleted commands."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = pages()
    for old in FOLDER.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """Markdown text of each command page, by file name."""
    group = typer.main.get_command(app)
    commands: dict[str, Any] = group.commands  # type: ignore[attr-defined]
    rows = "".join(
        f"| {_link(name, words)} | {_cell(_first_sentence(leaf))} |\n"
        for name, command in commands.items()
        for words, leaf in _leaves(name, command)
    )
    contents = f"{NOTE}# Commands\n\n{group.help}\n\n| command | what it does |\n|---|---|\n{rows}"
    written = {"README.md": contents}
    for name, command in commands.items():
        leaves = _leaves(name, command)
        parts = [NOTE + f"# photorank {name}\n"]
        if len(leaves) == 1:
            parts.append(_described(*leaves[0]))
        else:
            parts.append(f"{command.help}\n")
            parts += [
                f"## photorank {words}\n\n{_described(words, leaf)}" for words, leaf in leaves
            ]
        written[f"{name}.md"] = "\n".join(parts)
    return written


def _leaves(name: str, command: Any) -> list[tuple[str, Any]]:
    """List of pairs (typed words, command) for a command's subcommands, or for the command itself.

    The words are those typed on the command line.
    """
    inner = getattr(command, "commands", None)
    if inner is None:
        return [(name, command)]
    return [leaf for word, one in inner.items() for leaf in _leaves(f"{name} {word}", one)]


def _link(name: str, words: str) -> str:
    """Markdown link to the page of a command, or to the section of a subcommand."""
    part = "" if words == name else "#photorank-" + words.replace(" ", "-")
    return f"[{words}]({name}.md{part})"


def _first_sentence(command: Any) -> str:
    return " ".join(command.help.split()).split(". ")[0].rstrip(".") + "."


def _described(words: str, command: Any) -> str:
    """Markdown description of a command: help text, usage, example and options."""
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    needed = [_option(one, command) for one in options if one.required]
    usage = " ".join(["photorank", words, *map(_argument, arguments), *needed, "[OPTION]..."])
    example = command.epilog.partition("Example:\n")[2].strip()
    described = [one for one in arguments if getattr(one, "help", None)]
    rows = [(_argument(one), one) for one in described]
    rows += [(_option(one, command), one) for one in options]
    table = "".join(f"| `{_cell(how)}` | {_cell(_meaning(one))} |\n" for how, one in rows)
    return (
        f"{' '.join(command.help.split())}\n\n"
        f"```\n{usage}\n```\n\nFor example:\n\n```bash\n{example}\n```\n\n"
        f"| option | what it does |\n|---|---|\n{table}"
    )


def _argument(argument: Any) -> str:
    name = (argument.metavar or argument.name.upper()).strip("[]").removesuffix("...").rstrip("]")
    many = "..." if argument.nargs == -1 else ""
    return f"{name}{many}" if argument.required else f"[{name}]{many}"


def _option(option: Any, command: Any) -> str:
    names = "/".join([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return names
    # Without a name of its own a value is told by its choices, in brackets.
    record = option.get_help_record(typer.Context(command))[0]
    return f"{names} {option.metavar or record.rpartition(' ')[2].strip('<>[]')}"


def _meaning(param: Any) -> str:
    """Help text of a parameter, with its default and choices."""
    said = [" ".join((param.help or "").split())]
    bounds = param if hasattr(param, "min") else param.type  # by typer's version
    low, high = getattr(bounds, "min", None), getattr(bounds, "max", None)
    if low is not None and high is not None:
        said.append(f"From {low} to {high}.")
    elif low is not None:
        said.append(f"At least {low}.")
    if isinstance(param.default, str | int | float) and not isinstance(param.default, bool):
        said.append(f"Default: {param.default}.")
    if param.required and param.param_type_name == "option":
        said.append("Required.")
    return " ".join(text for text in said if text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    main()
