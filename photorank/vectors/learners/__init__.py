"""Learners: fit one rating direction to judged photos."""
