"""Problems of a table's rows, and the decision whether the remaining rows may be imported."""

from dataclasses import dataclass, field
from typing import NamedTuple

from photorank.errors import LabelsError

_SHOWN = 5  # problems listed in a message
_LETTERS = 300  # of each problem; a cell may have a hundred thousand


class Problem(NamedTuple):
    """Problem of one row of an imported table: line number, description and file name."""

    line: int  # of the file, from 1
    what: str
    table: str = ""  # the file, where a source has several

    def __str__(self) -> str:
        what = self.what
        if len(what) > _LETTERS:
            what = f"{what[: _LETTERS // 2]} … {what[-_LETTERS // 2 :]}"
        return f"{self.table + ', ' if self.table else ''}line {self.line}: {what}"


@dataclass
class Problems:
    """Problems of an imported table's rows: their number, and the first few in full.

    Examples
    --------
    >>> problems = Problems()
    >>> problems.add(Problem(2, "no score"))
    >>> problems.add(Problem(9, "no score", "test.csv"))
    >>> str(problems)
    'line 2: no score; test.csv, line 9: no score'
    """

    count: int = 0
    first: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Count a problem, and store it in full if it is among the first five."""
        self.count += 1
        if len(self.first) < _SHOWN:
            self.first.append(problem)

    def clear(self) -> None:
        """Forget all problems recorded so far."""
        self.count = 0
        self.first.clear()

    def joined(self, other: "Problems") -> "Problems":
        """Problems of this table and of another, sorted by line number."""
        first = sorted([*self.first, *other.first], key=lambda problem: problem.line)
        return Problems(self.count + other.count, first[:_SHOWN])

    def settle(
        self, source: str, usable: int, *, partial: bool, lacks: str = "that can be used"
    ) -> list[str]:
        """Notes for the user on omitted rows; raises LabelsError if the table cannot be imported.

        Raises LabelsError if a row is wrong and may not be left out, which `partial` allows, or no
        row can be used. The table then `lacks` a row of that kind.
        """
        if not usable:
            why = f": {self}. Correct these rows" if self else ""
            raise LabelsError(f"{source} has no row {lacks}{why}.")
        if self and not partial:
            raise LabelsError(
                f"{source} was not imported: {self}. Correct these rows, or import the others "
                "with --partial."
            )
        return [f"left out: {self}"] if self else []

    def __bool__(self) -> bool:
        return self.count > 0

    def __str__(self) -> str:
        told = [str(problem) for problem in self.first]
        if self.count > len(told):
            told.append(f"and {self.count - len(told)} more ({self.count} in all)")
        return "; ".join(told)
