"""How an evaluation was made, in words and as a command."""

from dashboard.formatting import count
from photorank.typing import Json


def described(evaluation: Json) -> str:
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
