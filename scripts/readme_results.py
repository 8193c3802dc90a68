"""Write the README's table of results from the table that `photorank bench quality` wrote.

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


def main() -> None:
    """Replace what stands between the two marks."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["scope"] == "all"]
    lines = "".join(_line(row) for row in rows)
    readme = ROOT / "README.md"
    text = re.sub(
        r"(<!-- results -->\n).*?(<!-- /results -->)",
        lambda marks: f"{marks[1]}{HEAD}{lines}{marks[2]}",
        readme.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    readme.write_text(text, encoding="utf-8")


def _line(row: dict[str, str]) -> str:
    name = row["vector"] + (" (has seen these photos)" if row["in_sample"] == "True" else "")
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
