"""Filling an index: files found, decoded, embedded and recorded, here or on a Ray cluster."""
