"""Indexing: photos found, decoded, embedded and recorded, on this machine or a Ray cluster."""
