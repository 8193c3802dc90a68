"""Texts about a background job: progress, speed, remaining time and outcome."""

from dataclasses import dataclass

from photorank.errors import counted
from photorank.outside_text import printable
from photorank.progress_file import Progress


@dataclass(frozen=True)
class JobText:
    """Status line of a background job, its completed share (0 to 1), and details of a failure."""

    line: str
    share: float  # of it that is done, 0 to 1
    trouble: str = ""


def job_text(said: Progress, last_words: str = "") -> JobText:
    """Status line, completed share and failure details of a job, from its recorded progress.

    `last_words` is the last line of the job's error output.
    """
    if said.is_running:
        return JobText(_running(said), said.share)
    done = f"{said.stage}: {said.done:,} of {said.total:,}" if said.total else "Nothing done yet"
    if said.state == "done":
        return JobText(_all_done(said), 1.0)
    if said.state == "stopped":
        return JobText(f"Stopped. {done}; what is finished is kept.", said.share)
    if said.state == "failed":
        return JobText(f"It ended early. {done}.", said.share, said.error)
    trouble = "It was ended from outside, or the computer was switched off."
    return JobText(
        f"It is no longer running. {done}; what is finished is kept.",
        said.share,
        last_words.removeprefix("photorank: ") or trouble,
    )


def unusable_files(said: Progress) -> str:
    """Text that lists the files that a job could not use, each followed by the reason."""
    return "\n\n".join(
        f"{printable(one['path'])}\n{printable(one['reason'])}" for one in said.files
    )


def time_text(seconds: float) -> str:
    """Rounded duration in words, such as “about 2 minutes”.

    Examples
    --------
    >>> time_text(3), time_text(42), time_text(100), time_text(5400)
    ('a few seconds', 'about 40 seconds', 'about 2 minutes', 'about 1.5 hours')
    """
    if seconds < 10:
        return "a few seconds"
    if seconds < 55:
        return f"about {10 * round(seconds / 10)} seconds"
    if seconds < 3300:
        return f"about {counted(max(1, round(seconds / 60)), 'minute')}"
    hours = round(seconds / 1800) / 2
    return f"about {hours:g} hour{'s' if hours != 1 else ''}"


def _running(said: Progress) -> str:
    if not said.total:
        return f"{said.stage or 'Getting ready'} …"
    text = f"{said.stage}: {said.done:,} of {said.total:,}"
    if said.per_second and said.command == "index":
        text += f" · {said.per_second:.{0 if said.per_second >= 10 else 1}f} a second"
    if said.seconds_left is not None:
        text += f" · {time_text(said.seconds_left)} left"
    return text


def _all_done(said: Progress) -> str:
    if said.command == "index":
        return f"All {said.total:,} looked at." if said.total else "Nothing was new."
    return "Done."
