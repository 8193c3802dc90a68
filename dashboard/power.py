"""View-model of Discerning power: a saved evaluation in, words and tables out."""

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from dashboard.measures import METRICS, SCOPES, Metric
from dashboard.words import (
    AT_RANDOM,
    FROM_PHOTOS,
    FROM_WORDS,
    count,
    family,
    listing,
    plain,
)
from photorank.typing import Json

SAMPLE = "sample"  # its order is known, nobody judged it
PLAIN_PROMPT = "plain-prompt"
GAP_COLUMNS = ["vector", "family", "value", "low", "high", "p", "clear", "shown"]
CLEAR = 0.05  # an adjusted p-value below this is called a clear difference
_NO_LEAD = 0.0005  # a lead that rounds to nothing


@dataclass(frozen=True)
class Board:
    """What the page shows of one scope and one metric."""

    metric: Metric
    title: str  # of the chart
    headline: str
    caution: str  # how sure the lead is, and how it was picked
    leader: str | None
    rows: pd.DataFrame  # vector, family, value, low, high, baseline, apart, shown, …; best first
    reading: str
    gaps: pd.DataFrame  # vector, family, value, low, high, p, clear, shown: the leader minus each
    gaps_reading: str


def board(evaluation: Json, scope: str, metric_name: str) -> Board:
    """Rank the vectors of one scope by one metric, and put the result into words."""
    metric = METRICS[metric_name]
    rows = _rows(evaluation, scope, metric_name)
    fair = rows[~rows["apart"] & (rows["family"] != AT_RANDOM)]
    leader = None if fair.empty else str(fair.iloc[0]["vector"])
    gaps = _gaps(evaluation, scope, metric_name, leader, rows)
    order = "the known order" if evaluation["index"] == SAMPLE else "people’s order"
    return Board(
        metric,
        f"{metric.axis}, by vector",
        _headline(metric, rows, fair, scope, order),
        _caution(fair, gaps, evaluation["index"]),
        leader,
        rows,
        _reading(metric, rows, order),
        gaps,
        _gaps_reading(leader, gaps),
    )


def _rows(evaluation: Json, scope: str, metric_name: str) -> pd.DataFrame:
    """Return the vectors that have the metric, best first, those that saw the photos last."""
    rows = []
    for row in evaluation["results"]:
        found = row["metrics"].get(metric_name) or {}
        if row["scope"] != scope or found.get("value") is None:
            continue
        value = found["value"]
        low, high = (value if found[end] is None else found[end] for end in ("low", "high"))
        rows.append(
            {
                "vector": row["vector"],
                "family": family(row["kind"]),
                "value": value,
                "low": low,
                "high": high,
                "shown": METRICS[metric_name].said(value, low, high),
                "baseline": row["baseline"],
                "apart": row["in_sample"],
                "n_photos": row["n_photos"],
                "n_pairs": row["n_pairs"],
                "note": _note(row),
            }
        )
    table = pd.DataFrame(rows).astype({"baseline": bool, "apart": bool})
    return table.sort_values(["apart", "value"], ascending=[True, False], ignore_index=True)


def _note(row: Json) -> str:
    if row["in_sample"]:
        return "has seen these photos: no fair test"
    if row["refitted"]:
        return "tested on photos left out of learning"
    return "baseline" if row["baseline"] else ""


def _gaps(
    evaluation: Json, scope: str, metric_name: str, leader: str | None, rows: pd.DataFrame
) -> pd.DataFrame:
    """Return by how much the leader is ahead of each other vector, on the same pairs."""
    made = dict(zip(rows["vector"], rows["family"], strict=True))
    points = METRICS[metric_name].as_share
    gaps = []
    for found in evaluation["differences"]:
        if (found["scope"], found["metric"]) != (scope, metric_name):
            continue
        if leader not in (found["a"], found["b"]) or found["value"] is None:
            continue
        ahead = found["a"] == leader
        value = found["value"] if ahead else -found["value"]
        shown = f"{100 * value:+.1f} points" if points else f"{value:+.2f}"
        gaps.append(
            {
                "vector": (other := found["b"] if ahead else found["a"]),
                "family": made.get(other, ""),
                "value": value,
                "low": found["low"] if ahead else -found["high"],
                "high": found["high"] if ahead else -found["low"],
                "p": found["p_holm"],
                "clear": found["p_holm"] < CLEAR,
                "shown": shown.replace("-", "−"),
            }
        )
    table = pd.DataFrame(gaps, columns=GAP_COLUMNS)  # there may be no row
    return table.sort_values("value", ignore_index=True)


def _headline(
    metric: Metric, rows: pd.DataFrame, fair: pd.DataFrame, scope: str, order: str
) -> str:
    if fair.empty:
        return "Every vector here has seen these photos, so none can be tested fairly on them."
    best = fair.iloc[0]
    span = f"{metric.said(best.low)} to {metric.said(best.high)}"
    if metric.as_share:
        did = f"puts {best.shown} of the pairs in {order} ({span})"
    else:
        did = f"reaches {metric.axis} of {best.shown} ({span})"
    where = "" if scope == "all" else f", {SCOPES[scope][1]}"
    text = f"**{plain(best.vector)}** {did}{where}"

    words = rows[rows["vector"] == PLAIN_PROMPT]
    if best.vector == PLAIN_PROMPT:
        text += "; nothing learned from judgements does better"
    elif not words.empty:
        text += f", against {words.iloc[0].shown} for the plain prompt"
    if metric.chance is None:
        return f"{text}."
    text += f". Guessing would get {metric.said(metric.chance)}."
    if best.low <= metric.chance:
        text = f"No vector is clearly better than guessing here. {text}"
    return text


def worth_showing(board: Board, stored: Collection[str]) -> str | None:
    """Return the best stored vector that has not seen the photos and clearly beats guessing."""
    chance = board.metric.chance or 0.0
    good = board.rows[(board.rows["low"] > chance) & ~board.rows["apart"]]
    return next((name for name in good["vector"] if name in stored), None)


def _caution(fair: pd.DataFrame, gaps: pd.DataFrame, index: str) -> str:
    """Say how sure the lead is, and that the winner was picked."""
    said = []
    same = set(gaps.loc[(gaps["low"] == 0) & (gaps["high"] == 0), "vector"])
    others = [name for name in fair["vector"].iloc[1:] if name not in same]
    lead = gaps[gaps["vector"] == others[0]] if others else gaps[:0]
    if not lead.empty:
        clear = "is clear" if lead.iloc[0].clear else "could be luck"
        equal = abs(lead.iloc[0].value) < _NO_LEAD
        said.append(
            f"**{plain(others[0])}** does as well."
            if equal
            else f"Its lead over the next, **{plain(others[0])}**, {clear}."
        )
    if same:
        said.append(f"{listing([plain(name) for name in sorted(same)])} did exactly the same.")
    if len(fair) > 1:
        said.append(
            f"It was picked as the best of {len(fair)} on these very photos: expect a little less "
            "on new ones."
        )
    if index == SAMPLE:
        said.append(
            "The sample’s order is known because its photos were spoiled on purpose, in eight "
            "scenes: it checks the machinery and says nothing of taste."
        )
    return " ".join(said)


def _reading(metric: Metric, rows: pd.DataFrame, order: str) -> str:
    """Say how to read the chart, naming only what is in it."""
    if metric.as_share:
        first = f"Each mark is the share of photo pairs that a vector puts in {order}"
    else:
        first = f"Each mark is how well a vector agrees with {order} ({metric.axis})"
    said = [f"{first}; the line through it is its 95 % interval, so a long line means “not sure”."]
    if metric.chance is not None:
        said.append("Marks right of the grey strokes beat guessing.")
    shapes = {FROM_PHOTOS: "discs were learned from photos"}
    shapes |= {
        FROM_WORDS: "diamonds come from words alone",
        AT_RANDOM: "the square is a direction drawn at random",
    }
    present = [text for made, text in shapes.items() if (rows["family"] == made).any()]
    if rows["baseline"].any():
        present.append("pale marks are baselines, there to be beaten")
    if rows["apart"].any():
        present.append("hollow marks had seen these photos before and do not compete")
    text = ", ".join(present)
    return " ".join([*said, f"{text[:1].upper()}{text[1:]}."])


def _gaps_reading(leader: str | None, gaps: pd.DataFrame) -> str:
    if leader is None or gaps.empty:
        return ""
    return (
        f"How far **{plain(leader)}** is ahead of each other vector on the same pairs, with 95 % "
        "intervals. A hollow mark could be luck: its difference is not clear once all comparisons "
        "in this table are allowed for (Holm, p ≥ 0.05)."
    )


def protocol(evaluation: Json) -> str:
    """Say how the evaluation was made."""
    made = evaluation["protocol"]
    if made["fold_by"] == "split":
        return _official(evaluation)
    whole = {
        "photo": "near-duplicates always in the same part",
        "group": "all photos of a group always in the same part",
        "series": "all photos of a series always in the same part",
    }[made["fold_by"]]
    taught = f" Learning used only pairs within one {made['within']}." if made["within"] else ""
    return (
        f"{count(evaluation['n_photos'], 'judged photo')} were split into {made['folds']} parts, "
        f"{count(made['repeats'], 'time')}, {whole}. Each part was rated by vectors learned "
        f"from the other parts only, and pairs were counted within a part.{taught}\n\n"
        "Intervals are 95 %. For a vector that stays as it is, they come from leaving out one "
        "photo (or group) at a time: the jackknife. For one that is learned, they come from the "
        "spread over the parts, corrected for parts sharing their training photos (Nadeau & "
        "Bengio 2003), so they include the uncertainty of learning.\n\n"
        f"Encoder `{evaluation['encoder']}`, framing `{evaluation['framing']}`, "
        f"{evaluation['created'][:10]}."
    )


def _official(evaluation: Json) -> str:
    return (
        f"{count(evaluation['n_photos'], 'judged photo')} were split as their dataset's authors "
        "split them: vectors were learned once, from the training part less what nearly repeats a "
        "test photo, and pairs were counted among the test photos.\n\n"
        "Intervals are 95 %, from leaving out one photo at a time: the jackknife. They do not "
        "include what another training part would change.\n\n"
        f"Encoder `{evaluation['encoder']}`, framing `{evaluation['framing']}`, "
        f"{evaluation['created'][:10]}."
    )


def command(evaluation: Json) -> str:
    """Return the command that makes the evaluation again."""
    made = evaluation["protocol"]
    within = f" --within {made['within']}" if made["within"] else ""
    within += " --weigh-by-raters" if made.get("by_raters") else ""  # older evaluations lack it
    return (
        f"photorank evaluate --index {evaluation['index']} --fold-by {made['fold_by']} "
        f"--folds {made['folds']} --repeats {made['repeats']} --seed {made['seed']}{within}"
    )


def as_csv(evaluation: Json) -> str:
    """Return every scope and metric of every vector as CSV."""
    rows = []
    for row in evaluation["results"]:
        facts = {name: value for name, value in row.items() if name != "metrics"}
        for name, found in row["metrics"].items():
            rows.append({**facts, "metric": name, **found})
    return pd.DataFrame(rows).to_csv(index=False)
