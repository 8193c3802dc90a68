from dataclasses import dataclass, field
from math import isnan, nan
from typing import Literal

import numpy as np
import pytest

from photorank.json_values import from_json, to_json


@dataclass(frozen=True)
class Point:
    """Base dataclass whose fields are written to JSON after the fields of its subclass."""

    x: float
    y: float = 0.0


@dataclass(frozen=True)
class Named(Point):
    """Subclass of Point with one additional field."""

    name: str = ""


@dataclass(frozen=True)
class Shape:
    """Dataclass with one field of each type that can be converted to JSON."""

    kind: Literal["line", "star"]
    closed: bool
    points: tuple[Point, ...]
    named: dict[str, Named] = field(default_factory=dict)
    width: float | None = None
    within: Literal["box"] | None = None


STAR = Shape("star", True, (Point(1.0), Point(nan, 2.0)), {"top": Named(0.5, name="n")}, 2.0, "box")


def test_a_value_and_its_json_are_two_forms_of_one():
    """Nested dataclasses, dicts and tuples survive a JSON round trip; nan is stored as null."""
    data = to_json(STAR)

    assert data["points"] == [{"x": 1.0, "y": 0.0}, {"x": None, "y": 2.0}]
    assert data["named"] == {"top": {"name": "n", "x": 0.5, "y": 0.0}}
    again = from_json(Shape, data)
    assert isnan(again.points[1].x)
    assert to_json(again) == data
    assert from_json(Shape, to_json(Shape("line", False, ()))) == Shape("line", False, ())


def test_own_fields_come_before_those_of_the_base():
    """In the JSON of an object, fields of its own class precede those of its base class."""
    assert list(to_json(Named(1.0, name="a"))) == ["name", "x", "y"]


def test_numbers_of_numpy_are_plain_numbers():
    """NumPy numbers become plain JSON numbers, and infinity becomes null."""
    assert to_json([np.float64(0.5), np.float64("inf")]) == [0.5, None]
    assert type(to_json(np.float64(0.5))) is float


def test_what_has_a_default_may_be_missing_and_more_may_be_there():
    """Missing fields with defaults and unknown extra fields are accepted in JSON."""
    assert from_json(Point, {"x": 1, "z": 3}) == Point(1.0)


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "circle"},
        {"closed": "yes"},
        {"points": None},
        {"points": {"x": 1}},
        {"points": [{"y": 1}]},
        {"points": [{"x": "much"}]},
        {"points": [{"x": []}]},
        {"named": []},
        {"named": {"top": {"x": 1, "name": None}}},
        {"within": "bag"},
    ],
    ids=str,
)
def test_what_is_of_another_kind_is_refused(changed):
    """In JSON, a missing value or a value of the wrong type is refused instead of converted."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_json(Shape, to_json(STAR) | changed)


@pytest.mark.parametrize("data", [None, [], "star", 7])
def test_what_is_no_object_is_refused(data):
    """JSON that does not describe the expected object is refused."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_json(Shape, data)
