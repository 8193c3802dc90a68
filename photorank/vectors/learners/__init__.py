"""Learners, which fit one rating direction to judged photos."""
