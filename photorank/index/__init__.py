"""Indexes: FAISS shards of embeddings, a SQLite catalogue of what is known of each photo."""
