"""Degraded photos, with known defects and severities, for training and testing."""
