"""Writer of the page docs/reliability.md, from the results of the reliability experiments.

    python benchmarks/reliability.py

Each experiment leaves a JSON file under benchmarks/results/reliability/: an object, or a list of
them, with `part`, `what`, `times`, `happened` and `how` (the command that repeats it).
"""

import json
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "reliability"
PAGE = ROOT / "docs" / "reliability.md"

KEYS = ("what", "times", "happened", "how")
PARTS = ("Bad input", "Fuzzing", "Crashes", "Disks", "Attackers", "Load", "Container")
INTRODUCTION = """\
# Reliability

What was tried to break photorank, how often, and what happened. \
`python benchmarks/reliability.py` writes this page from `benchmarks/results/reliability/`, \
where each experiment leaves its result; the last column repeats it. What is written here by hand \
is lost: change the result.
"""


def main() -> None:
    """Write the page docs/reliability.md."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(records(RESULTS)), encoding="utf-8")
    print(PAGE.relative_to(ROOT))


def records(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Results of the experiments, grouped by part of the page docs/reliability.md.

    Within a part they are sorted by file name.
    """
    parts: dict[str, list[dict[str, str]]] = defaultdict(list)
    for path in sorted(folder.glob("*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))
        for record in found if isinstance(found, list) else [found]:
            if missing := {"part", *KEYS} - record.keys():
                raise SystemExit(f"{path} lacks {', '.join(sorted(missing))}")
            parts[record["part"]].append(record)
    return parts


def page(parts: dict[str, list[dict[str, str]]]) -> str:
    """Text of the page docs/reliability.md, with a table for each kind of experiment."""
    blocks = [INTRODUCTION]
    known = [part for part in PARTS if part in parts]
    for part in known + sorted(parts.keys() - set(PARTS)):
        rows = [
            "| " + " | ".join(str(row[key]).replace("|", "\\|") for key in KEYS) + " |\n"
            for row in parts[part]
        ]
        head = "| tried | times | what happened | again |\n|---|---|---|---|\n"
        blocks.append(f"## {part}\n\n{head}{''.join(rows)}")
    return "\n".join(blocks)


if __name__ == "__main__":
    main()
