"""Measurements of speed, each beside a reference and in the same run."""
