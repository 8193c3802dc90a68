"""Solvers of penalised least squares and convex losses, on which learners stand."""
