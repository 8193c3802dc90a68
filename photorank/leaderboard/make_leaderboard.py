"""Making of a leaderboard of indexes, with a separate ranking for each set of photos."""

import os
import platform
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from photorank.errors import ComparisonsError, NothingJudgedError, counted
from photorank.index.opened import Index
from photorank.leaderboard.contest import Contest, run_contest
from photorank.leaderboard.indexes_of_same_photos import panels_of
from photorank.leaderboard.report import Leaderboard, PanelReport
from photorank.vectors.learners_by_name import make_learner


def make_leaderboard(indexes: Sequence[Index], contest: Contest) -> Leaderboard:
    """Leaderboard of indexes; only indexes of the same photos are compared with each other.

    An index without judgements, or with too few, is left out and told.

    Raises
    ------
    NothingJudgedError
        If no index has judgements that can be tested on.
    UnknownNameError
        If there is no such learner.
    """
    for kind in contest.learners:
        make_learner(kind, seed=contest.protocol.seed)  # a wrong name fails before any work
    panels, left_out = panels_of(indexes)
    reports: list[PanelReport] = []
    for panel in panels:
        try:
            reports.append(run_contest(panel, contest))
        except ComparisonsError as error:
            left_out.append(f"{', '.join(index.name for index in panel.indexes)}: {error}")
            if len(panels) == 1:
                raise
    if not reports:
        raise NothingJudgedError
    cores = counted(os.cpu_count() or 1, "core")
    return Leaderboard(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        version=version("photorank"),
        machine=f"{platform.machine()}, {cores}, {platform.system()}",
        panels=tuple(reports),
        left_out=tuple(left_out),
        command=_command(indexes, contest),
        software=f"Python {platform.python_version()}, NumPy {version('numpy')}, "
        f"SciPy {version('scipy')}",
    )


def _command(indexes: Sequence[Index], contest: Contest) -> str:
    """Command line that makes the same leaderboard again, without the option for an output file."""
    protocol = contest.protocol
    options = {
        "--vectors": None if contest.vectors is None else ",".join(contest.vectors),
        "--learners": ",".join(contest.learners),
        "--fold-by": protocol.fold_by,
        "--folds": protocol.folds,
        "--repeats": protocol.repeats,
        "--seed": protocol.seed,
    }
    words = ["photorank", "leaderboard"]
    words += [word for index in indexes for word in ("--index", index.name)]
    words += [str(w) for name, told in options.items() if told is not None for w in (name, told)]
    return shlex.join(words if contest.costs else [*words, "--no-costs"])
