"""Leaderboard of encoders, vectors and learners, tested on the same photos."""
