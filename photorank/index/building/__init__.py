"""Indexing: finds, decodes, embeds and records photos, on this machine or a Ray cluster."""
