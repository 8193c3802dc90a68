"""Vocabulary of the pages: each term in plain and in statistical words."""

from typing import Literal

from dashboard.formatting import plain

Mode = Literal["plain", "statistics"]
MODES: dict[Mode, str] = {"plain": "Plain words", "statistics": "Statistician’s words"}
MODE_HELP = "How the pages speak, except those of the Lab, which always speak as statisticians do."

# Terms of the pages: plain words, then statistical ones.
WORDS = {
    "index": ("collection", "index"),
    "vector": ("way to judge", "vector"),
    "by": ("Judged by", "Vector"),
    "judge": ("Judged by", "By"),
    "taught": ("my taste", "data-centric vector"),
    "from words": ("photos like …", "prompt vector"),
    "learned from photos": ("learned from people’s choices", "learned from photos"),
    "drawn at random": ("guessing", "drawn at random"),
    "rating": ("place", "rating"),
    "judgement": ("choice", "judgement"),
    "banned": ("Left out", "Banned"),
    "series": ("shots of one moment", "series"),
    "held out": ("photos it had not seen", "held out"),
    "group": ("event", "group"),
}
TYPED_WORDS = "your-words"  # a vector of words that somebody typed, which is not kept
# Names of vectors that come with photorank or with every evaluation, in plain words.
NAMES = {
    TYPED_WORDS: "Your words",
    "worth": "Worth printing",
    "beauty": "Beauty",
    "technical": "Technical quality",
    "framing": "Framing",
    "my-taste": "My taste",
    "sample-taught": "Learned from the sample",
    "plain-prompt": "Words alone",
    "random-direction": "Guessing",
    "mean-difference": "Liked minus disliked",
    "pair-least-squares": "Learned from some pairs",
    "all-pairs": "Learned from choices",
}


def say(term: str, mode: Mode) -> str:
    """Text that pages show for a term, in plain or statistical wording.

    Examples
    --------
    >>> say("held out", "plain"), say("held out", "statistics")
    ('photos it had not seen', 'held out')
    """
    return WORDS[term][mode == "statistics"]


def vector_name(name: str, mode: Mode) -> str:
    """Name of a rating vector for display, as plain text.

    Examples
    --------
    >>> vector_name("worth", "plain"), vector_name("worth", "statistics")
    ('Worth printing', 'worth')
    """
    return NAMES.get(name, name) if mode == "plain" else name


def vector_text(name: str, mode: Mode) -> str:
    """Name of a rating vector for display, as Markdown."""
    return plain(vector_name(name, mode))


def right_text(share: float) -> str:
    """Accuracy (0 to 1) in words, such as “right 79 times in 100”.

    Examples
    --------
    >>> right_text(0.794)
    'right 79 times in 100'
    """
    return f"right {round(100 * share)} times in 100"
