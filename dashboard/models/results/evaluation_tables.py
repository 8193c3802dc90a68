"""View-model of the page “Discerning power”: texts and tables of a saved evaluation."""

from dataclasses import dataclass
from math import isnan, nan

import pandas as pd

from dashboard.formatting import (
    AT_RANDOM,
    FROM_PHOTOS,
    FROM_WORDS,
    family,
    listing,
    plain,
)
from dashboard.models.results.metric_texts import METRICS, SCOPES, Metric
from photorank.evaluation.result_types import Result
from photorank.evaluation.saved_evaluation import Evaluation
from photorank.json_values import to_json
from photorank.typing import Scope

SAMPLE = "sample"  # its order is known, nobody judged it
PLAIN_PROMPT = "plain-prompt"
LEAD_COLUMNS = ["vector", "family", "value", "low", "high", "p", "clear", "shown"]
CLEAR = 0.05  # an adjusted p-value below this is called a clear difference
_NO_LEAD = 0.0005  # a lead that rounds to nothing


@dataclass(frozen=True)
class Board:
    """Leaderboard of rating vectors, ranked by one metric, as texts and tables for display."""

    scope: Scope
    name: str  # of the metric
    metric: Metric
    title: str  # of the chart
    headline: str
    caution: str  # how sure the lead is, and how it was picked
    leader: str | None
    agrees_with: str  # “people”, or “the known order” of the sample
    rows: pd.DataFrame  # vector, family, value, low, high, baseline, apart, shown, …; best first
    reading: str
    leads: pd.DataFrame  # vector, family, value, low, high, p, clear, shown: the leader minus each
    leads_reading: str


def board(evaluation: Evaluation, scope: Scope, metric_name: str) -> Board:
    """Leaderboard of rating vectors by one metric on one kind of photo pairs, such as all pairs."""
    metric = METRICS[metric_name]
    rows = _ranked_vectors(evaluation, scope, metric_name)
    fair = rows[~rows["apart"] & (rows["family"] != AT_RANDOM)]
    leader = None if fair.empty else str(fair.iloc[0]["vector"])
    leads = _leads(evaluation, scope, metric_name, leader, rows)
    known = evaluation.index == SAMPLE
    order = "the known order" if known else "people’s order"
    return Board(
        scope,
        metric_name,
        metric,
        f"{metric.axis}, by vector",
        _headline(metric, rows, fair, scope, order),
        _caution(fair, leads, evaluation.index) + _held_out_singly(fair, metric, evaluation),
        leader,
        "the known order" if known else "people",
        rows,
        _reading(metric, rows, order),
        leads,
        _leads_reading(leader, leads, metric),
    )


def _ranked_vectors(evaluation: Evaluation, scope: Scope, metric_name: str) -> pd.DataFrame:
    """Table of rating vectors ranked by a metric; vectors without a fair test come last.

    Those may have been trained on the test photos.
    """
    rows = []
    for row in evaluation.rows(scope):
        found = row.metrics.get(metric_name)
        if found is None or not found.is_defined:
            continue
        beside = evaluation.with_other_folds(row)
        shown = METRICS[metric_name].text(found.value, found.low, found.high)
        rows.append(
            {
                "vector": row.vector,
                "family": family(row.kind),
                "value": found.value,
                "low": found.low,
                "high": found.high,
                "shown": shown if found.is_bounded else f"{shown}, too few pairs for an interval",
                "by_photo": nan if beside is None else beside.metrics[metric_name].value,
                "baseline": row.baseline,
                "apart": not row.competes,
                "n_photos": row.n_photos,
                "n_pairs": row.n_pairs,
                "note": _note(row),
            }
        )
    table = pd.DataFrame(rows).astype({"baseline": bool, "apart": bool})
    return table.sort_values(["apart", "value"], ascending=[True, False], ignore_index=True)


def _note(row: Result) -> str:
    if row.in_sample:
        return "has seen these photos: no fair test"
    if row.unknown:
        return "unknown which photos it learned from: no fair test"
    if row.refitted:
        return "tested on photos left out of learning"
    return "baseline" if row.baseline else ""


def _leads(
    evaluation: Evaluation, scope: Scope, metric_name: str, leader: str | None, rows: pd.DataFrame
) -> pd.DataFrame:
    """Table of differences in a metric between the best rating vector and every other vector."""
    families = dict(zip(rows["vector"], rows["family"], strict=True))
    metric = METRICS[metric_name]
    leads = []
    for found in evaluation.compared(scope, metric_name):
        if leader is None or leader not in (found.a, found.b):
            continue
        lead, other = found.lead_of(leader), found.other(leader)
        leads.append(
            {
                "vector": other,
                "family": families.get(other, ""),
                "value": lead.value,
                "low": lead.low,
                "high": lead.high,
                "p": found.p_holm,
                "clear": found.p_holm < CLEAR,
                "shown": metric.lead_text(lead.value) + (" points" if metric.as_share else ""),
            }
        )
    table = pd.DataFrame(leads, columns=LEAD_COLUMNS)  # there may be no row
    return table.sort_values("value", ignore_index=True)


def _headline(
    metric: Metric, rows: pd.DataFrame, fair: pd.DataFrame, scope: Scope, order: str
) -> str:
    if fair.empty:
        return "Every vector here has seen these photos, or may have: none can be tested fairly."
    best = fair.iloc[0]
    if isnan(best.low):
        return f"Too few pairs to tell ({best.n_pairs})."
    span = f"{metric.text(best.low)} to {metric.text(best.high)}"
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
    text += f". Guessing would get {metric.text(metric.chance)}."
    if best.low <= metric.chance:
        text = f"No vector is clearly better than guessing here. {text}"
    return text


def _caution(fair: pd.DataFrame, leads: pd.DataFrame, index: str) -> str:
    """Sentences on how certain the best rating vector's lead is, and on selection bias."""
    texts = []
    same = set(leads.loc[(leads["low"] == 0) & (leads["high"] == 0), "vector"])
    others = [name for name in fair["vector"].iloc[1:] if name not in same]
    lead = leads[leads["vector"] == others[0]] if others else leads[:0]
    if not lead.empty:
        clear = "is clear" if lead.iloc[0].clear else "could be luck"
        equal = abs(lead.iloc[0].value) < _NO_LEAD
        texts.append(
            f"**{plain(others[0])}** does as well."
            if equal
            else f"Its lead over the next, **{plain(others[0])}**, {clear}."
        )
    if same:
        texts.append(f"{listing([plain(name) for name in sorted(same)])} did exactly the same.")
    if len(fair) > 1:
        texts.append(
            f"It was picked as the best of {len(fair)} on these very photos: expect a little less "
            "on new ones."
        )
    if index == SAMPLE:
        texts.append(
            "The sample’s order is known because its photos were spoiled on purpose, in eight "
            "scenes: it checks that photorank works and says nothing of taste."
        )
    return " ".join(texts)


def _held_out_singly(fair: pd.DataFrame, metric: Metric, evaluation: Evaluation) -> str:
    """Sentence with the best rating vector's result when photos are held out singly, not in groups.

    Empty if that result is unknown.
    """
    if fair.empty or isnan(fair.iloc[0].by_photo):
        return ""
    best, kept = fair.iloc[0], evaluation.protocol.fold_by
    return (
        f" Photos of one {kept} were held out together. Held out one by one it would be "
        f"{metric.text(best.by_photo, best.low, best.high)}: photos of one {kept} tell of each "
        "other."
    )


def _reading(metric: Metric, rows: pd.DataFrame, order: str) -> str:
    """Text on how to read the points and intervals in the leaderboard's chart."""
    if metric.as_share:
        first = f"Each mark is the share of photo pairs that a vector puts in {order}"
    else:
        first = f"Each mark is how well a vector agrees with {order} ({metric.axis})"
    texts = [f"{first}; the bar through it is its 95 % interval: a long bar means “not sure”."]
    if metric.chance is not None:
        texts.append("Marks right of the dashed line beat guessing.")
    shapes = {
        FROM_PHOTOS: "discs were learned from photos",
        FROM_WORDS: "diamonds come from words alone",
        AT_RANDOM: "the square is a direction drawn at random",
    }
    present = [text for made, text in shapes.items() if (rows["family"] == made).any()]
    if rows["baseline"].any():
        present.append("small marks are baselines, which a good vector beats")
    if rows["apart"].any():
        present.append("hollow marks had, or may have, seen these photos before and do not compete")
    text = ", ".join(present)
    return " ".join([*texts, f"{text[:1].upper()}{text[1:]}."])


def _leads_reading(leader: str | None, leads: pd.DataFrame, metric: Metric) -> str:
    if leader is None or leads.empty:
        return ""
    next_one = leads.iloc[0]
    low, high = (metric.lead_text(next_one[end]) for end in ("low", "high"))
    clear = int(leads["clear"].sum())
    text = (
        f"On the same pairs **{plain(leader)}** is ahead of **{plain(next_one.vector)}** by "
        f"{next_one.shown} (95 % interval {low} to {high}). "
    )
    if len(leads) > 1:
        many = "All" if clear == len(leads) else f"{clear} of" if clear else "None of"
        text += f"{many} {len(leads)} differences {'is' if clear == 1 else 'are'} clear. "
    if clear < len(leads):
        text += (
            "A hollow mark could be luck: its difference is not clear once all comparisons here "
            "are allowed for (Holm, p ≥ 0.05)."
        )
    return text.rstrip()


def as_csv(evaluation: Evaluation) -> str:
    """CSV text of an evaluation's results, with one line for each metric of each result."""
    rows = []
    for result in to_json(evaluation.results):
        metrics = result.pop("metrics")
        rows += [{**result, "metric": name, **limits} for name, limits in metrics.items()]
    return pd.DataFrame(rows).to_csv(index=False)
