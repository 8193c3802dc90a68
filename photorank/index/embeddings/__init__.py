"""Embeddings of an index: shard files in FAISS's format, each row's photo, exact search."""
