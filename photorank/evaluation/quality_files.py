"""Quality benchmark: evaluation results of several indexes as JSON files and one CSV table."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from photorank.evaluation.result_types import Result
from photorank.evaluation.saved_evaluation import Evaluation
from photorank.index.opened import Index
from photorank.json_values import to_json
from photorank.typing import Json
from photorank.workspace import write_bytes

TABLE = "quality.csv"
_COLUMNS = (
    "dataset",
    "encoder",
    "weights",
    "framing",
    "vector",
    "kind",
    "fold_by",
    "folds",
    "repeats",
    "seed",
    "scope",
    "in_sample",
    "interval",
    "n_photos",
    "n_pairs",
)


@dataclass(frozen=True)
class QualityRow:
    """Row of a benchmark table: settings and metrics of one vector in one scope (kind of pairs)."""

    evaluation: Evaluation
    weights: str  # beginning of the checksum of the encoder's weights
    result: Result

    @property
    def subject(self) -> tuple[str, str, str, str]:
        """Names of the row's dataset, encoder, framing (crop or padding) and rating vector."""
        made = self.evaluation
        return made.index, made.encoder, made.framing, self.result.vector

    def columns(self) -> Json:
        """Dict of the row's CSV cells by column: settings, metrics and their confidence limits."""
        made = dict(zip(("dataset", "encoder", "framing"), self.subject, strict=False))
        facts = made | to_json(self.evaluation.protocol) | to_json(self.result)
        row = {name: (facts | {"weights": self.weights})[name] for name in _COLUMNS}
        for metric, limits in facts["metrics"].items():
            ends = {f"{metric}_{end}": limits[end] for end in ("low", "high")}
            row |= {metric: limits["value"]} | ends
        return row


def quality_rows(index: Index, evaluation: Evaluation) -> list[QualityRow]:
    """Table rows of an evaluation, one for each vector and scope (kind of photo pairs)."""
    weights = index.fingerprint.weights[:8]
    return [QualityRow(evaluation, weights, result) for result in evaluation.results]


def write_quality(folder: Path, rows: Sequence[QualityRow]) -> list[Path]:
    """Write one JSON file per dataset and vector, and a CSV table of all rows; return the paths."""
    written = []
    for subject, group in groupby(sorted(rows, key=attrgetter("subject")), attrgetter("subject")):
        path = folder / ("__".join(_file_safe(part) for part in subject) + ".json")
        dataset, encoder, framing, vector = subject
        of_subject = list(group)
        record = {
            "dataset": dataset,
            "model": encoder,
            "pretrained": of_subject[0].weights,
            "framing": framing,
            "vector": vector,
            "task": "pairwise ranking",
            "results": [row.columns() for row in of_subject],
        }
        write_bytes(path, (json.dumps(record, indent=1) + "\n").encode())
        written.append(path)
    lines = [row.columns() for row in rows]
    text = io.StringIO()
    # Choices have no gaps to weigh pairs by, so they lack a metric that scores have.
    columns = dict.fromkeys(name for line in lines for name in line) or _COLUMNS
    table = csv.DictWriter(text, list(columns), lineterminator="\n")
    table.writeheader()
    table.writerows(lines)
    write_bytes(folder / TABLE, text.getvalue().encode())
    return [*written, folder / TABLE]


def _file_safe(part: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-._" else "-" for sign in part)
