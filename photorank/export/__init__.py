"""What leaves photorank: copies, tables, sidecars, embeddings. No photo is moved, changed or deleted."""
