"""Scoring of any number of photos in batches, in bounded memory."""
