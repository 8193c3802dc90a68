"""Learners that fit a rating direction to judged photos."""
