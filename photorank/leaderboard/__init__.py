"""Leaderboard: encoders, framings, vectors and learners on the same folds of the same photos."""
