"""Benchmark of quality: results of indexes as JSON files and one table."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from photorank.evaluation.report import Evaluation
from photorank.index.opened import Index
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


def quality_rows(index: Index, evaluation: Evaluation) -> list[Json]:
    """Flat rows of an evaluation, one a vector and scope, with what made them."""
    made = {
        "dataset": evaluation.index,
        "encoder": evaluation.encoder,
        "weights": index.fingerprint.weights[:8],
        "framing": evaluation.framing,
    }
    rows = []
    protocol = evaluation.protocol.to_json()
    for result in (one for scope in evaluation.scopes for one in evaluation.ranked(scope)):
        row = made | protocol | result.to_json()
        for metric, estimate in result.metrics.items():
            limits = estimate.limits_to_json()
            row |= {
                metric: limits["value"],
                f"{metric}_low": limits["low"],
                f"{metric}_high": limits["high"],
            }
        rows.append({name: row[name] for name in (*_COLUMNS, *_metric_columns([row]))})
    return rows


def write_quality(folder: Path, rows: Sequence[Json]) -> list[Path]:
    """Files written: JSON by encoder, framing, vector and dataset, and a CSV of all rows."""
    written = []
    ordered = sorted(rows, key=_subject)
    for subject, group in groupby(ordered, key=_subject):
        path = folder / ("__".join(_file_safe(part) for part in subject) + ".json")
        dataset, encoder, framing, vector = subject
        record = {
            "dataset": dataset,
            "model": encoder,
            "pretrained": rows[0]["weights"],
            "framing": framing,
            "vector": vector,
            "task": "pairwise ranking",
            "results": list(group),
        }
        write_bytes(path, (json.dumps(record, indent=1) + "\n").encode())
        written.append(path)
    text = io.StringIO()
    table = csv.DictWriter(text, [*_COLUMNS, *_metric_columns(rows)], lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    write_bytes(folder / TABLE, text.getvalue().encode())
    return [*written, folder / TABLE]


def _subject(row: Json) -> tuple[str, str, str, str]:
    return row["dataset"], row["encoder"], row["framing"], row["vector"]


def _metric_columns(rows: Iterable[Json]) -> list[str]:
    """Names of metrics and of their limits, in the order they come."""
    first = next(iter(rows), {})
    limits = [name for name in first if name.endswith("_low")]
    return [
        column
        for metric in (name.removesuffix("_low") for name in limits)
        for column in (metric, f"{metric}_low", f"{metric}_high")
    ]


def _file_safe(part: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-._" else "-" for sign in part)
