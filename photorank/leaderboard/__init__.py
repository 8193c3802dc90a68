"""Leaderboard of encoders, framings, vectors and learners, tested on the same photos."""
