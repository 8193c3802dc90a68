"""Embeddings that exist already, read from files into an index."""
