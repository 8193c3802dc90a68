"""Evaluations as the house saves them, with only the numbers that a test is about."""


def estimate(value, low=None, high=None):
    """Return a number with its interval."""
    return {"value": value, "low": low, "high": high}


def result(vector, accuracy, *, kind="all-pairs", scope="all", **flags):
    """Return one row of results; `accuracy` is (value, low, high)."""
    row = {"in_sample": False, "refitted": False, "baseline": False, "interval": "jackknife"}
    value, low, high = accuracy
    return {
        "vector": vector,
        "kind": kind,
        "scope": scope,
        **row,
        "n_photos": 808,
        "n_pairs": 96543,
        "metrics": {
            "pairwise_accuracy": estimate(value, low, high),
            "kendall_tau_b": estimate(2 * value - 1, 2 * low - 1, 2 * high - 1),
            "ndcg": estimate(None),
        },
        **flags,
    }


def difference(a, b, value, low, high, p_holm=0.001):
    """Return one paired difference over all pairs."""
    found = {"a": a, "b": b, "scope": "all", "metric": "pairwise_accuracy"}
    return found | {"value": value, "low": low, "high": high, "p": p_holm / 10, "p_holm": p_holm}


RESULTS = (
    result("plain-prompt", (0.58, 0.56, 0.60), kind="prompt", baseline=True),
    result("random-direction", (0.505, 0.48, 0.53), kind="random", baseline=True),
    result("all-pairs", (0.79, 0.77, 0.81)),
    result("ours", (0.775, 0.75, 0.80), refitted=True),
    result("beauty", (0.92, 0.91, 0.93), in_sample=True),
    result("all-pairs", (0.71, 0.69, 0.73), scope="within"),
)
DIFFERENCES = (
    difference("plain-prompt", "all-pairs", -0.21, -0.24, -0.18),
    difference("all-pairs", "ours", 0.015, -0.01, 0.04, p_holm=0.3),
    difference("plain-prompt", "ours", -0.195, -0.22, -0.17),
)


def evaluation(results=RESULTS, differences=DIFFERENCES, *, index="oasis", **protocol):
    """Return a saved evaluation."""
    made = {"fold_by": "photo", "folds": 10, "repeats": 3, "seed": 0, "within": None}
    return {
        "index": index,
        "encoder": "embedded",
        "framing": "whole",
        "n_photos": 808,
        "judgements": "scores",
        "created": "2026-01-31T12:00:00+00:00",
        "protocol": made | protocol,
        "results": list(results),
        "differences": list(differences),
    }
