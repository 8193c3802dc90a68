"""Conversion of values to plain JSON and back; dataclasses become objects, nan becomes null."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from json import JSONDecodeError
from math import isfinite, nan
from types import NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

Value = TypeVar("Value")

_LONGEST_FAULT = 200  # letters; longer ones are Python's own


def to_json(value: Any) -> Any:
    """JSON-ready form of a value: dataclasses become dicts, and nan becomes None.

    A dataclass's own fields come before inherited ones.

    Examples
    --------
    >>> from photorank.metrics.estimates import Difference
    >>> to_json({"change": Difference(0.1, 0.0, nan, 0.5)})
    {'change': {'value': 0.1, 'low': 0.0, 'high': None, 'p': 0.5}}
    """
    if is_dataclass(value):
        names = [one.name for one in fields(value)]
        names.sort(key=lambda name: name not in vars(type(value)).get("__annotations__", {}))
        return {name: to_json(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {name: to_json(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(one) for one in value]
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    return value


def from_json(kind: type[Value], data: Any) -> Value:
    """Value of type `kind` rebuilt from a :func:`to_json` result; missing fields take defaults.

    Raises
    ------
    KeyError, TypeError, ValueError
        If something is missing, or is not what it has to be.
    """
    value: Value = _read(kind, data)
    return value


def fault_in_json(error: Exception) -> str:
    """Message that says why a JSON file is unusable, given the exception that reading it raised.

    >>> fault_in_json(KeyError("size"))
    '`size` is missing'
    """
    if isinstance(error, JSONDecodeError):
        return f"line {error.lineno}, column {error.colno} is no JSON"
    if isinstance(error, UnicodeDecodeError):
        return "it is no text"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, KeyError):
        return f"`{error.args[0]!s:.60}` is missing"
    if isinstance(error, ValueError) and len(str(error)) < _LONGEST_FAULT:
        return str(error)
    return "a value is not of the kind that stands there"


def json_line(data: Mapping[str, Any]) -> str:
    """Readable line of text (not JSON) for a JSON mapping; empty values and False are left out.

    Examples
    --------
    >>> json_line({"texts": ["a dog", "a, b"], "not": [], "fit": {"alpha": 0.12345}, "seed": 0})
    'texts “a dog”, “a, b”; fit (alpha 0.123); seed 0'
    """
    facts = [f"{name} {text}" for name, one in data.items() if (text := _short_text(one))]
    return "; ".join(facts) or "—"


def _short_text(value: Any) -> str:
    """Text of a JSON value, with floats to three significant digits; empty for an empty value."""
    if value is None or value is False:
        return ""
    if isinstance(value, dict):
        line = json_line(value)
        return "" if line == "—" else f"({line})"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, list):
        return ", ".join(f"“{one}”" if isinstance(one, str) else _short_text(one) for one in value)
    return str(value)


def _read(kind: Any, data: Any) -> Any:
    origin, parts = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        optional = {
            one.name
            for one in fields(kind)
            if (one.default, one.default_factory) != (MISSING, MISSING)
        }
        known = [name for name in hints if name in data or name not in optional]
        return kind(**{name: _read(hints[name], data[name]) for name in known})  # type: ignore[operator]
    if NoneType in parts:
        return None if data is None else _read(parts[0], data)
    if kind is float and (data is None or isinstance(data, int | float)):
        return nan if data is None else float(data)
    if origin is Literal and data in parts:
        return data
    if isinstance(data, list) and origin is tuple:
        return tuple(_read(parts[0], one) for one in data)
    if isinstance(data, dict) and origin is dict:
        return {name: _read(parts[1], one) for name, one in data.items()}
    if kind in (str, int, bool) and isinstance(data, kind):
        return data
    raise TypeError(f"{data!r} is no {kind}")
