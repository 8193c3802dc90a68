"""Leaderboard of encoders, rating directions and learners, tested on the same photos."""
