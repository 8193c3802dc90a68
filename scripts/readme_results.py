"""Script that writes the result tables in README.md and docs/results.md.

photorank bench quality --index sample --index oasis --to benchmarks/results \
    --learners mean-difference,pair-least-squares,spanning-pairs,all-pairs,bradley-terry,rank-svm
python scripts/readme_results.py
"""

import csv
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "benchmarks" / "results" / "quality.csv"
HEAD = """\
| dataset | held out by | vector or learner | pairwise accuracy | Kendall's τ_b | photos | pairs |
|---|---|---|---|---|---|---|
"""
# README's six rows: (dataset, held out by, vector or learner); docs/results.md has all.
SHORT = (
    ("sample", "group", "technical"),
    ("oasis", "photo", "all-pairs"),
    ("oasis", "group", "all-pairs"),
    ("oasis", "group", "mean-difference"),
    ("oasis", "group", "plain-prompt"),
    ("oasis", "group", "random-direction"),
)


def main() -> None:
    """Write the result tables into README.md and docs/results.md, between marker lines."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["scope"] == "all"]
    by_name = {(row["dataset"], row["fold_by"], row["vector"]): row for row in rows}
    _write_between_marks(ROOT / "docs" / "results.md", rows)
    _write_between_marks(ROOT / "README.md", [by_name[key] for key in SHORT])


def _write_between_marks(page: Path, rows: list[dict[str, str]]) -> None:
    lines = "".join(map(_line, rows))
    text = re.sub(
        r"(<!-- results -->\n).*?(<!-- /results -->)",
        lambda marks: f"{marks[1]}{HEAD}{lines}{marks[2]}",
        page.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    page.write_text(text, encoding="utf-8")


def _line(row: dict[str, str]) -> str:
    name = row["vector"] + (" (has seen these photos)" if row["in_sample"] == "True" else "")
    name += " (95 % of 200 directions)" if row["kind"] == "random" else ""
    cells = [
        row["dataset"],
        row["fold_by"],
        name,
        _estimate(row, "pairwise_accuracy"),
        _estimate(row, "kendall_tau_b"),
        row["n_photos"],
        row["n_pairs"],
    ]
    return f"| {' | '.join(cells)} |\n"


def _estimate(row: dict[str, str], metric: str) -> str:
    value, low, high = (float(row[name]) for name in (metric, f"{metric}_low", f"{metric}_high"))
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
