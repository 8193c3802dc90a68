"""Evaluations as photorank saves and reads them, with the numbers that a test is about."""

from photorank.evaluation.report import Evaluation


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


def evaluation(*rows, **about):
    """Return an evaluation as it is read."""
    return Evaluation.from_json(saved(*rows, **about))


def saved(results=RESULTS, differences=DIFFERENCES, *, index="oasis", details=None, **protocol):
    """Return an evaluation as it is saved; without details, as an older photorank did."""
    made = {"fold_by": "photo", "folds": 10, "repeats": 3, "seed": 0, "within": None}
    made["by_raters"] = False
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
    } | ({} if details is None else {"details": details})


def details(*, people=None, groups=3):
    """Return what an evaluation knows behind its leader, `all-pairs`."""
    gaps = [
        {"vector": vector, "above": above, "upto": upto, "n_photos": 808, "n_pairs": n_pairs}
        | estimate(value, value - 0.01, value + 0.01)
        for vector, close, clear in (
            ("all-pairs", 0.58, 0.97),
            ("plain-prompt", 0.49, 0.4),
            ("random-direction", 0.5, 0.51),
        )
        for above, upto, value, n_pairs in ((0.0, 0.4, close, 6568), (0.4, 5.0, clear, 6548))
    ]
    learned = [
        {"vector": "all-pairs", "n_learned_from": n, "n_photos": 808, "n_pairs": 32223}
        | estimate(value, value - 0.04, value + 0.04)
        for n, value in ((91, 0.73), (364, 0.78), (727, 0.8))
    ]
    bins = [
        {"predicted": p, "observed": p - 0.02, "low": p - 0.04, "high": p, "n_pairs": 10000}
        for p in (0.25, 0.75)
    ]
    return {
        "by_gap": gaps,
        "by_group": [
            {"vector": "all-pairs", "group": f"group{i}", "n_photos": 9, "n_pairs": 40 + i}
            | estimate(0.5 + i / 100, 0.4, 0.9)
            for i in range(groups)
        ],
        "learning_curve": learned,
        "calibration": {
            "vector": "all-pairs",
            "n_pairs": 20000,
            "brier": 0.14,
            "brier_low": 0.12,
            "brier_high": 0.16,
            "expected_calibration_error": 0.02,
            "expected_calibration_error_low": 0.0,
            "expected_calibration_error_high": 0.05,
            "bins": bins,
            "risk_coverage": [
                {"coverage": 0.1, "risk": 0.01},
                {"coverage": 0.5, "risk": 0.07},
                {"coverage": 1.0, "risk": 0.21},
            ],
        },
        "people": people,
    }


PEOPLE = {
    "one_rater_accuracy": {**estimate(0.74, 0.72, 0.76), "n_pairs": 5000},
    "split_half_accuracy": {**estimate(0.93, 0.92, 0.94), "n_pairs": 9000},
}
