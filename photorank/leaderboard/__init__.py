"""Leaderboard: encoders, framings, vectors and learners on the same folds and photos."""
