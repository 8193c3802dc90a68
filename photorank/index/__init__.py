"""Index: FAISS shards of embeddings, and a SQLite catalogue of photos, files and judgements."""
