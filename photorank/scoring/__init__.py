"""Scoring of any number of photos, in batches and bounded memory."""
