"""Degraded copies of photos, with known defects, for training and tests."""
