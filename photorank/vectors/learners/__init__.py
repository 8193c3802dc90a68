"""Learners, each of which fits one rating direction to judged photos."""
