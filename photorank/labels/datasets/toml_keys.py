"""Type-checked reading of TOML keys; unknown keys are errors."""

from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from photorank.labels.datasets.template import Template

_MISSING: Any = object()

_KINDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
}


class Keys:
    """TOML table whose keys are read one by one and checked for type.

    Errors name the invalid key; a key that is never read is unknown.
    """

    def __init__(self, where: str, data: Mapping[str, Any]) -> None:
        self.where = where
        self._left = dict(data)

    def take(self, key: str, kind: type, default: Any = _MISSING) -> Any:
        """Type-checked value of a TOML key, or `default`; raises ValueError if neither is given."""
        if key not in self._left:
            if default is _MISSING:
                raise ValueError(f"{self.where}{key} is missing")
            return default
        value = self._left.pop(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ValueError(f"{self.where}{key} must be {_KINDS[kind]}, not {value!r}")
        return value

    def strings(self, key: str, count: int | None = None) -> tuple[str, ...]:
        """Strings in the list that a TOML key holds; an empty tuple if the key is missing.

        A list that is not empty must have `count` strings, where a count is given.
        """
        values = tuple(self.take(key, list, []))
        if not all(isinstance(value, str) for value in values):
            raise ValueError(f"{self.where}{key} must be a list of strings, not {list(values)}")
        if count and values and len(values) != count:
            raise ValueError(f"{self.where}{key} must have {count} entries, not {len(values)}")
        return values

    def columns(self, key: str, count: int | None = None) -> tuple[str, ...]:
        """Column names that a TOML key holds, in lower case."""
        return tuple(name.strip().lower() for name in self.strings(key, count))

    def template(self, key: str) -> Template | None:
        """Text template that a TOML key holds; None if the key is missing."""
        text = self.take(key, str, None)
        return None if text is None else self.as_template(key, text)

    def as_template(self, key: str, text: str) -> Template:
        """Template for file paths or names, made from `text`; raises ValueError on invalid text.

        The error names `key`.
        """
        try:
            return Template(text)
        except ValueError as error:
            raise ValueError(f"{self.where}{key}: {error}") from error

    def checked_path(self, key: str, text: str) -> str:
        """Path `text`, unchanged; raises ValueError if it points outside the dataset's folder."""
        if leads_out(text):
            raise ValueError(f"{self.where}{key} {text!r} leads out of the dataset's folder")
        return text

    def tables(self, key: str) -> "list[Keys]":
        """List of the TOML tables under a key; raises ValueError if there is none."""
        found = self.take(key, list)
        if not found or not all(isinstance(table, dict) for table in found):
            raise ValueError(f"{self.where}{key} must be tables: [[{key}]]")
        return [Keys(f"{self.where}{key}[{n}].", table) for n, table in enumerate(found, start=1)]

    def refuse_unknown(self) -> None:
        """Raise ValueError if the TOML table has a key that was never read."""
        if self._left:
            raise ValueError(f"{self.where}{next(iter(self._left))} is not a known key")


def leads_out(path: str) -> bool:
    r"""True if a path, in POSIX or Windows syntax, points outside its base folder.

    Examples
    --------
    >>> [leads_out(path) for path in ("a/b.jpg", "a/../../b", "/etc", "C:b", "..\\\\b")]
    [False, True, True, True, True]
    """
    windows = PureWindowsPath(path)
    absolute = PurePosixPath(path).is_absolute() or bool(windows.drive or windows.root)
    return absolute or ".." in windows.parts or "\0" in path
