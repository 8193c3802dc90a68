"""Script that writes the pages in docs/api, with signature and docstring of public names.

python scripts/api_pages.py
"""

import inspect
import re
import textwrap
from pathlib import Path
from typing import Any

import photorank
from photorank import metrics

FOLDER = Path(__file__).parents[1] / "docs" / "api"
MARK = "<!-- Made by scripts/api_pages.py from the docstrings; change those instead. -->\n"
# Page: its title, what it is about, and the names on it.
PAGES: dict[str, tuple[str, str, list[str]]] = {
    "index": (
        "An index",
        "photos, labels, vectors and ratings of an index",
        ["open_index", "build_index", "Index", "evaluate", "Protocol"],
    ),
    "vectors": (
        "Vectors",
        "directions that rate, and how words make one",
        ["MasterVector", "prompt_vector"],
    ),
    "arrays": (
        "Without an index",
        "judgements and learners on arrays of your own",
        ["Comparisons", "cross_validate", "measure"],
    ),
    "learners": (
        "Learners",
        "scikit-learn estimators that learn a direction from judgements",
        [
            *("DirectionLearner", "MeanDifference", "PairLeastSquares", "SpanningPairs"),
            *("AllPairs", "BradleyTerry", "RankSVM", "Personal"),
        ],
    ),
    "encoders": (
        "Encoders",
        "what turns photos into rows of numbers, and your own",
        ["load_encoder", "image_encoder"],
    ),
    "metrics": (
        "Metrics",
        "how well ratings agree with people, from `photorank.metrics`",
        [f"metrics.{name}" for name in metrics.__all__],
    ),
    "errors": ("Errors", "what every error to act on is a case of", ["PhotorankError"]),
}


def main() -> None:
    """Write the pages in docs/api, and remove outdated ones."""
    made = pages()
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """Markdown text of each API page, by file name."""
    made = {
        f"{page}.md": f"# {title}\n\n{MARK}\n" + "\n".join(map(_described, names))
        for page, (title, _, names) in PAGES.items()
    }
    lines = "".join(
        f"- [{title}]({page}.md): {about}. {', '.join(f'`{_short(name)}`' for name in names)}.\n"
        for page, (title, about, names) in PAGES.items()
    )
    made["README.md"] = (
        f"# Python\n\n{MARK}\nEvery name that `import photorank` promises. "
        f"[The guide](../python.md) shows them at work.\n\n{lines}"
    )
    return made


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _described(name: str) -> str:
    """Markdown description of a public name: heading, signature, docstring and methods."""
    found: Any = photorank
    for part in name.split("."):
        found = getattr(found, part)
    text = f"## {_short(name)}\n\n{_signature(f'photorank.{name}', found)}{_markdown(found)}"
    if inspect.isclass(found) and _of_this_house(found):
        for member, value in _members(found):
            text += f"\n### {_short(name)}.{member}\n\n{_signature(member, value)}"
            text += _markdown(value)
    return text


def _of_this_house(found: type) -> bool:
    return not issubclass(found, Exception)


def _members(found: type) -> list[tuple[str, Any]]:
    """Public methods and properties that a class itself defines, with their names."""
    own = [(name, getattr(found, name)) for name in vars(found) if not name.startswith("_")]
    return [
        (name, value)
        for name, value in own
        if inspect.isroutine(value) or isinstance(value, property) or hasattr(value, "attrname")
    ]


def _signature(name: str, found: Any) -> str:
    if isinstance(found, property) or hasattr(found, "attrname"):
        return ""
    try:
        signature = inspect.signature(found)
    except ValueError:
        return ""
    plain = [
        one.replace(annotation=inspect.Parameter.empty)
        for one in signature.parameters.values()
        if one.name not in ("self", "cls")
    ]
    called = signature.replace(parameters=plain, return_annotation=inspect.Signature.empty)
    return f"```python\n{name}{called}\n```\n\n"


def _markdown(found: Any) -> str:
    """Docstring of an object, converted from NumPy style to Markdown."""
    text = inspect.getdoc(found) or ""
    head, *rest = re.split(r"^([A-Z][A-Za-z ]+)\n-{3,}$", text, flags=re.MULTILINE)
    parts = [_prose(head)]
    for title, body in zip(rest[::2], rest[1::2], strict=True):
        parts.append(f"**{title}**\n")
        if title == "Examples":
            parts.append(f"```python\n{body.strip()}\n```\n")
        elif title in ("Parameters", "Attributes", "Returns", "Raises"):
            parts.append(_terms(body))
        else:
            parts.append(_prose(body))
    return "\n".join(parts)


def _terms(body: str) -> str:
    """Markdown list of the parameters or other terms in a docstring section."""
    lines: list[str] = []
    for block in re.split(r"\n(?=\S)", body.strip("\n")):
        term, _, meaning = block.partition("\n")
        name, _, kind = term.partition(" : ")
        said = " ".join(_inline(textwrap.dedent(meaning)).split())
        lines.append(f"- `{name}`{f' ({kind})' if kind else ''}{f': {said}' if said else ''}\n")
    return "".join(lines)


def _prose(text: str) -> str:
    """Paragraphs of a docstring as Markdown, with formulas and doctests as code blocks."""
    blocks = re.split(r"\n\n+", text.strip("\n"))
    return "\n".join(f"{_block(block)}\n" for block in blocks if block.strip())


def _block(block: str) -> str:
    if block.lstrip().startswith(">>>"):
        return f"```python\n{textwrap.dedent(block)}\n```"
    if block.startswith(".. math::"):
        formula = " ".join(block.removeprefix(".. math::").split())
        return f"```math\n{formula}\n```"
    return _inline(block)


def _inline(text: str) -> str:
    """Text with Sphinx roles and literals replaced by Markdown code."""
    text = re.sub(r":\w+:`~?(?:[\w.]+\.)?([\w]+)`", r"`\1`", text)
    return text.replace("``", "`")


if __name__ == "__main__":
    main()
