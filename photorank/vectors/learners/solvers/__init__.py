"""Solvers for learners: penalised least squares, and smooth convex losses."""
